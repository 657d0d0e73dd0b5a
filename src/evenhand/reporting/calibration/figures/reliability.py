"""What confidence is worth: how often answers of like confidence are right."""

from dataclasses import dataclass
from typing import Final

from evenhand.calibration.results import ReliabilityBin
from evenhand.reporting.calibration.figures.canvas import Canvas, Plane, draw
from evenhand.reporting.calibration.figures.scales import mark_shares_below, mark_shares_beside
from evenhand.reporting.display import count
from evenhand.reporting.document import Vector
from evenhand.stats.estimate import Estimate

_WIDTH, _HEIGHT = 340, 350
_LEFT, _RIGHT, _TOP, _FOOT = 52, 24, 26, 36
_COLUMNS: Final = 54
"""Height of the histogram."""
_QUARTERS: Final = (0.0, 0.25, 0.5, 0.75, 1.0)
_SMALLEST, _LARGEST = 5.0, 12.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliabilityDiagram:
    """Dots as large as their bins, with intervals, beside the line on which confidence keeps its word."""

    bins: tuple[ReliabilityBin, ...]

    def draw(self) -> Vector:
        """Return the picture."""
        return draw(_WIDTH, _HEIGHT, self._paint)

    def _paint(self, canvas: Canvas) -> None:
        below = _FOOT + _COLUMNS + 12
        plane = canvas.plane(left=_LEFT, right=_RIGHT, top=_TOP, bottom=below, x=(0, 1), y=(0, 1))
        mark_shares_beside(plane, _QUARTERS, width=(0, 1))
        plane.lines([(each, 0, each, 1) for each in _QUARTERS], colour="rule")
        plane.lines([(0, 0, 1, 1)], colour="soft", width=1.5, dash=(5, 4))
        plane.text(0, 1, "share right", dx=-_LEFT, dy=12, style="soft")
        self._dots(plane)
        columns = canvas.plane(
            left=_LEFT, right=_RIGHT, top=_HEIGHT - _FOOT - _COLUMNS, bottom=_FOOT, x=(0, 1), y=(0, 1)
        )
        self._histogram(columns)
        mark_shares_below(columns, _QUARTERS, height=(0, 0))
        columns.text(0.5, 0, "confidence", dy=-31, anchor="middle", style="soft")

    def _dots(self, plane: Plane) -> None:
        most = max((each.n for each in self.bins), default=1)
        known = [(each, each.correct) for each in self.bins if isinstance(each.correct, Estimate)]
        plane.lines(
            [
                (each.confidence, correct.interval.low, each.confidence, correct.interval.high)
                for each, correct in known
            ],
            colour="ink",
            width=1.5,
        )
        for each, correct in known:
            size = max(_SMALLEST, _LARGEST * (each.n / most) ** 0.5)
            plane.dot(
                each.confidence, correct.value, fill="blue", edge="raised", size=round(size, 1), width=1
            )

    def _histogram(self, plane: Plane) -> None:
        """Draw the counts over the ranges of the bins: bins hold like numbers, so their height is a density."""
        dense = [each.n / max(each.high - each.low, 0.01) for each in self.bins]
        highest = max(dense, default=1.0) or 1.0
        for each, height in zip(self.bins, dense, strict=True):
            plane.rect(
                each.low, 0, max(each.high - each.low, 0.01), height / highest, fill="sky", edge="raised"
            )
        plane.lines([(0, 0, 1, 0)], colour="soft")
        total = sum(each.n for each in self.bins)
        plane.text(0, 1, f"n = {count(total)}", dx=-_LEFT, dy=-11, style="mark")
