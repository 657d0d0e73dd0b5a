"""What decides beside the paired tests: floors, rules, corrected changes, and how all of it makes the outcome."""

import math
from collections.abc import Iterator, Sequence

from evenhand.gate.results import (
    CorrectedDifference,
    FloorResult,
    GateResult,
    RuleResult,
    Status,
    TestResult,
)
from evenhand.reporting.display import one_line
from evenhand.reporting.gate.explain.numbers import quantile, written, yes_or_no
from evenhand.reporting.gate.wording import what_is_tested_in_words
from evenhand.stats.change.noninferiority import Outcome
from evenhand.stats.estimate import Estimate


def holm_lines(tests: Sequence[TestResult], wanted: Sequence[TestResult]) -> Iterator[str]:
    """Yield Holm's adjustment over all tests, down to the last one that is wanted."""
    if not wanted:
        return
    last = max(test.rank for test in wanted)
    ordered = sorted(tests, key=lambda test: test.rank)
    yield f"Holm's adjustment over {len(tests)} tests: the p-values in order, each times the tests from it on"
    largest = 0.0
    for test in ordered[:last]:
        factor = len(tests) - test.rank + 1
        largest = max(largest, factor * test.p)
        yield (
            f"  rank {test.rank}: {written(test.p)} x {factor} = {written(factor * test.p)}, largest so far "
            f"{written(largest)}, adjusted {written(min(1.0, largest))}: "
            f"{_about(test)}"
        )
    if last < len(ordered):
        yield f"  the other {len(ordered) - last} have larger p-values and change nothing above"
    yield ""


def floor_lines(floor: FloorResult, result: GateResult) -> Iterator[str]:
    """Yield a floor step by step."""
    yield f"floor of {_about(floor)}: {floor.outcome.value}"
    yield f"  {one_line(floor.reason)}"
    known = floor.value
    n = floor.cells + floor.missing
    if isinstance(known, Estimate):
        right = round(known.value * floor.cells)
        yield f"  now: {right} of {floor.cells} right = {written(known.value)}, {floor.missing} missing"
        if floor.clusters < n:
            yield (
                f"  its {n} cells are in {floor.clusters} groups, which count as fewer independent cells; "
                f"p with every missing verdict taken as right = {written(floor.p)}"
            )
        else:
            yield from _floor_arithmetic(floor, result, right, n)
    fails = floor.p_adjusted <= result.alpha
    yield (
        f"  adjusted over {len(result.floors)} floors (Holm): {written(floor.p_adjusted)} <= alpha = "
        f"{written(result.alpha)}? {yes_or_no(holds=fails)}"
    )
    yield "  a lower limit at the floor or above passes, else an adjusted p of alpha or less fails, else undecided"
    yield ""


def _floor_arithmetic(floor: FloorResult, result: GateResult, right: int, n: int) -> Iterator[str]:
    z, worst = quantile(result.alpha), right / n
    middle = worst + z * z / (2 * n)
    root = z * math.sqrt(worst * (1 - worst) / n + z * z / (4 * n * n))
    low = (middle - root) / (1 + z * z / n) if right else 0.0
    yield (
        f"  lower limit with every missing verdict taken as wrong (Wilson, z = {written(z)}, s = {right} / {n}): "
        f"(s + z^2 / 2n - z sqrt(s (1 - s) / n + z^2 / 4n^2)) / (1 + z^2 / n) = {written(low)}; "
        f">= floor = {written(floor.floor)}? {yes_or_no(holds=low >= floor.floor)}"
    )
    yield (
        f'  p of "at the floor or above" with every missing verdict taken as right: the normal tail at '
        f"(({right} + {floor.missing}) / {n} - {written(floor.floor)}) / sqrt({written(floor.floor)} x "
        f"{written(1 - floor.floor)} / {n}) = {written(floor.p)}"
    )


def rule_lines(rule: RuleResult) -> Iterator[str]:
    """Yield a rule with the cells that break it."""
    yield f"rule on {one_line(rule.principle)}, no statistics: {rule.outcome.value}"
    yield f"  {one_line(rule.reason)}"
    for case, candidate in rule.cells:
        yield f"  cell {one_line(case)}, candidate {one_line(candidate)}"
    yield ""


