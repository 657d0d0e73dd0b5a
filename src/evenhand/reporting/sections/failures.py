"""Failed ratings by kind and judge."""

from collections.abc import Iterator

from evenhand.records.rating import FailureKind, Order
from evenhand.reporting.document import Block, Cell, Paragraph, Section, Table, words
from evenhand.reporting.extras import EXAMPLES
from evenhand.reporting.sections.cells import columns, count_cell, foreign_cell, percent_cell, text_cell
from evenhand.reporting.summary import FailureExample, JudgeFailures, RunSummary


def failures_section(summary: RunSummary) -> Section:
    """Return the section on ratings without a readable answer."""
    kinds = tuple(summary.conservation.failed)
    if not kinds:
        blocks: tuple[Block, ...] = (Paragraph(words=words("No rating failed.")),)
        return Section(id="failed", title="Failed ratings", blocks=blocks)
    table = Table(
        caption=words("Failed ratings by judge and kind"),
        columns=(
            *columns("Judge"),
            *columns(*(kind.value for kind in kinds), "Share of its ratings", numbers=len(kinds) + 1),
        ),
        rows=tuple(_row(each, kinds) for each in summary.failures),
    )
    return Section(id="failed", title="Failed ratings", blocks=(table, *_examples(summary)))


def _row(each: JudgeFailures, kinds: tuple[FailureKind, ...]) -> tuple[Cell, ...]:
    counts = {group.kind: group.count for group in each.groups}
    cells = (count_cell(counts.get(kind, 0)) for kind in kinds)
    return (foreign_cell(each.judge), *cells, percent_cell(each.share))


def _examples(summary: RunSummary) -> Iterator[Block]:
    rows = tuple(
        (
            foreign_cell(example.item),
            foreign_cell(group.judge),
            text_cell(group.kind.value + _asking(example)),
            foreign_cell(example.detail.text + ("…" if example.detail.left_out else "")),
        )
        for each in summary.failures
        for group in each.groups
        for example in group.examples
    )
    yield Table(
        caption=words("Examples: the first three of each kind and judge"),
        columns=columns("Item", "Judge", "Kind", "What was seen"),
        rows=rows,
        extra=EXAMPLES,
    )


def _asking(example: FailureExample) -> str:
    order = ", swapped" if example.order is Order.SWAPPED else ""
    return order + (f", repeat {example.repeat + 1}" if example.repeat else "")
