"""The evidence of both streams over time, with the height at which the alarm is raised."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from evenhand.gate.monitor.results import Look
from evenhand.reporting.calibration.figures.canvas import Canvas, Limits, Plane, draw
from evenhand.reporting.document import Vector

_WIDTH, _HEIGHT = 700, 280
_LEFT, _RIGHT, _TOP, _FOOT = 64, 22, 30, 44
_LOWEST, _HEADROOM = -2.0, 1.15
_MOST_DAYS: Final = 7
"""Marks on the axis of days."""
_GRID: Final = (1, 2, 3, 5, 10, 20, 50, 100)
"""Steps between marks of the evidence, in powers of ten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceChart:
    """Evidence for a drop by day: the anchors as a line with dots, the live labels as a line with squares."""

    anchors: tuple[Look, ...]
    live: tuple[Look, ...]
    alarm: float
    """Logarithm to the base of 10 of the evidence that raises the alarm."""

    def draw(self) -> Vector:
        """Return the picture."""
        return draw(_WIDTH, _HEIGHT, self._paint)

    def _paint(self, canvas: Canvas) -> None:
        days = [_ordinal(look) for look in (*self.anchors, *self.live)]
        width = (min(days) - 0.5, max(*days, min(days) + 5) + 0.5)
        highest = max([self.alarm, *(_height(look) for look in (*self.anchors, *self.live))])
        limits = (_LOWEST, highest * _HEADROOM + 0.2)
        plane = canvas.plane(left=_LEFT, right=_RIGHT, top=_TOP, bottom=_FOOT, x=width, y=limits)
        _grid(plane, limits, width)
        _mark_days(plane, limits, sorted(set(days)))
        plane.lines(
            [(width[0], self.alarm, width[1], self.alarm)], colour="vermilion", width=1.5, dash=(5, 3)
        )
        plane.text(width[0], self.alarm, "alarm", dx=4, dy=5, style="mark")
        plane.text(
            width[0], limits[1], "evidence for a drop, as a power of ten", dx=-_LEFT, dy=14, style="soft"
        )
        _line(plane, self.live, colour="mauve", marker="s")
        _line(plane, self.anchors, colour="blue", marker="o")


def _grid(plane: Plane, limits: Limits, width: Limits) -> None:
    step = next(each for each in _GRID if (limits[1] - limits[0]) / each <= 8 or each == _GRID[-1])
    marks = [mark for mark in range(int(_LOWEST), int(limits[1]) + 1) if mark % step == 0]
    plane.lines([(width[0], mark, width[1], mark) for mark in marks], colour="rule")
    for mark in marks:
        plane.text(width[0], mark, str(mark), dx=-7, dy=-4, anchor="end", style="soft")


def _mark_days(plane: Plane, limits: Limits, days: Sequence[int]) -> None:
    step = max(1, -(-len(days) // _MOST_DAYS))
    for day in days[::step]:
        plane.text(
            day, limits[0], date.fromordinal(day).isoformat()[5:], dy=-16, anchor="middle", style="soft"
        )


def _line(plane: Plane, looks: Sequence[Look], *, colour: str, marker: str) -> None:
    places = _places(looks)
    values = [_height(look) for look in looks]
    if len(places) > 1:
        plane.curve(places, values, colour=colour)
    for x, y, look in zip(places, values, looks, strict=True):
        plane.dot(x, y, fill=colour if look.measured else "raised", edge=colour, marker=marker, size=7)


def _places(looks: Sequence[Look]) -> list[float]:
    """Return where looks stand; those of one day share its width."""
    of_day = Counter(look.day for look in looks)
    seen: Counter[str] = Counter()
    places = []
    for look in looks:
        places.append(_ordinal(look) + (seen[look.day] + 0.5) / of_day[look.day] - 0.5)
        seen[look.day] += 1
    return places


def _height(look: Look) -> float:
    """Return where a look stands; the first, which can be compared with nothing, stands at the foot."""
    return _LOWEST if look.log10_evidence is None else max(_LOWEST, look.log10_evidence)


def _ordinal(look: Look) -> int:
    return date.fromisoformat(look.day).toordinal()
