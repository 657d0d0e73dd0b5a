"""The report on a gate as blocks: everything a reader of the page, the summary or the Markdown report finds."""

import shlex
from collections.abc import Iterable, Iterator

from evenhand.gate.results import GateResult, Status
from evenhand.reporting.calibration.wording import plural, said
from evenhand.reporting.document import (
    Block,
    Bullets,
    Document,
    Fold,
    Paragraph,
    Section,
    Span,
    Words,
    code,
    foreign,
    words,
)
from evenhand.reporting.gate.extras import METHOD
from evenhand.reporting.gate.figures import differences_chart
from evenhand.reporting.gate.sections import background, cells, tests
from evenhand.reporting.gate.wording import TITLES

MOST_CELLS = 1_000
"""Cells of a full report that are named; the JSON report has all."""
_MOST_REASONS = 3
"""Reasons beside that of the headline that stand in the open."""


def gate_document(result: GateResult, *, most_cells: int = MOST_CELLS) -> Document:
    """Return the report on a gate."""
    sections = (
        _section("answer", "In short", _answer(result)),
        _section("tests", "Tests, floors and rules", _tests(result)),
        _section("cells", "Cells that changed", _cells(result, most_cells)),
        _section("sight", "What the tests can see", (*tests.sight(result), *tests.missing(result))),
        _section("compared", "What was compared", _compared(result)),
        _section(
            "judges",
            "Judges",
            (*tests.corrected(result), *background.judges(result), *background.flips(result)),
        ),
        _section(
            "spend", "Spend and quarantine", (*background.spend(result), *background.quarantine(result))
        ),
        _section("stamp", "Stamp", (Bullets(points=tuple(background.stamp(result))),)),
        _section("method", "How to derive it again", _method(result)),
    )
    return Document(
        title=(Span(text=f"{TITLES[result.status]}: "), foreign(result.title or result.suite)),
        subtitle=(
            words(
                "Run ",
                foreign(result.run),
                ", gate of ",
                foreign(result.suite),
                f", exit code {result.exit_code}",
            ),
        ),
        sections=tuple(section for section in sections if section.blocks),
    )


def accepting(result: GateResult) -> Iterator[Words]:
    """Yield what to do next: accept the change, derive the numbers, run it again."""
    if result.status is Status.COULD_NOT_MEASURE:
        yield words("This says nothing about the change. Run it again when what is named above is mended.")
    elif result.changed and result.facts:
        asked = f"{shlex.quote(result.facts.suite_path)} {result.run}"
        yield words(
            "Intended change? Look at it with ",
            code(f"evenhand baseline review {asked}"),
            ", accept it with ",
            code(f"evenhand baseline accept {asked} --reason TEXT"),
            ", and commit the baseline.",
        )
    yield words("Every number step by step: ", code(f"evenhand explain gate@{result.run}"), ".")
    yield words("The same again: ", code(result.command), ".")


def _section(name: str, title: str, blocks: Iterable[Block]) -> Section:
    return Section(id=name, title=title, blocks=tuple(blocks))


def _answer(result: GateResult) -> Iterator[Block]:
    yield Paragraph(words=(said(result.headline),))
    if others := [reason for reason in result.reasons if reason not in result.headline]:
        yield Bullets(points=tuple((said(reason),) for reason in others[:_MOST_REASONS]))
    if left := others[_MOST_REASONS:]:
        yield Fold(
            words=words(plural(len(left), "more reason")),
            blocks=(Bullets(points=tuple((said(reason),) for reason in left)),),
        )
    yield from background.rules_changed(result)
    yield from tests.told_table(result)
    if result.tests:
        yield differences_chart(result)
    yield from background.notes(result)


def _tests(result: GateResult) -> Iterator[Block]:
    yield from tests.all_tests(result)
    for rule in result.rules:
        yield Paragraph(words=words("Rule on ", foreign(rule.principle), ": ", said(rule.reason)))
        if rule.cells:
            cells_of = [
                words(foreign(case), ", candidate ", foreign(candidate)) for case, candidate in rule.cells
            ]
            yield Bullets(points=tuple(cells_of[:MOST_CELLS]))


def _cells(result: GateResult, most: int) -> Iterator[Block]:
    if result.changed:
        yield Paragraph(
            words=words(
                "By name only. A cell is worse where its score fell; the gate counts scores, so that a cell can "
                "change without being worse."
            ),
            tone="note",
        )
        yield cells.all_changed(result, most_rows=most)


def _compared(result: GateResult) -> Iterator[Block]:
    yield from background.changes(result)
    yield from background.not_comparable(result)
    if result.principles:
        yield background.principles_table(result)


def _method(result: GateResult) -> Iterator[Block]:
    yield Bullets(points=tuple(accepting(result)), tone="steps")
    yield Paragraph(
        words=words(
            "A test compares the same cells before and after. It passes when the lower limit of the change is above "
            "minus the margin, fails when it does not pass and its p-value, adjusted by Holm over all tests of the "
            "gate, is at most alpha, and is undecided otherwise. The gate fails when a test, a floor or a rule fails."
        ),
        extra=METHOD,
    )
    yield Bullets(points=tuple(background.cut_offs(result)))
