"""One bootstrap for many statistics: draws of items or clusters, as multinomial counts over what is alike.

Statistics of one set of draws can be compared with each other: their differences have intervals too.
"""

from collections.abc import Callable
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from evenhand.stats.estimate import CONFIDENCE, Estimate, Interval, Measured, Undefined
from evenhand.stats.patterns import Patterns, compress
from evenhand.stats.student import student_quantile

DRAWS = 2000
"""Bootstrap draws behind an interval (methods.md 2.1)."""
MOST_UNDEFINED = 0.05
"""Above this share of draws without a number the others no longer speak for the interval."""
_CHUNK = 4_000_000
"""Resampled counts held at once."""

Array = NDArray[np.float64]
Codes = NDArray[np.int64]
Units = tuple[Array, Codes]
"""What each kind of unit adds to M totals, shape (U, M), and how many units there are of it, shape (U,)."""


def units_of_items(
    answers: Codes,
    contribute: Callable[[Patterns], Array],
    *,
    truth: Codes | None = None,
    weights: Array | None = None,
    clusters: Codes | None = None,
) -> Units:
    """Return the units a bootstrap draws: items, or clusters where `clusters`, shape (N,), tells them.

    `contribute` returns what one item of weight 1 adds, for each pattern of `answers` and `truth`: shape (P, M). A
    cluster adds the sum over its items.

    Raises:
        ValueError: The shapes do not fit.
    """
    if clusters is None:
        levels, groups = (np.ones(1), None) if weights is None else np.unique(weights, return_inverse=True)
        patterns = compress(answers, truth=truth, groups=groups)
        return contribute(patterns) * levels[patterns.groups, np.newaxis], patterns.counts
    names, groups = np.unique(clusters, return_inverse=True)
    patterns = compress(answers, truth=truth, groups=groups, weights=weights)
    return _summed(contribute(patterns) * patterns.weights[:, np.newaxis], patterns.groups, names.size)


def units_of_rows(rows: Array, *, clusters: Codes | None = None) -> Units:
    """Return the units a bootstrap draws where each item adds its own row of `rows`, shape (N, M)."""
    if clusters is None:
        return rows, np.ones(rows.shape[0], dtype=np.int64)
    names, groups = np.unique(clusters, return_inverse=True)
    return _summed(rows, groups, names.size)


def bootstrap_totals(units: Units, *, rng: np.random.Generator, draws: int = DRAWS) -> Array:
    """Return the totals of the sample itself, and below it those of `draws` bootstrap samples: shape (1 + draws, M).

    A sample draws as many units as there are, with replacement. Without units all totals are 0.

    Raises:
        ValueError: The units do not have a row for each count.
    """
    contributions, counts = units
    if contributions.ndim != 2 or contributions.shape[0] != counts.size:
        raise ValueError(f"{counts.size} counts need a row each, not a shape of {contributions.shape}")
    total = int(counts.sum())
    if total == 0:
        return np.zeros((1 + draws, contributions.shape[1]))
    chunk = max(1, _CHUNK // counts.size)
    sizes = [min(chunk, draws - done) for done in range(0, draws, chunk)]
    parts = [_resampled(counts, total, size, rng) @ contributions for size in sizes]
    return np.concatenate([(counts @ contributions)[np.newaxis], *parts])


def _resampled(
    counts: NDArray[np.int64], total: int, size: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Return how often each unit is drawn in each of `size` samples, shape (size, units)."""
    if (counts != 1).any():
        return rng.multinomial(total, counts / total, size=size)
    # Where all units differ a multinomial is drawn one binomial after the other; picking units is four times quicker.
    picked = rng.integers(0, total, (size, total)) + np.arange(size)[:, np.newaxis] * total
    return np.bincount(picked.ravel(), minlength=size * total).reshape(size, total)


def percentile_measure(
    series: Array,
    *,
    n: int,
    undefined: str,
    rare: str | None = None,
    clusters: Codes | None = None,
    confidence: float = CONFIDENCE,
) -> Measured:
    """Return the first number of `series` with the percentile interval of the others, shape (1 + draws,).

    Where `clusters` were drawn the tails are widened as a t interval is wider than a normal one, for few clusters vary
    less than the population they stand for (Hesterberg 2015, Am. Stat. 69, 371-386).

    Not a number stands for none: at the first place the result is undefined because of `undefined`; in more than one
    draw in twenty because of `rare`, or `undefined` too. One cluster alone has no interval.
    """
    if np.isnan(series[0]):
        return Undefined(n=n, reason=undefined)
    if clusters is not None and np.unique(clusters).size < 2:
        return Undefined(n=n, reason="all items are of one cluster, which says nothing about others")
    known = series[1:][~np.isnan(series[1:])]
    if known.size < (series.size - 1) * (1 - MOST_UNDEFINED) or known.size == 0:
        return Undefined(n=n, reason=rare or undefined)
    tail = _tail(clusters, confidence)
    low, high = np.quantile(known, [tail, 1 - tail])
    interval = Interval(low=float(low), high=float(high), confidence=confidence)
    return Estimate(value=float(series[0]), interval=interval, n=n)


def _tail(clusters: Codes | None, confidence: float) -> float:
    if clusters is None:
        return 0.5 - confidence / 2
    drawn = np.unique(clusters).size
    quantile = student_quantile(confidence, drawn - 1)
    return NormalDist().cdf(-quantile * (drawn / (drawn - 1)) ** 0.5)


def ratio(numerator: Array, denominator: Array) -> Array:
    """Return a quotient, not a number where the denominator is 0."""
    with np.errstate(invalid="ignore", divide="ignore"):
        quotient: Array = np.where(denominator > 0, numerator / denominator, np.nan)
    return quotient


def _summed(rows: Array, groups: Codes, size: int) -> Units:
    summed = np.zeros((size, rows.shape[1]))
    np.add.at(summed, groups, rows)
    return summed, np.ones(size, dtype=np.int64)
