"""What many raters might have said: the items that a smoothed bootstrap adds to those seen."""

from dataclasses import dataclass

import numpy as np

from evenhand.stats.agreement.ratings import RatingCounts
from evenhand.stats.agreement.tables import with_even_dissent
from evenhand.stats.arrays import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class UnseenRows:
    """Items nobody saw, as counts of labels."""

    rows: Floats
    """Shape (kinds, categories)."""
    shapes: Floats
    """Shape (kinds,): how many of each are added."""


def unseen_rows(counted: RatingCounts) -> UnseenRows:
    """Return an item of agreement and one of dissent, for two raters as in `unseen_cells`.

    They have as many raters as the most seen on one item. In the item of dissent one of them gives another label than
    the rest; which labels meet follows the pairs of answers that differ, to which two even items are added.
    """
    categories = counted.rows.shape[1]
    raters = max(int(counted.rows.sum(axis=1).max()), 2)
    common, single = np.divmod(np.arange(categories**2), categories)
    each = np.eye(categories)
    shapes = each / categories + with_even_dissent(_dissent(counted))
    return UnseenRows(rows=(raters - 1) * each[common] + each[single], shapes=shapes.ravel())


def _dissent(counted: RatingCounts) -> Floats:
    """Return the pairs of different labels on an item, as shares of its pairs, summed over items, shape (k, k)."""
    rows = counted.rows.astype(np.float64)
    answered = rows.sum(axis=1)
    pairs = answered * (answered - 1)
    held = np.bincount(counted.codes, minlength=len(rows)) / np.where(pairs > 0, pairs, np.inf)
    met: Floats = (rows * held[:, np.newaxis]).T @ rows
    np.fill_diagonal(met, 0.0)
    return met
