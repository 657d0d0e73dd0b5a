"""The part of a revision report on what replies became: refusals, lengths, replies that stayed as they were."""

from collections.abc import Iterator

from evenhand.feedback.effect_results import LengthChange, RefusalChange, RevisionEffects
from evenhand.reporting.calibration.wording import points_cell, said
from evenhand.reporting.display import count, percent
from evenhand.reporting.document import Block, Cell, Paragraph, Table, words
from evenhand.reporting.sections.cells import columns, count_cell, percent_cell, text_cell
from evenhand.stats.estimate import Estimate


def text_blocks(effects: RevisionEffects) -> Iterator[Block]:
    """Return what the last revisions are like, beside the first replies."""
    last = effects.rounds[-1]
    yield from _refusals(last.refusals)
    length = last.length
    yield Table(
        caption=words("Length, in characters"),
        columns=columns("Replies", "Mean before", "Mean after", "Change", numbers=4),
        rows=(
            (
                count_cell(length.n),
                text_cell(_characters(length.before)),
                text_cell(_characters(length.after)),
                length_row(length),
            ),
        ),
    )
    yield Table(
        caption=words("Replies that came back to the letter"),
        columns=columns("Replies", "Unchanged", numbers=2),
        rows=((count_cell(last.replies), percent_cell(last.unchanged)),),
    )


def _refusals(change: RefusalChange | None) -> Iterator[Block]:
    if change is None:
        yield Paragraph(words=words("Refusals were not measured: there is no judge that finds them."))
        return
    yield Paragraph(
        words=words(
            "A revision that refuses keeps many rules and helps nobody. Refusals were found by ",
            said(change.how),
            ".",
        )
    )
    rate = change.rate
    yield Table(
        caption=words("Refusals"),
        columns=columns(
            "Replies",
            "Refused before",
            "after",
            "Change",
            "Became a refusal",
            "of those that were none",
            numbers=6,
        ),
        rows=(
            (
                count_cell(rate.n),
                text_cell("none" if rate.before is None else percent(rate.before)),
                text_cell("none" if rate.after is None else percent(rate.after)),
                points_cell(rate.difference),
                count_cell(rate.won),
                percent_cell(change.became),
            ),
        ),
    )


def refusal_cells(change: RefusalChange | None) -> tuple[Cell, Cell]:
    """Return the change of refusals, and the share that became one, as cells."""
    if change is None:
        return text_cell("not measured"), text_cell("not measured")
    return points_cell(change.rate.difference), percent_cell(change.became)


def length_row(length: LengthChange) -> Cell:
    """Return a change of length as a cell."""
    difference = length.difference
    if not isinstance(difference, Estimate):
        return Cell(words=(), detail=f"n = {count(difference.n)}, {difference.reason}")
    low, high = difference.interval.low, difference.interval.high
    return Cell(
        words=words(f"{difference.value:+,.1f} characters"),
        detail=f"{low:+,.1f} to {high:+,.1f}, n = {count(difference.n)}",
    )


def _characters(value: float | None) -> str:
    return "none" if value is None else f"{value:,.1f}"
