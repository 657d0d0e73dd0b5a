"""Earlier runs of a suite beside the labels of today, and what changed from one to the next."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from evenhand.calibration.categories import Categories, categories_by_principle
from evenhand.calibration.table import EarlierRun
from evenhand.records.judge import ModelJudge
from evenhand.records.run import Manifest, Run, RunState
from evenhand.store.columns import verdict_labels
from evenhand.workflows.read_run import StoredRun

MOST_RUNS = 30
"""Earlier runs that are read, the newest."""

ItemName = tuple[str, str, str]
"""Case, candidate and principle."""


def read_earlier(
    stored: StoredRun, reference: Mapping[ItemName, str], categories: Mapping[str, Categories]
) -> tuple[tuple[EarlierRun, ...], tuple[str, ...]]:
    """Return the finished runs of the same suite before a run, oldest first, and what changed from the last to it.

    Args:
        stored: The run.
        reference: Category of the reference label of each item to certify with.
        categories: What answers under each principle are counted as.
    """
    before = _runs_before(stored)
    marks = [changes_between(one.manifest, other.manifest) for one, other in pairwise([*before, stored.run])]
    found = tuple(
        _compared(stored, run, changes, reference, categories)
        for run, changes in zip(before, [(), *marks], strict=False)
    )
    return found, marks[-1] if marks else ()


def _runs_before(stored: StoredRun) -> list[Run]:
    runs = stored.ledger.runs()
    place = next(place for place, run in enumerate(runs) if run.id == stored.run.id)
    same = [
        run
        for run in runs[:place]
        if run.state is RunState.FINISHED and run.manifest.suite.id == stored.manifest.suite.id
    ]
    return same[-MOST_RUNS:]


def _compared(
    newest: StoredRun,
    run: Run,
    changes: tuple[str, ...],
    reference: Mapping[ItemName, str],
    categories: Mapping[str, Categories],
) -> EarlierRun:
    called = newest.manifest.constitution.current_id
    then = {called(name): each for name, each in categories_by_principle(run.manifest).items()}
    comparable = {
        name for name, each in categories.items() if name in then and then[name].labels == each.labels
    }
    labelled = agreed = 0
    cases = {case for case, _, _ in reference}
    for case, candidate, name, label in verdict_labels(newest.ledger, run, cases):
        principle = called(name)
        truth = reference.get((case, candidate, principle))
        if truth is not None and principle in comparable:
            labelled += 1
            agreed += then[principle].find(label) == truth
    return EarlierRun(run=run.id, finished=run.finished, labelled=labelled, agreed=agreed, changes=changes)


# -- What changed ----------------------------------------------------------------------------------


def changes_between(then: Manifest, now: Manifest) -> tuple[str, ...]:
    """Say what differs between two runs of a suite that could move a verdict."""
    return (
        *_constitution(then, now),
        *_panel(then, now),
        *_judges(then, now),
        *_served(then, now),
        *_cases(then, now),
    )


def _constitution(then: Manifest, now: Manifest) -> Iterator[str]:
    old, new = then.constitution, now.constitution
    if old.version != new.version:
        yield f"constitution {old.version} became {new.version}"
    elif old.canonical() != new.canonical():
        yield "the constitution was reworded"


def _panel(then: Manifest, now: Manifest) -> Iterator[str]:
    if then.panel.rule != now.panel.rule:
        yield f"the panel's rule {then.panel.rule} became {now.panel.rule}"
    elif then.panel.model_copy(update={"judges": ()}) != now.panel.model_copy(update={"judges": ()}):
        yield "the panel's settings changed"
    if then.fit != now.fit:
        yield "the panel's learned numbers changed"


def _judges(then: Manifest, now: Manifest) -> Iterator[str]:
    old, new = ({judge.id: judge for judge in each.judges} for each in (then, now))
    for name in dict.fromkeys([*old, *new]):
        if name not in new:
            yield f"judge {name} left"
        elif name not in old:
            yield f"judge {name} came"
        elif old[name].version != new[name].version:
            yield f"judge {name} {old[name].version} became {new[name].version}"
        elif old[name] != new[name] or then.templates.get(name) != now.templates.get(name):
            yield f"judge {name} changed without a new version"


def _served(then: Manifest, now: Manifest) -> Iterator[str]:
    old, new = (_served_models(each) for each in (then, now))
    for name in old.keys() & new.keys():
        if old[name] != new[name]:
            yield f"judge {name} was answered by {old[name]} and now by {new[name]}"


def _served_models(manifest: Manifest) -> Mapping[str, str]:
    models = {judge.id for judge in manifest.judges if isinstance(judge, ModelJudge)}
    return {
        each.judge: each.served_model
        for each in manifest.endpoints
        if each.judge in models and each.served_model
    }


def _cases(then: Manifest, now: Manifest) -> Iterator[str]:
    if _digests(then) != _digests(now):
        yield "the cases changed"
    elif then.narrow != now.narrow:
        yield "another part of the suite was judged"


def _digests(manifest: Manifest) -> Sequence[str]:
    return [file.sha256 for file in manifest.files if file.role == "cases"]
