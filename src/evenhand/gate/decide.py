"""The outcome of a gate: from its tests, floors and rules to one word, one sentence and one exit code."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from evenhand.calibration.words import count, listed
from evenhand.gate.asked import TOGETHER
from evenhand.gate.cells import GateTable, PairedCells
from evenhand.gate.comparable import could_hide, too_little
from evenhand.gate.corrected import Labelled, correct
from evenhand.gate.floors import decide_floors
from evenhand.gate.paired_tests import decide_tests
from evenhand.gate.results import (
    BaselineFacts,
    CorrectedDifference,
    FloorResult,
    GateResult,
    PrincipleResult,
    QuarantinedCells,
    RuleResult,
    RunFacts,
    Status,
    TestResult,
    Tier,
)
from evenhand.gate.told import changed_cells, flip_results, judge_changes
from evenhand.gate.words import fall, measured, subject
from evenhand.gate.zero_tolerance import decide_rules
from evenhand.records.gate import GateSpec
from evenhand.stats.change.noninferiority import Outcome

EXIT_CODES: Final[Mapping[Status, int]] = {
    Status.PASSED: 0,
    Status.FAILED: 1,
    Status.COULD_NOT_MEASURE: 3,
    Status.UNDECIDED: 4,
}
"""What each status means for a script."""
_ORDER: Final = ("critical", "high", "medium", "low")
_UNCHANGED: Final = "nothing changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What a gate is told beside the cells."""

    suite: str
    title: str
    run: str
    baseline: BaselineFacts | None
    facts: RunFacts | None
    evenhand: str
    command: str
    seed: int = 0
    broken: tuple[str, ...] = ()
    """Why the run could not be measured: it has not ended, too many ratings failed, a judge was a mixed instrument."""
    notes: tuple[str, ...] = ()
    quarantined: tuple[QuarantinedCells, ...] = ()
    accesses: int = 0
    labelled: Mapping[str, Labelled] | None = None
    """What the panel's errors are known by, by principle; where candidates are compared."""


def decide_gate(table: GateTable, spec: GateSpec, told: Circumstances) -> GateResult:
    """Return what a gate says of a run.

    Could not measure goes before failed: where ratings are missing over the limit nobody is told of a regression.
    Failed: a test, a floor or a rule failed. Undecided: none did, and a principle that blocks is undecided.
    Passed: else.
    """
    tests = decide_tests(table, spec, seed=told.seed)
    floors = decide_floors(table, spec)
    rules = tuple(decide_rules(table, spec))
    corrected = tuple(_corrected(tests, told.labelled or {}))
    decided = _Decided(tests=tests, floors=floors, rules=rules, corrected=corrected)
    principles = tuple(_principle(cells, spec, decided) for cells in table.principles)
    return _assemble(table, spec, told, decided, principles)


def not_measured(spec: GateSpec, told: Circumstances) -> GateResult:
    """Return the result of a gate that has nothing to compare: the run or its baseline could not be had."""
    return _assemble(None, spec, told, _Decided(), ())


