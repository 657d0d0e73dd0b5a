"""What a rater's confidence is worth, in one record."""

from dataclasses import dataclass

import numpy as np

from evenhand.stats.arrays import Bools, Floats, Integers
from evenhand.stats.bootstrap import DRAWS
from evenhand.stats.clusters import cluster_count
from evenhand.stats.confidence.auroc import auroc
from evenhand.stats.confidence.bins import MOST_BINS, ReliabilityBin, reliability_bins
from evenhand.stats.confidence.brier import (
    BrierParts,
    SpiegelhalterTest,
    brier_parts,
    brier_score,
    spiegelhalter_test,
)
from evenhand.stats.confidence.calibration_error import CalibrationError, expected_calibration_error
from evenhand.stats.confidence.checks import check_confidences
from evenhand.stats.estimate import CONFIDENCE, Estimate, Measured, Undefined
from evenhand.stats.influence import mean_interval, standard_error
from evenhand.stats.shares import weighted_share


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """What a confidence is worth. Never from the labels that a map of it was fitted to."""

    n: int
    """Answers with both a confidence and a label."""
    mean_confidence: Measured
    accuracy: Measured
    overconfidence: Measured
    """Mean confidence minus accuracy."""
    bins: tuple[ReliabilityBin, ...]
    calibration_error: CalibrationError | Undefined
    brier: Measured
    brier_parts: BrierParts | Undefined
    auroc: Measured
    """How well confidence tells right answers from wrong ones: what sets how much can be automated."""
    spiegelhalter: SpiegelhalterTest | Undefined


def reliability(
    confidence: Floats,
    correct: Bools,
    *,
    rng: np.random.Generator,
    weights: Floats | None = None,
    clusters: Integers | None = None,
    most: int = MOST_BINS,
    level: float = CONFIDENCE,
    draws: int = DRAWS,
) -> Reliability:
    """Return every measure of this package for one rater.

    `confidence` and `correct` have shape (n,): the probability a rater gives its own answer, and whether that is the
    human label. `weights` are 1/inclusion probability; answers of one cluster depend on each other (the Spiegelhalter
    test and the intervals of the bins take them as independent). Without answers everything is undefined.

    Source: methods.md 2.4.

    Raises:
        ValueError: Shapes differ, a confidence is not from 0 to 1, or a weight is not above 0.
    """
    check_confidences(confidence, correct, weights, clusters)
    return Reliability(
        n=confidence.size,
        mean_confidence=mean_confidence(confidence, weights=weights, clusters=clusters, level=level),
        accuracy=weighted_share(correct, weights=weights, clusters=clusters, confidence=level),
        overconfidence=overconfidence(confidence, correct, weights=weights, clusters=clusters, level=level),
        bins=reliability_bins(confidence, correct, weights=weights, most=most, level=level),
        calibration_error=expected_calibration_error(
            confidence,
            correct,
            rng=rng,
            weights=weights,
            clusters=clusters,
            most=most,
            level=level,
            draws=draws,
        ),
        brier=brier_score(confidence, correct, weights=weights, clusters=clusters, level=level),
        brier_parts=brier_parts(confidence, correct, weights=weights, most=most),
        auroc=auroc(confidence, correct, weights=weights, clusters=clusters, level=level),
        spiegelhalter=spiegelhalter_test(confidence, correct, weights=weights),
    )


def mean_confidence(
    confidence: Floats,
    *,
    weights: Floats | None = None,
    clusters: Integers | None = None,
    level: float = CONFIDENCE,
) -> Measured:
    """Return the mean confidence with Student's interval; undefined with fewer than two clusters."""
    return _measured_mean(confidence, weights, clusters, level, (0.0, 1.0))


def overconfidence(
    confidence: Floats,
    correct: Bools,
    *,
    weights: Floats | None = None,
    clusters: Integers | None = None,
    level: float = CONFIDENCE,
) -> Measured:
    """Return mean confidence minus accuracy, paired, with Student's interval; undefined with fewer than two clusters.

    Where all answers are right, or all are wrong, the interval has no answer of the other kind to go by: read it beside
    that of the accuracy.
    """
    return _measured_mean(confidence - correct, weights, clusters, level, (-1.0, 1.0))


def _measured_mean(
    values: Floats,
    weights: Floats | None,
    clusters: Integers | None,
    level: float,
    bounds: tuple[float, float],
) -> Measured:
    units = cluster_count(values.size, clusters)
    if units < 2:
        return Undefined(n=values.size, reason="fewer than two independent answers give no interval")
    mean, influence = _mean(values, weights)
    interval = mean_interval(mean, standard_error(influence, clusters), units, level, bounds)
    return Estimate(value=mean, interval=interval, n=values.size)


def _mean(values: Floats, weights: Floats | None) -> tuple[float, Floats]:
    given = np.ones(values.size) if weights is None else weights
    mean = float(given @ values / given.sum())
    return mean, given * (values - mean) / given.sum()
