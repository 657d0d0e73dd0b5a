"""Judge the principles that changed again, by the ordinary engine, and compare the verdicts with those of a run."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from evenhand.catalog.settings import find_workspace
from evenhand.constitution.changes import ConstitutionDiff, Fate
from evenhand.constitution.diff import diff_constitutions
from evenhand.constitution.impact import find_rejudged, measure_impact
from evenhand.constitution.impact_results import FlipNoise, Impact, Rejudged
from evenhand.errors import NothingSelectedError, UsageError
from evenhand.judging.budget import NANOUSD
from evenhand.records.constitution import Constitution
from evenhand.records.judge import Judge, ModelJudge
from evenhand.records.narrow import Wishes
from evenhand.records.run import Manifest
from evenhand.store.columns import item_columns
from evenhand.workflows.calibration.divide import note_use
from evenhand.workflows.constitution_diff.compare import Compared
from evenhand.workflows.constitution_diff.derive_suite import derive_suite
from evenhand.workflows.find_flips import find_flips
from evenhand.workflows.gate.summarise import SummedRun, summarise_run
from evenhand.workflows.prepare import Prepared, prepare
from evenhand.workflows.read_run import StoredRun, read_own_run, read_run
from evenhand.workflows.run_suite import RunOptions, RunResult, Watch, run_prepared

_INSTRUMENT: Final = ("panel", "calibration", "fit", "judges", "templates")
_MOST_NAMED: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedImpact:
    """What would be judged again."""

    stored: StoredRun
    """The run whose verdicts are compared."""
    prepared: Prepared
    """Its suite with the later constitution, narrowed to what changed."""
    rejudged: tuple[Rejudged, ...]
    notes: tuple[str, ...]
    """What is not compared, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedImpact:
    """What was judged, and what came of it."""

    impact: Impact
    result: RunResult
    """How the run of the principles that changed ended."""


def prepare_impact(start: Path, compared: Compared, run: str) -> PreparedImpact:
    """Make the suite in which the principles that changed are judged again. Nobody is asked.

    What changed is taken from the constitution that the run pinned to the later one.

    Raises:
        UnknownNameError: There is no such run.
        UsageError: Judges, panel or case files are not those of the run any more, or the run judged items that can not
            be chosen again.
        NothingSelectedError: Nothing that the run judged changed in a way that a judge could see.
    """
    stored = read_own_run(start, run)
    manifest, after = stored.manifest, compared.after.constitution
    _refuse_drawn(stored)
    diff = diff_constitutions(manifest.constitution, after)
    judged = frozenset(item_columns(stored.ledger, stored.run).principle_id)
    rejudged = tuple(
        each
        for each in find_rejudged(
            manifest.constitution, after, diff, manifest.judges, pairwise=manifest.mode == "pairwise"
        )
        if each.before in judged
    )
    if not rejudged:
        gone = sum(each.id in judged for each in diff.with_fate(Fate.REMOVED))
        raise NothingSelectedError(
            f"nothing that run {stored.run.id} judged changed in a way that one of its judges would see"
            + (f", but {gone} of its {len(judged)} principles are gone" if gone else ""),
            hint="see what changed with: evenhand constitution diff A B"
            if gone
            else "its verdicts hold; see what changed with: evenhand constitution diff A B",
        )
    prepared = _prepare(start, stored, after, rejudged)
    _refuse_another_instrument(stored, prepared)
    notes = _notes(stored, compared, diff, judged)
    return PreparedImpact(stored=stored, prepared=prepared, rejudged=rejudged, notes=tuple(notes))


