"""Independent units and the totals a statistic is made of: what every bootstrap resamples."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

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
    names, place = np.unique(clusters, return_inverse=True)
    sums = np.zeros((len(names), features.shape[1]))
    for column, values in enumerate(features.T):
        sums[:, column] = np.bincount(place, weights=values, minlength=len(names))
    distinct, counts = np.unique(sums, axis=0, return_counts=True)
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
