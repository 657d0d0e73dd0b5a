"""Independent units and the totals a statistic is made of: what every bootstrap resamples."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from evenhand.stats.arrays import Floats, Integers
from evenhand.stats.clusters import cluster_sums
from evenhand.stats.patterns import Patterns, compress

Statistic = Callable[[Floats], Floats]
"""From totals of shape (m, features) to m values; not a number where the statistic has none.

Nearly every coefficient is a function of sums over items: of cells of a table, of coincidences, of squares. With one
feature per pattern (an identity matrix) the totals are the weights of the patterns themselves, so any statistic that
is vectorised over weights fits.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """What is drawn as one: items, or clusters of items; equal ones are kept once."""

    features: Floats
    """Shape (distinct units, features): what each adds to the totals."""
    counts: Integers
    """Shape (distinct units,): how many there are of each."""
    items: int
    """Items in all units together."""
    clustered: bool
    """Whether a unit is a cluster."""

    @property
    def size(self) -> int:
        """Units."""
        return int(self.counts.sum())

    @property
    def totals(self) -> Floats:
        """Totals over all units, shape (features,)."""
        return self.counts @ self.features


def item_units(features: Floats, counts: Integers | None = None) -> Units:
    """Return independent items as units.

    `features` has shape (n, features); `counts` says how many items each row stands for, one by default.

    Raises:
        ValueError: The shapes do not fit, or a count is negative.
    """
    held = np.ones(len(features), dtype=np.int64) if counts is None else counts
    if features.ndim != 2 or held.shape != (len(features),) or (held < 0).any():
        raise ValueError(
            f"features {features.shape} and counts {held.shape}: expected (n, features) and n counts, none negative"
        )
    there = held > 0
    return Units(features=features[there], counts=held[there], items=int(held.sum()), clustered=False)


def cluster_units(features: Floats, clusters: Integers) -> Units:
    """Return clusters of items as units; items with the same number in `clusters` are one.

    `features` has shape (n, features), `clusters` (n,).

    Raises:
        ValueError: The shapes do not fit.
    """
    if features.ndim != 2 or clusters.shape != (len(features),):
        raise ValueError(
            f"features {features.shape} and clusters {clusters.shape}: expected (n, features) and (n,)"
        )
    distinct, counts = np.unique(cluster_sums(features, clusters), axis=0, return_counts=True)
    return Units(features=distinct, counts=counts.astype(np.int64), items=len(features), clustered=True)


def units_of(features: Floats, *, codes: Integers, clusters: Integers | None = None) -> Units:
    """Return items as units when item i has the features of pattern `codes[i]`; clusters of them if given.

    `features` has shape (patterns, features), `codes` (n,).

    Raises:
        ValueError: The shapes do not fit.
    """
    if clusters is not None:
        return cluster_units(features[codes], clusters)
    return item_units(features, np.bincount(codes, minlength=len(features)))


def distinct_units(features: Floats, *, clusters: Integers | None = None) -> Units:
    """Return items that each have their own features, shape (n, features), as units; clusters of them if given.

    Equal ones are kept once: a bootstrap of a million items costs what one of the distinct ones does.

    Raises:
        ValueError: The shapes do not fit.
    """
    if clusters is not None:
        return cluster_units(features, clusters)
    return item_units(*np.unique(features, axis=0, return_counts=True))


def row_units(features: Floats, *, clusters: Integers | None = None) -> Units:
    """Return units as `distinct_units` does, equal ones apart: where weights differ, few are equal.

    Raises:
        ValueError: The shapes do not fit.
    """
    if clusters is None:
        return item_units(features)
    return _whole_clusters(cluster_sums(features, clusters), items=len(features))


def pattern_units(
    answers: Integers,
    contribute: Callable[[Patterns], Floats],
    *,
    truth: Integers | None = None,
    weights: Floats | None = None,
    clusters: Integers | None = None,
) -> Units:
    """Return items as units when `contribute` tells what one of weight 1 adds; clusters of them if given.

    It is asked once for the distinct patterns of `answers`, shape (N, J), and `truth`, shape (N,), and returns the
    features of each: shape (P, features). An item of another weight adds them times its weight.

    Raises:
        ValueError: The shapes do not fit.
    """
    if clusters is None:
        levels, groups = (np.ones(1), None) if weights is None else np.unique(weights, return_inverse=True)
        patterns = compress(answers, truth=truth, groups=groups)
        return item_units(contribute(patterns) * levels[patterns.groups, np.newaxis], patterns.counts)
    _, groups = np.unique(clusters, return_inverse=True)
    patterns = compress(answers, truth=truth, groups=groups, weights=weights)
    features = contribute(patterns) * patterns.weights[:, np.newaxis]
    return _whole_clusters(cluster_sums(features, patterns.groups), items=len(answers))


def _whole_clusters(sums: Floats, *, items: int) -> Units:
    return Units(features=sums, counts=np.ones(len(sums), dtype=np.int64), items=items, clustered=True)


def jackknife_totals(units: Units) -> Floats:
    """Return the totals without one of each distinct unit, shape (distinct units, features)."""
    return units.totals - units.features


def difference(first: Statistic, second: Statistic) -> Statistic:
    """Return the statistic `first` - `second` of the same units, so that draws are paired."""
    return lambda totals: first(totals) - second(totals)


def ratio(first: Statistic, second: Statistic) -> Statistic:
    """Return the statistic `first` / `second` of the same units, so that draws are paired."""

    def value(totals: Floats) -> Floats:
        with np.errstate(invalid="ignore", divide="ignore"):
            quotient = first(totals) / second(totals)
        return np.where(np.isfinite(quotient), quotient, np.nan)

    return value
