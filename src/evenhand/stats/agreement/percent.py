"""The share of items on which two raters agree."""

import numpy as np

from evenhand.stats.confusion import Counts, check_table
from evenhand.stats.estimate import CONFIDENCE, Measured
from evenhand.stats.intervals import proportion


def percent_agreement(table: Counts, *, confidence: float = CONFIDENCE) -> Measured:
    """Return the share of items on which two raters gave the same label.

    Estimand: the probability that they agree on an item drawn like these, items independent of each other.
    `table` has shape (k, k). The interval is Wilson's. Undefined without items.

    Raises:
        ValueError: `table` is not square or holds a negative count.
    """
    check_table(table)
    return proportion(int(np.trace(table)), int(table.sum()), confidence=confidence)
