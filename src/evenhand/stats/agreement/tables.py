"""Tables of two raters as units of a bootstrap."""

import numpy as np

from evenhand.stats.confusion import Counts
from evenhand.stats.units import Floats, Units, item_units


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


def every_cell(categories: int) -> Units:
    """Return one item for every cell of a table: what two raters might have said."""
    return item_units(np.eye(categories**2))


def as_tables(totals: Floats) -> Floats:
    """Return totals of shape (m, k * k) as m tables."""
    categories = round(totals.shape[1] ** 0.5)
    return totals.reshape(-1, categories, categories)


def one_label_share(table: Counts) -> float:
    """Return the probability that a resample of a table of shape (k, k) holds one and the same label only."""
    n = int(table.sum())
    return float(((np.diag(table) / n) ** n).sum())
