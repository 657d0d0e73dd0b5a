"""Bootstrap intervals over items or clusters, for statistics that are functions of totals.

`bootstrap` and `smoothed_bootstrap` measure one statistic. Where many statistics, or their differences, are wanted of
one set of draws: `bootstrap_totals` draws once, arithmetic on its rows gives a series for each, and
`percentile_measure` makes each series a number with its interval.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

import numpy as np

from evenhand.stats.arrays import Floats, Integers
from evenhand.stats.clusters import cluster_count
from evenhand.stats.estimate import CONFIDENCE, Estimate, Interval, Measured, Undefined
from evenhand.stats.quantiles import few_units_quantile, normal_quantile, tail_levels
from evenhand.stats.reasons import NO_VALUE, ONE_CLUSTER
from evenhand.stats.units import Statistic, Units, jackknife_totals

DRAWS = 2000
"""Bootstrap draws behind an interval (methods.md 2.1)."""
MOST_UNDEFINED = 0.05
"""Above this share of draws without a value the others no longer speak for the interval."""
_CHUNK = 4_000_000
"""Weights held at once."""

Method = Literal["percentile", "bca"]


def bootstrap(
    statistic: Statistic,
    units: Units,
    *,
    rng: np.random.Generator,
    confidence: float = CONFIDENCE,
    draws: int = DRAWS,
    method: Method = "bca",
) -> Measured:
    """Return a statistic with its bootstrap interval.

    Estimand: the value of `statistic` in the population the units were drawn from, one like the other. A draw takes as
    many units as there are, with replacement (a multinomial over the distinct ones). `method` "percentile" takes the
    quantiles of the draws, "bca" corrects them for bias and acceleration. When the units are clusters, the tails are
    widened as a t interval is wider than a normal one, for few clusters vary less than the population they stand for.

    For a difference or ratio of two statistics on the same items pass `difference(a, b)` or `ratio(a, b)`.

    Undefined with fewer than two units; where the statistic has no value; where more than one draw in twenty has none;
    and where all draws are equal, because then a bootstrap can not tell how sure it is.

    Source: Efron (1987), JASA 82, 171-185; Hesterberg (2015), Am. Stat. 69, 371-386, for the widened tails; methods.md
    2.1, 2.2.

    Raises:
        ValueError: The confidence is impossible.
    """
    value = float(statistic(units.totals[np.newaxis])[0]) if units.size else float("nan")
    z = _tail_z(units, confidence, widened=units.clustered)
    if reason := _why_not(value, units):
        return Undefined(n=units.items, reason=reason)
    values = resampled(statistic, units, rng=rng, draws=draws)
    known = values[~np.isnan(values)]
    if known.size < draws * (1 - MOST_UNDEFINED):
        return Undefined(n=units.items, reason="too many bootstrap draws have no value")
    if np.ptp(known) == 0:
        return Undefined(n=units.items, reason="every bootstrap draw has the same value")
    levels = tail_levels(z) if method == "percentile" else _bca_levels(value, known, statistic, units, z)
    return _estimate(value, known, levels, units, confidence)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """What could have been seen beside the units that were: a smoothed bootstrap adds a little of it."""

    features: Floats
    """Shape (kinds, features)."""
    shapes: Floats
    """Shape (kinds,): how many items of each are added, in sum few."""


def smoothed_bootstrap(
    statistic: Statistic,
    units: Units,
    unseen: Unseen,
    *,
    rng: np.random.Generator,
    widened: bool = False,
    confidence: float = CONFIDENCE,
    draws: int = DRAWS,
) -> Measured:
    """Return a statistic with its interval from a smoothed Bayesian bootstrap.

    The units are weighted by a Dirichlet distribution in place of a multinomial one, and what is `unseen` is
    weighted with them. Beside clusters each of its items counts as the root of the mean cluster size. In the simplest
    case, a share with half a success and half a failure unseen, this is Jeffreys' interval. The point estimate is that
    of the units alone.

    It does what a plain bootstrap can not: where the raters always agree it still knows that they need not, and it
    covers near the ends of the scale, where a plain bootstrap of 50 items of a good judge has no interval, or one that
    misses, in one sample of five (`python -m benchmarks.coverage.agreement`). When the units are clusters, or `widened`
    is asked for, the tails are widened as a t interval is wider than a normal one; measurements need it where counts do
    not.

    Undefined without units and where the statistic has no value.

    Source: Rubin (1981), Ann. Stat. 9, 130-134; methods.md 2.1.

    Raises:
        ValueError: The confidence is impossible.
    """
    value = float(statistic(units.totals[np.newaxis])[0]) if units.size else float("nan")
    z = _tail_z(units, confidence, widened=widened or units.clustered)
    if reason := _why_not(value, units, least=1):
        return Undefined(n=units.items, reason=reason)
    shapes = np.concatenate([units.counts, unseen.shapes])
    # A cluster is worth between one item and as many as it holds: the geometric middle, whatever it is worth here.
    scale = math.sqrt(units.items / units.size)
    features = np.concatenate([units.features, scale * unseen.features])

    def weights(count: int) -> Floats:
        gammas = rng.standard_gamma(shapes, size=(count, len(shapes)))
        scaled: Floats = gammas * (units.size / gammas.sum(axis=1, keepdims=True))
        return scaled

    values = np.concatenate([statistic(totals) for totals in _totals(features, draws, weights)])
    return _estimate(value, values[~np.isnan(values)], tail_levels(z), units, confidence)


def resampled(statistic: Statistic, units: Units, *, rng: np.random.Generator, draws: int = DRAWS) -> Floats:
    """Return the statistic of `draws` resamples of the units, shape (draws,); not a number where it has no value."""
    return np.concatenate([statistic(totals) for totals in _resampled_totals(units, rng, draws)])


def bootstrap_totals(units: Units, *, rng: np.random.Generator, draws: int = DRAWS) -> Floats:
    """Return the totals of the sample itself, and below it those of `draws` resamples: shape (1 + draws, features).

    A resample draws as many units as there are, with replacement. Without units all totals are 0.
    """
    if units.size == 0:
        return np.zeros((1 + draws, units.features.shape[1]))
    return np.concatenate([units.totals[np.newaxis], *_resampled_totals(units, rng, draws)])


def percentile_measure(
    series: Floats,
    *,
    n: int,
    undefined: str,
    rare: str | None = None,
    clusters: Integers | None = None,
    confidence: float = CONFIDENCE,
) -> Measured:
    """Return the first number of `series`, shape (1 + draws,), with the percentile interval of the others.

    Where `clusters` were drawn the tails are widened as a t interval is wider than a normal one, for few clusters vary
    less than the population they stand for (`few_units_quantile`).

    Not a number stands for none: at the first place the result is undefined because of `undefined`; in more than one
    draw in twenty because of `rare`, or `undefined` too. One cluster alone has no interval.
    """
    if np.isnan(series[0]):
        return Undefined(n=n, reason=undefined)
    drawn = None if clusters is None else cluster_count(n, clusters)
    if drawn is not None and drawn < 2:
        return Undefined(n=n, reason=ONE_CLUSTER)
    known = series[1:][~np.isnan(series[1:])]
    if known.size < (series.size - 1) * (1 - MOST_UNDEFINED) or known.size == 0:
        return Undefined(n=n, reason=rare or undefined)
    tail = 0.5 - confidence / 2 if drawn is None else tail_levels(few_units_quantile(confidence, drawn))[0]
    low, high = np.quantile(known, [tail, 1 - tail])
    interval = Interval(low=float(low), high=float(high), confidence=confidence)
    return Estimate(value=float(series[0]), interval=interval, n=n)


def _resampled_totals(units: Units, rng: np.random.Generator, draws: int) -> Iterator[Floats]:
    weights = _picked(units.size, rng) if (units.counts == 1).all() else _multinomial(units, rng)
    return _totals(units.features, draws, weights)


def _multinomial(units: Units, rng: np.random.Generator) -> Callable[[int], Floats]:
    shares = units.counts / units.size
    return lambda count: rng.multinomial(units.size, shares, size=count).astype(np.float64)


def _picked(size: int, rng: np.random.Generator) -> Callable[[int], Floats]:
    """Draw where all units differ: picking them is four times quicker than one binomial after the other."""

    def weights(count: int) -> Floats:
        picked = rng.integers(0, size, (count, size)) + np.arange(count)[:, np.newaxis] * size
        return np.bincount(picked.ravel(), minlength=count * size).reshape(count, size).astype(np.float64)

    return weights


def _totals(features: Floats, draws: int, weights: Callable[[int], Floats]) -> Iterator[Floats]:
    step = max(1, _CHUNK // len(features))
    for start in range(0, draws, step):
        yield weights(min(step, draws - start)) @ features


def _why_not(value: float, units: Units, *, least: int = 2) -> str:
    if units.size == 0:
        return "there is no item"
    if np.isnan(value):
        return NO_VALUE
    if units.size < least:
        return "one independent unit says nothing about others"
    return ""


def _tail_z(units: Units, confidence: float, *, widened: bool) -> float:
    """Return the normal quantile that the tails are taken at; widened it is what a t interval would take."""
    if not widened or units.size < 2:
        return normal_quantile(confidence)
    return few_units_quantile(confidence, units.size)


def _bca_levels(
    value: float, known: Floats, statistic: Statistic, units: Units, z: float
) -> tuple[float, float]:
    """Return the levels corrected for median bias and for acceleration."""
    normal = NormalDist()
    # Half of the draws that equal the value count as below it: the statistics are discrete.
    below = (np.sum(known < value) + np.sum(known == value) / 2) / known.size
    bias = normal.inv_cdf(min(max(float(below), 1 / known.size), 1 - 1 / known.size))
    acceleration = _acceleration(statistic, units)

    def level(tail: float) -> float:
        moved = bias + tail
        bend = 1 - acceleration * moved
        return normal.cdf(bias + moved / bend) if bend > 0 else float(moved > 0)

    return level(-z), level(z)


def _acceleration(statistic: Statistic, units: Units) -> float:
    values = statistic(jackknife_totals(units))
    known = ~np.isnan(values)
    counts, values = units.counts[known], values[known]
    pulls = np.average(values, weights=counts) - values if known.any() else values
    squares = float(counts @ pulls**2)
    return float(counts @ pulls**3) / (6 * squares**1.5) if squares > 0 else 0.0


def _estimate(
    value: float, values: Floats, levels: tuple[float, float], units: Units, confidence: float
) -> Measured:
    low, high = np.quantile(values, levels)
    # A smoothed bootstrap of raters who always agree lies below the value itself.
    interval = Interval(low=min(float(low), value), high=max(float(high), value), confidence=confidence)
    return Estimate(value=value, interval=interval, n=units.items)
