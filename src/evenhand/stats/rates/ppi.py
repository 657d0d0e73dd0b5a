"""Prediction-powered means: scores of many items, corrected by the labels of a few."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from evenhand.stats.arrays import Floats
from evenhand.stats.estimate import CONFIDENCE, Estimate, Interval, Measured, Undefined
from evenhand.stats.quantiles import student_quantile

FEWEST = 3
"""Labels (or clusters) below which t has no degree of freedom left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PpiMean:
    """A prediction-powered mean."""

    estimate: Measured
    humans_only: Measured
    """The mean of the labels alone, with its t interval."""
    power: float
    """How far the scores are followed (lambda), 0 to 1; 0 is the mean of the labels."""
    scores_variance: float
    """Part of the variance that comes from the scores: lambda^2 Var(S) / N."""
    residual_variance: float
    """Part that comes from the labels: Var(Y - lambda S) / n."""
    degrees: float
    """Degrees of freedom of t; 0 where the estimate is undefined."""
    labelled: int
    judged: int
    """Items with a score and no label."""


def ppi_mean(
    labels: ArrayLike,
    scores: ArrayLike,
    unlabelled_scores: ArrayLike,
    *,
    power: float | None = None,
    confidence: float = CONFIDENCE,
) -> PpiMean:
    """Return the mean label, with the scores of unlabelled items to help (PPI++).

    Estimand: E[Y] in the population that both samples are drawn from. theta = lambda mean(S of the unlabelled) +
    mean(Y - lambda S). `labels` and `scores` have shape (n,), `unlabelled_scores` (N,). `power` is lambda; by default
    the one with the least variance, Cov(Y, S) / ((1 + n / N) Var S), cut to 0 to 1. 1 is plain PPI.

    Interval: t with n - 2 degrees of freedom; the variance of the residuals is divided by n - 2 too, because a mean
    and a slope were fitted. For shares near 0 and 1 prefer the chain rule: this interval covers too rarely there.

    Undefined under 3 labels. Without unlabelled items it is the mean of the labels.

    Source: Angelopoulos, Duchi & Zrnic (2023), PPI++, arXiv 2311.01453; methods.md 3.3.

    Raises:
        ValueError: Shapes differ, a number is missing, or `power` is not between 0 and 1.
    """
    outcomes, guesses, others = checked_samples(labels, scores, unlabelled_scores)
    n, many = len(outcomes), len(others)
    if n < FEWEST:
        return undefined_ppi(n, many, f"{n} human labels give no interval; {FEWEST} are the least")
    tuned = _power(outcomes, guesses, others) if power is None else checked_power(power)
    if many == 0:
        tuned = 0.0
    value = float((outcomes - tuned * guesses).mean()) + (tuned * float(others.mean()) if many else 0.0)
    from_scores = tuned**2 * float(others.var()) / many if many else 0.0
    residual = float((outcomes - tuned * guesses).var()) / (n - 2)
    error = math.sqrt(from_scores + residual)
    return PpiMean(
        estimate=t_estimate(value, error, n - 2, n=n, confidence=confidence),
        humans_only=t_estimate(
            float(outcomes.mean()),
            float(outcomes.std(ddof=1)) / math.sqrt(n),
            n - 1,
            n=n,
            confidence=confidence,
        ),
        power=tuned,
        scores_variance=from_scores,
        residual_variance=residual,
        degrees=n - 2,
        labelled=n,
        judged=many,
    )


def precision_ratio(correlation: float, *, labelled: int, judged: float = math.inf) -> float:
    """Return the width of an interval with scores over the width without: sqrt(1 - rho^2 N / (n + N)).

    `correlation` is that of label and score; `judged` are the N unlabelled items with a score.

    Source: methods.md 3.3.
    """
    share = 1.0 if math.isinf(judged) else judged / (labelled + judged)
    return math.sqrt(1 - correlation**2 * share)


def equivalent_labels(labelled: int, correlation: float, *, judged: float = math.inf) -> float:
    """Return how many labels alone would give as narrow an interval: n over the squared width ratio; may be infinite.

    Source: methods.md 3.3.
    """
    ratio = precision_ratio(correlation, labelled=labelled, judged=judged)
    return labelled / ratio**2 if ratio > 0 else math.inf


def checked_samples(labels: ArrayLike, scores: ArrayLike, others: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Return labels, their scores and the scores of unlabelled items as arrays.

    Raises:
        ValueError: Shapes differ or a number is missing.
    """
    arrays = [np.asarray(each, dtype=np.float64) for each in (labels, scores, others)]
    if arrays[0].shape != arrays[1].shape or any(each.ndim != 1 for each in arrays):
        raise ValueError(
            f"expected labels and scores of one shape (n,) and unlabelled scores (N,), not "
            f"{', '.join(str(each.shape) for each in arrays)}"
        )
    if not all(np.isfinite(each).all() for each in arrays):
        raise ValueError("labels and scores are finite numbers")
    return arrays[0], arrays[1], arrays[2]


def checked_power(power: float) -> float:
    """Return `power`.

    Raises:
        ValueError: It is not between 0 and 1.
    """
    if not 0 <= power <= 1:
        raise ValueError(f"power is {power}, expected a number from 0 to 1")
    return power


def _power(outcomes: Floats, guesses: Floats, others: Floats) -> float:
    """Return the lambda with the least variance; the variance of the scores is taken over all items."""
    pooled = float(np.concatenate([guesses, others]).var(ddof=1))
    if pooled == 0 or len(others) == 0:
        return 0.0
    shared = float(((outcomes - outcomes.mean()) * (guesses - guesses.mean())).mean())
    return min(1.0, max(0.0, shared / ((1 + len(outcomes) / len(others)) * pooled)))


def t_estimate(value: float, error: float, degrees: float, *, n: int, confidence: float) -> Estimate:
    """Return a value with its t interval."""
    half = student_quantile(confidence, degrees) * error
    return Estimate(
        value=value, interval=Interval(low=value - half, high=value + half, confidence=confidence), n=n
    )


def undefined_ppi(n: int, many: int, reason: str) -> PpiMean:
    """Return that there is no mean of n labels and `many` scores, and why."""
    nothing = Undefined(n=n, reason=reason)
    return PpiMean(
        estimate=nothing,
        humans_only=nothing,
        power=0.0,
        scores_variance=0.0,
        residual_variance=0.0,
        degrees=0.0,
        labelled=n,
        judged=many,
    )
