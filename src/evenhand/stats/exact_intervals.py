"""Intervals for shares that need the beta distribution."""

from scipy.special import betaincinv

from evenhand.stats.estimate import CONFIDENCE, Interval
from evenhand.stats.student import normal_quantile


def jeffreys_interval(successes: int, n: int, *, confidence: float = CONFIDENCE) -> Interval:
    """Return Jeffreys' interval for a share: the central part of Beta(successes + 1/2, failures + 1/2).

    Estimand: the probability behind `successes` of `n` independent draws. Where none or all succeed the near limit is 0
    or 1. Without draws the limits are 0 and 1.

    Source: Brown, Cai and DasGupta (2001), Statistical Science 16, 101-133; methods.md 3.1, 6.4.

    Raises:
        ValueError: The counts or the confidence are impossible.
    """
    tail = _tail(successes, n, confidence)
    shapes = successes + 0.5, n - successes + 0.5
    return Interval(
        low=0.0 if successes == 0 else float(betaincinv(*shapes, tail)),
        high=1.0 if successes == n else float(betaincinv(*shapes, 1 - tail)),
        confidence=confidence,
    )


def clopper_pearson_interval(successes: int, n: int, *, confidence: float = CONFIDENCE) -> Interval:
    """Return the exact interval of Clopper and Pearson: it never covers less often than it says, and mostly more often.

    Estimand: the probability behind `successes` of `n` independent draws. Without draws the limits are 0 and 1.

    Source: Clopper and Pearson (1934), Biometrika 26, 404-413; methods.md 6.4.

    Raises:
        ValueError: The counts or the confidence are impossible.
    """
    tail, failures = _tail(successes, n, confidence), n - successes
    return Interval(
        low=0.0 if successes == 0 else float(betaincinv(successes, failures + 1, tail)),
        high=1.0 if failures == 0 else float(betaincinv(successes + 1, failures, 1 - tail)),
        confidence=confidence,
    )


def _tail(successes: int, n: int, confidence: float) -> float:
    normal_quantile(confidence)  # refuses an impossible one
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} successes in {n} draws")
    return (1 - confidence) / 2