def corrected_lines(each: CorrectedDifference, result: GateResult) -> Iterator[str]:
    """Yield a corrected difference step by step."""
    yield f"change of {one_line(each.principle)} corrected for the panel's errors: {each.outcome.value}"
    yield f"  {one_line(each.reason)}"
    test = next(
        (test for test in result.tests if test.principle == each.principle and test.slice is None), None
    )
    parts = (each.sensitivity, each.specificity, each.corrected)
    if test is not None and all(isinstance(part, Estimate) for part in parts):
        yield from (f"  {line}" for line in _corrected_steps(each, test))
    yield ""


def _corrected_steps(each: CorrectedDifference, test: TestResult) -> Iterator[str]:
    assert isinstance(each.sensitivity, Estimate)
    assert isinstance(each.specificity, Estimate)
    assert isinstance(each.corrected, Estimate)
    se, sp = each.sensitivity, each.specificity
    youden = se.value + sp.value - 1
    down = math.hypot(se.value - se.interval.low, sp.value - sp.interval.low)
    up = math.hypot(se.interval.high - se.value, sp.interval.high - sp.value)
    yield (
        f"J = sensitivity + specificity - 1 = {written(se.value)} + {written(sp.value)} - 1 = {written(youden)}, "
        f"from {each.labelled} human labels"
    )
    yield f"change = apparent / J = {written(each.apparent)} / {written(youden)} = {written(each.corrected.value)}"
    yield (
        "limits of J: the distances of both shares to their limits, squared, added, and the root of it: "
        f"{written(down)} down and {written(up)} up"
    )
    yield (
        "lower limit = -r, r the largest number with r J + apparent = sqrt((apparent - L)^2 + r^2 d^2), where L is the "
        "lower limit of the verdicts' change, and d is the way down if r > 0, else the way up; at least -1"
    )
    limits = test.difference.interval.low if isinstance(test.difference, Estimate) else each.apparent
    low = min(limits, limits if test.low is None else test.low)
    yield _ratio(each.apparent, low, youden, down, up, test.margin)
    if test.worst is not None and test.worst.low is not None:
        yield "with every missing verdict taken against the new side it must hold too:"
        yield _ratio(test.worst.new - test.worst.old, test.worst.low, youden, down, up, test.margin)


def _ratio(apparent: float, low: float, youden: float, down: float, up: float, margin: float) -> str:
    """Return the equation of the lower limit with the numbers put in."""

    def gap(r: float) -> float:
        return r * youden + apparent - math.hypot(apparent - low, r * (down if r > 0 else up))

    below, above = -1.0 / youden - 1, 1.0
    while gap(above) < 0:
        above *= 2
    for _ in range(200):
        middle = (below + above) / 2
        below, above = (middle, above) if gap(middle) < 0 else (below, middle)
    limit = max(-1.0, -above)
    return (
        f"  apparent = {written(apparent)}, L = {written(low)}: r = {written(above)}, lower limit = {written(limit)}; "
        f"> -margin = {written(-margin)}? {yes_or_no(holds=limit > -margin)}"
    )


def outcome_lines(result: GateResult) -> Iterator[str]:
    """Yield how everything makes the outcome and the exit code."""
    failed = [
        *(_about(each) for each in result.tests if _failed(each)),
        *(f"floor of {_about(each)}" for each in result.floors if _failed(each)),
        *(f"rule on {one_line(each.principle)}" for each in result.rules if _failed(each)),
    ]
    blocking = [each for each in result.principles if each.outcome is Outcome.UNDECIDED and each.blocks]
    warning = [each for each in result.principles if each.outcome is Outcome.UNDECIDED and not each.blocks]
    yield "from these to the outcome, the first that holds:"
    yield f"  could not measure (3): {yes_or_no(holds=result.status is Status.COULD_NOT_MEASURE)}"
    if result.status is Status.COULD_NOT_MEASURE:
        yield from (f"    {one_line(reason)}" for reason in result.reasons)
    yield f"  failed (1), where a test, a floor or a rule failed: {len(failed)} did"
    yield from (f"    {each}" for each in failed)
    yield f"  undecided (4), where a principle that blocks is undecided: {len(blocking)} are"
    yield from (f"    {one_line(each.principle)}: {one_line(each.reason)}" for each in blocking)
    if warning:
        yield f"    {len(warning)} more are undecided, and the suite lets that pass with a warning"
    yield "  passed (0), otherwise"
    yield f"outcome: {result.status.value}, exit code {result.exit_code} (before --undecided and --exit-zero)"


def _failed(each: TestResult | FloorResult | RuleResult) -> bool:
    return each.outcome is Outcome.FAILED


def _about(each: TestResult | FloorResult) -> str:
    return what_is_tested_in_words(each.principle, each.measure, each.slice)
