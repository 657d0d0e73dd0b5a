"""Limits of means and shares that rest on weighted or clustered items, from the influence of each item."""

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

from evenhand.stats.estimate import Interval
from evenhand.stats.intervals import wilson_limits
from evenhand.stats.student import student_quantile

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


def jeffreys_limits(successes: Floats | float, n: Floats | float, confidence: float) -> tuple[Floats, Floats]:
    """Return Jeffreys' limits of shares; counts may be fractions of an effective number of draws.

    The quantiles of Beta(successes + 1/2, n - successes + 1/2), with 0 and 1 where there is no success or no failure.
    Source: Brown, Cai and DasGupta (2001), Statistical Science 16, 101-133; methods.md 2.4.
    """
    successes, n = np.asarray(successes, dtype=np.float64), np.asarray(n, dtype=np.float64)
    tail = 0.5 - confidence / 2
    low = betaincinv(successes + 0.5, n - successes + 0.5, tail)
    high = betaincinv(successes + 0.5, n - successes + 0.5, 1 - tail)
    return np.where(successes <= 0, 0.0, low), np.where(successes >= n, 1.0, high)


def share_interval(share: float, standard_error: float, fallback_n: float, confidence: float) -> Interval:
    """Return Wilson's interval of a share with this standard error, through the number of draws it is worth.

    Where the standard error is nothing, because every item said the same, the share counts as `fallback_n` draws.
    """
    known = standard_error > 0 and 0 < share < 1
    n = share * (1 - share) / standard_error**2 if known else fallback_n
    low, high = wilson_limits(share, n, confidence=confidence)
    return Interval(low=min(max(low, 0.0), share), high=max(min(high, 1.0), share), confidence=confidence)


def mean_interval(
    mean: float,
    standard_error: float,
    units: int,
    confidence: float,
    bounds: tuple[float, float] = (0.0, 1.0),
) -> Interval:
    """Return Student's interval of a mean of `units` independent units, cut to its `bounds`."""
    half = student_quantile(confidence, max(units - 1, 1)) * standard_error
    return Interval(low=max(mean - half, bounds[0]), high=min(mean + half, bounds[1]), confidence=confidence)


def standard_error(influence: Floats, clusters: Ints | None = None) -> float:
    """Return the standard error of an estimate from each item's influence on it, clusters being independent.

    An influence is the item's share in the error of the estimate; the influences add up to nothing. With fewer than
    two clusters there is no spread to go by, and not-a-number comes back: callers ask `independent_units` first.
    """
    sums = influence if clusters is None else cluster_sums(influence, clusters)
    if sums.shape[0] < 2:
        return math.nan
    return math.sqrt(float((sums**2).sum()) * sums.shape[0] / (sums.shape[0] - 1))


def cluster_sums(values: Floats, clusters: Ints) -> Floats:
    """Return the sums of `values` of shape (N,) within clusters, in the order of their numbers."""
    names, place = np.unique(clusters, return_inverse=True)
    return np.bincount(place, weights=values, minlength=names.size).astype(np.float64)


def independent_units(n: int, clusters: Ints | None) -> int:
    """Return how many clusters `n` items make; each is its own cluster without `clusters`."""
    return n if clusters is None else int(np.unique(clusters).size)
