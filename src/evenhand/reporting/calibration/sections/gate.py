"""What a gate could see with the labels there are."""

from collections.abc import Iterator

from evenhand.calibration.results import Calibration, GateSight
from evenhand.reporting.calibration.wording import principle_cell, said
from evenhand.reporting.document import Block, Cell, Paragraph, Section, Span, Table, words
from evenhand.reporting.sections.cells import columns, count_cell, text_cell


def gate_section(calibration: Calibration) -> Section:
    """Return the section on the smallest drop a gate would notice."""
    blocks: tuple[Block, ...] = ()
    if calibration.gate:
        blocks = (
            Paragraph(
                words=words(
                    "A gate compares two versions of the panel on the same labelled items. This is the smallest drop "
                    "it would notice. Failing items show whether violations are still caught, passing items "
                    "whether false alarms have become more."
                ),
                tone="note",
            ),
            Table(
                caption=words("Smallest drop a gate would see"),
                columns=(
                    *columns("Principle"),
                    *columns(
                        "Failing labelled items",
                        "Drop in failing items caught",
                        "Passing labelled items",
                        "Drop in passing items passed",
                        "Items on which versions differ",
                        numbers=5,
                    ),
                    *columns("Sees the margin", "In words"),
                ),
                rows=tuple(_row(each) for each in calibration.gate),
            ),
            Paragraph(
                words=words("Items on which two versions differ: ", *_bases(calibration.gate), "."),
                tone="note",
            ),
        )
    return Section(id="gate", title="What the gate can see", blocks=blocks)


def _row(each: GateSight) -> tuple[Cell, ...]:
    return (
        principle_cell(each.principle),
        count_cell(each.failing),
        text_cell(_drop(each.sensitivity_drop)),
        count_cell(each.passing),
        text_cell(_drop(each.specificity_drop)),
        text_cell(f"{100 * each.discordance:.0f} of 100"),
        text_cell("yes" if each.sees_margin else "no"),
        Cell(words=(said(each.words),)),
    )


def _bases(gate: tuple[GateSight, ...]) -> Iterator[Span]:
    """Yield where the shares of differing items come from, each once."""
    for place, basis in enumerate(dict.fromkeys(each.discordance_basis.rstrip(".") for each in gate)):
        yield said(f"; {basis}" if place else basis)


def _drop(drop: float | None) -> str:
    return "none at all" if drop is None else f"{100 * drop:.1f} points"
