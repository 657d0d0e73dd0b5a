"""Standard errors from the influence of each item on an estimate, and the intervals of means and shares they give."""

import math

from evenhand.stats.arrays import Floats, Integers
from evenhand.stats.clusters import cluster_sums
from evenhand.stats.estimate import Interval
from evenhand.stats.intervals import wilson_limits
from evenhand.stats.quantiles import student_quantile


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


def standard_error(influence: Floats, clusters: Integers | None = None) -> float:
    """Return the standard error of an estimate from each item's influence on it, clusters being independent.

    An influence is the item's share in the error of the estimate; the influences add up to nothing. With fewer than
    two clusters there is no spread to go by, and not-a-number comes back: callers ask `cluster_count` first.
    """
    sums = cluster_sums(influence, clusters)
    if sums.shape[0] < 2:
        return math.nan
    return math.sqrt(float((sums**2).sum()) * sums.shape[0] / (sums.shape[0] - 1))
