"""The paired gain of one judge over another on the same labelled items."""

from dataclasses import dataclass

import numpy as np

from evenhand.stats.change.clustered import clustered_mean, sign_flip_test
from evenhand.stats.change.paired import Alternative, mcnemar, paired_counts, paired_difference
from evenhand.stats.estimate import CONFIDENCE, Measured
from evenhand.tuning.scores import Floats, Indices


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """How much more often the new judge is right than the old one."""

    old: float
    """Share of right answers of the old one."""
    new: float
    """Share of right answers of the new one."""
    difference: Measured
    """new - old, with its interval."""
    p_better: float
    """One-sided p-value of "not better"."""
    lost: int
    """Items that the old one alone got right."""
    won: int
    """Items that the new one alone got right."""
    n: int
    """Items."""
    clusters: int
    """Independent groups of them."""


def paired_gain(old: Floats, new: Floats, clusters: Indices, *, rng: np.random.Generator) -> Gain:
    """Return the gain of `new` over `old`, each of shape (n,), 1 for a right answer and 0 for a wrong one.

    Items that share no source: interval of Tango, mid-p McNemar. Else whole clusters are drawn again and flipped.

    Raises:
        ValueError: There is no item, or the shapes differ.

    Source: methods.md 6.1, 6.4, 7.4.
    """
    if not old.size or old.shape != new.shape or clusters.shape != old.shape:
        raise ValueError(f"scores of shapes {old.shape} and {new.shape} on {clusters.shape} clusters")
    independent = int(np.unique(clusters).size)
    if independent == old.size:
        counts = paired_counts(old > 0.5, new > 0.5)
        difference: Measured = paired_difference(counts, confidence=CONFIDENCE)
        p_better = mcnemar(counts, alternative=Alternative.BETTER)
    else:
        change = new - old
        difference = clustered_mean(change, clusters=clusters, span=1.0, rng=rng)
        p_better = sign_flip_test(change, clusters=clusters, alternative=Alternative.BETTER, rng=rng)
    return Gain(
        old=float(old.mean()),
        new=float(new.mean()),
        difference=difference,
        p_better=p_better,
        lost=int(((old > 0.5) & (new < 0.5)).sum()),
        won=int(((new > 0.5) & (old < 0.5)).sum()),
        n=int(old.size),
        clusters=independent,
    )
