"""Intervals of a mean that hold at all times at once, however often they are looked at."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from evenhand.stats.arrays import Bools, Floats, Integers
from evenhand.stats.estimate import CONFIDENCE, Estimate, Interval, Measured, Undefined
from evenhand.stats.monitoring.betting import SMALL_SHARES

_STEPS = 40
_CELLS = 2_000_000
"""Numbers held at a time while looking for limits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Limits after each look, in arrays of one shape."""

    low: Floats
    """Lower limits."""
    high: Floats
    """Upper limits."""


def confidence_sequence(outcomes: Floats | Bools, *, confidence: float = CONFIDENCE) -> Measured:
    """Return the mean of a stream with the limits of its confidence sequence now.

    As `confidence_limits` after the last outcome. Undefined without outcomes.

    Raises:
        ValueError: As for `confidence_limits`.
    """
    n = outcomes.size
    limits = confidence_limits(outcomes, looks=np.array([n]), confidence=confidence)
    if n == 0:
        return Undefined(n=0, reason="no outcome was seen")
    interval = Interval(low=float(limits.low[0]), high=float(limits.high[0]), confidence=confidence)
    return Estimate(value=float(outcomes.mean()), interval=interval, n=n)


def confidence_limits(
    outcomes: Floats | Bools,
    *,
    looks: Integers | None = None,
    confidence: float = CONFIDENCE,
) -> Limits:
    """Return the limits of the mean after each look at a stream of outcomes between 0 and 1.

    Estimand: the mean of the stream, the same all along. A limit is where a bet against it (`betting.begin` with
    `SMALL_SHARES`, one for each direction, each at half the error) would just raise the alarm now, so all intervals
    together cover the mean with a chance of at least `confidence`, whatever the looks and whenever one stops. The price
    is width: up to twice that of an interval for a single look. Without an outcome the limits are 0 and 1.

    `outcomes` has shape (m,), in their order; `looks` holds how many of them were seen at each look, every one by
    default, and never falls; the time grows with looks times distinct values. The limits of a stream that drifts are
    about its mean so far, and promise nothing.

    Source: Waudby-Smith and Ramdas (2024), JRSS B 86, 1-27; methods.md 6.6.

    Raises:
        ValueError: The outcomes are not of shape (m,) or not between 0 and 1, a look is not at 0 to m of them or before
            another, or the confidence is not between 0 and 1.
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence is {confidence}, expected a number between 0 and 1")
    numbers = outcomes.astype(np.float64)
    if numbers.ndim != 1 or not ((numbers >= 0) & (numbers <= 1)).all():
        raise ValueError("expected outcomes of shape (m,), each between 0 and 1")
    seen = np.arange(1, numbers.size + 1) if looks is None else looks
    if ((seen < 0) | (seen > numbers.size)).any() or (np.diff(seen) < 0).any():
        raise ValueError(
            f"looks are at 0 to {numbers.size} outcomes, and none is at fewer than the one before"
        )
    values, place = np.unique(numbers, return_inverse=True)
    threshold = math.log(2 / (1 - confidence))
    lows, highs = [np.zeros(0)], [np.zeros(0)]
    for counts in _counts(place, seen, values.size):
        highs.append(_upper_limits(values, counts, threshold))
        lows.append(1 - _upper_limits(1 - values, counts, threshold))
    return Limits(low=np.concatenate(lows), high=np.concatenate(highs))


def _counts(place: NDArray[np.intp], looks: Integers, values: int) -> Iterator[Floats]:
    """Yield how often each value was seen at each look, some looks at a time: the limits need no more."""
    rows = max(1, _CELLS // (len(SMALL_SHARES) * max(values, 1)))
    seen, before = np.zeros(values), 0
    for start in range(0, looks.size, rows):
        some = looks[start : start + rows]
        new = np.arange(before, some[-1])
        cells = np.searchsorted(some, new + 1) * values + place[new]
        counts = seen + np.cumsum(
            np.bincount(cells, minlength=some.size * values).reshape(some.size, values), axis=0
        )
        seen, before = counts[-1], int(some[-1])
        yield counts


def _upper_limits(values: Floats, counts: Floats, threshold: float) -> Floats:
    """Return the least mean whose bet on a drop has reached the threshold; its wealth grows with the mean."""
    n = counts.sum(axis=1)
    low: Floats = (counts @ values) / np.maximum(n, 1)
    high: Floats = np.ones_like(low)
    for _ in range(_STEPS):
        middle = (low + high) / 2
        is_beyond = _log_wealth_of_drop(middle, values, counts) >= threshold
        low, high = np.where(is_beyond, low, middle), np.where(is_beyond, middle, high)
    return high


def _log_wealth_of_drop(means: Floats, values: Floats, counts: Floats) -> Floats:
    """Return the log wealth of the bet on a drop below each of `means`, of shape (looks,)."""
    room = np.maximum(1 - means, np.finfo(np.float64).tiny)
    gains = (means[:, np.newaxis] - values) / room[:, np.newaxis]
    gains = np.maximum(gains, -1.0)  # which they are, but for rounding where the room is tiny
    wealths = np.stack([(counts * np.log1p(share * gains)).sum(axis=1) for share in SMALL_SHARES])
    mixed: Floats = logsumexp(wealths, axis=0) - math.log(len(SMALL_SHARES))
    return mixed
