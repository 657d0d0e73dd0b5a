"""Tests, floors and rules, what the tests could see, and what missing verdicts could have done."""

from collections.abc import Iterator, Sequence

from evenhand.gate.results import Bound, FloorResult, GateResult, TestResult
from evenhand.reporting.calibration.wording import plural, said
from evenhand.reporting.display import count, percent_parts
from evenhand.reporting.document import Block, Bullets, Cell, Fold, Paragraph, Table, Words, foreign, words
from evenhand.reporting.gate.extras import ALL_TESTS, CORRECTED, MISSING, SEEN
from evenhand.reporting.gate.wording import (
    change,
    change_cell,
    confidence,
    outcome_cell,
    outcome_text,
    p_value,
    points,
    principle_cell,
    quiet_principles,
    share,
    signed_points,
    slice_cell,
    tested_change_cell,
    told_tests,
    urgency,
    what_is_tested,
)
from evenhand.reporting.sections.cells import columns, count_cell, foreign_cell, text_cell
from evenhand.stats.change.noninferiority import Outcome


def told_table(result: GateResult, *, most_shown: int | None = None) -> Iterator[Block]:
    """Yield the table of the tests that are worth a line, and how many principles are not in it.

    Args:
        result: What the gate says.
        most_shown: Tests that stand in the open; the others are folded away. None shows all.
    """
    if tests := told_tests(result):
        yield _tests_table("What moved, or could not be decided", tests[:most_shown], result.alpha)
        if rest := tests[len(tests[:most_shown]) :]:
            yield Fold(
                words=words(f"{plural(len(rest), 'more test')} that moved or could not be decided"),
                blocks=(_tests_table("The others", rest, result.alpha),),
                extra=ALL_TESTS,
            )
    if quiet := quiet_principles(result):
        more = "more " if tests else ""
        yield Paragraph(words=words(f"{plural(quiet, f'{more}principle')} unchanged."))
    yield from _floors_and_rules(result)


def all_tests(result: GateResult) -> Iterator[Block]:
    """Yield every test with its reason, and every floor."""
    if result.tests:
        ordered = sorted(result.tests, key=urgency)
        yield _tests_table("All tests", ordered, result.alpha, extra=ALL_TESTS)
        yield Fold(
            words=words("The same in words"),
            blocks=(Bullets(points=tuple(_in_words(each) for each in ordered)),),
            extra=ALL_TESTS,
        )
    if result.floors:
        yield _floors_table(result)


def sight(result: GateResult) -> Iterator[Fold]:
    """Yield what the tests could see: the smallest drop, and the cells it takes to see the margin."""
    if not result.tests:
        return
    seeing = sum(test.sees_margin for test in result.tests)
    rows = sorted(result.tests, key=lambda test: (test.sees_margin, *urgency(test)))
    note = (
        "A test sees a drop if its adjusted p-value would be at most alpha with a chance of 80 % when the drop is "
        "there. One that does not see its margin can stay undecided whatever the judges did; more cells would help."
    )
    yield Fold(
        words=words(f"Can these tests see their margin? {count(seeing)} of {count(len(rows))} can"),
        blocks=(
            Table(
                caption=words("Smallest drop each test would see, and cells it takes"),
                columns=(
                    *columns("Principle", "Measure", "Slice"),
                    *columns("Cells", "Smallest drop", "Margin", "Cells needed", numbers=4),
                ),
                rows=tuple(_sight_row(test) for test in rows),
            ),
            Paragraph(words=words(note), tone="note"),
        ),
        extra=SEEN,
    )


def missing(result: GateResult) -> Iterator[Fold]:
    """Yield what missing verdicts could have done."""
    tests = [test for test in sorted(result.tests, key=urgency) if test.missing_old or test.missing_new]
    if not tests:
        return
    now, then = (
        sum(getattr(test, name) for test in tests if test.slice is None)
        for name in ("missing_new", "missing_old")
    )
    note = (
        "A test passes only if it passes with every missing verdict taken against the new side, and fails only if it "
        "fails with every one taken for it."
    )
    yield Fold(
        words=words(f"Missing verdicts: {count(now)} now, {count(then)} before, because ratings failed"),
        blocks=(
            Table(
                caption=words("What missing verdicts could have done"),
                columns=(
                    *columns("Principle", "Measure", "Slice"),
                    *columns("Missing before", "Missing now", numbers=2),
                    *columns("All against the new side", "All for the new side"),
                ),
                rows=tuple(_missing_row(test) for test in tests),
            ),
            Paragraph(words=words(note), tone="note"),
        ),
        extra=MISSING,
    )


def corrected(result: GateResult) -> Iterator[Fold]:
    """Yield changes of pass rates after correction for the panel's errors."""
    if not result.corrected:
        return
    yield Fold(
        words=words("Could the judges be wrong here? Changes corrected by human labels"),
        blocks=(
            Table(
                caption=words("Change of the pass rate that people would see"),
                columns=(
                    *columns("Principle"),
                    *columns("Labels", "Sensitivity", "Specificity", "By the judges", "Corrected", numbers=5),
                    *columns("Outcome", "In words"),
                ),
                rows=tuple(
                    (
                        foreign_cell(each.principle),
                        count_cell(each.labelled),
                        _share_cell(*percent_parts(each.sensitivity)),
                        _share_cell(*percent_parts(each.specificity)),
                        text_cell(signed_points(each.apparent)),
                        change_cell(each.corrected),
                        outcome_cell(each.outcome),
                        Cell(words=(said(each.reason),)),
                    )
                    for each in result.corrected
                ),
            ),
        ),
        extra=CORRECTED,
    )


