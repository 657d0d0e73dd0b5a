"""What was there, how it was drawn, and who was missing."""

from collections.abc import Iterator

from evenhand.calibration.results import Calibration, DataFacts
from evenhand.reporting.calibration.extras import SOURCES
from evenhand.reporting.calibration.wording import plural, said
from evenhand.reporting.display import count
from evenhand.reporting.document import Block, Bullets, Cell, Fold, Paragraph, Section, Table, code, words
from evenhand.reporting.sections.cells import columns, count_cell, foreign_cell, foreign_or, text_cell

_BASIS = {
    "single": "the label of one person",
    "majority": "that of most of several people",
    "unanimous": "that of all of several people",
    "resolved": "a settled label, adjudicated or gold",
}
_BLIND = {"blind": "yes", "not blind": "no"}


def data_section(calibration: Calibration) -> Section:
    """Return the section on items, verdicts and labels."""
    data = calibration.data
    blocks = (
        Paragraph(words=words(_in_short(data), said(data.drawn))),
        Table(
            caption=words("Items, verdicts and labels"),
            columns=(*columns("What"), *columns("How many", numbers=1)),
            rows=tuple(_rows(data)),
        ),
        _splits(data),
        *_notes(data),
        *_behind(data),
    )
    return Section(id="data", title="Data", blocks=blocks)


def _in_short(data: DataFacts) -> str:
    return (
        f"{plural(data.labelled, 'item')} of {count(data.items)} carry a reference label, from "
        f"{plural(data.labels, 'label')} by {plural(data.people, 'person', 'people')}. "
    )


def _rows(data: DataFacts) -> Iterator[tuple[Cell, ...]]:
    yield text_cell("Items"), count_cell(data.items)
    yield text_cell("Verdicts of the panel"), count_cell(data.verdicts)
    yield text_cell("Undecided or open"), count_cell(data.undecided)
    yield text_cell("Items with a reference label"), count_cell(data.labelled)
    for name, number in data.basis.items():
        yield text_cell("of these, with ", _BASIS.get(name, name)), count_cell(number)
    for name, number in data.blind.items():
        yield text_cell("of these, given blind: ", _BLIND.get(name, name)), count_cell(number)
    yield text_cell("Without a known chance of being drawn"), count_cell(data.without_inclusion)
    yield text_cell("Labels of people"), count_cell(data.labels)
    yield text_cell("People"), count_cell(data.people)
    yield text_cell("Labels that are not on the scale, left out"), count_cell(data.off_scale)


def _splits(data: DataFacts) -> Table:
    uses = (
        "read, learned from, errors shown",
        "certifies; nothing is fitted to it",
        "opened at a release only",
    )
    names = ("to learn from", "gate", "sealed")
    return Table(
        caption=words("How the labels are divided"),
        columns=(*columns("Split", "What it is for"), *columns("Labelled items", numbers=1)),
        rows=tuple(
            (text_cell(name), text_cell(use), count_cell(number))
            for name, use, number in zip(names, uses, data.splits.labelled, strict=True)
        ),
    )


def _notes(data: DataFacts) -> Iterator[Block]:
    if data.notes:
        yield Bullets(points=tuple((said(note),) for note in data.notes))


def _behind(data: DataFacts) -> Iterator[Block]:
    blocks: list[Block] = []
    if data.sources:
        blocks.append(
            Table(
                caption=words("Sources of the labels"),
                columns=(*columns("Source", "Drawn", "Digest"), *columns("Labels", numbers=1)),
                rows=tuple(
                    (
                        foreign_cell(each.name),
                        foreign_or(each.design, "not recorded"),
                        text_cell(code(each.sha256)),
                        count_cell(each.labels),
                    )
                    for each in data.sources
                ),
                extra=SOURCES,
            )
        )
    if data.splits.accesses:
        blocks.append(
            Table(
                caption=words("Earlier uses of the labels to certify with"),
                columns=columns("When", "Split", "Run", "By"),
                rows=tuple(
                    (
                        text_cell(each.at),
                        text_cell(each.split),
                        foreign_cell(each.run),
                        foreign_cell(each.purpose),
                    )
                    for each in data.splits.accesses
                ),
                extra=SOURCES,
            )
        )
    if blocks:
        used = plural(len(data.splits.accesses), "time")
        yield Fold(
            words=words(f"Where the labels come from; used to certify {used} before"),
            blocks=tuple(blocks),
            extra=SOURCES,
        )
