"""Intervals for shares that need the beta distribution."""

import numpy as np
from scipy.special import betaincinv

from evenhand.stats.arrays import Floats
from evenhand.stats.estimate import CONFIDENCE, Interval
from evenhand.stats.quantiles import normal_quantile


def jeffreys_interval(successes: int, n: int, *, confidence: float = CONFIDENCE) -> Interval:
    """Return Jeffreys' interval for a share: the central part of Beta(successes + 1/2, failures + 1/2).

    Estimand: the probability behind `successes` of `n` independent draws. Where none or all succeed the near limit is 0
    or 1. Without draws the limits are 0 and 1.

    Source: Brown, Cai and DasGupta (2001), Statistical Science 16, 101-133; methods.md 3.1, 6.4.

    Raises:
        ValueError: The counts or the confidence are impossible.
    """
    _tail(successes, n, confidence)
    low, high = jeffreys_limits(successes, n, confidence)
    return Interval(low=float(low), high=float(high), confidence=confidence)


def jeffreys_limits(successes: Floats | float, n: Floats | float, confidence: float) -> tuple[Floats, Floats]:
    """Return Jeffreys' limits of shares; counts may be fractions of an effective number of draws.

    The quantiles of Beta(successes + 1/2, n - successes + 1/2), with 0 and 1 where there is no success or no failure.
    Source: Brown, Cai and DasGupta (2001), Statistical Science 16, 101-133; methods.md 2.4, 3.1.
    """
    successes, n = np.asarray(successes, dtype=np.float64), np.asarray(n, dtype=np.float64)
    tail = 0.5 - confidence / 2
    low = betaincinv(successes + 0.5, n - successes + 0.5, tail)
    high = betaincinv(successes + 0.5, n - successes + 0.5, 1 - tail)
    return np.where(successes <= 0, 0.0, low), np.where(successes >= n, 1.0, high)


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
