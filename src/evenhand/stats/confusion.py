"""Confusion tables: how often two raters gave which pair of labels."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]
"""A square table of counts: row, the first rater's label; column, the second rater's."""


def confusion_table(pairs: Mapping[tuple[str, str], int], labels: Sequence[str]) -> Counts:
    """Return `pairs` as a table of shape (k, k) for k `labels`, in their order.

    Raises:
        KeyError: A pair holds a label that is not among `labels`.
    """
    place = {label: index for index, label in enumerate(labels)}
    table = np.zeros((len(labels), len(labels)), dtype=np.int64)
    for (first, second), count in pairs.items():
        table[place[first], place[second]] += count
    return table
