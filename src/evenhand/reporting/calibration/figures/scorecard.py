"""Who may be trusted with what: a cell for each principle and rater, with its numbers."""

from dataclasses import dataclass
from typing import Final

from evenhand.calibration.results import Trust
from evenhand.reporting.calibration.figures.canvas import Canvas, Plane, draw
from evenhand.reporting.document import Vector
from evenhand.stats.estimate import Estimate, Measured

_SIDE, _TOP = 140, 24
_WIDTH, _HEIGHT = 92, 40
_LEGEND: Final = 18
_MARKS: Final = {
    Trust.AS_A_PERSON: ("o", "blue", "blue"),
    Trust.WITH_SPOT_CHECKS: ("s", "teal", "teal"),
    Trust.NOT_SHOWN: ("o", "", "slate"),
    Trust.NO: ("X", "vermilion", "vermilion"),
    Trust.PEOPLE_DISAGREE: ("D", "", "mauve"),
    Trust.TOO_FEW: ("_", "", "slate"),
}
"""Marker, fill and edge: each is told from the others by its shape alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreCell:
    """One rater on one principle."""

    trust: Trust
    agreement: Measured


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorecard:
    """Principles below each other, raters side by side."""

    principles: tuple[str, ...]
    raters: tuple[str, ...]
    cells: tuple[tuple[ScoreCell | None, ...], ...]
    """By principle and rater; None where nothing is known."""

    def draw(self) -> Vector:
        """Return the picture."""
        width = max(330, _SIDE + len(self.raters) * _WIDTH + 1)
        height = _TOP + len(self.principles) * _HEIGHT + 14 + _LEGEND * len(self._used)
        return draw(width, height, self._paint)

    def _paint(self, canvas: Canvas) -> None:
        plane = canvas.pixels()
        for place, name in enumerate(self.raters):
            middle = _SIDE + (place + 0.5) * _WIDTH
            plane.text(middle, _TOP - 8, name, anchor="middle", style="small", most=13)
        for row, name in enumerate(self.principles):
            y = _TOP + row * _HEIGHT
            plane.lines([(0, y, canvas.width, y)], colour="rule")
            plane.text(0, y + _HEIGHT / 2 + 4, name, style="small", most=18)
            for column, cell in enumerate(self.cells[row]):
                if cell is not None:
                    _cell(plane, _SIDE + column * _WIDTH, y, cell)
        self._legend(plane, _TOP + len(self.principles) * _HEIGHT)

    @property
    def _used(self) -> tuple[Trust, ...]:
        found = {cell.trust for row in self.cells for cell in row if cell is not None}
        return tuple(trust for trust in _MARKS if trust in found)

    def _legend(self, plane: Plane, y: float) -> None:
        for place, trust in enumerate(self._used):
            line = y + 14 + _LEGEND * (place + 0.5)
            _mark(plane, 12, line, trust)
            plane.text(26, line + 4, trust.value, style="small")


def _cell(plane: Plane, x: float, y: float, cell: ScoreCell) -> None:
    _mark(plane, x + 12, y + _HEIGHT / 2, cell.trust)
    if isinstance(cell.agreement, Estimate):
        low, high = cell.agreement.interval.low, cell.agreement.interval.high
        plane.text(x + 26, y + 17, f"{100 * cell.agreement.value:.1f} %", style="small")
        plane.text(x + 26, y + 31, f"{100 * low:.1f} to {100 * high:.1f}", style="mark")
    else:
        plane.text(x + 26, y + _HEIGHT / 2 + 4, f"n = {cell.agreement.n}", style="mark")


def _mark(plane: Plane, x: float, y: float, trust: Trust) -> None:
    marker, fill, edge = _MARKS[trust]
    plane.dot(x, y, fill=fill, edge=edge, marker=marker, size=12, width=0 if fill else 2)