# -- Rows ------------------------------------------------------------------------------------------


def _tests_table(caption: str, tests: Sequence[TestResult], alpha: float, *, extra: str = "") -> Table:
    return Table(
        caption=words(caption),
        columns=(
            *columns("Principle", "Measure", "Slice", "Severity"),
            *columns(
                "Before",
                "Now",
                f"Change in points ({confidence(alpha)} interval)",
                "Adjusted p",
                "Smallest detectable drop",
                numbers=5,
            ),
            *columns("Outcome"),
        ),
        rows=tuple(_test_row(test) for test in tests),
        extra=extra,
    )


def _test_row(test: TestResult) -> tuple[Cell, ...]:
    return (
        principle_cell(test.principle),
        text_cell(test.measure.value),
        slice_cell(test.slice),
        text_cell(test.severity),
        text_cell(share(test.old)),
        text_cell(share(test.new)),
        tested_change_cell(test),
        text_cell(p_value(test.p_adjusted)),
        text_cell(points(test.detectable)),
        outcome_cell(test.outcome, test.tier),
    )


def _in_words(test: TestResult) -> Words:
    return (*what_is_tested(test.principle, test.measure, test.slice), *words(": ", said(test.reason)))


def _sight_row(test: TestResult) -> tuple[Cell, ...]:
    needed = "none" if test.cells_needed is None else count(test.cells_needed)
    return (
        principle_cell(test.principle),
        text_cell(test.measure.value),
        slice_cell(test.slice),
        count_cell(test.cells),
        text_cell(points(test.detectable)),
        text_cell(points(test.margin)),
        text_cell(needed),
    )


def _missing_row(test: TestResult) -> tuple[Cell, ...]:
    return (
        principle_cell(test.principle),
        text_cell(test.measure.value),
        slice_cell(test.slice),
        count_cell(test.missing_old),
        count_cell(test.missing_new),
        _bound_cell(test.worst),
        _bound_cell(test.best),
    )


def _bound_cell(bound: Bound | None) -> Cell:
    if bound is None:
        return text_cell("as it is")
    low = "" if bound.low is None else f", lower limit {signed_points(bound.low)}"
    moved = f"{share(bound.old)} to {share(bound.new)}{low}, adjusted p {p_value(bound.p_adjusted)}"
    return Cell(words=words(f"{moved}: {outcome_text(bound.outcome)}"))


def _share_cell(value: str, detail: str) -> Cell:
    return Cell(words=words(value) if value else (), detail=detail)


# -- Floors and rules ------------------------------------------------------------------------------


def _floors_and_rules(result: GateResult) -> Iterator[Block]:
    floors = [each for each in sorted(result.floors, key=urgency) if each.outcome is not Outcome.PASSED]
    rules = [each for each in result.rules if each.outcome is not Outcome.PASSED]
    points_of = [
        *(words("Rule, no statistics: ", foreign(each.principle), ": ", said(each.reason)) for each in rules),
        *(
            words(
                "Floor: ", *what_is_tested(each.principle, each.measure, each.slice), ": ", said(each.reason)
            )
            for each in floors
        ),
    ]
    if points_of:
        yield Bullets(points=tuple(points_of))
    elif result.floors or result.rules:
        held = [
            plural(len(each), name)
            for name, each in (("floor", result.floors), ("rule", result.rules))
            if each
        ]
        yield Paragraph(words=words(f"{' and '.join(held)} kept."))


def _floors_table(result: GateResult) -> Table:
    return Table(
        caption=words("All floors"),
        columns=(
            *columns("Principle", "Measure", "Slice"),
            *columns(
                "Floor", f"Now ({confidence(result.alpha)} interval)", "Adjusted p", "Missing", numbers=4
            ),
            *columns("Outcome", "In words"),
        ),
        rows=tuple(_floor_row(each) for each in sorted(result.floors, key=urgency)),
        extra=ALL_TESTS,
    )


def _floor_row(each: FloorResult) -> tuple[Cell, ...]:
    return (
        foreign_cell(each.principle),
        text_cell(each.measure.value),
        slice_cell(each.slice),
        text_cell(share(each.floor)),
        _share_cell(*percent_parts(each.value)),
        text_cell(p_value(each.p_adjusted)),
        count_cell(each.missing),
        outcome_cell(each.outcome),
        Cell(words=(said(each.reason),)),
    )


def change_in_words(test: TestResult) -> str:
    """Return a test in one plain sentence."""
    return (
        f"{share(test.old)} before, {share(test.new)} now, change in points {change(test.difference)}, "
        f"adjusted p {p_value(test.p_adjusted)}, smallest detectable drop {points(test.detectable)}: "
        f"{outcome_text(test.outcome, test.tier)}"
    )
