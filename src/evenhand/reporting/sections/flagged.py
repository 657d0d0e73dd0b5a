"""Candidates that were flagged before any judge saw them."""

from collections.abc import Callable, Iterator

from evenhand.reporting.display import count
from evenhand.reporting.document import Block, Cell, Paragraph, Section, Span, Table, words
from evenhand.reporting.extras import FLAGGED
from evenhand.reporting.sections.cells import columns, count_cell, foreign_or, text_cell
from evenhand.reporting.summary import Flagged, FlaggedItem, RunSummary

ItemLink = Callable[[int], str]
"""Returns the address of an item by its place in the run, relative to the report; empty where there is none."""


def flagged_section(summary: RunSummary, link: ItemLink) -> Section:
    """Return the section on flagged candidates."""
    return Section(id="flagged", title="Flagged candidates", blocks=tuple(_blocks(summary.flagged, link)))


def _blocks(flagged: Flagged, link: ItemLink) -> Iterator[Block]:
    if not flagged.looked_at:
        yield Paragraph(words=words("The run is older than flags: its candidates were not looked at."))
        return
    yield Paragraph(words=words(_in_short(flagged)))
    yield Paragraph(
        words=words(
            "Flags come from fixed rules on the candidate's text alone, before any judge sees it. They change no "
            "verdict: a flag says look here. The rules find known shapes; persuasion in plain words has none."
        ),
        tone="note",
    )
    if flagged.items:
        yield _counts(flagged)
        yield _list(flagged, link)


def _in_short(flagged: Flagged) -> str:
    return (
        f"{count(flagged.items)} of {count(flagged.looked_at)} items hold a flagged candidate; {count(flagged.passed)} "
        f"of them passed. Trivial candidates that passed: {count(flagged.trivial_passed)} of {count(flagged.trivial)}."
    )


def _counts(flagged: Flagged) -> Table:
    return Table(
        caption=words("Flags, and how often the flagged candidate passed, or was preferred in a pair"),
        columns=columns("Flag", "Items", "Passed", numbers=2),
        rows=tuple(
            (text_cell(each.flag.spoken), count_cell(each.items), count_cell(each.passed))
            for each in flagged.flags
        ),
    )


def _list(flagged: Flagged, link: ItemLink) -> Table:
    more = f", {count(flagged.left_out)} more are not listed" if flagged.left_out else ""
    return Table(
        caption=words(f"Flagged items, those that passed first{more}"),
        columns=columns("Item", "Flags", "Verdict", "Passed"),
        rows=tuple(_row(each, link) for each in flagged.listed),
        extra=FLAGGED,
    )


def _row(each: FlaggedItem, link: ItemLink) -> tuple[Cell, ...]:
    name = Span(text=each.item, foreign=True, link=link(each.place))
    return (
        Cell(words=(name,)),
        text_cell(", ".join(flag.spoken for flag in each.flags)),
        foreign_or(each.label or "", "undecided or open"),
        text_cell("passed" if each.passed else ""),
    )
