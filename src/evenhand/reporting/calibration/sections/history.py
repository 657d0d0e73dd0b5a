"""Agreement of the panel with people, run by run."""

from collections.abc import Iterator

from evenhand.calibration.results import Calibration, ChartPoint, History
from evenhand.reporting.calibration.figures.curves import ControlChart
from evenhand.reporting.calibration.figures.names import letter
from evenhand.reporting.calibration.plots import panel, plot
from evenhand.reporting.calibration.sections.quality import is_known
from evenhand.reporting.calibration.wording import said
from evenhand.reporting.document import Block, Cell, Paragraph, Section, Table, words
from evenhand.reporting.sections.cells import columns, foreign_cell, percent_cell, text_cell


def history_section(calibration: Calibration) -> Section:
    """Return the section on earlier runs."""
    return Section(id="history", title="Over time", blocks=tuple(_blocks(calibration.history)))


def _blocks(history: History) -> Iterator[Block]:
    if history.words:
        yield Paragraph(words=(said(history.words),))
    if not history.points:
        return
    table = _table(history)
    if any(is_known(each.agreement) for each in history.points):
        yield plot(
            "control",
            "Agreement with people, run by run",
            (
                panel(
                    "Agreement of the panel with people, run by run",
                    "A dot for each run, oldest first, with its interval. The band holds what chance alone explains; a "
                    "diamond lies outside it. Upright dotted lines with letters mark runs before which something "
                    "was changed.",
                    ControlChart(points=history.points, centre=history.centre),
                ),
            ),
            table,
            "A run outside the band differs by more than chance. The letters name changes: they are in the table.",
        )
    else:
        yield table


def _table(history: History) -> Table:
    changed = [place for place, point in enumerate(history.points) if point.changes]
    return Table(
        caption=words("Runs"),
        columns=(
            *columns("Run", "Name", "Finished"),
            *columns("Agreement", "Limits of chance", numbers=2),
            *columns("Inside", "Changed before it"),
        ),
        rows=tuple(
            _row(place, point, letter(changed.index(place)) if place in changed else "")
            for place, point in enumerate(history.points)
        ),
    )


def _row(place: int, point: ChartPoint, mark: str) -> tuple[Cell, ...]:
    limits = "none"
    if point.low is not None and point.high is not None:
        limits = f"{100 * point.low:.1f} to {100 * point.high:.1f} %"
    return (
        text_cell(str(place + 1)),
        foreign_cell(point.run),
        text_cell(point.finished),
        percent_cell(point.agreement),
        text_cell(limits),
        text_cell("yes" if point.inside else "no"),
        text_cell(f"{mark}: ", said("; ".join(point.changes))) if mark else text_cell("nothing"),
    )
