"""Folds: parts of the labelled items, each predicted by what was learned on the others."""

import numpy as np

from evenhand.stats.arrays import Integers

FOLDS = 5


def fold_numbers(
    items: int, *, rng: np.random.Generator, folds: int = FOLDS, clusters: Integers | None = None
) -> Integers:
    """Return the fold of each item, shape (items,), 0..folds-1, drawn at random and as equal in size as can be.

    Items of one cluster, shape (items,), are in one fold. With fewer items or clusters than folds there are only so
    many folds.

    Raises:
        ValueError: There are fewer than two folds, or `clusters` has not an entry for each item.
    """
    if folds < 2:
        raise ValueError(f"{folds} folds: one to learn on and one to predict are the least")
    if clusters is None:
        return rng.permutation(np.arange(items) % folds)
    if clusters.shape != (items,):
        raise ValueError(f"clusters need one entry for each of {items} items, not shape {clusters.shape}")
    _, places, sizes = np.unique(clusters, return_inverse=True, return_counts=True)
    order = rng.permutation(sizes.size)
    order = order[np.argsort(-sizes[order], kind="stable")]
    fold_of, filled = np.zeros(sizes.size, dtype=np.int64), np.zeros(folds, dtype=np.int64)
    for cluster in order:
        fold_of[cluster] = filled.argmin()
        filled[fold_of[cluster]] += sizes[cluster]
    return fold_of[places]
