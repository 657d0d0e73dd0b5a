"""Errors worth reading."""

from collections.abc import Iterator, Mapping

from evenhand.calibration.results import Calibration, ErrorItem
from evenhand.reporting.calibration.excerpts import fit
from evenhand.reporting.calibration.extras import ERRORS
from evenhand.reporting.calibration.wording import plural, principle_cell
from evenhand.reporting.document import (
    Block,
    Cell,
    Fold,
    Gallery,
    Paragraph,
    Section,
    Table,
    code,
    foreign,
    words,
)
from evenhand.reporting.item_view import ItemView
from evenhand.reporting.sections.cells import columns, foreign_cell, foreign_or, text_cell

Views = Mapping[int, ItemView]


def errors_section(calibration: Calibration, gallery: Views, *, most_bytes: int) -> Section:
    """Return the section on mistakes and splits; the texts of all items together are cut to `most_bytes`."""
    errors = calibration.errors
    shown = sorted({each.seq for each in (*errors.confident, *errors.split)} & set(gallery))
    views = {place: fit(gallery[place], most_bytes // len(shown)) for place in shown}
    blocks = (
        *_introduction(calibration, views),
        *_group(
            "The panel was sure, and people say otherwise", errors.confident, views, texts=most_bytes > 0
        ),
        *_group("The judges are divided", errors.split, views, texts=most_bytes > 0),
        *_held_back(errors.held_back),
    )
    return Section(id="errors", title="Errors worth reading", blocks=blocks)


def _introduction(calibration: Calibration, views: Views) -> Iterator[Block]:
    if views:
        first = views[min(views)].name
        yield Paragraph(
            words=words(
                "Chosen from the labels for learning. All about one of them: ",
                code("evenhand explain"),
                " ",
                foreign(f"{first}@{calibration.stamp.run}"),
            ),
            tone="note",
        )


def _group(title: str, items: tuple[ErrorItem, ...], views: Views, *, texts: bool) -> Iterator[Block]:
    if not items:
        return
    known = tuple(views[each.seq] for each in items if each.seq in views) if texts else ()
    yield Fold(
        words=words(f"{title}: {plural(len(items), 'item')} worth reading"),
        blocks=(_table(title, items, views), *((Gallery(items=known),) if known else ())),
        extra=ERRORS,
    )


def _table(title: str, items: tuple[ErrorItem, ...], views: Views) -> Table:
    return Table(
        caption=words(title),
        columns=(
            *columns("Item", "Principle", "The panel said", "People said"),
            *columns("Confidence", "Disagreement", numbers=2),
        ),
        rows=tuple(_row(each, views) for each in items),
        extra=ERRORS,
    )


def _row(each: ErrorItem, views: Views) -> tuple[Cell, ...]:
    name = (
        foreign_cell(views[each.seq].name)
        if each.seq in views
        else text_cell(f"item {each.seq + 1} of the suite")
    )
    return (
        name,
        principle_cell(each.principle),
        foreign_or(each.verdict, "undecided"),
        foreign_cell(each.reference),
        text_cell("none" if each.confidence is None else f"{each.confidence:.2f}"),
        text_cell(f"{each.disagreement:.2f}"),
    )


def _held_back(number: int) -> Iterator[Block]:
    if number:
        yield Paragraph(
            words=words(
                f"{plural(number, 'mistake')} on labels to certify with {'is' if number == 1 else 'are'} not shown: "
                "who reads them, and changes a prompt, can no longer certify with them."
            ),
            tone="note",
        )
