"""Which verdicts of a run flip, as blocks: the numbers in the open, the items in a fold, remarks at the end."""

from collections.abc import Iterator
from typing import Final

from evenhand.constitution.impact_results import FlippedItem, Impact, PrincipleImpact
from evenhand.constitution.impact_words import apart, remarks
from evenhand.reporting.calibration.wording import plural, points_cell, said
from evenhand.reporting.display import count
from evenhand.reporting.document import Block, Bullets, Cell, Fold, Paragraph, Table, Words, foreign, words
from evenhand.reporting.sections.cells import (
    columns,
    count_cell,
    foreign_cell,
    foreign_or,
    percent_cell,
    text_cell,
)

FLIPPED: Final = "items whose verdict is another one"
MOST_ITEMS: Final = 1_000
"""Items that are named; the JSON document has all."""
_NOBODY: Final = "nobody is known to have said"


def impact_blocks(impact: Impact | None) -> Iterator[Block]:
    """Yield which verdicts flip; nothing where nothing was judged again."""
    if impact is None:
        return
    yield Paragraph(
        words=words(
            "Judged again: what changed of run ",
            foreign(impact.run),
            " in run ",
            foreign(impact.judged_in),
            ".",
        )
    )
    if impact.open:
        yield Paragraph(
            words=words(
                f"{plural(impact.open, 'rating')} still open; ",
                foreign(impact.judged_in),
                " can be gone on with.",
            )
        )
    yield Table(
        caption=words("Verdicts on the same items, before and now"),
        columns=columns(
            "Principle", "Items", "Compared", "To fail", "To pass", "Otherwise", "Apart", "Flipped", numbers=7
        ),
        rows=tuple(map(_flips_row, _all(impact))),
    )
    yield Table(
        caption=words("Pass rate, and agreement with people on the items that they labelled"),
        columns=columns("Principle", "Pass rate", "Agreed", "Agrees now", "Change of agreement", numbers=4),
        rows=tuple(map(_agreement_row, _all(impact))),
    )
    yield Bullets(points=tuple(_points(impact)))
    if impact.changed:
        yield Fold(
            words=words(plural(len(impact.changed), "item has", "items have"), " another verdict"),
            blocks=(_changed_table(impact),),
            extra=FLIPPED,
        )


def _all(impact: Impact) -> Iterator[PrincipleImpact]:
    yield from impact.principles
    if len(impact.principles) > 1:
        yield impact.overall


def _points(impact: Impact) -> Iterator[Words]:
    for each in impact.principles:
        if told := ", ".join(apart(each)):
            yield words(foreign(each.principle), f": {told}")
    for remark in remarks(impact):
        yield (said(remark),)


def _name(each: PrincipleImpact) -> Cell:
    return foreign_cell(each.principle) if each.principle else text_cell("all together")


def _flips_row(each: PrincipleImpact) -> tuple[Cell, ...]:
    others = each.became_undecided + each.became_decided + each.stayed_undecided
    left = others + each.missing + each.left + each.joined
    counts = (each.items, each.compared, each.to_fail, each.to_pass, each.to_other, left)
    return (_name(each), *map(count_cell, counts), percent_cell(each.flipped))


def _agreement_row(each: PrincipleImpact) -> tuple[Cell, ...]:
    return (
        _name(each),
        points_cell(each.passes),
        percent_cell(each.agreement.before),
        percent_cell(each.agreement.now),
        points_cell(each.agreement.change),
    )


def _changed_table(impact: Impact) -> Table:
    shown = impact.changed[:MOST_ITEMS]
    every = len(shown) == len(impact.changed)
    more = "" if every else f" (the first {count(MOST_ITEMS)} of {count(len(impact.changed))})"
    return Table(
        caption=words(f"Items whose verdict is another one{more}"),
        columns=columns("Case", "Candidate", "Principle", "Before", "Now", "People"),
        rows=tuple(map(_changed_row, shown)),
        extra=FLIPPED,
    )


def _changed_row(each: FlippedItem) -> tuple[Cell, ...]:
    return (
        foreign_cell(each.case),
        foreign_cell(each.candidate),
        foreign_cell(each.principle),
        foreign_or(each.before or "", "undecided"),
        foreign_or(each.now or "", "undecided"),
        foreign_or(each.reference, _NOBODY),
    )
