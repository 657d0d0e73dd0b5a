"""The Brier score of a confidence, its parts, and Spiegelhalter's test."""

import math
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtr

from evenhand.stats.arrays import Bools, Floats, Integers
from evenhand.stats.clusters import cluster_count
from evenhand.stats.confidence.bins import MOST_BINS, bin_places
from evenhand.stats.confidence.checks import check_confidences
from evenhand.stats.estimate import CONFIDENCE, Estimate, Measured, Undefined
from evenhand.stats.influence import mean_interval, standard_error
from evenhand.stats.intervals import wilson_interval


@dataclass(frozen=True, slots=True, kw_only=True)
class BrierParts:
    """What a Brier score is made of: reliability - resolution + uncertainty + within bins."""

    reliability: float
    """Mean squared distance of confidence from accuracy, by bin: 0 is calibrated."""
    resolution: float
    """Mean squared distance of a bin's accuracy from that of all answers: what the confidence tells apart."""
    uncertainty: float
    """Accuracy times one minus accuracy: the score of always saying the accuracy."""
    within_bins: float
    """What bins hide of different confidences; 0 where each bin holds one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpiegelhalterTest:
    """A test of whether confidences are calibrated."""

    z: float
    """Standard normal under calibration; positive where confidences are too far from 1/2 for what they are worth."""
    p_value: float
    """Two-sided."""
    n: int
    """Answers it rests on."""


def brier_score(
    confidence: Floats,
    correct: Bools,
    *,
    weights: Floats | None = None,
    clusters: Integers | None = None,
    level: float = CONFIDENCE,
) -> Measured:
    """Return the mean squared difference between confidence and being right.

    Estimand: its mean over answers drawn like these. `confidence` and `correct` have shape (n,); `weights` are
    1/inclusion probability, and answers of one cluster depend on each other. The interval is Student's over clusters.
    Where all answers are right, or all are wrong, it also holds what the score could be with as many of the other kind
    as Wilson's interval allows when none is seen. Undefined with fewer than two clusters.

    Source: Brier (1950), Monthly Weather Review 78, 1-3; methods.md 2.4.

    Raises:
        ValueError: Shapes differ, a confidence is not from 0 to 1, or a weight is not above 0.
    """
    check_confidences(confidence, correct, weights, clusters)
    units = cluster_count(confidence.size, clusters)
    if units < 2:
        return Undefined(n=confidence.size, reason="fewer than two independent answers give no interval")
    given = np.ones(confidence.size) if weights is None else weights
    losses = (confidence - correct) ** 2
    value = float(given @ losses / given.sum())
    error = standard_error(given * (losses - value) / given.sum(), clusters)
    interval = mean_interval(value, error, units, level)
    unseen = wilson_interval(0, units, confidence=level).high
    if correct.all():
        interval = replace(interval, high=max(interval.high, value + unseen * (1 - value)))
    elif not correct.any():
        interval = replace(interval, low=min(interval.low, value * (1 - unseen)))
    return Estimate(value=value, interval=interval, n=confidence.size)


def brier_parts(
    confidence: Floats, correct: Bools, *, weights: Floats | None = None, most: int = MOST_BINS
) -> BrierParts | Undefined:
    """Return what the Brier score is made of, over the bins of `reliability_bins`.

    The parts add up exactly: reliability - resolution + uncertainty + within bins. With few answers the bins' noise
    makes reliability and resolution too large. Shapes and weights as in `brier_score`. Undefined without answers.

    Source: Murphy (1973), Journal of Applied Meteorology 12, 595-600; Stephenson, Coelho and Jolliffe (2008), Weather
    and Forecasting 23, 752-757, for the part within bins; methods.md 2.4.

    Raises:
        ValueError: Shapes differ, a confidence is not from 0 to 1, or a weight is not above 0.
    """
    check_confidences(confidence, correct, weights)
    if confidence.size == 0:
        return Undefined(n=0, reason="no answer has both a confidence and a label")
    given = np.ones(confidence.size) if weights is None else weights
    share = given / given.sum()
    place = bin_places(confidence, given, most=most)
    mass = np.bincount(place, weights=share)
    accuracy = np.bincount(place, weights=share * correct) / mass
    stated = np.bincount(place, weights=share * confidence) / mass
    overall = float(share @ correct)
    reliability = float(mass @ (stated - accuracy) ** 2)
    resolution = float(mass @ (accuracy - overall) ** 2)
    uncertainty = overall * (1 - overall)
    score = float(share @ (confidence - correct) ** 2)
    return BrierParts(
        reliability=reliability,
        resolution=resolution,
        uncertainty=uncertainty,
        within_bins=score - (reliability - resolution + uncertainty),
    )


def spiegelhalter_test(
    confidence: Floats, correct: Bools, *, weights: Floats | None = None
) -> SpiegelhalterTest | Undefined:
    """Return the test of the hypothesis that each answer is right with just the probability of its confidence.

    The statistic is the Brier score less its expectation under calibration, over its standard deviation there. It
    sees too much or too little confidence; it does not see a shift that leaves the Brier score as it is, and says
    nothing of answers at a confidence of one half. Answers are independent of each other. Shapes and weights as in
    `brier_score`. Undefined where every confidence is 0, 1/2 or 1, which leaves nothing to vary.

    Source: Spiegelhalter (1986), Statistics in Medicine 5, 421-433; methods.md 2.4.

    Raises:
        ValueError: Shapes differ, a confidence is not from 0 to 1, or a weight is not above 0.
    """
    check_confidences(confidence, correct, weights)
    given = np.ones(confidence.size) if weights is None else weights
    lean = 1 - 2 * confidence
    variance = float(given**2 @ (lean**2 * confidence * (1 - confidence)))
    if variance == 0:
        return Undefined(
            n=confidence.size, reason="every confidence is 0, 1/2 or 1, which leaves nothing to test"
        )
    z = float(given @ (lean * (correct - confidence))) / math.sqrt(variance)
    return SpiegelhalterTest(z=z, p_value=float(2 * ndtr(-abs(z))), n=confidence.size)
