"""Cells whose verdict is another one than before, by name: no text of a case, which may be nobody's business."""

from collections.abc import Iterator, Sequence

from evenhand.gate.results import ChangedCell, GateResult
from evenhand.reporting.calibration.wording import plural
from evenhand.reporting.display import count
from evenhand.reporting.document import Block, Cell, Fold, Paragraph, Table, Words, foreign, words
from evenhand.reporting.gate.extras import BROKEN, CHANGED
from evenhand.reporting.gate.wording import failing_principles, label_cell
from evenhand.reporting.sections.cells import columns, foreign_cell, text_cell


def broken(result: GateResult, *, most_rows: int, most_folds: int) -> Iterator[Block]:
    """Yield the cells that got worse on each principle that fails: at most `most_rows` of each of `most_folds`.

    Those that break a rule come first.
    """
    failing = failing_principles(result)
    by_rule = {(*cell, rule.principle) for rule in result.rules for cell in rule.cells}
    by_principle: dict[str, list[ChangedCell]] = {}
    for cell in sorted(result.changed, key=lambda each: _key(each) not in by_rule):
        if cell.worse and cell.principle in failing:
            by_principle.setdefault(cell.principle, []).append(cell)
    for principle, cells in list(by_principle.items())[:most_folds]:
        title = words(
            plural(len(cells), "cell worse than before on ", "cells worse than before on "),
            foreign(principle),
        )
        yield _fold(title, cells, most_rows, BROKEN, with_principle=False)
    if left := list(by_principle.items())[most_folds:]:
        cells_left = sum(len(cells) for _, cells in left)
        yield Paragraph(
            words=words(
                f"{plural(cells_left, 'more cell')} in {plural(len(left), 'more failing principle')}: "
                "see the full report."
            ),
            extra=BROKEN,
        )


def others(result: GateResult, *, most_rows: int) -> Iterator[Block]:
    """Yield the cells that changed without breaking a principle that fails."""
    failing = failing_principles(result)
    cells = [cell for cell in result.changed if not (cell.worse and cell.principle in failing)]
    if cells:
        worse, better = sum(cell.worse for cell in cells), sum(cell.better for cell in cells)
        other = len(cells) - worse - better
        title = words(
            f"Other cells with another verdict: {count(worse)} worse, {count(better)} better, {count(other)} neither"
        )
        yield _fold(title, cells, most_rows, CHANGED, with_principle=True)


def all_changed(result: GateResult, *, most_rows: int) -> Table:
    """Return the table of all cells that changed, the first `most_rows` of them."""
    judges = result.compares == "judges"
    return _table(
        f"Cells with another verdict than before: {_shown(len(result.changed), most_rows)}",
        result.changed[:most_rows],
        judges=judges,
        with_principle=True,
    )


def _fold(
    title: Words, cells: Sequence[ChangedCell], most_rows: int, extra: str, *, with_principle: bool
) -> Fold:
    shown = cells[:most_rows]
    more = f" ({count(len(shown))} shown)" if len(shown) < len(cells) else ""
    judges = any(cell.reference for cell in cells)
    table = _table("Cells", shown, judges=judges, with_principle=with_principle)
    return Fold(words=(*title, *words(more)), blocks=(table,), extra=extra)


def _table(caption: str, cells: Sequence[ChangedCell], *, judges: bool, with_principle: bool) -> Table:
    named = ("Principle",) if with_principle else ()
    people = ("People said",) if judges else ()
    moved = ("Score",) if with_principle else ()
    return Table(
        caption=words(caption),
        columns=columns("Case", "Candidate", *named, "Before", "Now", *people, "Judges for it", *moved),
        rows=tuple(_row(cell, judges=judges, with_principle=with_principle) for cell in cells),
    )


def _row(cell: ChangedCell, *, judges: bool, with_principle: bool) -> tuple[Cell, ...]:
    moved = "worse" if cell.worse else "better" if cell.better else "same"
    return (
        foreign_cell(cell.case),
        foreign_cell(cell.candidate),
        *((foreign_cell(cell.principle),) if with_principle else ()),
        label_cell(cell.old),
        label_cell(cell.new),
        *((foreign_cell(cell.reference),) if judges else ()),
        text_cell(f"{cell.for_it} of {cell.judges}"),
        *((text_cell(moved),) if with_principle else ()),
    )


def _key(cell: ChangedCell) -> tuple[str, str, str]:
    return cell.case, cell.candidate, cell.principle


def _shown(number: int, most: int) -> str:
    return count(number) if number <= most else f"the first {count(most)} of {count(number)}"
