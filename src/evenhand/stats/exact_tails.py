"""One-sided exact limits and tests of shares, and of sums of unequal chances.

Counts need not be whole: they may be fractions of an effective number of draws.
"""

import numpy as np
from scipy.special import betainc, betaincinv, gammaln, stdtr

from evenhand.stats.arrays import Floats, Integers


def lower_limit(successes: float, n: float, *, confidence: float) -> float:
    """Return what the share behind `successes` of `n` is above, with one-sided `confidence`; 0 without a success.

    Source: Clopper and Pearson (1934), Biometrika 26, 404-413.
    """
    return float(betaincinv(successes, n - successes + 1, 1 - confidence)) if successes > 0 else 0.0


def upper_limit(successes: float, n: float, *, confidence: float) -> float:
    """Return what the share behind `successes` of `n` is below, with one-sided `confidence`; 1 without a failure.

    Without a success it is 1 - (1 - confidence) ** (1 / n), which is 3 / n at 95 %.

    Source: Clopper and Pearson (1934), Biometrika 26, 404-413; methods.md 7.2.
    """
    return float(betaincinv(successes + 1, n - successes, confidence)) if successes < n else 1.0


def chance_of_at_most(successes: float, n: float, share: float) -> float:
    """Return the chance of so few successes or fewer in `n` draws of chance `share`."""
    return float(betainc(n - successes, successes + 1, 1 - share)) if successes < n else 1.0


def chance_of_at_least(successes: float, n: float, share: float) -> float:
    """Return the chance of so many successes or more in `n` draws of chance `share`."""
    return float(betainc(successes, n - successes + 1, share)) if successes > 0 else 1.0


def student_tail(t: float, degrees: float) -> float:
    """Return the chance that a t-distributed value with `degrees` of freedom is `t` or more."""
    return float(stdtr(degrees, -t))


def log_choose(n: Integers, k: Integers) -> Floats:
    """Return the logarithm of the number of ways to choose `k` of `n`; shapes that broadcast."""
    result: Floats = gammaln(n + 1.0) - gammaln(k + 1.0) - gammaln(n - k + 1.0)
    return result


def poisson_binomial_tail(chances: Floats, hits: int) -> float:
    """Return the chance of `hits` or more of independent events, `chances` of shape (m,), added up exactly.

    Takes m squared steps. Source: Hong (2013), Comput. Stat. Data Anal. 59, 41-51 (the direct recursion).
    """
    if hits <= 0:
        return 1.0
    if hits > len(chances):
        return 0.0
    masses = np.zeros(len(chances) + 1)
    masses[0] = 1.0
    for place, chance in enumerate(chances, start=1):
        masses[1 : place + 1] = masses[1 : place + 1] * (1 - chance) + masses[:place] * chance
        masses[0] *= 1 - chance
    return float(min(1.0, masses[hits:].sum()))
