"""Estimates below each other, each with its interval, beside a band that they are to be compared with."""

from dataclasses import dataclass
from typing import Final

from evenhand.reporting.calibration.figures.canvas import Canvas, Limits, Plane, draw
from evenhand.reporting.calibration.figures.scales import mark_shares_below, share_limits, share_ticks
from evenhand.reporting.display import percent_parts
from evenhand.reporting.document import Vector
from evenhand.stats.estimate import Estimate, Measured

_WIDTH: Final = 340
_TALL, _LOW = 42, 22
_NAMES: Final = 128
"""Room for names where they stand beside their interval."""
_EDGE: Final = 22
_FOOT: Final = 22
_STRIP: Final = 0.48
"""Share of a row that is left to the interval where its numbers are spelled above it."""


MOST_SPELLED: Final = 8
"""Rows up to which a forest spells its numbers; with more, it would be too long to compare them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForestRow:
    """One estimate."""

    name: str
    measured: Measured
    band: Measured | None = None
    """What it is compared with; drawn behind it."""
    strong: bool = False
    """Whether it stands out among the others: a diamond instead of a dot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forest:
    """Shares with their intervals, one a row."""

    rows: tuple[ForestRow, ...]
    limits: Limits | None = None
    """Of the axis; None takes what the rows need."""
    spelled: bool = True
    """Whether each row spells its numbers; without, many rows fit, and the table has the numbers."""

    def draw(self) -> Vector:
        """Return the picture."""
        return draw(_WIDTH, len(self.rows) * self._step + _FOOT, self._paint)

    @property
    def _step(self) -> int:
        return _TALL if self.spelled else _LOW

    def _paint(self, canvas: Canvas) -> None:
        rows = len(self.rows)
        limits = self.limits or forest_limits(self.rows)
        left = _EDGE if self.spelled else _NAMES
        plane = canvas.plane(left=left, right=_EDGE, bottom=_FOOT, x=limits, y=(0, rows))
        ticks = share_ticks(limits, most=6 if self.spelled else 5)
        strips = [(row, row + _STRIP) for row in range(rows)] if self.spelled else [(0, rows)]
        plane.lines([(tick, low, tick, high) for low, high in strips for tick in ticks], colour="rule")
        mark_shares_below(plane, ticks, height=(0, 0))
        for place, row in enumerate(self.rows):
            self._row(plane, row, rows - place - 1, limits)

    def _row(self, plane: Plane, row: ForestRow, bottom: int, limits: Limits) -> None:
        middle = bottom + (_STRIP if self.spelled else 1.0) / 2
        if isinstance(row.band, Estimate):
            self._band(plane, row.band, bottom, limits)
        self._name(plane, row, bottom, limits)
        if isinstance(row.measured, Estimate):
            interval = row.measured.interval
            plane.lines([(interval.low, middle, interval.high, middle)], colour="ink", width=2)
            plane.dot(
                row.measured.value,
                middle,
                fill="vermilion" if row.strong else "blue",
                edge="raised",
                size=11 if row.strong else 10,
                marker="D" if row.strong else "o",
            )

    def _band(self, plane: Plane, band: Estimate, bottom: int, limits: Limits) -> None:
        low, high = max(limits[0], band.interval.low), min(limits[1], band.interval.high)
        tall = _STRIP if self.spelled else 1.0
        if low < high:
            plane.rect(low, bottom, high - low, tall, fill="band")
        if limits[0] <= band.value <= limits[1]:
            plane.lines(
                [(band.value, bottom, band.value, bottom + tall)], colour="soft", width=1.5, dash=(3, 2)
            )

    def _name(self, plane: Plane, row: ForestRow, bottom: int, limits: Limits) -> None:
        value, detail = percent_parts(row.measured)
        if not self.spelled:
            plane.text(limits[0], bottom + 0.5, row.name, dx=-10, dy=-4, anchor="end", style="small", most=18)
            if not value:
                plane.text(limits[0], bottom + 0.5, detail, dx=6, dy=-4, style="soft", most=30)
            return
        plane.text(limits[0], bottom + 0.62, row.name, dx=-_EDGE, style="strong", most=22)
        said = f"{value}, {detail}" if value else detail
        plane.text(limits[1], bottom + 0.62, said, dx=_EDGE, anchor="end", style="small", most=36)


def forest_limits(rows: tuple[ForestRow, ...]) -> Limits:
    """Return the limits of an axis on which every row fits."""
    return share_limits([each for row in rows for each in (row.measured, row.band)])
