"""Agreement against coverage: what each threshold on a confidence would accept."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evenhand.stats.arrays import Bools, Floats
from evenhand.stats.confidence.checks import check_confidences
from evenhand.stats.estimate import CONFIDENCE
from evenhand.stats.exact_intervals import jeffreys_limits


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageCurve:
    """Agreement of what is accepted, threshold by threshold, strict to lax; arrays of one shape."""

    threshold: Floats
    coverage: Floats
    """Share of the labelled items accepted."""
    agreement: Floats
    """Share of those that agree with the human label."""
    low: Floats
    high: Floats
    """Jeffreys' limits, each threshold by itself: choosing one by looking at the curve voids them."""
    n: NDArray[np.int64]
    """Labelled items accepted."""


def coverage_curve(
    confidence: Floats, correct: Bools, *, points: int = 200, level: float = CONFIDENCE
) -> CoverageCurve:
    """Return the agreement of what each threshold accepts, at no more than `points` of the distinct confidences.

    For looking, not for choosing. `confidence` and `correct` have shape (n,); without items the arrays are empty.

    Raises:
        ValueError: Shapes differ or a confidence is not from 0 to 1.
    """
    check_confidences(confidence, correct)
    values, place, counts = np.unique(-confidence, return_inverse=True, return_counts=True)
    right = np.bincount(place, weights=correct, minlength=values.size).cumsum()
    n = counts.cumsum()
    chosen = np.unique(np.linspace(0, values.size - 1, min(points, values.size)).round().astype(np.int64))
    low, high = jeffreys_limits(right[chosen], n[chosen].astype(np.float64), level)
    return CoverageCurve(
        threshold=-values[chosen],
        coverage=n[chosen] / max(confidence.size, 1),
        agreement=right[chosen] / n[chosen],
        low=low,
        high=high,
        n=n[chosen],
    )
