"""Means from labels of items that were drawn with unequal, known probabilities."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from evenhand.stats.arrays import Bools, Floats, Integers
from evenhand.stats.clusters import adjusted_cluster_sums, cluster_positions
from evenhand.stats.estimate import CONFIDENCE, Estimate, Interval, Measured, Undefined
from evenhand.stats.quantiles import student_quantile
from evenhand.stats.rates.design import MOST_RATIO

_FEWEST = 3
"""Labels (or clusters with labels) below which t has no degree of freedom left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightedMean:
    """A mean from weighted labels."""

    estimate: Measured
    standard_error: float | None
    """None where the estimate is undefined."""
    labelled: int
    population: int
    weight_ratio: float
    """Largest weight over smallest; 1 without labels."""
    effective_labels: float
    """Labels drawn evenly that would tell as much by themselves (Kish)."""
    power: float
    """How far the scores are followed (lambda), 0 to 1; 0 where they are not."""

    @property
    def weights_too_unequal(self) -> bool:
        """Whether a few labels may decide the result: the largest weight is more than 5 times the smallest."""
        return self.weight_ratio > MOST_RATIO * (1 + 1e-9)


def horvitz_thompson(
    labels: ArrayLike,
    inclusion: ArrayLike,
    *,
    clusters: Integers | None = None,
    confidence: float = CONFIDENCE,
) -> WeightedMean:
    """Return the mean from labels over their probabilities: sum of Y / pi, divided by N.

    Estimand: the mean label of items drawn like these N. `labels` has shape (N,), not a number where there is none;
    `inclusion` has shape (N,) and is read at labelled items only. Unbiased, but as unsure as the number of labels is:
    prefer `tuned_aipw_mean`. Interval: t with labels - 2 degrees of freedom. Undefined under 3 labels, or under 3
    clusters with labels.

    Source: Horvitz & Thompson (1952), JASA 47, 663-685; methods.md 3.5.

    Raises:
        ValueError: Shapes differ, or a labelled item has no probability above 0 and up to 1.
    """
    nothing = np.zeros(np.shape(labels))
    mean = aipw_mean(nothing, labels, inclusion, clusters=clusters, confidence=confidence)
    return replace(mean, power=0.0)


def hajek(
    labels: ArrayLike,
    inclusion: ArrayLike,
    *,
    clusters: Integers | None = None,
    confidence: float = CONFIDENCE,
) -> WeightedMean:
    """Return the weighted mean of the labels: sum of Y / pi over sum of 1 / pi.

    Estimand, shapes, degrees of freedom and undefined cases as in `horvitz_thompson`; the variance is that of the
    linearised ratio. It uses no verdict: this is what the labels alone say. For labels of 0 and 1 the limits are cut
    and kept apart as in `aipw_mean`.

    Source: Hajek (1971); methods.md 3.5.

    Raises:
        ValueError: Shapes differ, or a labelled item has no probability above 0 and up to 1.
    """
    outcomes, weights, labelled = drawn_labels(labels, inclusion)
    positions = cluster_positions(clusters, len(outcomes))
    if (few := too_few(labelled, positions)) is not None:
        return weighted_mean(few, None, weights, labelled, power=0.0)
    total = float(weights.sum())
    value = float((weights * outcomes).sum()) / total
    used = np.unique(positions[labelled], return_inverse=True)[1]
    groups = int(used.max()) + 1
    deviations = weights[labelled] * (outcomes[labelled] - value)
    error = float(np.sqrt((adjusted_cluster_sums(deviations, used, groups) ** 2).sum())) / total
    binary = is_share(outcomes[labelled])
    if binary:
        error = max(error, float(weights[labelled].mean()) / total)
    measured = t_interval(
        value, error, degrees=groups - 2, n=int(labelled.sum()), share=binary, confidence=confidence
    )
    return weighted_mean(measured, error, weights, labelled, power=0.0)


