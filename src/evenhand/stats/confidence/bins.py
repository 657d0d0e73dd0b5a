"""Reliability bins: answers of like confidence, and how often they are right."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evenhand.stats.arrays import Bools, Floats
from evenhand.stats.confidence.checks import check_confidences
from evenhand.stats.estimate import CONFIDENCE, Estimate, Interval
from evenhand.stats.exact_intervals import jeffreys_limits

MOST_BINS = 15
"""Bins of a large sample (methods.md 2.4: 10 to 15)."""
FEWEST_IN_A_BIN = 20
"""Items a bin holds on average at least, so that few labels make few bins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliabilityBin:
    """Answers of like confidence."""

    low: float
    """Smallest confidence in it."""
    high: float
    """Largest confidence in it."""
    n: int
    """Answers in it."""
    correct: int
    """Those that are right."""
    share: float
    """Part of all answers, by weight."""
    confidence: float
    """Mean confidence."""
    accuracy: Estimate
    """Share that is right, with Jeffreys' interval."""


def reliability_bins(
    confidence: Floats,
    correct: Bools,
    *,
    weights: Floats | None = None,
    most: int = MOST_BINS,
    level: float = CONFIDENCE,
) -> tuple[ReliabilityBin, ...]:
    """Return bins of nearly equal mass, the least confident first.

    `confidence` and `correct` have shape (n,), an answer each; `weights` are 1/inclusion probability. There are n / 20
    bins, but one at least and `most` at most. Answers of one confidence stay together, so ties make fewer bins. With
    weights, an interval counts the equally weighted answers its bin is worth (Kish). Without answers there is no bin.

    Source: Bröcker and Smith (2007), Weather and Forecasting 22, 651-661; methods.md 2.4.

    Raises:
        ValueError: Shapes differ, a confidence is not from 0 to 1, or a weight is not above 0.
    """
    check_confidences(confidence, correct, weights)
    given = np.ones(confidence.size) if weights is None else weights
    place = bin_places(confidence, given, most=most)
    return tuple(
        _bin(confidence[inside], correct[inside], given[inside], float(given.sum()), level)
        for inside in (place == each for each in range(int(place.max(initial=-1)) + 1))
    )


def bin_places(confidence: Floats, weights: Floats, *, most: int = MOST_BINS) -> NDArray[np.int64]:
    """Return the bin of each answer, numbered from 0 without gaps, the least confident first."""
    wanted = min(max(confidence.size // FEWEST_IN_A_BIN, 1), most)
    _, place = np.unique(confidence, return_inverse=True)
    mass = np.bincount(place, weights=weights)
    # A confidence belongs where the middle of its mass falls.
    middle = (mass.cumsum() - mass / 2) / max(mass.sum(), 1e-300)
    _, renumbered = np.unique((middle * wanted).astype(np.int64), return_inverse=True)
    return np.asarray(renumbered[place], dtype=np.int64)


def _bin(confidence: Floats, correct: Bools, weights: Floats, total: float, level: float) -> ReliabilityBin:
    mass = float(weights.sum())
    accuracy = float(weights @ correct) / mass
    worth = mass**2 / float(weights @ weights)
    low, high = jeffreys_limits(accuracy * worth, worth, level)
    return ReliabilityBin(
        low=float(confidence.min()),
        high=float(confidence.max()),
        n=confidence.size,
        correct=int(correct.sum()),
        share=mass / total,
        confidence=float(weights @ confidence) / mass,
        accuracy=Estimate(
            value=accuracy,
            interval=Interval(
                low=min(float(low), accuracy), high=max(float(high), accuracy), confidence=level
            ),
            n=confidence.size,
        ),
    )
