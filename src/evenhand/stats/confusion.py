"""Confusion tables: how often two raters gave which pair of labels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evenhand.stats.arrays import Integers

Counts = Integers
"""A square table of counts: row, the first rater's label; column, the second rater's."""
NO_ANSWER = -1
"""The code of an item that a rater has no answer on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confusion:
    """What two raters said on the same items."""

    table: Counts
    """Shape (k, k); or (clusters, k, k), one table per cluster, in the order of the clusters' numbers."""
    missing: int
    """Items left out, because one of the two has no answer."""


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


def confusion(
    first: Integers,
    second: Integers,
    *,
    categories: int,
    clusters: Integers | None = None,
) -> Confusion:
    """Return how often two raters gave which pair of `categories` codes, with `clusters` in a table for each.

    `first`, `second` and `clusters` have shape (n,); a code is from 0 to categories - 1, or -1 for no answer.

    Raises:
        ValueError: The shapes differ or a code is off the scale.
    """
    check_codes(first, categories)
    check_codes(second, categories)
    if first.shape != second.shape or first.ndim != 1:
        raise ValueError(f"answers of shapes {first.shape} and {second.shape}, expected (n,) twice")
    both = (first >= 0) & (second >= 0)
    cells = first[both] * categories + second[both]
    missing = int((~both).sum())
    if clusters is None:
        table = np.bincount(cells, minlength=categories**2).reshape(categories, categories)
        return Confusion(table=table, missing=missing)
    if clusters.shape != first.shape:
        raise ValueError(f"clusters of shape {clusters.shape}, expected {first.shape}")
    names, place = np.unique(clusters[both], return_inverse=True)
    tables = np.bincount(place * categories**2 + cells, minlength=len(names) * categories**2)
    return Confusion(table=tables.reshape(len(names), categories, categories), missing=missing)


def pooled(table: Counts) -> Counts:
    """Return one table of shape (k, k), whether `table` is one or one per cluster."""
    return table if table.ndim == 2 else table.sum(axis=0)


def check_table(table: Counts) -> None:
    """Refuse what is no table of counts, nor one per cluster.

    Raises:
        ValueError: It is not square or holds a negative count.
    """
    if table.ndim not in (2, 3) or table.shape[-1] != table.shape[-2]:
        raise ValueError(f"a confusion table is square, not {table.shape}")
    if (table < 0).any():
        raise ValueError("a confusion table holds counts, and a count is not negative")


def check_codes(codes: Integers, categories: int) -> None:
    """Refuse codes that are neither on the scale nor -1.

    Raises:
        ValueError: A code is off the scale.
    """
    if codes.size and (codes.min() < NO_ANSWER or codes.max() >= categories):
        raise ValueError(
            f"codes from {codes.min()} to {codes.max()}, expected 0 to {categories - 1}, or -1 for no answer"
        )
