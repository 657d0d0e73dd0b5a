"""Expected calibration error: how far confidence is from accuracy, bin by bin."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from evenhand.stats.arrays import Bools, Floats, Integers
from evenhand.stats.bootstrap import DRAWS
from evenhand.stats.clusters import cluster_positions
from evenhand.stats.confidence.bins import MOST_BINS, bin_places
from evenhand.stats.confidence.checks import check_confidences
from evenhand.stats.estimate import CONFIDENCE, Estimate, Interval, Undefined
from evenhand.stats.quantiles import normal_quantile

FEWEST_UNITS = 20
"""Independent answers without which the noise of a bin is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationError:
    """The expected calibration error of a sample, and what it says about the judge."""

    plain: float
    """As defined. Noise alone makes it positive, more so the fewer answers there are."""
    corrected: Estimate | Undefined
    """Corrected for that, with an interval; 0 within the interval means that noise alone explains the plain one."""
    bins: int
    """Bins it was taken over."""


def expected_calibration_error(
    confidence: Floats,
    correct: Bools,
    *,
    rng: np.random.Generator,
    weights: Floats | None = None,
    clusters: Integers | None = None,
    most: int = MOST_BINS,
    level: float = CONFIDENCE,
    draws: int = DRAWS,
) -> CalibrationError | Undefined:
    """Return the expected calibration error over the bins of `reliability_bins`.

    Estimand: the mean over answers of |P(right | bin) - mean confidence of the bin|, bins as they are. `confidence` and
    `correct` have shape (n,); `weights` are 1/inclusion probability; answers of one cluster depend on each other.

    The plain form is biased upwards, by about .06 at 200 answers of a calibrated judge. The corrected form and the
    interval come from a Gaussian multiplier bootstrap of the differences d of the bins (over clusters): were the true
    differences t * d, the plain form would come out like |t * d + noise| summed. Corrected is t * plain for the t whose
    mean is the plain form seen, 0 if noise alone exceeds it; limits are those t that put it on the outer 2.5 %. The
    upper limit is never below the middle of the plain and the corrected form plus the normal half-width, because
    differences that noise spread look more biased than they are. Percentile and basic bootstraps of the
    plain form rarely cover a calibrated judge; coverage of this: `python -m benchmarks.coverage.selective`.

    Undefined without answers; the corrected form is undefined under 20 independent ones.

    Source: Naeini, Cooper and Hauskrecht (AAAI 2015); Kumar, Liang and Ma (NeurIPS 2019) for the bias; Bröcker and
    Smith (2007) for resampling under calibration; methods.md 2.4.

    Raises:
        ValueError: Shapes differ, a confidence is not from 0 to 1, or a weight is not above 0.
    """
    check_confidences(confidence, correct, weights, clusters)
    if confidence.size == 0:
        return Undefined(n=0, reason="no answer has both a confidence and a label")
    given = np.ones(confidence.size) if weights is None else weights
    place = bin_places(confidence, given, most=most)
    residuals = given / given.sum() * (correct - confidence)
    differences: Floats = np.bincount(place, weights=residuals).astype(np.float64)
    units = cluster_positions(clusters, confidence.size)
    count = int(units.max()) + 1
    plain = float(np.abs(differences).sum())
    if count < FEWEST_UNITS:
        reason = f"{count} independent answers are too few to tell miscalibration from noise"
        corrected: Estimate | Undefined = Undefined(n=confidence.size, reason=reason)
    else:
        covariance = _covariance(residuals, place, units, differences)
        covariance += np.diag(_missing_noise(correct, given, place, np.diag(covariance)))
        corrected = _corrected(differences, covariance, confidence.size, rng=rng, draws=draws, level=level)
    return CalibrationError(plain=plain, corrected=corrected, bins=differences.size)


def _covariance(
    residuals: Floats, place: NDArray[np.int64], units: NDArray[np.int64], differences: Floats
) -> Floats:
    """Return the covariance of the differences of the bins, from their sums within independent units."""
    bins, count = differences.size, int(units.max()) + 1
    cells, cell = np.unique(units * bins + place, return_inverse=True)
    sums = np.bincount(cell, weights=residuals)
    owners, columns = cells // bins, cells % bins
    products = np.diag(np.bincount(columns, weights=sums**2, minlength=bins))
    # A unit with answers in several bins ties these bins together: pairs of its cells, lag by lag.
    for lag in range(1, bins):
        same = owners[lag:] == owners[:-lag]
        if not same.any():
            break
        np.add.at(products, (columns[lag:][same], columns[:-lag][same]), sums[lag:][same] * sums[:-lag][same])
    lower = np.tril(products, -1)
    whole = products + lower.T
    return np.asarray((whole - np.outer(differences, differences) / count) * count / (count - 1))


def _missing_noise(correct: Bools, weights: Floats, place: NDArray[np.int64], variance: Floats) -> Floats:
    """Return what the variance of a bin lacks of Jeffreys' for its accuracy: a bin without an error is not sure."""
    mass, squares = np.bincount(place, weights=weights), np.bincount(place, weights=weights**2)
    worth = mass**2 / squares
    accuracy = (np.bincount(place, weights=weights * correct) / mass * worth + 0.5) / (worth + 1)
    least = (mass / mass.sum()) ** 2 * accuracy * (1 - accuracy) / worth
    return np.asarray(np.clip(least - variance, 0, None))


def _corrected(
    differences: Floats,
    covariance: Floats,
    n: int,
    *,
    rng: np.random.Generator,
    draws: int,
    level: float,
) -> Estimate:
    plain = float(np.abs(differences).sum())
    values, vectors = np.linalg.eigh(covariance)
    noise = rng.normal(size=((draws + 1) // 2, values.size)) @ (vectors * np.sqrt(np.clip(values, 0, None))).T

    # Mirrored draws have no mean of their own, so that the corrected form is never above the plain one.
    noise = np.concatenate([noise, -noise])

    def scaled(summary: Callable[[Floats], float]) -> float:
        return plain * _scale(differences, noise, lambda sums: summary(sums) - plain)

    value = min(scaled(lambda sums: float(sums.mean())), plain)
    low = scaled(lambda sums: float(np.quantile(sums, 0.5 + level / 2)))
    high = scaled(lambda sums: float(np.quantile(sums, 0.5 - level / 2)))
    spread = normal_quantile(level) * math.sqrt(float(np.trace(covariance)))
    high = min(max(high, (plain + value) / 2 + spread), 1.0)
    interval = Interval(low=min(low, value), high=max(high, value), confidence=level)
    return Estimate(value=value, interval=interval, n=n)


def _scale(differences: Floats, noise: Floats, excess: Callable[[Floats], float]) -> float:
    """Return the factor of the differences at which the sums of the draws have no `excess` left to make up."""

    def made_up(factor: float) -> float:
        return excess(np.abs(factor * differences + noise).sum(axis=1))

    if made_up(0.0) >= 0:
        return 0.0
    high = 1.0
    while made_up(high) < 0:
        high *= 2
    return float(brentq(made_up, 0.0, high, xtol=1e-9))
