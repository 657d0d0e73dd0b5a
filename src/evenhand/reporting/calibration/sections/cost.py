"""What the judges cost beside what they are worth."""

from collections.abc import Iterator

from evenhand.calibration.results import Calibration, CostRow
from evenhand.reporting.calibration.figures.curves import CostPlane, CostPoint
from evenhand.reporting.calibration.plots import panel, plot
from evenhand.reporting.calibration.sections.quality import is_known
from evenhand.reporting.display import usd
from evenhand.reporting.document import Block, Cell, Section, Table, words
from evenhand.reporting.sections.cells import columns, count_cell, foreign_cell, percent_cell, text_cell

_NANO = 1_000_000_000


def cost_section(calibration: Calibration) -> Section:
    """Return the section on money."""
    return Section(
        id="cost", title="Cost", blocks=tuple(_blocks(calibration.cost)) if calibration.cost else ()
    )


def _blocks(cost: tuple[CostRow, ...]) -> Iterator[Block]:
    table = Table(
        caption=words("What each judge costs"),
        columns=(
            *columns("Judge"),
            *columns(
                "Calls", "Cost", "For 1,000 ratings", "Failed ratings", "Agreement with people", numbers=5
            ),
        ),
        rows=tuple(_row(each) for each in cost),
    )
    points = tuple(
        CostPoint(name=each.judge, usd=each.per_thousand_nanousd / _NANO, agreement=each.agreement)
        for each in cost
        if each.per_thousand_nanousd is not None and is_known(each.agreement)
    )
    if any(each.usd > 0 for each in points):
        yield plot(
            "money",
            "Cost and agreement",
            (
                panel(
                    "Cost and agreement of each judge",
                    "A dot for each judge: US dollars for 1,000 ratings against agreement with people, with its "
                    "interval. Up is better, left is cheaper.",
                    CostPlane(points=points),
                ),
            ),
            table,
        )
    else:
        yield table


def _row(each: CostRow) -> tuple[Cell, ...]:
    thousand = each.per_thousand_nanousd
    return (
        foreign_cell(each.judge),
        count_cell(each.calls),
        text_cell(usd(each.nanousd)),
        text_cell("no ratings" if thousand is None else usd(round(thousand))),
        percent_cell(each.failed_share),
        percent_cell(each.agreement),
    )
