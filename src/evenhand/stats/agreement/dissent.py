"""What raters might have said: the items that a smoothed bootstrap adds to those seen."""

import numpy as np

from evenhand.stats.units import Floats, Integers


def dissenting_rows(rows: Integers) -> Floats:
    """Return label counts of one item for every ordered pair of labels: all raters give the first, but one the second.

    `rows` has shape (distinct items, categories), raters per label; the items returned have as many raters as the most
    seen on one. Where the two labels are one, all agree. For two raters these are the cells of their table.
    """
    categories = rows.shape[1]
    raters = max(int(rows.sum(axis=1).max()), 2)
    common, single = np.divmod(np.arange(categories**2), categories)
    each = np.eye(categories)
    return (raters - 1) * each[common] + each[single]
