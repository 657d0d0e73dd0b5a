"""What is stale through a change, as blocks: by principle in the open, by run and by place of labels in a fold."""

from collections.abc import Iterator
from typing import Final

from evenhand.constitution.staleness import AnswersHeld, LabelsHeld, Staleness, by_principle
from evenhand.constitution.words import KNOWN_BY, PANEL
from evenhand.reporting.calibration.wording import said
from evenhand.reporting.document import Block, Bullets, Cell, Fold, Table, words
from evenhand.reporting.sections.cells import columns, count_cell, foreign_cell, foreign_or, text_cell

STALE: Final = "what is stale, run by run"


def stale_blocks(staleness: Staleness | None) -> Iterator[Block]:
    """Yield what is stale; nothing where nobody looked, or nothing is there."""
    if staleness is None:
        return
    if lost := by_principle(staleness):
        yield Table(
            caption=words("Stale by principle"),
            columns=columns("Principle", "Verdicts", "Human labels", numbers=2),
            rows=tuple(
                (foreign_cell(name), count_cell(verdicts), count_cell(labels))
                for name, (verdicts, labels) in lost.items()
            ),
        )
    tables = tuple(_tables(staleness))
    if tables:
        yield Fold(words=words("By run, judge and place of labels"), blocks=tables, extra=STALE)
    if staleness.notes:
        yield Bullets(points=tuple((said(note),) for note in staleness.notes))


def _tables(staleness: Staleness) -> Iterator[Table]:
    if staleness.answers:
        yield Table(
            caption=words("Answers"),
            columns=columns("Run", "Suite", "Principle", "Of", "Standing", "Answers", numbers=1),
            rows=tuple(map(_answer_row, staleness.answers)),
            extra=STALE,
        )
    if staleness.labels:
        yield Table(
            caption=words("Human labels"),
            columns=columns("Place", "Suite", "Principle", "Standing", "Known by", "Labels", numbers=1),
            rows=tuple(map(_label_row, staleness.labels)),
            extra=STALE,
        )


def _answer_row(each: AnswersHeld) -> tuple[Cell, ...]:
    return (
        foreign_cell(each.run),
        foreign_cell(each.suite),
        foreign_cell(each.principle),
        foreign_or(each.judge, PANEL),
        text_cell(each.standing),
        count_cell(each.count),
    )


def _label_row(each: LabelsHeld) -> tuple[Cell, ...]:
    return (
        foreign_cell(each.source),
        foreign_cell(each.suite),
        foreign_cell(each.principle),
        text_cell(each.standing),
        text_cell(KNOWN_BY[each.known]),
        count_cell(each.count),
    )
