"""Clusters: items with the same number are not independent of each other."""

import numpy as np

from evenhand.stats.arrays import Floats, Integers


def cluster_count(n: int, clusters: Integers | None) -> int:
    """Return how many clusters `n` items make; each item is its own without `clusters`."""
    return n if clusters is None else int(np.unique(clusters).size)


def cluster_positions(clusters: Integers | None, n: int) -> Integers:
    """Return the position of each item's cluster, shape (n,), 0 to G - 1; every item its own without `clusters`.

    Raises:
        ValueError: `clusters` does not have shape (n,).
    """
    if clusters is None:
        return np.arange(n)
    if np.shape(clusters) != (n,):
        raise ValueError(f"clusters have one number an item, shape ({n},), not {np.shape(clusters)}")
    positions: Integers = np.unique(clusters, return_inverse=True)[1].astype(np.int64)
    return positions


def cluster_sums(values: Floats, clusters: Integers | None) -> Floats:
    """Return the sums of `values`, shape (n,) or (n, columns), within clusters, in the order of their numbers.

    Without `clusters` each item is its own, and `values` come back.

    Raises:
        ValueError: `clusters` does not have shape (n,).
    """
    if clusters is None:
        return values
    positions = cluster_positions(clusters, len(values))
    groups = int(positions.max(initial=-1)) + 1
    if values.ndim == 1:
        return np.bincount(positions, weights=values, minlength=groups).astype(np.float64)
    sums = np.zeros((groups, values.shape[1]))
    for column, each in enumerate(values.T):
        sums[:, column] = np.bincount(positions, weights=each, minlength=groups)
    return sums


def adjusted_cluster_sums(deviations: Floats, positions: Integers, groups: int) -> Floats:
    """Return the CR2-adjusted sum of `deviations` from their mean in each of `groups` clusters.

    The factor 1 / sqrt(1 - n_g / n) makes the sum of squares unbiased when the items are independent after all. A
    lone cluster has no factor; its sum is 0.

    Source: Bell & McCaffrey (2002), Survey Methodology 28, 169-181, for a mean.
    """
    sizes = np.bincount(positions, minlength=groups)
    rest = 1 - sizes / len(positions)
    sums = np.bincount(positions, weights=deviations, minlength=groups)
    adjusted: Floats = np.where(rest > 0, sums / np.sqrt(np.where(rest > 0, rest, 1.0)), 0.0)
    return adjusted
