"""What another run would change in a baseline: verdicts cell by cell, cells that come and go, and the instrument.

This compares everything, also what a gate can not compare: whoever accepts a run accepts all of it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, get_args

from evenhand.gate.instrument import told_changes
from evenhand.gate.rules import told_rules
from evenhand.records.baseline import Baseline, BaselineCase, BaselineHead, Said
from evenhand.records.constitution import Importance
from evenhand.records.scale import Reading

TEXT_CHANGED: Final = "the case changed"
OUTPUT_CHANGED: Final = "the output changed"
_SEVERITIES: Final = {name: place for place, name in enumerate(get_args(Importance))}


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeSaid:
    """What one judge said before and says now."""

    judge: str
    old: Said
    """Before; missing where it was not on the panel."""
    new: Said


@dataclass(frozen=True, slots=True, kw_only=True)
class CellChange:
    """A cell with another verdict than in the baseline."""

    case: str
    candidate: str
    principle: str
    severity: Importance
    old: Said
    new: Said
    reference: str
    """The reference label now; empty where there is none."""
    texts: tuple[str, ...]
    """What of its texts changed."""
    prompt: str
    """Digest of what raters see beside the output, now."""
    output: str
    """Digest of the output, now."""
    judges: tuple[JudgeSaid, ...]
    direction: int
    """-1 where it passed and does not any more, 1 the other way round, 0 else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrincipleDiff:
    """What changes on a principle."""

    principle: str
    severity: Importance
    same: int
    """Cells with the same verdict."""
    changed: int
    worse: int
    """Changed cells that passed and do not any more."""
    better: int
    gone: int
    """Cells of the baseline that the run does not have."""
    fresh: int
    """Cells of the run that the baseline does not have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineDiff:
    """What a run would change in a baseline."""

    principles: tuple[PrincipleDiff, ...]
    changed: tuple[CellChange, ...]
    """The worse ones first, then by severity, principle, case and candidate."""
    instrument: tuple[str, ...]
    """What changed of constitution, judges, panel, and of the gate's rules, in words."""

    @property
    def is_empty(self) -> bool:
        """Whether every verdict stays as it is, and every cell."""
        return not any(each.changed or each.gone or each.fresh for each in self.principles)


def compare_baselines(old: Baseline, new: Baseline) -> BaselineDiff:
    """Return what accepting `new` would change in `old`."""
    tallies = {name: _Tally() for name in dict.fromkeys([*new.head.principles, *old.head.principles])}
    changed = list(_changes(old, new, tallies))
    changed.sort(key=_place)
    marks = {**old.head.principles, **new.head.principles}
    return BaselineDiff(
        principles=tuple(
            PrincipleDiff(
                principle=name,
                severity=marks[name].severity,
                same=tally.same,
                changed=tally.changed,
                worse=tally.worse,
                better=tally.better,
                gone=tally.gone,
                fresh=tally.fresh,
            )
            for name, tally in tallies.items()
        ),
        changed=tuple(changed),
        instrument=(*told_changes(old.head, new.head), *told_rules(old, new)),
    )


@dataclass(slots=True, kw_only=True)
class _Tally:
    same: int = 0
    changed: int = 0
    worse: int = 0
    better: int = 0
    gone: int = 0
    fresh: int = 0

    def add(self, direction: int) -> None:
        self.changed += 1
        self.worse += direction < 0
        self.better += direction > 0


def _place(change: CellChange) -> tuple[int, int, str, str, str]:
    severity = _SEVERITIES[change.severity]
    return min(0, change.direction), severity, change.principle, change.case, change.candidate


def _changes(old: Baseline, new: Baseline, tallies: Mapping[str, _Tally]) -> Iterator[CellChange]:
    for case in new.cases.values():
        before = old.cases.get(case.id)
        for candidate, row in case.said.items():
            there = before.said.get(candidate, {}) if before else {}
            for principle, now in row.items():
                then = there.get(principle)
                if then is None or before is None:
                    tallies[principle].fresh += 1
                elif then[0] == now[0] and type(then[0]) is type(now[0]):
                    tallies[principle].same += 1
                else:
                    change = _change(old.head, new.head, before, case, candidate, principle)
                    tallies[principle].add(change.direction)
                    yield change
    for case in old.cases.values():
        after = new.cases.get(case.id)
        for candidate, row in case.said.items():
            kept = after.said.get(candidate, {}) if after else {}
            for principle in row:
                tallies[principle].gone += principle not in kept


def _change(
    old: BaselineHead,
    new: BaselineHead,
    before: BaselineCase,
    now: BaselineCase,
    candidate: str,
    principle: str,
) -> CellChange:
    then_said, now_said = before.said[candidate][principle], now.said[candidate][principle]
    mark = new.principles[principle]
    texts = [TEXT_CHANGED] if before.prompt != now.prompt else []
    texts += [OUTPUT_CHANGED] if before.outputs.get(candidate) != now.outputs.get(candidate) else []
    passed, passes = (_passes(mark.readings, said) for said in (then_said[0], now_said[0]))
    then_judges = {judge.id: then_said[at] for at, judge in enumerate(old.judges, 1)}
    return CellChange(
        case=now.id,
        candidate=candidate,
        principle=principle,
        severity=mark.severity,
        old=then_said[0],
        new=now_said[0],
        reference=now.reference.get(candidate, {}).get(principle, ""),
        texts=tuple(texts),
        prompt=now.prompt,
        output=now.outputs.get(candidate, ""),
        judges=tuple(
            JudgeSaid(judge=judge.id, old=then_judges.get(judge.id, False), new=now_said[at])
            for at, judge in enumerate(new.judges, 1)
        ),
        direction=passes - passed,
    )


def _passes(readings: Mapping[str, Reading], said: Said) -> bool:
    """Tell whether a verdict passes; one that is not there never does."""
    return isinstance(said, str) and readings.get(said) is Reading.PASS
