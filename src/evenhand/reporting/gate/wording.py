"""Words, numbers and orders that all reports of a gate share."""

from typing import Final

from evenhand.gate.asked import TOGETHER
from evenhand.gate.results import (
    FloorResult,
    GateResult,
    Measure,
    PrincipleResult,
    Slice,
    Status,
    TestResult,
    Tier,
)
from evenhand.records.baseline import Said
from evenhand.records.constitution import Importance
from evenhand.reporting.display import count, one_line, percent
from evenhand.reporting.document import Cell, Span, Words, foreign, words
from evenhand.reporting.sections.cells import foreign_cell, text_cell
from evenhand.stats.change.noninferiority import Outcome
from evenhand.stats.estimate import Estimate, Measured

_GRAVITY: Final[dict[Importance, int]] = {"critical": 0, "high": 1, "medium": 2, "low": 3}
_URGENCY: Final = {Outcome.FAILED: 0, Outcome.UNDECIDED: 1, Outcome.PASSED: 2}
TITLES: Final = {
    Status.PASSED: "Gate passed",
    Status.FAILED: "Gate failed",
    Status.UNDECIDED: "Gate undecided",
    Status.COULD_NOT_MEASURE: "Gate could not measure",
}
"""A status as the first words of a report."""
TONES: Final = {
    Outcome.PASSED: "trust-checks",
    Outcome.FAILED: "trust-no",
    Outcome.UNDECIDED: "trust-open",
}
"""Class of each outcome."""


# -- Order and choice ------------------------------------------------------------------------------


def gravity(severity: Importance) -> int:
    """Return the place of a severity, the gravest first."""
    return _GRAVITY[severity]


def urgency(each: TestResult | FloorResult) -> tuple[int, bool, int, bool, str, str, str]:
    """Return what tests and floors are ordered by: what failed, what leaves the gate open, then the gravest."""
    return (
        _URGENCY[each.outcome],
        each.outcome is Outcome.UNDECIDED and not each.decides,
        gravity(each.severity),
        each.principle == TOGETHER,
        each.principle,
        each.measure.value,
        str(each.slice or ""),
    )


def is_quiet(test: TestResult) -> bool:
    """Tell whether nothing is to be said of a test: it passed, and nothing moved."""
    return test.outcome is Outcome.PASSED and test.tier is Tier.STABLE


def tests_and_floors(result: GateResult) -> tuple[TestResult | FloorResult, ...]:
    """Return what is decided by numbers."""
    return (*result.tests, *result.floors)


def told_tests(result: GateResult) -> tuple[TestResult, ...]:
    """Return the tests that are worth a line, the most urgent first."""
    return tuple(sorted((test for test in result.tests if not is_quiet(test)), key=urgency))


def quiet_principles(result: GateResult) -> int:
    """Return how many principles passed without anything to be said of them."""
    loud = {test.principle for test in result.tests if not is_quiet(test)}
    return sum(
        each.outcome is Outcome.PASSED and each.tier is Tier.STABLE and each.principle not in loud
        for each in result.principles
    )


def failing_principles(result: GateResult) -> frozenset[str]:
    """Return the principles that fail by a test, a floor or a rule; all of them where they fail together."""
    parts: tuple[PrincipleResult | TestResult | FloorResult, ...] = (
        *result.principles,
        *result.tests,
        *result.floors,
    )
    failed = {each.principle for each in parts if each.outcome is Outcome.FAILED}
    failed |= {rule.principle for rule in result.rules if rule.outcome is Outcome.FAILED}
    return frozenset(
        failed | {each.principle for each in result.principles} if TOGETHER in failed else failed
    )


# -- Words -----------------------------------------------------------------------------------------


def label(answer: Said) -> Span:
    """Return what was said of a cell."""
    if answer is None:
        return Span(text="undecided")
    return Span(text="missing") if answer is False else foreign(answer)


def label_cell(answer: Said) -> Cell:
    """Return a cell with what was said of a cell."""
    return Cell(words=(label(answer),))


def principle_span(name: str) -> Span:
    """Return the name of a principle, or what all of them together are called."""
    return Span(text=TOGETHER) if name == TOGETHER else foreign(name)


def principle_cell(name: str) -> Cell:
    """Return a cell with the name of a principle."""
    return Cell(words=(principle_span(name),))


def slice_cell(group: Slice | None) -> Cell:
    """Return a cell with a group of cases."""
    return foreign_cell(str(group)) if group else text_cell("all")


def outcome_text(outcome: Outcome, tier: Tier | None = None) -> str:
    """Return an outcome with the word beside it, where that says more."""
    beside = f" ({tier.value})" if tier and tier.value != outcome.value else ""
    return f"{outcome.value}{beside}"


def outcome_cell(outcome: Outcome, tier: Tier | None = None) -> Cell:
    """Return a cell with an outcome."""
    return Cell(words=words(outcome_text(outcome, tier)), tone=TONES[outcome])


def what_is_tested(principle: str, measure: Measure, group: Slice | None) -> Words:
    """Return what a test is about."""
    where = (Span(text=" on "), foreign(str(group))) if group else ()
    return (principle_span(principle), Span(text=f", {measure.value}"), *where)


def what_is_tested_in_words(principle: str, measure: Measure, group: Slice | None) -> str:
    """Return what a test is about, for places that show plain text only."""
    where = f" on {one_line(str(group))}" if group else ""
    return f"{one_line(principle)}, {measure.value}{where}"


# -- Numbers ---------------------------------------------------------------------------------------


def share(value: float | None) -> str:
    """Return a mean of scores."""
    return "none" if value is None else percent(value)


def points(value: float | None) -> str:
    """Return a size in points."""
    return "none" if value is None else f"{100 * value:.1f}"


def signed_points(value: float) -> str:
    """Return a change in points."""
    return f"{100 * value:+.1f}"


def change(measured: Measured) -> str:
    """Return a change in points with its limits, or why there is none."""
    if not isinstance(measured, Estimate):
        return f"none: {measured.reason}"
    low, high = measured.interval.low, measured.interval.high
    return f"{signed_points(measured.value)} ({signed_points(low)} to {signed_points(high)})"


def change_cell(measured: Measured) -> Cell:
    """Return a cell with a change in points, its limits and n."""
    return _change_cell(measured, f"n = {count(measured.n)}")


def tested_change_cell(test: TestResult) -> Cell:
    """Return a cell with the change of a test in points, its limits, cells, and groups where cells share them."""
    groups = f" in {count(test.clusters)} groups" if test.clusters < test.cells else ""
    return _change_cell(test.difference, f"n = {count(test.cells)}{groups}")


def _change_cell(measured: Measured, n: str) -> Cell:
    if not isinstance(measured, Estimate):
        return Cell(words=(), detail=f"{n}, {measured.reason}")
    low, high = signed_points(measured.interval.low), signed_points(measured.interval.high)
    return Cell(words=words(signed_points(measured.value)), detail=f"{low} to {high}, {n}")


def p_value(p: float) -> str:
    """Return a p-value to three places."""
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def confidence(alpha: float) -> str:
    """Return what an interval whose limits are one-sided at `alpha` is called."""
    return f"{100 * (1 - 2 * alpha):.3g} %"
