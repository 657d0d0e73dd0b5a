"""Two shares of different items compared: an exact test that stays honest where failures are few."""

import numpy as np
from scipy.special import betaln

from evenhand.stats.arrays import Floats


def fisher_lower(successes: int, n: int, other_successes: int, others: int, *, mid_p: bool = True) -> float:
    """Return the p-value of Fisher's one-sided test that the first share is lower than the second.

    Null hypothesis: both are the same probability. Given the successes in all, those among the first `n` items are
    hypergeometric; the p-value is the chance of as few of them or fewer. `mid_p` counts the observed number half: the
    exact test is conservative. Where all items succeed or none do nothing speaks against equality: 1, or 1/2 for the
    mid-p. The normal approximation in its place raises false alarms where failures are rare and sizes differ.

    Source: Fisher (1935), J. R. Stat. Soc. 98, 39-82; Lancaster (1961), JASA 56, 223-234; methods.md 6.4.

    Raises:
        ValueError: A count is impossible.
    """
    if not (0 <= successes <= n and 0 <= other_successes <= others):
        raise ValueError(f"expected counts, not {successes} of {n} and {other_successes} of {others}")
    hits, whole = successes + other_successes, n + others
    counts = np.arange(max(0, hits - others), successes + 1, dtype=np.float64)
    logs = _log_choose(n, counts) + _log_choose(others, hits - counts) - _log_choose(whole, np.array([hits]))
    masses = np.exp(logs)
    observed = float(masses[-1]) / 2 if mid_p else 0.0
    return min(1.0, max(0.0, float(masses.sum()) - observed))


def _log_choose(n: int, k: Floats) -> Floats:
    return np.asarray(-betaln(n - k + 1, k + 1) - np.log(n + 1))
