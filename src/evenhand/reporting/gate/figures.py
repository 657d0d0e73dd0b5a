"""Changes below each other, each with its interval, beside the margin that it must not fall under."""

import math
from dataclasses import dataclass
from typing import Final

from evenhand.gate.results import GateResult, TestResult
from evenhand.reporting.calibration.figures.canvas import Canvas, Limits, Plane, draw
from evenhand.reporting.calibration.plots import panel, plot
from evenhand.reporting.display import count
from evenhand.reporting.document import Chart, Table, Vector, words
from evenhand.reporting.gate.wording import (
    confidence,
    outcome_cell,
    points,
    principle_cell,
    signed_points,
    slice_cell,
    tested_change_cell,
    urgency,
    what_is_tested_in_words,
)
from evenhand.reporting.sections.cells import columns, text_cell
from evenhand.stats.change.noninferiority import Outcome
from evenhand.stats.estimate import Estimate

MOST_DRAWN: Final = 40
"""Tests in the picture, the most urgent ones; the table has all of them."""
_WIDTH: Final = 340
_STEP: Final = 42
_EDGE: Final = 22
_FOOT: Final = 34
_STRIP: Final = 0.48
"""Share of a row that the interval takes; its name stands above."""
_FILL: Final = {Outcome.PASSED: "teal", Outcome.FAILED: "vermilion", Outcome.UNDECIDED: "raised"}
_MARKER: Final = {Outcome.PASSED: "o", Outcome.FAILED: "D", Outcome.UNDECIDED: "o"}


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceForest:
    """Tests, one a row: the change with its interval, no change and the margin."""

    tests: tuple[TestResult, ...]

    def draw(self) -> Vector:
        """Return the picture."""
        return draw(_WIDTH, len(self.tests) * _STEP + _FOOT, self._paint)

    def _paint(self, canvas: Canvas) -> None:
        rows = len(self.tests)
        limits = _limits(self.tests)
        plane = canvas.plane(left=_EDGE, right=_EDGE, bottom=_FOOT, x=limits, y=(0, rows))
        for tick in _ticks(limits):
            plane.text(tick, 0, f"{100 * tick:+.3g}" if tick else "0", dy=-15, anchor="middle", style="soft")
        plane.text(sum(limits) / 2, 0, "points, now minus before", dy=-29, anchor="middle", style="soft")
        for place, test in enumerate(self.tests):
            self._row(plane, test, rows - place - 1, limits)

    def _row(self, plane: Plane, test: TestResult, bottom: int, limits: Limits) -> None:
        plane.rect(limits[0], bottom, -test.margin - limits[0], _STRIP, fill="band")
        plane.lines([(tick, bottom, tick, bottom + _STRIP) for tick in _ticks(limits)], colour="rule")
        plane.lines([(0, bottom, 0, bottom + _STRIP)], colour="soft", width=1.5)
        plane.lines(
            [(-test.margin, bottom, -test.margin, bottom + _STRIP)],
            colour="vermilion",
            width=1.5,
            dash=(3, 2),
        )
        name = what_is_tested_in_words(test.principle, test.measure, test.slice)
        plane.text(limits[0], bottom + 0.62, name, dx=-_EDGE, style="strong", most=27)
        if not isinstance(test.difference, Estimate):
            plane.text(limits[1], bottom + 0.62, "no interval", dx=_EDGE, anchor="end", style="small")
            return
        low, high = _cut(test.difference.interval.low, limits), _cut(test.difference.interval.high, limits)
        plane.text(limits[1], bottom + 0.62, _spelled(test.difference), dx=_EDGE, anchor="end", style="small")
        plane.lines([(low, bottom + _STRIP / 2, high, bottom + _STRIP / 2)], colour="ink", width=2)
        is_open = test.outcome is Outcome.UNDECIDED
        plane.dot(
            _cut(test.difference.value, limits),
            bottom + _STRIP / 2,
            fill=_FILL[test.outcome],
            edge="ink" if is_open else "raised",
            size=11 if test.outcome is Outcome.FAILED else 10,
            marker=_MARKER[test.outcome],
        )


def differences_chart(result: GateResult) -> Chart:
    """Return the picture of all changes with the table of its numbers."""
    ordered = tuple(sorted(result.tests, key=urgency))
    drawn = ordered[:MOST_DRAWN]
    left = (
        f" The {count(MOST_DRAWN)} most urgent of {count(len(ordered))} are drawn."
        if len(drawn) < len(ordered)
        else ""
    )
    description = (
        "Changes of all tests below each other, in points, each with its interval. What lies in the shaded part, left "
        "of the dashed line, is a drop of the margin or more. A test passes when its interval lies right of that line. "
        f"A diamond failed, a filled dot passed, an open dot is undecided.{left}"
    )
    return plot(
        "differences",
        "Changes, and the margin they must not fall under",
        (panel("Changes in points", description, DifferenceForest(tests=drawn)),),
        Table(
            caption=words("Changes in points"),
            columns=(
                *columns("Principle", "Measure", "Slice"),
                *columns(
                    f"Change ({confidence(result.alpha)} interval)",
                    "Lower limit that decides",
                    "Margin",
                    numbers=3,
                ),
                *columns("Outcome"),
            ),
            rows=tuple(
                (
                    principle_cell(test.principle),
                    text_cell(test.measure.value),
                    slice_cell(test.slice),
                    tested_change_cell(test),
                    text_cell("none" if test.low is None else signed_points(test.low)),
                    text_cell(points(test.margin)),
                    outcome_cell(test.outcome, test.tier),
                )
                for test in ordered
            ),
        ),
        description,
    )


def _limits(tests: tuple[TestResult, ...]) -> Limits:
    """Return limits that hold every change and margin, and intervals as far as they are of use."""
    known = [test.difference for test in tests if isinstance(test.difference, Estimate)]
    most = 2 * max((test.margin for test in tests), default=0.03)
    low = min([-most, *(max(-0.5, each.interval.low) for each in known), *(each.value for each in known)])
    high = max([most, *(min(0.5, each.interval.high) for each in known), *(each.value for each in known)])
    return math.floor(50 * low) / 50, math.ceil(50 * high) / 50


def _ticks(limits: Limits) -> list[float]:
    step = next(each for each in (0.02, 0.05, 0.1, 0.2, 0.5, 1.0) if (limits[1] - limits[0]) / each <= 6)
    return [
        round(place * step, 4)
        for place in range(math.ceil(limits[0] / step - 1e-9), math.floor(limits[1] / step + 1e-9) + 1)
    ]


def _cut(value: float, limits: Limits) -> float:
    return min(max(value, limits[0]), limits[1])


def _spelled(difference: Estimate) -> str:
    low, high = difference.interval.low, difference.interval.high
    return f"{signed_points(difference.value)}, {signed_points(low)} to {signed_points(high)}"