def aipw_mean(
    scores: ArrayLike,
    labels: ArrayLike,
    inclusion: ArrayLike,
    *,
    clusters: Integers | None = None,
    confidence: float = CONFIDENCE,
) -> WeightedMean:
    """Return the mean label from scores of all items, corrected by the weighted labels (AIPW, active inference).

    Estimand: the mean label of items drawn like these N. theta = mean of S + (Y - S) xi / pi, unbiased for any scores
    as long as each item was drawn with its probability. `scores` has shape (N,) and is on the scale of the labels;
    `labels` has shape (N,), not a number where there is none; `inclusion` has shape (N,) and is read at labelled
    items only. Items of one number in `clusters` are not independent; then the variance is CR2 over clusters.

    It follows the scores wholly: scores that are biased on the whole make it wider than the labels alone. Where the
    mean is what is wanted, and not a difference to be added up, prefer `tuned_aipw_mean`.

    Interval: t with labels - 2 (or clusters with labels - 2) degrees of freedom. Where all labels are 0 or 1 it is
    cut at 0 and 1, and it is never narrower than if one typical label had differed from its score: scores that were
    right every time are not known to be right always. Undefined under 3 labels, or 3 clusters with labels.

    Source: Robins, Rotnitzky & Zhao (1994); Zrnic & Candes (2024), active statistical inference; methods.md 3.5.

    Raises:
        ValueError: Shapes differ, a score is missing, or a labelled item has no probability above 0 and up to 1.
    """
    outcomes, weights, labelled = drawn_labels(labels, inclusion)
    guesses = checked_scores(scores, outcomes)
    positions = cluster_positions(clusters, len(outcomes))
    if (few := too_few(labelled, positions)) is not None:
        return weighted_mean(few, None, weights, labelled, power=1.0)
    parts = guesses + (outcomes - guesses) * weights
    value = float(parts.mean())
    groups = int(positions.max()) + 1
    variance = float((adjusted_cluster_sums(parts - value, positions, groups) ** 2).sum()) / len(parts) ** 2
    binary = is_share(outcomes[labelled])
    if binary:
        typical = float(weights[labelled].mean()) / len(parts)
        variance = max(variance, float(guesses.var()) / len(parts) + typical**2)
    error = float(np.sqrt(variance))
    degrees = len(np.unique(positions[labelled])) - 2
    measured = t_interval(
        value, error, degrees=degrees, n=int(labelled.sum()), share=binary, confidence=confidence
    )
    return weighted_mean(measured, error, weights, labelled, power=1.0)


def drawn_labels(labels: ArrayLike, inclusion: ArrayLike) -> tuple[Floats, Floats, Bools]:
    """Return labels and weights, both 0 where there is no label, and where there is one.

    Raises:
        ValueError: Shapes differ, or a labelled item has no probability above 0 and up to 1.
    """
    outcomes, chances = (np.asarray(each, dtype=np.float64) for each in (labels, inclusion))
    if outcomes.shape != chances.shape or outcomes.ndim != 1:
        raise ValueError(
            f"labels and probabilities have one entry an item each, not shapes {outcomes.shape} and {chances.shape}"
        )
    labelled = ~np.isnan(outcomes)
    unknown = int(np.isnan(chances[labelled]).sum())
    if unknown:
        raise ValueError(
            f"{unknown} of {int(labelled.sum())} labels have no inclusion probability; such labels are for looking "
            "at, never for rates"
        )
    wrong = chances[labelled][~((chances[labelled] > 0) & (chances[labelled] <= 1))]
    if wrong.size:
        raise ValueError(
            f"{wrong.size} of {int(labelled.sum())} labels have an impossible inclusion probability, such as "
            f"{wrong[0]:g}; expected a number above 0 and up to 1"
        )
    weights = np.zeros_like(outcomes)
    weights[labelled] = 1 / chances[labelled]
    return np.where(labelled, outcomes, 0.0), weights, labelled


def checked_scores(scores: ArrayLike, outcomes: Floats) -> Floats:
    """Return the scores of all items.

    Raises:
        ValueError: A score is missing.
    """
    guesses = np.asarray(scores, dtype=np.float64)
    if guesses.shape != outcomes.shape or not np.isfinite(guesses).all():
        raise ValueError(f"every item has a score: expected {outcomes.size} numbers")
    return guesses


def too_few(labelled: Bools, positions: Integers) -> Undefined | None:
    """Return why there is no interval under 3 labels or 3 clusters with labels; None where there are enough."""
    n, groups = int(labelled.sum()), len(np.unique(positions[labelled]))
    if groups >= _FEWEST:
        return None
    what = "human labels" if groups == n else "clusters with human labels"
    return Undefined(n=n, reason=f"{groups} {what} give no interval; {_FEWEST} are the least")


def is_share(outcomes: Floats) -> bool:
    """Return whether all labels are 0 or 1."""
    return bool(np.isin(outcomes, [0.0, 1.0]).all())


def t_interval(
    value: float, error: float, *, degrees: int, n: int, share: bool, confidence: float
) -> Estimate:
    """Return a value with its t interval, cut at 0 and 1 where it is a share."""
    half = student_quantile(confidence, degrees) * error
    low, high = value - half, value + half
    if share:
        value, low, high = (min(1.0, max(0.0, each)) for each in (value, low, high))
    return Estimate(value=value, interval=Interval(low=low, high=high, confidence=confidence), n=n)


def weighted_mean(
    estimate: Measured, error: float | None, weights: Floats, labelled: Bools, *, power: float
) -> WeightedMean:
    """Return a mean with what is said of its weights."""
    used = weights[labelled]
    return WeightedMean(
        estimate=estimate,
        standard_error=error,
        labelled=int(labelled.sum()),
        population=len(weights),
        weight_ratio=float(used.max() / used.min()) if used.size else 1.0,
        effective_labels=float(used.sum() ** 2 / (used**2).sum()) if used.size else 0.0,
        power=power,
    )
