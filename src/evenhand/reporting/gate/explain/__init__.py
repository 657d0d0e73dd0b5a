"""The arithmetic of a gate, line by line, so that every number can be derived again by hand."""

from collections.abc import Iterator

from evenhand.errors import UsageError
from evenhand.gate.asked import TOGETHER
from evenhand.gate.results import (
    CorrectedDifference,
    FloorResult,
    GateResult,
    PrincipleResult,
    RuleResult,
    TestResult,
)
from evenhand.reporting.display import one_line
from evenhand.reporting.gate.explain.beside import (
    corrected_lines,
    floor_lines,
    holm_lines,
    outcome_lines,
    rule_lines,
)
from evenhand.reporting.gate.explain.numbers import written
from evenhand.reporting.gate.explain.paired import test_lines
from evenhand.reporting.gate.wording import urgency


def explain_gate(result: GateResult, principle: str | None = None) -> tuple[str, ...]:
    """Return the arithmetic of a gate, line by line.

    Numbers have ten digits, so that they can be put into the formulas beside them and give the next one again.
    Characters that control a terminal are drawn, and no name makes a line of its own.

    Args:
        result: What the gate says.
        principle: The only principle to explain, or "all principles" for the tests of all of them together; None
            explains everything.

    Raises:
        UsageError: The gate has no such principle.
    """
    names = [each.principle for each in result.principles]
    if principle is not None and principle not in {*names, TOGETHER}:
        raise UsageError(
            f"the gate of run {result.run} has no principle {principle!r}",
            hint=f"it has {', '.join(names) or 'none'}",
        )
    return tuple(_lines(result, principle))


def _lines(result: GateResult, principle: str | None) -> Iterator[str]:
    yield from _head(result)
    yield from _principles(result, principle)
    tests = sorted((test for test in result.tests if _wanted(test, principle)), key=urgency)
    for test in tests:
        yield from test_lines(test, result)
    yield from holm_lines(result.tests, tests)
    yield from _beside(result, principle)
    yield from outcome_lines(result)


def _head(result: GateResult) -> Iterator[str]:
    yield f"gate of {one_line(result.suite)}, run {one_line(result.run)}: {result.status.value}"
    yield one_line(result.headline)
    yield f"the same again: {one_line(result.command)}"
    yield (
        f"alpha = {written(result.alpha)}, margin = {written(result.margin)}, reliability = "
        f"{written(result.reliability)}, seed {result.seed}"
    )
    yield ""


def _principles(result: GateResult, principle: str | None) -> Iterator[str]:
    for each in result.principles:
        if _wanted(each, principle):
            yield (
                f"principle {one_line(each.principle)}: {each.outcome.value}, {each.compared} of {each.of} cells of "
                f"the baseline compared. {one_line(each.reason)}"
            )
    yield ""


def _beside(result: GateResult, principle: str | None) -> Iterator[str]:
    for floor in result.floors:
        if _wanted(floor, principle):
            yield from floor_lines(floor, result)
    for rule in result.rules:
        if _wanted(rule, principle):
            yield from rule_lines(rule)
    for each in result.corrected:
        if _wanted(each, principle):
            yield from corrected_lines(each, result)


def _wanted(
    each: PrincipleResult | TestResult | FloorResult | RuleResult | CorrectedDifference, principle: str | None
) -> bool:
    return principle is None or each.principle == principle
