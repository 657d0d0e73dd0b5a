"""Intervals for shares."""

import math

from evenhand.stats.estimate import CONFIDENCE, Estimate, Interval, Measured, Undefined
from evenhand.stats.quantiles import normal_quantile


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
    low, high = wilson_limits(successes / n, n, confidence=confidence) if n else (0.0, 1.0)
    normal_quantile(confidence)
    return Interval(
        low=0.0 if successes == 0 else low, high=1.0 if successes == n else high, confidence=confidence
    )


def wilson_limits(share: float, n: float, *, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Return Wilson's limits for a share of `n` draws, where `n` need not be whole: an effective number of draws.

    Raises:
        ValueError: The confidence is impossible.
    """
    z_squared = normal_quantile(confidence) ** 2
    centre = (share + z_squared / (2 * n)) / (1 + z_squared / n)
    spread = math.sqrt(share * (1 - share) * z_squared / n + z_squared**2 / (4 * n * n)) / (1 + z_squared / n)
    return centre - spread, centre + spread


def proportion(successes: int, n: int, *, confidence: float = CONFIDENCE) -> Measured:
    """Return the share `successes` / `n` with Wilson's interval; undefined without draws.

    Raises:
        ValueError: The counts or the confidence are impossible.
    """
    interval = wilson_interval(successes, n, confidence=confidence)
    if n == 0:
        return Undefined(n=0, reason="nothing to count")
    return Estimate(value=successes / n, interval=interval, n=n)


def sum_interval(first: Estimate, second: Estimate, *, correlation: float = 0.0) -> Interval:
    """Return an interval for the sum of two quantities, each estimated with an interval of the same confidence.

    From the sum it goes as far as the two distances to the limits come to when squared and added (MOVER), so it is as
    skewed as they are and does not shrink to nothing at the ends of the scale. `correlation` is that of the estimates.

    Source: Zou and Donner (2008), Statistics in Medicine 27, 1693-1702; Newcombe (1998), ibid. 17, 873-890.
    """
    total = first.value + second.value
    below = first.value - first.interval.low, second.value - second.interval.low
    above = first.interval.high - first.value, second.interval.high - second.value
    return Interval(
        low=total - _joined(below, correlation),
        high=total + _joined(above, correlation),
        confidence=first.interval.confidence,
    )


def _joined(distances: tuple[float, float], correlation: float) -> float:
    one, other = distances
    return math.sqrt(max(one**2 + other**2 + 2 * correlation * one * other, 0.0))


def predicted_total(
    more: int, n: int, mean: float, deviation: float, *, confidence: float = CONFIDENCE
) -> Interval:
    """Return where the total of `more` further values may lie, given the mean and deviation of `n` values.

    The normal prediction interval: the spread of the values to come, and with it that of the mean they are told by. It
    holds for values drawn like those seen, and for numbers large enough that their sums are nearly normal.
    """
    half = normal_quantile(confidence) * deviation * math.sqrt(more + more**2 / n)
    return Interval(low=more * mean - half, high=more * mean + half, confidence=confidence)
