"""Variances of sums whose terms come in clusters."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.integer]


def cluster_positions(clusters: Integers | None, n: int) -> NDArray[np.int64]:
    """Return the position of each item's cluster, shape (n,), 0 to G - 1; every item its own without `clusters`.

    Raises:
        ValueError: `clusters` does not have shape (n,).
    """
    if clusters is None:
        return np.arange(n)
    if np.shape(clusters) != (n,):
        raise ValueError(f"clusters have one number an item, shape ({n},), not {np.shape(clusters)}")
    return np.unique(clusters, return_inverse=True)[1].astype(np.int64)


def cluster_sums(deviations: Floats, positions: NDArray[np.int64], groups: int) -> Floats:
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