def _assemble(
    table: GateTable | None,
    spec: GateSpec,
    told: Circumstances,
    decided: "_Decided",
    principles: tuple[PrincipleResult, ...],
) -> GateResult:
    status = _status(told.broken, principles, decided.tests)
    reasons = tuple(_reasons(told.broken, principles, decided))
    return GateResult(
        suite=told.suite,
        title=told.title,
        run=told.run,
        compares=spec.compares,
        status=status,
        exit_code=EXIT_CODES[status],
        headline=_headline(status, principles, reasons, table),
        reasons=reasons,
        principles=principles,
        tests=decided.tests,
        floors=decided.floors,
        rules=decided.rules,
        corrected=decided.corrected,
        changed=changed_cells(table, spec) if table else (),
        judges=tuple(judge_changes(table, spec)) if table else (),
        changes=table.changes if table else (),
        rules_changed=table.rules_changed if table else (),
        flips=tuple(flip_results(table)) if table else (),
        quarantined=told.quarantined,
        accesses=told.accesses,
        baseline=told.baseline,
        facts=told.facts,
        alpha=spec.alpha,
        margin=spec.margin,
        likely=spec.likely,
        reliability=spec.reliability,
        least_comparable=spec.least_comparable,
        slices=spec.slices,
        seed=told.seed,
        notes=told.notes,
        evenhand=told.evenhand,
        command=told.command,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Decided:
    tests: tuple[TestResult, ...] = ()
    floors: tuple[FloorResult, ...] = ()
    rules: tuple[RuleResult, ...] = ()
    corrected: tuple[CorrectedDifference, ...] = ()


def _corrected(tests: Sequence[TestResult], labelled: Mapping[str, Labelled]) -> list[CorrectedDifference]:
    return [
        correct(test, labelled[test.principle])
        for test in tests
        if test.slice is None and test.principle in labelled and test.cells
    ]


# -- Principles --------------------------------------------------------------------------------------


def _principle(cells: PairedCells, spec: GateSpec, decided: _Decided) -> PrincipleResult:
    outcome, tier, reason = _of_principle(cells, spec, decided)
    return PrincipleResult(
        principle=cells.principle,
        severity=cells.severity,
        outcome=outcome,
        tier=tier,
        compared=cells.n - int(cells.quarantined.sum()),
        of=cells.of - int(cells.quarantined.sum()),
        not_comparable=cells.not_comparable,
        fresh=len(cells.fresh),
        quarantined=int(cells.quarantined.sum()),
        blocks=spec.blocks(cells.severity),
        reason=reason,
    )


def _of_principle(cells: PairedCells, spec: GateSpec, decided: _Decided) -> tuple[Outcome, Tier, str]:
    tests = [test for test in decided.tests if test.principle == cells.principle]
    floors = [floor for floor in decided.floors if floor.principle == cells.principle]
    rules = [rule for rule in decided.rules if rule.principle == cells.principle]
    corrected = [each for each in decided.corrected if each.principle == cells.principle]
    failed = [
        *(fall(test) for test in tests if test.outcome is Outcome.FAILED),
        *(_floor_words(floor) for floor in floors if floor.outcome is Outcome.FAILED),
        *(rule.reason for rule in rules if rule.outcome is Outcome.FAILED),
    ]
    if failed:
        return Outcome.FAILED, Tier.REGRESSION, _first_of(failed)
    if why := too_little(cells, spec):
        return Outcome.UNDECIDED, Tier.NOT_COMPARABLE, why
    weighing = [test for test in tests if test.slice is None or spec.slices_must_pass or test.could_fail]
    open_tests = [test for test in weighing if test.outcome is Outcome.UNDECIDED]
    undecided = [
        *(f"on {measured(test.measure, test.slice)}, {test.reason}" for test in open_tests),
        *(each.reason for each in corrected if each.outcome is Outcome.UNDECIDED and not open_tests),
        *(
            f"on {measured(floor.measure, floor.slice)}, {floor.reason}"
            for floor in floors
            if floor.outcome is Outcome.UNDECIDED
            and (floor.slice is None or spec.slices_must_pass or floor.could_fail)
        ),
        *(rule.reason for rule in rules if rule.outcome is Outcome.UNDECIDED),
    ]
    if undecided or not tests:
        tiers = [test.tier for test in open_tests]
        tier = next((each for each in _WORST_FIRST if each in tiers), Tier.UNDECIDED)
        words = _first_of(undecided) if undecided else "its scale gives nothing to compare"
        return Outcome.UNDECIDED, tier, words
    if why := could_hide(cells, tests):
        return Outcome.UNDECIDED, Tier.NOT_COMPARABLE, why
    better = all(test.tier is Tier.IMPROVEMENT for test in tests if test.slice is None)
    return Outcome.PASSED, Tier.IMPROVEMENT if better else Tier.STABLE, _passed_words(weighing)


_WORST_FIRST: Final = (Tier.LIKELY, Tier.UNRELIABLE, Tier.WATCH)


def _first_of(reasons: Sequence[str]) -> str:
    more = f" (and {count(len(reasons) - 1, 'more reason')})" if len(reasons) > 1 else ""
    return f"{reasons[0]}{more}"


def _passed_words(tests: Sequence[TestResult]) -> str:
    if all(test.same for test in tests):
        return _UNCHANGED
    names = listed([f"{test.measure.value}" for test in tests if test.slice is None])
    margin = max(test.margin for test in tests)
    return f"no drop of {100 * margin:.1f} points of {names}"


def _floor_words(floor: FloorResult) -> str:
    return f"{subject(floor.principle, floor.measure, floor.slice)}: {floor.reason}"


# -- The gate ----------------------------------------------------------------------------------------


def _status(
    broken: Sequence[str], principles: Sequence[PrincipleResult], tests: Sequence[TestResult]
) -> Status:
    if broken:
        return Status.COULD_NOT_MEASURE
    outcomes = {*(each.outcome for each in principles), *(each.outcome for each in tests)}
    if Outcome.FAILED in outcomes:
        return Status.FAILED
    if any(each.outcome is Outcome.UNDECIDED and each.blocks for each in principles) or _open_together(tests):
        return Status.UNDECIDED
    return Status.PASSED


def _open_together(tests: Sequence[TestResult]) -> list[TestResult]:
    """Return the tests over all principles that leave the gate undecided: missing verdicts could fail them."""
    return [test for test in tests if test.principle == TOGETHER and test.could_fail and test.decides]


def _reasons(broken: Sequence[str], principles: Sequence[PrincipleResult], decided: _Decided) -> list[str]:
    by_severity = sorted(principles, key=lambda each: _ORDER.index(each.severity))
    return [
        *broken,
        *(each.reason for each in by_severity if each.outcome is Outcome.FAILED),
        *(
            fall(test)
            for test in decided.tests
            if test.principle == TOGETHER and test.outcome is Outcome.FAILED
        ),
        *(
            _undecided_words(each)
            for each in by_severity
            if each.outcome is Outcome.UNDECIDED and each.blocks
        ),
        *(
            f"{subject(test.principle, test.measure, None)}: {test.reason}"
            for test in _open_together(decided.tests)
        ),
        *(
            _undecided_words(each)
            for each in by_severity
            if each.outcome is Outcome.UNDECIDED and not each.blocks
        ),
        *_undecided_slices(decided.tests),
    ]


def _undecided_words(each: PrincipleResult) -> str:
    return f"{each.principle} is undecided{'' if each.blocks else ' (a warning)'}: {each.reason}"


def _undecided_slices(tests: Sequence[TestResult]) -> list[str]:
    slices = [test for test in tests if test.slice is not None]
    undecided = sum(test.outcome is Outcome.UNDECIDED and not test.decides for test in slices)
    return (
        [f"{undecided:,} of {count(len(slices), 'test')} of slices could not be decided"] if undecided else []
    )


_Words = Callable[[Sequence[PrincipleResult], Sequence[str]], str]


def _failed_words(principles: Sequence[PrincipleResult], reasons: Sequence[str]) -> str:
    failed = sum(each.outcome is Outcome.FAILED for each in principles)
    where = f" on {count(failed, 'principle')}" if failed else ""
    return f"Gate failed{where}: {reasons[0]}"


def _open_words(principles: Sequence[PrincipleResult], reasons: Sequence[str]) -> str:
    undecided = sum(each.outcome is Outcome.UNDECIDED and each.blocks for each in principles)
    where = f" on {undecided:,} of {count(len(principles), 'principle')}" if undecided else ""
    return f"Gate undecided{where}: {reasons[0]}"


def _fine_words(principles: Sequence[PrincipleResult], _reasons: Sequence[str]) -> str:
    undecided = sum(each.outcome is Outcome.UNDECIDED for each in principles)
    what = (
        "nothing changed"
        if all(each.reason == _UNCHANGED for each in principles)
        else "no drop beyond the margin"
    )
    warned = f", {undecided:,} undecided and let pass by the suite" if undecided else ""
    return f"Gate passed: {what} on {count(len(principles) - undecided, 'principle')}{warned}"


def _broken_words(_principles: Sequence[PrincipleResult], reasons: Sequence[str]) -> str:
    return f"Could not measure: {reasons[0]}"


def _headline(
    status: Status, principles: Sequence[PrincipleResult], reasons: Sequence[str], table: GateTable | None
) -> str:
    said = _HEADLINES[status](principles, reasons)
    if status is not Status.PASSED or table is None:
        return said
    return "; ".join([said, *_left_out(principles, table)])


def _left_out(principles: Sequence[PrincipleResult], table: GateTable) -> Iterator[str]:
    """Yield what a gate that passed did not look at, or looked at by other rules."""
    apart = sum(sum(each.not_comparable.values()) for each in principles)
    held = sum(each.quarantined for each in principles)
    if apart:
        yield f"{count(apart, 'cell')} of the baseline could not be compared"
    if held:
        yield f"{count(held, 'cell')} in quarantine decided nothing"
    if table.rules_changed:
        yield "what decides this gate changed since the baseline was accepted"


_HEADLINES: Final[Mapping[Status, _Words]] = {
    Status.PASSED: _fine_words,
    Status.FAILED: _failed_words,
    Status.UNDECIDED: _open_words,
    Status.COULD_NOT_MEASURE: _broken_words,
}
