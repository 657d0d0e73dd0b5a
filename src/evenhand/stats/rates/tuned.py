"""AIPW that follows the scores as far as they help: unequal, known probabilities and PPI++ power tuning in one."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from evenhand.stats.arrays import Floats, Integers
from evenhand.stats.clusters import cluster_positions
from evenhand.stats.estimate import CONFIDENCE
from evenhand.stats.rates.ppi import checked_power
from evenhand.stats.rates.weighted import (
    WeightedMean,
    checked_scores,
    drawn_labels,
    is_share,
    t_interval,
    too_few,
    weighted_mean,
)

LEAST_TO_TUNE = 20
"""Labels of either kind (labels, where they are scores) below which lambda stays 1.

Fewer failures or passes show their own variance and the slope on the scores too badly to choose by: tuned all the same,
intervals of a rate of .95 covered .91 to .92 at 60 to 200 labels, where those with lambda 1 covered .955 to .96.
"""
_MOST_LEVERAGE = 0.9
"""Largest part of the fit that one label is taken to make; a residual of exactly 0 tells nothing."""


def tuned_aipw_mean(
    scores: ArrayLike,
    labels: ArrayLike,
    inclusion: ArrayLike,
    *,
    power: float | None = None,
    clusters: Integers | None = None,
    confidence: float = CONFIDENCE,
) -> WeightedMean:
    """Return the mean label from scores of all items, followed as far as they help, corrected by the weighted labels.

    Estimand: the mean label of items drawn like these N. theta = lambda mean(S) + weighted mean of (Y - lambda S) over
    the labelled items, weights 1 / pi over their sum (Hajek), so that scores which are biased on the whole cost
    nothing. Shapes, clusters, undefined cases as in `aipw_mean`. `power` is lambda; by default the one that makes the
    variance least, cut to 0 to 1, where there are labels enough to choose by (`LEAST_TO_TUNE` of either kind), else 1.
    With equal probabilities it is `ppi_mean` with a power of lambda times the share of items without a label.

    Interval: t with labels - 2 (or clusters with labels - 2) degrees of freedom; residuals are divided by
    sqrt(1 - leverage) for the mean and the slope that were fitted (HC2). Where all labels are 0 or 1 it is cut at 0
    and 1, and it is never narrower than if one typical label had differed from its score.

    Source: Angelopoulos, Duchi & Zrnic (2023), PPI++, arXiv 2311.01453; Zrnic & Candes (2024), active statistical
    inference; Hajek (1971); methods.md 3.3, 3.5. Chosen by simulated coverage (`benchmarks/review_sampling.py`).

    Raises:
        ValueError: As in `aipw_mean`, or `power` is not between 0 and 1.
    """
    outcomes, weights, labelled = drawn_labels(labels, inclusion)
    guesses = checked_scores(scores, outcomes)
    positions = cluster_positions(clusters, len(outcomes))
    if (few := too_few(labelled, positions)) is not None:
        return weighted_mean(few, None, weights, labelled, power=0.0)
    fit = _Fit.of(outcomes, guesses, weights, positions)
    chosen = _power(fit, outcomes[labelled]) if power is None else checked_power(power)
    value = fit.label + chosen * (float(guesses.mean()) - fit.score)
    variance = fit.variance(chosen)
    binary, n = is_share(outcomes[labelled]), int(labelled.sum())
    if binary:
        variance = max(variance, chosen**2 * float(guesses.var()) / len(guesses) + 1 / n**2)
        value = min(1.0, max(0.0, value))
    error = float(np.sqrt(variance))
    degrees = len(np.unique(positions[labelled])) - 2
    measured = t_interval(value, error, degrees=degrees, n=n, share=binary, confidence=confidence)
    return weighted_mean(measured, error, weights, labelled, power=chosen)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fit:
    """What lambda and the variance are made of; arrays hold a number for each cluster."""

    label: float
    """Weighted mean of the labels."""
    score: float
    """Weighted mean of the scores of labelled items."""
    of_labels: Floats
    """What its labels add to the error of the mean."""
    of_scores: Floats
    """The same of their scores."""
    of_all: Floats
    """What the scores of all its items add to the error of their mean."""
    leverage: Floats
    """Part of the weighted mean and of the slope that it makes."""

    @classmethod
    def of(cls, outcomes: Floats, guesses: Floats, weights: Floats, positions: Integers) -> "_Fit":
        """Return the sums over clusters."""

        def sums(values: Floats) -> Floats:
            return np.bincount(positions, weights=values).astype(np.float64)

        shares = weights / weights.sum()
        label, score = float(shares @ outcomes), float(shares @ guesses)
        apart = weights * np.maximum(weights - 1, 0) * (guesses - score) ** 2
        slope = apart / apart.sum() if apart.sum() > 0 else np.zeros_like(apart)
        return cls(
            label=label,
            score=score,
            of_labels=sums(shares * (outcomes - label)),
            of_scores=sums(shares * (guesses - score)),
            of_all=sums(guesses - guesses.mean()) / len(guesses),
            leverage=np.minimum(sums(shares + slope), _MOST_LEVERAGE),
        )

    def best(self) -> float:
        """Return the lambda, 0 to 1, with the least variance."""
        slope = self.of_scores - self.of_all
        spread = float(slope @ slope)
        return min(1.0, max(0.0, float(self.of_labels @ slope) / spread)) if spread > 0 else 0.0

    def variance(self, power: float) -> float:
        """Return the variance of the mean."""
        residuals = (self.of_labels - power * self.of_scores) / np.sqrt(1 - self.leverage)
        return float(((power * self.of_all + residuals) ** 2).sum())


def _power(fit: _Fit, outcomes: Floats) -> float:
    fewest = min((outcomes == 1).sum(), (outcomes == 0).sum()) if is_share(outcomes) else len(outcomes)
    return fit.best() if fewest >= LEAST_TO_TUNE else 1.0
