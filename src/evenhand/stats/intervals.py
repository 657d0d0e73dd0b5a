"""Intervals for shares."""

import math
from statistics import NormalDist

from evenhand.stats.estimate import CONFIDENCE, Estimate, Interval, Measured, Undefined


def wilson_interval(successes: float, n: float, *, confidence: float = CONFIDENCE) -> Interval:
    """Return Wilson's score interval for a share.

    Estimand: the probability p behind `successes` of `n` independent draws. The limits are the two p at which a
    two-sided score test with level 1 - `confidence` just accepts. Without draws they are 0 and 1. Effective numbers
    of draws need not be whole.

    Source: Wilson (1927), JASA 22, 209-212; methods.md 6.4 (no Wald intervals under 300 items).

    Raises:
        ValueError: The counts or the confidence are impossible.
    """
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} successes in {n} draws")
    z_squared = _normal_quantile(confidence) ** 2
    if n == 0:
        return Interval(low=0.0, high=1.0, confidence=confidence)
    share = successes / n
    centre = (share + z_squared / (2 * n)) / (1 + z_squared / n)
    spread = math.sqrt(share * (1 - share) * z_squared / n + z_squared**2 / (4 * n * n)) / (1 + z_squared / n)
    return Interval(
        low=0.0 if successes == 0 else centre - spread,
        high=1.0 if successes == n else centre + spread,
        confidence=confidence,
    )


def proportion(successes: int, n: int, *, confidence: float = CONFIDENCE) -> Measured:
    """Return the share `successes` / `n` with Wilson's interval; undefined without draws.

    Raises:
        ValueError: The counts or the confidence are impossible.
    """
    interval = wilson_interval(successes, n, confidence=confidence)
    if n == 0:
        return Undefined(n=0, reason="nothing to count")
    return Estimate(value=successes / n, interval=interval, n=n)


def _normal_quantile(confidence: float) -> float:
    if not 0 < confidence < 1:
        raise ValueError(f"confidence is {confidence}, expected a number between 0 and 1")
    return NormalDist().inv_cdf(0.5 + confidence / 2)


def predicted_total(
    more: int, n: int, mean: float, deviation: float, *, confidence: float = CONFIDENCE
) -> Interval:
    """Return where the total of `more` further values may lie, given the mean and deviation of `n` values.

    The normal prediction interval: the spread of the values to come, and with it that of the mean they are told by. It
    holds for values drawn like those seen, and for numbers large enough that their sums are nearly normal.
    """
    half = _normal_quantile(confidence) * deviation * math.sqrt(more + more**2 / n)
    return Interval(low=more * mean - half, high=more * mean + half, confidence=confidence)
