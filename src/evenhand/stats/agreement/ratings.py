"""Answers of many raters, compressed to how many of them gave which label on an item."""

from dataclasses import dataclass

import numpy as np

from evenhand.stats.arrays import Floats, Integers
from evenhand.stats.confusion import check_codes
from evenhand.stats.units import Units, units_of


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingCounts:
    """Distinct items, and which one every item is."""

    rows: Integers
    """Shape (distinct, categories): raters who gave each label."""
    codes: Integers
    """Shape (n,): the row of every item."""


def rating_counts(answers: Integers, *, categories: int) -> RatingCounts:
    """Return `answers` of shape (items, raters), -1 for no answer, as counts of labels.

    Raises:
        ValueError: The shape is another or a code is off the scale.
    """
    if answers.ndim != 2:
        raise ValueError(f"answers of shape {answers.shape}, expected (items, raters)")
    check_codes(answers, categories)
    base = answers.shape[1] + 1
    if categories * np.log2(base) > 62:
        return _counted_by_row(answers, categories)
    places = np.append(
        base ** np.arange(categories, dtype=np.int64), 0
    )  # the last is -1's: it counts nowhere
    keys = np.zeros(len(answers), dtype=np.int64)
    for column in answers.T:
        keys += places[column]
    distinct, codes = _distinct(keys, base**categories)
    rows = distinct[:, np.newaxis] // places[:-1] % base
    return RatingCounts(rows=rows, codes=codes)


def _distinct(keys: Integers, limit: int) -> tuple[Integers, Integers]:
    if limit > 1 << 20:
        distinct, codes = np.unique(keys, return_inverse=True)
        return distinct, codes
    # Counting is many times quicker than sorting.
    there = np.bincount(keys, minlength=limit) > 0
    return np.flatnonzero(there), (np.cumsum(there) - 1)[keys]


def _counted_by_row(answers: Integers, categories: int) -> RatingCounts:
    counts = np.stack([(answers == code).sum(axis=1) for code in range(categories)], axis=1)
    rows, codes = np.unique(counts, axis=0, return_inverse=True)
    return RatingCounts(rows=rows, codes=codes.ravel())


def rated_units(
    features: Floats, counted: RatingCounts, usable: Integers, clusters: Integers | None
) -> Units:
    """Return the items whose row is `usable` (bool, one per row) as units with the `features` of their rows.

    Raises:
        ValueError: `clusters` has not one number per item.
    """
    if clusters is not None and clusters.shape != counted.codes.shape:
        raise ValueError(f"clusters of shape {clusters.shape}, expected {counted.codes.shape}")
    kept = usable[counted.codes]
    return units_of(
        features, codes=counted.codes[kept], clusters=None if clusters is None else clusters[kept]
    )
