"""Baselines made of plain sequences. Every verdict, label and hash here is invented."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from evenhand.gate.decide import Circumstances, decide_gate
from evenhand.gate.pairing import Covers, nothing_covered, pair_up
from evenhand.gate.results import GateResult, Measure, PrincipleResult, TestResult
from evenhand.records.baseline import (
    Baseline,
    BaselineCase,
    BaselineHead,
    Counted,
    JudgeMark,
    PanelMark,
    PrincipleMark,
    Said,
)
from evenhand.records.gate import GateSpec
from evenhand.records.scale import Reading

GOOD, BAD = "complies", "violates"
COMPLY: Final[Mapping[str, Reading]] = {GOOD: Reading.PASS, BAD: Reading.FAIL}
WORDS: Final[Mapping[str, Reading]] = {"a": Reading.NEUTRAL, "b": Reading.NEUTRAL, "tie": Reading.NEUTRAL}
JUDGES: Final = GateSpec(compares="judges")
CANDIDATES: Final = GateSpec(compares="candidates")
TOLD: Final = Circumstances(
    suite="made-up", title="", run="r2", baseline=None, facts=None, evenhand="0", command="evenhand gate"
)

Voices = Said | tuple[Said, ...]
"""The panel's verdict, or panel and judges; alone it is what the only judge says too."""
Column = Sequence[Voices]
"""What is said of each case under a principle."""


def mark(**changes: Any) -> PrincipleMark:
    """Return a principle of two answers."""
    given: dict[str, Any] = {
        "severity": "high",
        "binding": "b",
        "shown": "s",
        "scale": "two",
        "readings": COMPLY,
        **changes,
    }
    return PrincipleMark(**given)


def head(principles: Mapping[str, PrincipleMark], *, judge: str = "1", judges: int = 1) -> BaselineHead:
    """Return a head; `judge` stands for all that could change the judges' answers."""
    return BaselineHead(
        suite="made-up",
        run="r1",
        evenhand="0",
        constitution="c 1.0.0",
        principles=principles,
        judges=tuple(JudgeMark(id=f"j{place}", version="1.0.0", hash=judge) for place in range(judges)),
        panel=PanelMark(id="p", rule="majority", hash="h"),
        units=Counted(planned=0, rated=0),
    )


def made(
    said: Mapping[str, Column],
    truth: Mapping[str, Sequence[str | None]] | None = None,
    *,
    marks: Mapping[str, PrincipleMark] | None = None,
    judge: str = "1",
    sources: Sequence[str] | None = None,
    slices: Sequence[Mapping[str, str]] | None = None,
    again: Mapping[str, Mapping[int, tuple[Said, ...]]] | None = None,
    outputs: Sequence[str] | None = None,
) -> Baseline:
    """Return a run of n cases with one candidate each.

    Args:
        said: n entries for each principle.
        truth: Reference labels, n for each principle that has any; None is no label.
        marks: What the principles rest on, where it is not `mark()`.
        judge: Hash of the judges.
        sources: Source of each case.
        slices: Groups of each case.
        again: Verdicts of several readings, by principle and place of the case.
        outputs: Digest of each output.
    """
    n = len(next(iter(said.values())))
    cases = [
        BaselineCase(
            id=f"case-{place:05}",
            prompt="p",
            outputs={"1": outputs[place] if outputs else "o"},
            said={"1": {name: _voices(column[place]) for name, column in said.items()}},
            reference=_by_candidate(
                {name: labels[place] for name, labels in (truth or {}).items() if labels[place]}
            ),
            again=_by_candidate(
                {name: cells[place] for name, cells in (again or {}).items() if place in cells}
            ),
            slice=slices[place] if slices else {},
            source=sources[place] if sources else "",
        )
        for place in range(n)
    ]
    principles = {name: (marks or {}).get(name, mark()) for name in said}
    judges = max(len(_voices(each)) for column in said.values() for each in column) - 1
    return Baseline(
        head=head(principles, judge=judge, judges=judges), cases={case.id: case for case in cases}
    )


def _voices(said: Voices) -> tuple[Said, ...]:
    return said if isinstance(said, tuple) else (said, said)


def _by_candidate(cells: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    return {"1": cells} if cells else {}


def gate(
    old: Baseline, new: Baseline, spec: GateSpec = JUDGES, *, covered: Covers = nothing_covered, **told: Any
) -> GateResult:
    """Pair both and decide."""
    return decide_gate(pair_up(old, new, spec, covered), spec, replace(TOLD, **told))


def principle(result: GateResult, name: str = "p") -> PrincipleResult:
    """Return the line of a principle."""
    (found,) = [each for each in result.principles if each.principle == name]
    return found


def one_test(result: GateResult, measure: Measure, name: str = "p", group: str | None = None) -> TestResult:
    """Return one test; `group` is "topic health", or None for all cells."""
    (found,) = [
        each
        for each in result.tests
        if (each.principle, each.measure) == (name, measure)
        and (str(each.slice) if each.slice else None) == group
    ]
    return found


def column(*parts: tuple[Voices, int]) -> list[Voices]:
    """Return what is said so often each, in this order."""
    return [said for said, often in parts for _ in range(often)]


def paired_column(
    both: int, lost: int, won: int, neither: int, *, right: str = GOOD, wrong: str = BAD
) -> tuple[list[Voices], list[Voices]]:
    """Return the verdicts of both sides with these counts of right and wrong ones."""
    old = column((right, both + lost), (wrong, won + neither))
    new = column((right, both), (wrong, lost), (right, won), (wrong, neither))
    return old, new
