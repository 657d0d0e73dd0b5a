"""Posterior draws of strata: how large each is, and how common the counted thing is in it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evenhand.stats.arrays import Floats
from evenhand.stats.estimate import Estimate, Interval

DRAWS = 10_000
"""Posterior draws behind an interval (methods.md 3.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StrataDraws:
    """Draws from the joint posterior of S strata; shape (draws, ..., S) each."""

    weights: Floats
    """Share of each stratum in the population."""
    means: Floats
    """Share of each stratum that is counted."""

    @property
    def rates(self) -> Floats:
        """Share of the population that is counted, shape (draws, ...)."""
        rates: Floats = (self.weights * self.means).sum(axis=-1)
        return rates


def draw_strata(
    population: ArrayLike,
    successes: ArrayLike,
    labelled: ArrayLike,
    *,
    rng: np.random.Generator,
    draws: int = DRAWS,
) -> StrataDraws:
    """Return draws of the weights and means of strata under Jeffreys priors.

    The weights are Dirichlet(N_s + 1/2), the means Beta(k_s + 1/2, m_s - k_s + 1/2), independent of each other.
    `population`, `successes` and `labelled` have shape (..., S), the strata last; leading axes are problems of their
    own. Counts may be fractions (counts divided by a design effect).

    Source: Hofer et al. (2024), Bayesian prediction-powered inference (chain-rule estimate); methods.md 3.1.

    Raises:
        ValueError: The counts do not fit each other.
    """
    sizes, hits, labels = checked_counts(population, successes, labelled)
    shape = (draws, *sizes.shape)
    weights = rng.standard_gamma(sizes + 0.5, size=shape)
    weights /= weights.sum(axis=-1, keepdims=True)
    return StrataDraws(weights=weights, means=rng.beta(hits + 0.5, labels - hits + 0.5, size=shape))


def draw_finite_rates(
    population: ArrayLike,
    successes: ArrayLike,
    labelled: ArrayLike,
    *,
    rng: np.random.Generator,
    draws: int = DRAWS,
) -> Floats:
    """Return draws of the counted share of exactly these items, shape (draws, ...).

    The labelled ones are known; of the rest in each stratum a binomial number is counted, at a rate drawn as in
    `draw_strata`. With every item labelled all draws are the share seen.

    Raises:
        ValueError: The counts do not fit each other, or are no whole numbers.
    """
    sizes, hits, labels = checked_counts(population, successes, labelled)
    if any((each % 1).any() for each in (sizes, hits, labels)):
        raise ValueError("a finite population has whole numbers of items")
    means = rng.beta(hits + 0.5, labels - hits + 0.5, size=(draws, *sizes.shape))
    rest = rng.binomial((sizes - labels).astype(np.int64), means)
    shares: Floats = (hits + rest).sum(axis=-1) / sizes.sum(axis=-1)
    return shares


def checked_counts(
    population: ArrayLike, successes: ArrayLike, labelled: ArrayLike
) -> tuple[Floats, Floats, Floats]:
    """Return the counts of strata as arrays of one shape.

    Raises:
        ValueError: They differ in shape, or 0 <= successes <= labelled <= population does not hold.
    """
    counts = [np.asarray(each, dtype=np.float64) for each in (population, successes, labelled)]
    sizes, hits, labels = counts
    if not sizes.shape == hits.shape == labels.shape or sizes.ndim == 0:
        raise ValueError(
            f"population, successes and labelled have one entry a stratum each, not shapes {sizes.shape}, "
            f"{hits.shape} and {labels.shape}"
        )
    if not ((hits >= 0) & (hits <= labels) & (labels <= sizes)).all():
        raise ValueError("expected 0 <= successes <= labelled <= population in every stratum")
    return sizes, hits, labels


def stratum_shares(sizes: Floats) -> Floats:
    """Return the share of the population in each stratum; 0 in an empty population."""
    shares: Floats = sizes / max(float(sizes.sum()), 1.0)
    return shares


def stratum_means(hits: NDArray[np.number], labels: NDArray[np.number]) -> Floats:
    """Return the share of positive labels in each stratum; one half, the mean of the prior, without labels."""
    means: Floats = np.divide(hits, labels, out=np.full(np.shape(labels), 0.5), where=labels > 0)
    return means


def estimate_from_draws(value: float, drawn: Floats, *, n: int, confidence: float) -> Estimate:
    """Return a share with the equal-tailed interval of its draws, which reaches to the value at least."""
    low, high = np.quantile(drawn, [0.5 - confidence / 2, 0.5 + confidence / 2])
    interval = Interval(
        low=max(0.0, min(float(low), value)),
        high=min(1.0, max(float(high), value)),
        confidence=confidence,
    )
    return Estimate(value=value, interval=interval, n=n)
