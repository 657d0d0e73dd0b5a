"""What the runs of a suite said on labelled items, and which of it is new evidence."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby, pairwise

from evenhand.calibration.categories import Categories
from evenhand.gate.monitor.history import Answer, ItemName, LabelledItem, WatchedRun
from evenhand.records.canonical import content_hash
from evenhand.records.judge import ModelJudge
from evenhand.records.run import Manifest, Run
from evenhand.store.answered_items import AnsweredUnit, answered_units, run_number
from evenhand.store.ledger import LedgerFile
from evenhand.workflows.calibration.earlier import changes_between
from evenhand.workflows.monitoring.labels import ReferenceLabel, comparable


def watched_runs(
    ledger: LedgerFile, runs: Sequence[Run], labels: Mapping[ItemName, ReferenceLabel]
) -> Iterator[WatchedRun]:
    """Yield runs, oldest first, with their answers on labelled items."""
    cases = {case for case, _, _ in labels}
    changes = [(), *(changes_between(one.manifest, other.manifest) for one, other in pairwise(runs))]
    used = _Used()
    renamed = runs[-1].manifest.constitution.renamed
    for run, changed in zip(runs, changes, strict=True):
        known = comparable(run.manifest, runs[-1].manifest)
        fresh = used.reader_of(run.manifest)
        answers: dict[ItemName, Answer] = {}
        again = set()
        for name, units in groupby(
            answered_units(ledger, run, cases), key=partial(_name_of, renamed=renamed)
        ):
            if name in labels and name[2] in known:
                told = list(units)
                answers[name] = _answer(told, known[name[2]], labels[name].label)
                if sum([fresh(unit) for unit in told]):  # a list: every unit is noted as used
                    again.add(name)
        used.runs.add(run_number(ledger, run))
        yield WatchedRun(
            run=run.id,
            finished=run.finished,
            whole=run.manifest.narrow is None,
            most_missing=run.manifest.suite.limits.failed_share,
            answers=answers,
            again=frozenset(again),
            changes=tuple(changed),
        )


def first_answers(
    runs: Sequence[WatchedRun], labels: Mapping[ItemName, ReferenceLabel]
) -> Iterator[LabelledItem]:
    """Yield each labelled item with what the first run that judged it said."""
    seen: set[ItemName] = set()
    for run in runs:
        for name, answer in run.answers.items():
            if name not in seen:
                seen.add(name)
                label = labels[name]
                yield LabelledItem(
                    item=name,
                    run=run.run,
                    day=max(run.day, label.day),
                    answer=answer,
                    inclusion=label.inclusion,
                    design=label.design,
                )


def _name_of(unit: AnsweredUnit, *, renamed: Mapping[str, str]) -> ItemName:
    """Return the name of an item under the id that its principle has now."""
    return unit.case_id, unit.candidate_id, renamed.get(unit.principle_id, unit.principle_id)


def _answer(units: Sequence[AnsweredUnit], categories: Categories, label: str) -> Answer:
    verdict = units[0].verdict
    if verdict is None:
        return Answer.MISSING if any(unit.failed for unit in units) else Answer.DIFFERS
    return Answer.AGREES if categories.find(verdict) == label else Answer.DIFFERS


# -- New evidence ----------------------------------------------------------------------------------


@dataclass(slots=True)
class _Used:
    """Replies that a run has used."""

    runs: set[int] = field(default_factory=set)
    """Numbers of the runs that were read: their own replies are used."""
    replies: set[object] = field(default_factory=set)

    def reader_of(self, manifest: Manifest) -> "_Reader":
        """Return what tells whether a reply of a run is used for the first time."""
        models = {judge.id for judge in manifest.judges if isinstance(judge, ModelJudge)}
        recordings = content_hash(sorted(file.sha256 for file in manifest.files if file.role == "recording"))
        return _Reader(self, models, recordings)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Tells whether replies of one run are new, and notes them as used."""

    used: _Used
    models: set[str]
    recordings: str
    """Digest of what recorded judges read: their answers are new where it is."""

    def __call__(self, unit: AnsweredUnit) -> bool:
        if unit.judge in self.models and unit.reused is None:
            return True
        reply: object = unit.reused
        if unit.reused is None:
            reply = (unit.judge, unit.key, self.recordings)
        is_new = unit.reused_run not in self.used.runs and reply not in self.used.replies
        self.used.replies.add(reply)
        return is_new
