"""Judges against judges: how often they agree, and whether they err together."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from evenhand.reporting.calibration.figures.canvas import Canvas, Plane, draw
from evenhand.reporting.calibration.figures.names import letter
from evenhand.reporting.calibration.figures.vector import Style
from evenhand.reporting.display import count
from evenhand.reporting.document import Vector
from evenhand.stats.estimate import Estimate, Measured

_SIDE, _TOP = 140, 24
_WIDTH, _HEIGHT = 84, 50
_MOST_INK: Final = 0.32
Grid = tuple[tuple[Measured | None, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """A square with a row and a column for each judge: agreement above the diagonal, correlated errors below it."""

    names: tuple[str, ...]
    agreement: Grid
    errors: Grid

    def draw(self) -> Vector:
        """Return the picture."""
        size = len(self.names)
        return draw(_SIDE + size * _WIDTH + 1, _TOP + size * _HEIGHT + 1, self._paint)

    def _paint(self, canvas: Canvas) -> None:
        plane = canvas.pixels()
        for place, name in enumerate(self.names):
            plane.text(
                0, _TOP + (place + 0.5) * _HEIGHT + 4, f"{letter(place)}  {name}", style="small", most=18
            )
            plane.text(
                _SIDE + (place + 0.5) * _WIDTH, _TOP - 8, letter(place), anchor="middle", style="strong"
            )
        for row in range(len(self.names)):
            for column in range(len(self.names)):
                self._cell(plane, row, column)

    def _cell(self, plane: Plane, row: int, column: int) -> None:
        x, y = _SIDE + column * _WIDTH, _TOP + row * _HEIGHT
        if row == column:
            plane.rect(x, y, _WIDTH - 2, _HEIGHT - 2, fill="falling")
            plane.rect(x, y, _WIDTH - 2, _HEIGHT - 2, edge="rule")
            return
        is_share = column > row
        value = (self.agreement if is_share else self.errors)[row][column]
        ink = _MOST_INK * min(1.0, max(0.0, value.value)) if isinstance(value, Estimate) else 0.0
        plane.rect(
            x, y, _WIDTH - 2, _HEIGHT - 2, fill="blue" if is_share else "amber", alpha=round(0.05 + ink, 3)
        )
        for line, (text, style) in enumerate(zip(_lines(value, is_share=is_share), _STYLES, strict=False)):
            plane.text(x + _WIDTH / 2 - 1, y + 16 + 14 * line, text, anchor="middle", style=style, most=14)


_STYLES: Final[tuple[Style, ...]] = ("strong", "mark", "mark")


def _lines(value: Measured | None, *, is_share: bool) -> tuple[str, ...]:
    if value is None:
        return ("", "no item")
    if not isinstance(value, Estimate):
        return ("", value.reason, f"n = {count(value.n)}")
    low, high = value.interval.low, value.interval.high
    n = f"n = {count(value.n)}"
    if is_share:
        return f"{100 * value.value:.1f} %", f"{100 * low:.1f} to {100 * high:.1f}", n
    return f"{value.value:.2f}", f"{low:.2f} to {high:.2f}", n


def order_by_likeness(likeness: Sequence[Sequence[float]]) -> tuple[int, ...]:
    """Return an order in which things that are alike stand beside each other.

    Groups are joined from the most alike on, by their mean likeness (average linkage); of two groups the one with
    the lower number comes first, so the order depends on nothing but the numbers. `likeness` is square.
    """
    groups: list[tuple[int, ...]] = [(place,) for place in range(len(likeness))]
    while len(groups) > 1:
        pairs = [(first, second) for second in range(len(groups)) for first in range(second)]
        first, second = max(
            pairs, key=lambda pair: (_mean(likeness, groups[pair[0]], groups[pair[1]]), -pair[0], -pair[1])
        )
        groups[first] += groups.pop(second)
    return groups[0] if groups else ()


def _mean(likeness: Sequence[Sequence[float]], first: Sequence[int], second: Sequence[int]) -> float:
    values = [likeness[one][other] for one in first for other in second]
    return round(sum(values) / len(values), 9)