def judge_impact(start: Path, ready: PreparedImpact, options: RunOptions, watch: Watch) -> JudgedImpact:
    """Judge what changed as a run of its own, and compare the verdicts.

    Raises:
        FileError: A judge asks for a floating alias that nobody allowed.
        UsageError: A price is unknown, or the run is of a version that kept no digests.
        MeasureError: Nothing could be measured: no key, no endpoint.
    """
    result = run_prepared(ready.prepared, options, watch)
    now = read_run(start, result.run.id)
    old = summarise_run(ready.stored, ready.stored.account())
    new = summarise_run(now, now.account(), review=False)
    suite = ready.stored.manifest.suite
    if old.division is not None:
        note_use(ready.stored.ledger, suite, old.division, run=ready.stored.run.id, purpose=options.command)
    measures = measure_impact(old.baseline, new.baseline, ready.rejudged, seed=suite.seed)
    calls = [result.account.preflight, *result.account.calls.values()]
    impact = Impact(
        run=ready.stored.run.id,
        judged_in=result.run.id,
        suite=result.run.manifest.suite.id,
        suite_path=result.run.manifest.suite_path,
        seed=suite.seed,
        rejudged=ready.rejudged,
        overall=measures.overall,
        principles=measures.principles,
        changed=measures.changed,
        noise=_noise(start, ready.stored),
        open=result.account.open,
        calls=sum(each.attempts for each in calls),
        reused=sum(each.reused for each in calls),
        usd=result.account.cost_nanousd / NANOUSD,
        notes=(*ready.notes, *_about_labels(old)),
    )
    return JudgedImpact(impact=impact, result=result)


def _prepare(start: Path, stored: StoredRun, after: Constitution, rejudged: tuple[Rejudged, ...]) -> Prepared:
    manifest = stored.manifest
    path = derive_suite(find_workspace(start), manifest, after, rejudged)
    narrow = manifest.narrow
    wishes = Wishes(cases=narrow.cases, judges=narrow.judges) if narrow else Wishes()
    return prepare(start, path, wishes, readings=manifest.readings)


def _refuse_drawn(stored: StoredRun) -> None:
    """Refuse runs of items that a draw or an earlier run chose.

    Raises:
        UsageError: The run is one.
    """
    narrow = stored.manifest.narrow
    if narrow and (narrow.sample or narrow.failed or narrow.disagreed or narrow.principle_draw):
        raise UsageError(
            f"run {stored.run.id} judged a part of its suite that can not be chosen again: {narrow.words()}",
            hint="name a run of the whole suite, or one narrowed with --only alone",
        )


def _refuse_another_instrument(stored: StoredRun, prepared: Prepared) -> None:
    """Refuse to compare where something besides the constitution changed: flips would be of both.

    Raises:
        UsageError: Judges, panel or case files are others than in the run.
    """
    then, now = stored.manifest, prepared.manifest(command="")
    changed = [name for name in _INSTRUMENT if getattr(then, name) != getattr(now, name)]
    pins = _pins(now)
    changed += [path for path, digest in _pins(then).items() if pins.get(path) != digest]
    if changed:
        raise UsageError(
            f"not only the constitution changed since run {stored.run.id}: {', '.join(changed[:_MOST_NAMED])}",
            hint=f"judge {then.suite_path} once more under the earlier constitution, and name that run; what did not "
            "change is taken from the ledger for free",
        )


def _pins(manifest: Manifest) -> dict[str, str]:
    return {file.path: file.sha256 for file in manifest.files if file.role in {"cases", "recording"}}


def _notes(
    stored: StoredRun, compared: Compared, diff: ConstitutionDiff, judged: frozenset[str]
) -> Iterator[str]:
    if stored.manifest.constitution.hash != compared.before.constitution.hash:
        yield (
            f"run {stored.run.id} was judged by another text than {compared.before.name}: flips are from the text of "
            "the run to the later one"
        )
    if deaf := [judge.id for judge in stored.manifest.judges if not _reads_the_rule(judge)]:
        yield f"no change of a text moves judges that do not read it: {_named(deaf)}"
    if added := [each.id for each in diff.with_fate(Fate.ADDED)]:
        yield f"no verdict to compare with, because they are new: {_named(added)}"
    if gone := [each.id for each in diff.with_fate(Fate.REMOVED) if each.id in judged]:
        yield f"not judged any more, because they are gone: {_named(gone)}"


def _reads_the_rule(judge: Judge) -> bool:
    return isinstance(judge, ModelJudge) and "principle.text" in judge.sees


def _about_labels(old: SummedRun) -> Iterator[str]:
    if old.division is None:
        yield "the run has no human labels, so nobody can say which side of a flip is right"
    yield from old.notes


def _named(names: list[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return f"{', '.join(names[:_MOST_NAMED])}{more}"


def _noise(start: Path, stored: StoredRun) -> FlipNoise | None:
    found = find_flips(start, stored.run.id)
    if found is None or found.rate is None or found.low is None or found.high is None:
        return None
    return FlipNoise(rate=found.rate, low=found.low, high=found.high, items=found.items)
