"""Reference labels met by answers, as a square of counts."""

from dataclasses import dataclass

from evenhand.reporting.calibration.figures.canvas import Canvas, Plane, draw
from evenhand.reporting.display import count
from evenhand.reporting.document import Vector

_SIDE, _TOP = 104, 46
_WIDTH, _HEIGHT = 78, 42
_LEAST_INK, _MOST_INK = 0.04, 0.36


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfusionMatrix:
    """Counts, with the share of each row; the darker, the larger the share."""

    rows: tuple[str, ...]
    """Reference labels."""
    columns: tuple[str, ...]
    """Answers; the last column counts items without one."""
    counts: tuple[tuple[int, ...], ...]

    def draw(self) -> Vector:
        """Return the picture."""
        width = _SIDE + len(self.columns) * _WIDTH + 1
        return draw(width, _TOP + len(self.rows) * _HEIGHT + 1, self._paint)

    def _paint(self, canvas: Canvas) -> None:
        plane = canvas.pixels()
        plane.text(_SIDE, 13, "answered", style="soft")
        plane.text(0, _TOP - 9, "people said", style="soft")
        for place, name in enumerate(self.columns):
            middle = _SIDE + (place + 0.5) * _WIDTH
            plane.text(middle, _TOP - 9, name, anchor="middle", style="small", most=13)
        for row, name in enumerate(self.rows):
            plane.text(0, _TOP + (row + 0.5) * _HEIGHT + 4, name, style="small", most=16)
            self._row(plane, row)

    def _row(self, plane: Plane, row: int) -> None:
        total = sum(self.counts[row])
        y = _TOP + row * _HEIGHT
        for column, number in enumerate(self.counts[row]):
            x = _SIDE + column * _WIDTH
            share = number / total if total else 0.0
            ink = _LEAST_INK + (_MOST_INK - _LEAST_INK) * share
            is_same = row == column
            plane.rect(
                x, y, _WIDTH - 2, _HEIGHT - 2, fill="blue" if is_same else "vermilion", alpha=round(ink, 3)
            )
            if is_same:
                plane.rect(x + 0.5, y + 0.5, _WIDTH - 3, _HEIGHT - 3, edge="ink")
            middle = x + _WIDTH / 2 - 1
            plane.text(middle, y + 18, count(number), anchor="middle", style="strong")
            said = f"{100 * share:.0f} % of {count(total)}" if total else "no label"
            plane.text(middle, y + 33, said, anchor="middle", style="mark")
