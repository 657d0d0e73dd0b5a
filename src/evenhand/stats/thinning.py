"""Labels drawn with unequal probabilities, thinned to equally likely ones for tests that are exact."""

import numpy as np

from evenhand.stats.arrays import Bools, Floats, Integers


def equally_likely(weights: Floats, *, rng: np.random.Generator, clusters: Integers | None = None) -> Bools:
    """Return which labelled items to keep so that every item was equally likely to be labelled and kept.

    An item stays with probability weight / largest weight: one drawn with a probability twice the smallest stays every
    other time. What is left is a plain random sample, on which exact tests hold. Half-uniform, half-targeted designs
    keep the sure items, which were drawn at nearly the smallest probability, and lose those a threshold escalates
    anyway. A bound on weighted losses would keep every label and pay for it with the largest weight.

    With `clusters` one item of each is kept, at random, and its weight counts times the size of its cluster, so that
    items are independent and again equally likely.

    The result depends on `rng`: take the seed of the run, once. Never try seeds.

    Source: von Neumann's rejection sampling; methods.md 3.5 for the designs.

    Raises:
        ValueError: A weight is below 1 or infinite, or shapes differ.
    """
    if weights.ndim != 1 or not (np.isfinite(weights) & (weights >= 1 - 1e-12)).all():
        raise ValueError("weights are 1 / inclusion probability: finite numbers of 1 or more, shape (n,)")
    if clusters is not None and clusters.shape != weights.shape:
        raise ValueError(f"{weights.size} weights and {clusters.size} clusters")
    if weights.size == 0:
        return np.zeros(0, dtype=np.bool_)
    candidates = np.ones(weights.size, dtype=np.bool_)
    if clusters is not None:
        candidates, weights = _one_of_each(weights, clusters, rng)
    largest = weights[candidates].max()
    kept: Bools = candidates & (rng.random(weights.size) * largest < weights)
    return kept


def _one_of_each(weights: Floats, clusters: Integers, rng: np.random.Generator) -> tuple[Bools, Floats]:
    order = rng.permutation(weights.size)
    _, first, sizes = np.unique(clusters[order], return_index=True, return_counts=True)
    chosen = order[first]
    candidates, grown = np.zeros(weights.size, dtype=np.bool_), weights.copy()
    candidates[chosen] = True
    grown[chosen] *= sizes
    return candidates, grown
