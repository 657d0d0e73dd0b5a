"""What the human labels alone say of a rate, and how many independent ones they are worth."""

import numpy as np
from numpy.typing import ArrayLike

from evenhand.stats.arrays import Floats, Integers
from evenhand.stats.clusters import adjusted_cluster_sums, cluster_positions
from evenhand.stats.estimate import CONFIDENCE, Estimate, Interval, Measured, Undefined
from evenhand.stats.intervals import wilson_interval
from evenhand.stats.quantiles import normal_quantile, student_quantile
from evenhand.stats.rates.draws import stratum_means
from evenhand.stats.reasons import NO_LABEL

ADDS_NOTHING = 0.97
"""Above this width, relative to that from human labels alone, a judge adds nothing (methods.md 3.1)."""


def humans_only(
    successes: ArrayLike,
    labelled: ArrayLike,
    *,
    inclusion: ArrayLike | None = None,
    design_effect: float = 1.0,
    confidence: float = CONFIDENCE,
) -> Measured:
    """Return the rate from labels alone, weighted by 1 / `inclusion`, with Wilson's interval.

    `successes` and `labelled` have shape (S,). Unequal weights count as Kish's effective number of labels, divided by
    the design effect; 0 means that every item is labelled, and nothing is left to chance. Undefined without labels.
    """
    hits, labels = np.asarray(successes, dtype=np.float64), np.asarray(labelled, dtype=np.float64)
    weights = np.ones_like(labels) if inclusion is None else 1 / np.asarray(inclusion, dtype=np.float64)
    total = float((weights * labels).sum())
    if total == 0:
        return Undefined(n=0, reason=NO_LABEL)
    value = float((weights * hits).sum()) / total
    if design_effect == 0:
        interval = Interval(low=value, high=value, confidence=confidence)
    else:
        effective = total**2 / float((weights**2 * labels).sum()) / design_effect
        interval = wilson_interval(value * effective, effective, confidence=confidence)
    return Estimate(value=value, interval=interval, n=int(labels.sum()))


def width_ratio(estimate: Measured, alone: Measured) -> float | None:
    """Return the width of one interval over that of another; None where either is missing or has none."""
    if not isinstance(estimate, Estimate) or not isinstance(alone, Estimate):
        return None
    widths = [each.interval.high - each.interval.low for each in (estimate, alone)]
    return widths[0] / widths[1] if min(widths) > 0 else None


def rate_design_effect(
    strata: Integers,
    truth: Integers,
    clusters: Integers,
    *,
    confidence: float = CONFIDENCE,
) -> float:
    """Return how many labels of clustered items tell as much about a rate as one of independent items; at least 1.

    `strata`, `truth` (-1 without a label) and `clusters` have shape (N,). It is the variance of the post-stratified
    rate with whole clusters as units over that with items as units, times the square of t over z because few clusters
    say little about their own variance. Where every stratum is of one mind there is no variance to compare; then it
    is the mean size of a labelled item's cluster.

    Source: Rao & Scott (1992), Biometrics 48, 577-585; Korn & Graubard (1998); methods.md 3.4.
    """
    labelled = truth >= 0
    positions = cluster_positions(clusters[labelled], int(labelled.sum()))
    groups = int(positions.max(initial=-1)) + 1
    if groups == len(positions):
        return 1.0
    sizes = np.bincount(positions)
    if groups < 2:
        return float(len(positions))
    deviations = _deviations(strata, truth)
    independent = float((deviations**2).sum())
    if independent == 0:
        effect = float((sizes**2).sum()) / len(positions)
    else:
        effect = float((adjusted_cluster_sums(deviations, positions, groups) ** 2).sum()) / independent
    z, t = normal_quantile(confidence), student_quantile(confidence, groups - 1)
    return max(1.0, effect * (t / z) ** 2)


def _deviations(strata: Integers, truth: Integers) -> Floats:
    """Return what each labelled item adds to the post-stratified rate, less what is expected of it."""
    labelled = truth >= 0
    groups = int(strata.max(initial=0)) + 1
    sizes, labels = np.bincount(strata, minlength=groups), np.bincount(strata[labelled], minlength=groups)
    hits = np.bincount(strata[labelled], weights=truth[labelled], minlength=groups)
    inside = strata[labelled]
    deviations: Floats = (
        (truth[labelled] - stratum_means(hits, labels)[inside]) * sizes[inside] / labels[inside]
    )
    return deviations
