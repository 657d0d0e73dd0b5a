"""Axes: where they begin and end, and where they are marked."""

import math
from collections.abc import Iterable

from evenhand.reporting.calibration.figures.canvas import Limits, Plane
from evenhand.stats.estimate import Estimate, Measured

_LEAST_SPAN = 0.2


def share_limits(measured: Iterable[Measured | None]) -> Limits:
    """Return limits in whole tenths that hold every interval, at least two tenths apart."""
    known = [each for each in measured if isinstance(each, Estimate)]
    low = min((min(each.interval.low, each.value) for each in known), default=0.0)
    high = max((max(each.interval.high, each.value) for each in known), default=1.0)
    bottom, top = math.floor(10 * low + 1e-9) / 10, math.ceil(10 * high - 1e-9) / 10
    bottom = max(min(0.0, bottom), bottom - max(0.0, _LEAST_SPAN - (top - bottom)))
    return bottom, max(top, bottom + _LEAST_SPAN)


def share_ticks(limits: Limits, *, most: int = 6) -> list[float]:
    """Return marks at round shares inside the limits."""
    low, high = limits
    step = next(each for each in (0.1, 0.2, 0.25, 0.5, 1.0, 2.0, 5.0) if (high - low) / each <= most - 1)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [round(place * step, 4) for place in range(first, last + 1)]


def percent_label(value: float) -> str:
    """Return a mark of an axis of shares."""
    return f"{100 * value:.0f} %"


def mark_shares_below(plane: Plane, ticks: Iterable[float], *, height: Limits) -> None:
    """Draw upright grid lines with their shares below them."""
    marks = list(ticks)
    bottom, top = height
    plane.lines([(each, bottom, each, top) for each in marks], colour="rule")
    for each in marks:
        plane.text(each, bottom, percent_label(each), dy=-15, anchor="middle", style="soft")


def mark_shares_beside(plane: Plane, ticks: Iterable[float], *, width: Limits) -> None:
    """Draw level grid lines with their shares on the left of them."""
    marks = list(ticks)
    left, right = width
    plane.lines([(left, each, right, each) for each in marks], colour="rule")
    for each in marks:
        plane.text(left, each, percent_label(each), dx=-7, dy=-4, anchor="end", style="soft")


def round_steps(high: float, *, most: int = 5) -> list[float]:
    """Return marks at round numbers from 0 to at least `high`."""
    if high <= 0:
        return [0.0, 1.0]
    size = 10 ** math.floor(math.log10(high / most))
    step = next(size * each for each in (1, 2, 5, 10, 20) if high / (size * each) <= most)
    return [place * step for place in range(math.ceil(high / step - 1e-9) + 1)]
