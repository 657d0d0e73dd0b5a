"""All items of a run with answers and labels, in HTML pages beside the report, made one at a time."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from urllib.parse import quote

from evenhand.records.rated import RatedItem
from evenhand.records.rating import FailedRating, Spared
from evenhand.records.verdict import Opinion, Verdict
from evenhand.reporting.display import count
from evenhand.reporting.document import Cell, Table, foreign, words
from evenhand.reporting.item_view import flags_of
from evenhand.reporting.page import render_page
from evenhand.reporting.sections.cells import columns, foreign_cell, text_cell
from evenhand.reporting.summary import RunSummary

PAGE_SIZE = 500
"""Items on a page."""
_MOST_LABELS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemPage:
    """One page of items."""

    file: str
    """File name, beside the report."""
    title: str

    @property
    def link(self) -> str:
        """The file name as an address relative to the report."""
        return quote(self.file, safe="")


def item_pages(summary: RunSummary, stem: str) -> tuple[ItemPage, ...]:
    """Return the pages a report with the file name `stem`.html has beside it."""
    total = summary.conservation.listed
    return tuple(
        ItemPage(
            file=f"{stem}.items-{number:03d}.html",
            title=f"Items {count(first + 1)} to {count(min(first + PAGE_SIZE, total))}",
        )
        for number, first in enumerate(range(0, total, PAGE_SIZE), start=1)
    )


def item_link(pages: Sequence[ItemPage], place: int) -> str:
    """Return the address of an item by its place in the run; empty without pages."""
    number = place // PAGE_SIZE
    return f"{pages[number].link}#{_anchor(place)}" if number < len(pages) else ""


def _anchor(place: int) -> str:
    return f"item-{place + 1}"


def render_item_pages(
    summary: RunSummary, items: Iterable[RatedItem], *, stem: str
) -> Iterator[tuple[ItemPage, str]]:
    """Yield each page with its HTML; only one page of items is held at a time.

    Args:
        summary: The run in numbers.
        items: The run's rated items once more, from the start.
        stem: File name of the report without its ending.
    """
    pages = item_pages(summary, stem)
    judges = [judge.judge for judge in summary.stamp.judges]
    for place, (page, block) in enumerate(zip(pages, _blocks(items), strict=True)):
        html = render_page(
            "items.html.j2",
            page=page,
            run=summary.stamp.run,
            home=quote(f"{stem}.html", safe=""),
            before=pages[place - 1].link if place else "",
            after=pages[place + 1].link if place + 1 < len(pages) else "",
            items=_table(page, block, judges, first=place * PAGE_SIZE),
        )
        yield page, html


def _blocks(items: Iterable[RatedItem]) -> Iterator[list[RatedItem]]:
    iterator = iter(items)
    while block := list(islice(iterator, PAGE_SIZE)):
        yield block


def _table(page: ItemPage, items: Iterable[RatedItem], judges: list[str], *, first: int) -> Table:
    return Table(
        caption=words(page.title),
        columns=columns("Item", "Slice", "Verdict", "Disagreement", *judges, "Flags", "People"),
        rows=tuple(_row(item, judges, _anchor(place)) for place, item in enumerate(items, start=first)),
    )


def _row(item: RatedItem, judges: list[str], anchor: str) -> tuple[Cell, ...]:
    verdict = item.verdict
    opinions = {opinion.judge: opinion for opinion in verdict.opinions} if verdict else {}
    return (
        Cell(words=(foreign(item.name),), anchor=anchor),
        foreign_cell(", ".join(f"{name}: {value}" for name, value in item.slice.items())),
        _verdict_cell(verdict),
        text_cell(f"{verdict.disagreement:.2f}" if verdict else ""),
        *(_answer_cell(item, judge, opinions.get(judge)) for judge in judges),
        text_cell(", ".join(flag.spoken for flag in flags_of(item))),
        foreign_cell(_labels(item)),
    )


def _verdict_cell(verdict: Verdict | None) -> Cell:
    if verdict is None:
        return text_cell("open")
    if verdict.label is None:
        return text_cell(f"undecided: {verdict.undecided.value}" if verdict.undecided else "undecided")
    return foreign_cell(verdict.label)


def _answer_cell(item: RatedItem, judge: str, opinion: Opinion | None) -> Cell:
    if opinion is not None and opinion.label is not None:
        note = " (orders differ)" if opinion.inconsistent else ""
        return Cell(words=(*foreign_cell(opinion.label).words, *words(note)))
    if opinion is not None and opinion.abstains:
        return text_cell("answers tie")
    kinds = [
        unit.outcome.kind.value
        for unit in item.units
        if unit.judge == judge and isinstance(unit.outcome, FailedRating)
    ]
    if kinds:
        return text_cell(f"no answer: {', '.join(dict.fromkeys(kinds))}")
    spared = any(unit.judge == judge and isinstance(unit.outcome, Spared) for unit in item.units)
    return text_cell("not asked" if spared else "open")


def _labels(item: RatedItem) -> str:
    shown = [f"{label.annotator}: {label.label}" for label in item.labels[:_MOST_LABELS]]
    left_out = len(item.labels) - len(shown)
    return ", ".join(shown) + (f", and {left_out} more" if left_out else "")
