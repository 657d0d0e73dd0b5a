"""Tables of two raters as units of a bootstrap."""

import numpy as np

from evenhand.stats.arrays import Floats
from evenhand.stats.bootstrap import Unseen
from evenhand.stats.confusion import Counts
from evenhand.stats.units import Units, item_units

_EVEN = 2.0
"""Items of even dissent: with fewer, rare slips over a long scale are covered less; with more, near misses."""


def table_units(table: Counts) -> Units:
    """Return the cells of a table of shape (k, k) as independent items, or one table per cluster as clusters.

    The features are the cells of a table.
    """
    cells = table.shape[-1] ** 2
    if table.ndim == 2:
        return item_units(np.eye(cells), table.ravel())
    flat = table.reshape(-1, cells)
    filled = flat[flat.any(axis=1)]
    distinct, counts = np.unique(filled, axis=0, return_counts=True)
    return Units(
        features=distinct.astype(np.float64),
        counts=counts.astype(np.int64),
        items=int(table.sum()),
        clustered=True,
    )


def unseen_cells(table: Counts) -> Unseen:
    """Return what two raters might have said beside a table of shape (k, k): an item of agreement and one of dissent.

    The item of agreement is spread evenly over the labels. That of dissent follows the dissent seen, to which two items
    spread evenly are added: when raters of a long scale miss each other by a step, so would they have elsewhere, and
    where they never do nobody knows how far. Two labels leave half an item in every cell, as Jeffreys would.
    """
    categories = len(table)
    dissent = np.where(np.eye(categories, dtype=bool), 0, table).astype(np.float64)
    shapes = np.eye(categories) / categories + with_even_dissent(dissent)
    return Unseen(features=np.eye(categories**2), shapes=shapes.ravel())


def with_even_dissent(dissent: Floats) -> Floats:
    """Return the shares of the pairs of labels in `dissent`, shape (k, k), with a few items spread evenly added."""
    categories = len(dissent)
    even = (1 - np.eye(categories)) / max(categories * (categories - 1), 1)
    shares: Floats = (dissent + _EVEN * even) / (dissent.sum() + _EVEN)
    return shares


def as_tables(totals: Floats) -> Floats:
    """Return totals of shape (m, k * k) as m tables."""
    categories = round(totals.shape[1] ** 0.5)
    return totals.reshape(-1, categories, categories)


def one_label_share(table: Counts) -> float:
    """Return the probability that a resample of a table of shape (k, k) holds one and the same label only."""
    n = int(table.sum())
    return float(((np.diag(table) / n) ** n).sum())
