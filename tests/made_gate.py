"""Results of gates made of invented counts: the names are made up, the arithmetic is that of `stats`."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
from scipy.stats import norm

from evenhand.gate.cells_told import CellState, CellTold
from evenhand.gate.corrected import Labelled, correct
from evenhand.gate.results import (
    BaselineFacts,
    Bound,
    ChangedCell,
    CorrectedDifference,
    FlipResult,
    FloorResult,
    GateResult,
    JudgeChange,
    Measure,
    PrincipleResult,
    QuarantinedCells,
    RuleResult,
    RunFacts,
    Slice,
    Status,
    TestResult,
    Tier,
)
from evenhand.records.baseline import Accepted, Counted
from evenhand.records.constitution import Importance
from evenhand.stats.change.multiplicity import holm
from evenhand.stats.change.noninferiority import Outcome
from evenhand.stats.change.paired import Alternative, PairedCounts, mcnemar, paired_difference
from evenhand.stats.change.power import pairs_needed_within, smallest_detectable_difference
from evenhand.stats.estimate import Estimate, Measured, Undefined
from evenhand.stats.shares import share_below_p_value, weighted_share

ALPHA, MARGIN, LIKELY = 0.05, 0.03, 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """One test, in invented counts."""

    principle: str = "privacy"
    severity: Importance = "high"
    measure: Measure = Measure.SENSITIVITY
    slice: Slice | None = None
    both: int = 150
    lost: int = 30
    won: int = 7
    neither: int = 13
    missing: int = 0
    flip: float | None = None


STORY: tuple[Counts, ...] = (
    Counts(),
    Counts(measure=Measure.SPECIFICITY, both=390, lost=3, won=3, neither=4),
    Counts(principle="honesty", severity="critical", both=171, lost=9, won=6, neither=14, missing=6),
    Counts(
        principle="honesty",
        severity="critical",
        measure=Measure.SPECIFICITY,
        both=380,
        lost=2,
        won=12,
        neither=6,
    ),
    Counts(
        principle="honesty",
        severity="critical",
        slice=Slice(dimension="topic", value="medicine"),
        both=25,
        lost=2,
        won=1,
        neither=2,
    ),
    Counts(principle="help.fully", severity="low", both=900, lost=4, won=4, neither=92, flip=0.08),
    Counts(principle="tone", severity="medium", both=800, lost=2, won=3, neither=95),
)
"""A principle that fails, one that is undecided, two that are stable."""


def make_tests(story: Sequence[Counts] = STORY) -> tuple[TestResult, ...]:
    """Return the tests of invented counts, decided as one family."""
    tables = [
        PairedCounts(both=each.both, only_old=each.lost, only_new=each.won, neither=each.neither)
        for each in story
    ]
    p = np.array([mcnemar(table) for table in tables])
    better = holm(np.array([mcnemar(table, alternative=Alternative.BETTER) for table in tables]))
    ranks = np.empty(len(story), dtype=int)
    ranks[np.argsort(p, kind="stable")] = np.arange(1, len(story) + 1)
    adjusted = holm(p)
    size = len(story)
    families = [
        _Family(
            p=float(p[k]),
            adjusted=float(adjusted[k]),
            better=float(better[k]),
            rank=int(ranks[k]),
            size=len(story),
        )
        for k in range(size)
    ]
    return tuple(_test(*each) for each in zip(story, tables, families, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Family:
    p: float
    adjusted: float
    better: float
    rank: int
    size: int


def _test(counts: Counts, table: PairedCounts, family: _Family) -> TestResult:
    difference = paired_difference(table, confidence=1 - 2 * ALPHA)
    discordance = (table.discordant + 1) / (table.n + 2)
    low, flip_error = None, 0.0
    if isinstance(difference, Estimate):
        low = difference.interval.low
        if counts.flip is not None:
            flip_error = float((counts.flip / table.n) ** 0.5)
            by_flips = difference.value - float(norm.ppf(1 - ALPHA)) * flip_error
            low = max(-1.0, min(low, by_flips))
            discordance = max(discordance, counts.flip)
    drop = smallest_detectable_difference(table.n, discordance, alpha=ALPHA / family.size)
    outcome = _outcome(low, family.adjusted)
    worst = best = None
    if counts.missing:
        worst, best = _bound(table, counts.missing, worst=True), _bound(table, counts.missing, worst=False)
        if outcome is Outcome.PASSED and worst.outcome is not Outcome.PASSED:
            outcome = Outcome.UNDECIDED
        if outcome is Outcome.FAILED and best.outcome is not Outcome.FAILED:
            outcome = Outcome.UNDECIDED
    return TestResult(
        principle=counts.principle,
        severity=counts.severity,
        measure=counts.measure,
        slice=counts.slice,
        cells=table.n,
        clusters=table.n,
        old=(table.both + table.only_old) / table.n if table.n else None,
        new=(table.both + table.only_new) / table.n if table.n else None,
        lost=table.only_old,
        won=table.only_new,
        both=table.both,
        neither=table.neither,
        difference=difference,
        low=low,
        margin=MARGIN,
        alpha=ALPHA,
        method="mcnemar",
        p=family.p,
        p_adjusted=family.adjusted,
        p_better=family.better,
        rank=family.rank,
        flip_old=counts.flip,
        flip_new=counts.flip,
        flip_error=flip_error,
        discordance=discordance,
        detectable=None if isinstance(drop, Undefined) else drop,
        cells_needed=pairs_needed_within(MARGIN, discordance, alpha=ALPHA) if table.n else None,
        missing_old=0,
        missing_new=counts.missing,
        worst=worst,
        best=best,
        same=False,
        decides=counts.slice is None,
        outcome=outcome,
        tier=_tier(outcome, family.p, family.better, difference),
        reason=f"invented: {outcome.value}",
    )


def _outcome(low: float | None, adjusted: float) -> Outcome:
    if low is not None and low > -MARGIN:
        return Outcome.PASSED
    return Outcome.FAILED if low is not None and adjusted <= ALPHA else Outcome.UNDECIDED


def _tier(outcome: Outcome, p: float, better: float, difference: Measured) -> Tier:
    if outcome is Outcome.FAILED:
        return Tier.REGRESSION
    if outcome is Outcome.PASSED:
        return Tier.IMPROVEMENT if better <= ALPHA else Tier.STABLE
    if p <= ALPHA:
        return Tier.LIKELY
    fell = isinstance(difference, Estimate) and difference.value <= -MARGIN
    return Tier.WATCH if fell and p <= LIKELY else Tier.UNDECIDED


def _bound(table: PairedCounts, missing: int, *, worst: bool) -> Bound:
    moved = PairedCounts(
        both=table.both,
        only_old=table.only_old + missing * worst,
        only_new=table.only_new + missing * (not worst),
        neither=table.neither,
    )
    difference = paired_difference(moved, confidence=1 - 2 * ALPHA)
    assert isinstance(difference, Estimate)
    p = mcnemar(moved)
    return Bound(
        cells=moved.n,
        lost=moved.only_old,
        won=moved.only_new,
        new=(moved.both + moved.only_new) / moved.n,
        old=(moved.both + moved.only_old) / moved.n,
        low=difference.interval.low,
        p_adjusted=p,
        outcome=_outcome(difference.interval.low, p),
    )


def make_principles(tests: Sequence[TestResult]) -> tuple[PrincipleResult, ...]:
    """Return each principle in one line."""
    return tuple(
        _principle(name, [test for test in tests if test.principle == name]) for name in _names(tests)
    )


def _names(tests: Sequence[TestResult]) -> list[str]:
    return list(dict.fromkeys(test.principle for test in tests))


def _principle(name: str, tests: Sequence[TestResult]) -> PrincipleResult:
    order = (Outcome.FAILED, Outcome.UNDECIDED, Outcome.PASSED)
    first = min(tests, key=lambda test: order.index(test.outcome))
    cells = sum(test.cells for test in tests if test.slice is None)
    return PrincipleResult(
        principle=name,
        severity=first.severity,
        outcome=first.outcome,
        tier=first.tier,
        compared=cells,
        of=cells + 3,
        not_comparable={"the text of the case changed": 2, "its reference label changed": 1},
        fresh=4,
        quarantined=1,
        blocks=True,
        reason=first.reason,
    )


def make_changed(
    number: int, *, principle: str = "privacy", severity: Importance = "high", case: str = "core-{:04}"
) -> tuple[ChangedCell, ...]:
    """Return cells that newly break a principle."""
    return tuple(
        ChangedCell(
            case=case.format(place),
            candidate="1",
            principle=principle,
            severity=severity,
            old="violates",
            new="complies" if place % 7 else None,
            reference="violates",
            worse=True,
            better=False,
            for_it=2 + place % 2,
            judges=3,
        )
        for place in range(number)
    )


def make_result(story: Sequence[Counts] = STORY, **changed: Any) -> GateResult:
    """Return the result of a gate on judges; `changed` replaces fields."""
    tests = make_tests(story)
    principles = make_principles(tests)
    failed = [each for each in principles if each.outcome is Outcome.FAILED]
    undecided = [each for each in principles if each.outcome is Outcome.UNDECIDED]
    status = Status.FAILED if failed else Status.UNDECIDED if undecided else Status.PASSED
    result = GateResult(
        suite="pr-gate",
        title="Gate of pull requests",
        run="20261127-made-up",
        compares="judges",
        status=status,
        exit_code={Status.FAILED: 1, Status.UNDECIDED: 4, Status.PASSED: 0}[status],
        headline=f"Gate {status.value} on {len(failed) or len(undecided)} of {len(principles)} principles: see below.",
        reasons=tuple(f"{each.principle}: {each.reason}" for each in (*failed, *undecided)),
        principles=principles,
        tests=tests,
        floors=make_floors(),
        rules=make_rules(),
        corrected=(),
        changed=make_changed(23),
        judges=(
            JudgeChange(
                judge="close-reader",
                principle="privacy",
                measure=Measure.SENSITIVITY,
                cells=200,
                old=0.9,
                new=0.78,
            ),
        ),
        changes=("judge close-reader: version 1.3.0 became 1.4.0",),
        rules_changed=(),
        flips=(
            FlipResult(principle="", side="baseline", cells=40, pairs=400, rate=0.04),
            FlipResult(principle="help.fully", side="run", cells=10, pairs=100, rate=0.08),
        ),
        quarantined=(
            QuarantinedCells(
                case="core-0099",
                principle="*",
                reason="two readings of the law",
                owner="kim",
                until="2026-12-15",
                cells=1,
            ),
        ),
        accesses=3,
        baseline=BaselineFacts(
            path="suites/baselines/pr-gate.json",
            run="20261101-made-up",
            accepted=Accepted(
                at="2026-11-01T10:00:00Z", by="kim", reason="first one", run="20261101-made-up"
            ),
            cells=2_800,
        ),
        facts=RunFacts(
            suite_path="suites/pr-gate.yaml",
            created="2026-11-27T10:00:00Z",
            units=Counted(planned=6_480, rated=6_478, failed={"refused": 2}),
            open=0,
            failed_share=2 / 6_480,
            failed_share_limit=0.01,
            calls=1_880,
            reused=4_600,
            usd=3.12,
        ),
        alpha=ALPHA,
        margin=MARGIN,
        likely=LIKELY,
        reliability=0.7,
        least_comparable=0.9,
        slices=("topic",),
        seed=7,
        notes=("the numbers of this gate are invented",),
        evenhand="0.1.0",
        command="evenhand gate 20261127-made-up --baseline suites/baselines/pr-gate.json",
    )
    return replace(result, **changed)


def make_floors(right: int = 157, cells: int = 200, floor: float = 0.85) -> tuple[FloorResult, ...]:
    """Return one floor."""
    success = np.arange(cells) < right
    value = weighted_share(success, confidence=1 - 2 * ALPHA)
    assert isinstance(value, Estimate)
    p = share_below_p_value(success, floor)
    passed = value.interval.low >= floor
    return (
        FloorResult(
            principle="privacy",
            severity="high",
            measure=Measure.SENSITIVITY,
            slice=None,
            cells=cells,
            clusters=cells,
            floor=floor,
            value=value,
            p=p,
            p_adjusted=p,
            missing=0,
            decides=True,
            outcome=Outcome.PASSED if passed else Outcome.FAILED if p <= ALPHA else Outcome.UNDECIDED,
            reason="the sensitivity is below its floor of 85 %",
        ),
    )


def make_rules(outcome: Outcome = Outcome.FAILED) -> tuple[RuleResult, ...]:
    """Return one rule."""
    failed = outcome is Outcome.FAILED
    return (
        RuleResult(
            principle="privacy",
            severity="high",
            cells=(("core-0003", "1"),) if failed else (),
            outcome=outcome,
            reason="1 cell that passed is now failed by all judges" if failed else "no cell",
        ),
    )


def make_corrected(test: TestResult | None = None) -> CorrectedDifference:
    """Return a corrected difference, from 120 labelled items that people fail and 260 that they pass."""
    truth = np.arange(380) >= 120
    passes = truth.copy()
    passes[:12], passes[120:133] = True, False
    labelled = Labelled(passes=passes, truth=truth, weights=None, clusters=None)
    return correct(test or make_tests()[0], labelled)


def make_cells(result: GateResult, *, states: Mapping[CellState, int] | None = None) -> Iterator[CellTold]:
    """Yield what became of the cells of a result: those that changed, and some of each other state."""
    for cell in result.changed:
        state = CellState.WORSE if cell.worse else CellState.BETTER if cell.better else CellState.EQUAL
        yield CellTold(case=cell.case, candidate=cell.candidate, principle=cell.principle, state=state)
    asked = states or {
        CellState.EQUAL: 3,
        CellState.MISSING: 2,
        CellState.QUARANTINED: 1,
        CellState.NOT_COMPARABLE: 1,
    }
    for state, number in asked.items():
        for place in range(number):
            yield CellTold(
                case=f"{state.name.lower()}-{place}",
                candidate="1",
                principle="tone",
                state=state,
                reason="" if state is CellState.EQUAL else f"invented: {state.value}",
            )


@cache
def _story() -> GateResult:
    return make_result()


def made_hostile(text: str) -> GateResult:
    """Return a result in which every text that comes from a file or a model is `text`."""
    result = _story()
    group = Slice(dimension=text, value=text)
    whole = text.encode("utf-8", "replace").decode()  # a record refuses half a character
    accepted = Accepted(at=whole, by=whole or "x", reason=whole or "x", run=whole)
    baseline, facts = result.baseline, result.facts
    assert baseline is not None
    assert facts is not None
    return replace(
        result,
        suite=text,
        title=text,
        run=text,
        headline=text,
        reasons=(text, text),
        principles=(_hostile_principle(result.principles[0], text),),
        tests=tuple(replace(test, principle=text, slice=group, reason=text) for test in result.tests),
        floors=tuple(replace(floor, principle=text, reason=text) for floor in result.floors),
        rules=tuple(
            replace(rule, principle=text, cells=((text, text),), reason=text) for rule in result.rules
        ),
        corrected=(replace(make_corrected(), principle=text, reason=text),),
        changed=tuple(
            replace(
                cell,
                case=text,
                candidate=text,
                principle=text,
                old=text,
                new=text,
                reference=text,
                worse=worse,
            )
            for cell, worse in zip(result.changed[:4], (True, True, False, False), strict=True)
        ),
        judges=tuple(replace(each, judge=text, principle=text) for each in result.judges),
        changes=(text, f"judge x answered by {text}"),
        rules_changed=(text,),
        flips=tuple(replace(each, principle=text) for each in result.flips),
        quarantined=tuple(
            replace(each, case=text, principle=text, reason=text, owner=text, until=text)
            for each in result.quarantined
        ),
        baseline=replace(baseline, path=text, run=text, accepted=accepted),
        facts=replace(
            facts, suite_path=text, created=text, units=Counted(planned=3, rated=2, failed={whole: 1})
        ),
        slices=(text,),
        notes=(text,),
        evenhand=text,
        command=text,
    )


def _hostile_principle(each: PrincipleResult, text: str) -> PrincipleResult:
    return replace(each, principle=text, not_comparable={text: 2}, reason=text)
