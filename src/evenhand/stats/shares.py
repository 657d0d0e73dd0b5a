"""Shares of items drawn with unequal probabilities, in clusters, or both."""

import math
from dataclasses import dataclass

import numpy as np

from evenhand.stats.arrays import Bools, Floats, Integers
from evenhand.stats.clusters import cluster_count, cluster_sums
from evenhand.stats.estimate import CONFIDENCE, Estimate, Interval, Measured, Undefined
from evenhand.stats.intervals import wilson_limits
from evenhand.stats.quantiles import normal_quantile, normal_tail, student_quantile
from evenhand.stats.reasons import ONE_CLUSTER

_SMOOTHING = 3.0
"""Items added to the estimate of the design effect, half of them successes: few failures tell little about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectiveSize:
    """What a sample is worth, in items drawn with equal probabilities and independently."""

    design_effect: float
    """Variance of the estimate over that of a simple random sample of as many items."""
    n: float
    """Items over design effect."""


def weighted_share(
    success: Bools,
    *,
    weights: Floats | None = None,
    clusters: Integers | None = None,
    confidence: float = CONFIDENCE,
) -> Measured:
    """Return the share of successes in the population a sample stands for.

    Estimand: the share in the population, estimated by sum(weights x success) / sum(weights) (Hájek). `weights` are 1 /
    inclusion probability, `clusters` numbers of what was drawn together; each has the shape of `success`, (n,).

    The interval is Wilson's on the effective number of items, less what few clusters call for: the effective number is
    scaled by (z / t)^2 with clusters - 1 degrees of freedom. Where all or none succeed nothing is seen of the likeness
    within clusters, and each counts as one item. Without weights and clusters it is Wilson's interval.

    Where failures are rare and come in whole clusters it covers less than it says: near 90 % for a share of .97 in 40
    clusters of five whose items correlate by .2 to .4, because two or three clusters hold all that is seen of them.

    Undefined without items and with one cluster only.

    Source: Korn and Graubard (1998), Survey Methodology 24, 193-201, with Wilson's interval in place of the exact one;
    Hájek (1971); methods.md 3.5, 6.4. Chosen by simulated coverage (`python -m benchmarks.coverage.agreement`).

    Raises:
        ValueError: A shape or the confidence are impossible, or a weight is not positive and finite.
    """
    held = _checked_weights(success, weights, clusters)
    n = len(success)
    if n == 0:
        return Undefined(n=0, reason="nothing to count")
    if clusters is not None and cluster_count(n, clusters) < 2:
        return Undefined(n=n, reason=ONE_CLUSTER)
    size = effective_size(success, weights=weights, clusters=clusters)
    value = float(success.mean()) if np.ptp(held) == 0 else float(held @ success / held.sum())
    worth = size.n * _few_clusters(clusters, confidence)
    low, high = wilson_limits(value, worth, confidence=confidence)
    interval = Interval(
        low=low if success.any() else 0.0, high=1.0 if success.all() else high, confidence=confidence
    )
    return Estimate(value=value, interval=interval, n=n)


def share_below_p_value(success: Bools, floor: float, *, clusters: Integers | None = None) -> float:
    """Return the one-sided p-value of the score test that a share is `floor` or above; small speaks for below.

    Phi((share - floor) / sqrt(floor (1 - floor) / n)) with the effective number of items n of `effective_size`: the
    test that Wilson's limits invert. 1 without items.

    Source: Wilson (1927), JASA 22, 209-212; Kish (1965).

    Raises:
        ValueError: The floor is not between 0 and 1, or a shape is impossible.
    """
    if not 0 < floor < 1:
        raise ValueError(f"a floor of {floor} is not between 0 and 1")
    if success.size == 0:
        return 1.0
    n = effective_size(success, clusters=clusters).n
    return normal_tail((float(success.mean()) - floor) / math.sqrt(floor * (1 - floor) / n))


def effective_size(
    success: Bools, *, weights: Floats | None = None, clusters: Integers | None = None
) -> EffectiveSize:
    """Return how many independent items of equal weight a sample is worth for the share of `success`.

    The variance is that of the linearised Hájek estimate, by clusters; three items of average weight, half of them
    successes, are added to it and to that of a simple random sample. `weights` and `clusters` are as in
    `weighted_share`. Without items the design effect is 1.

    Source: Kish (1965), Survey Sampling; methods.md 6.4.

    Raises:
        ValueError: A shape is impossible, or a weight is not positive and finite.
    """
    held = _checked_weights(success, weights, clusters)
    n = len(success)
    if n < 2 or (clusters is None and np.ptp(held) == 0):
        return EffectiveSize(design_effect=1.0, n=float(n))
    effect = _design_effect(success, held / held.mean(), clusters)
    return EffectiveSize(design_effect=effect, n=n / effect)


def _design_effect(success: Bools, weights: Floats, clusters: Integers | None) -> float:
    """Return the design effect; `weights` have a mean of 1."""
    n = len(success)
    if success.all() or not success.any():
        return float((cluster_sums(weights, clusters) ** 2).sum()) / n
    share = float(weights @ success + _SMOOTHING / 2) / (n + _SMOOTHING)
    sums = cluster_sums(weights * (success - share), clusters)
    added = _SMOOTHING / 2 * (share**2 + (1 - share) ** 2) * float((weights**2).mean())
    few = len(sums) / (len(sums) - 1) * (n - 1) / n
    return few * (float(sums @ sums) + added) / ((n + _SMOOTHING) * share * (1 - share))


def _few_clusters(clusters: Integers | None, confidence: float) -> float:
    """Return by how much few clusters lessen an effective size."""
    if clusters is None:
        return 1.0
    degrees = np.unique(clusters).size - 1
    return (normal_quantile(confidence) / student_quantile(confidence, degrees)) ** 2


def _checked_weights(success: Bools, weights: Floats | None, clusters: Integers | None) -> Floats:
    if success.ndim != 1 or success.dtype != np.bool_:
        raise ValueError(f"success is {success.dtype} of shape {success.shape}, expected bool of shape (n,)")
    if clusters is not None and clusters.shape != success.shape:
        raise ValueError(f"clusters of shape {clusters.shape}, expected {success.shape}")
    held = np.ones(len(success)) if weights is None else weights
    if held.shape != success.shape:
        raise ValueError(f"weights of shape {held.shape}, expected {success.shape}")
    if not (np.isfinite(held).all() and (held > 0).all()):
        raise ValueError("a weight is 1 / inclusion probability: positive and finite")
    return held
