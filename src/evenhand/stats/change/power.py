"""How many pairs a comparison needs, and the smallest difference that it can see."""

import math

import numpy as np
from scipy.special import bdtr, ndtri, xlog1py, xlogy

from evenhand.stats.arrays import Floats, Integers
from evenhand.stats.change.paired import Alternative, mcnemar_p_values
from evenhand.stats.estimate import Undefined

ALPHA = 0.05
"""Chance of a false alarm of a one-sided test."""
POWER = 0.8
"""Chance of seeing a difference that is there."""
_STEPS = 100


def pairs_needed(difference: float, discordance: float, *, alpha: float = ALPHA, power: float = POWER) -> int:
    """Return how many pairs a one-sided McNemar test needs to see `difference`.

    (z_alpha sqrt(d) + z_beta sqrt(d - D^2))^2 / D^2, rounded up: `discordance` d is the share of items on which just
    one of the two is right, `difference` D the size of the change of the rate.

    Source: Connor (1987), Biometrics 43, 207-211; methods.md 6.3.

    Raises:
        ValueError: Not 0 < difference <= discordance <= 1, or alpha or power are not between 0 and 1.
    """
    _check_discordance(difference, discordance)
    z_alpha, z_beta = _quantiles(alpha, power)
    root = z_alpha * math.sqrt(discordance) + z_beta * math.sqrt(max(discordance - difference**2, 0.0))
    return math.ceil((max(root, 0.0) / difference) ** 2)


def pairs_needed_within(
    margin: float, discordance: float, *, difference: float = 0.0, alpha: float = ALPHA, power: float = POWER
) -> int:
    """Return how many pairs a non-inferiority test needs to pass.

    (z_alpha + z_beta)^2 (d - D^2) / (margin + D)^2, rounded up, for a true difference D (new - old, 0 unless told)
    and the discordance d.

    Source: Liu, Hsueh, Hsieh and Chen (2002), Statistics in Medicine 21, 231-245 (Wald form); methods.md 6.2.

    Raises:
        ValueError: The difference is not above -margin, or a share is impossible.
    """
    if not 0 < discordance <= 1 or abs(difference) > discordance:
        raise ValueError(f"a discordance of {discordance} does not go with a difference of {difference}")
    if margin <= 0 or margin + difference <= 0:
        raise ValueError(f"a difference of {difference} is not within a margin of {margin}")
    z_alpha, z_beta = _quantiles(alpha, power)
    return math.ceil((z_alpha + z_beta) ** 2 * (discordance - difference**2) / (margin + difference) ** 2)


def smallest_detectable_difference(
    n: int, discordance: float, *, alpha: float = ALPHA, power: float = POWER
) -> float | Undefined:
    """Return the smallest drop of the rate that `n` pairs show with `power`: `pairs_needed` solved for it.

    `discordance` is the share of items on which just one of the two is right; a drop larger than that brings the
    discordance it needs with it. Undefined if the pairs are too few to show that everything was lost.

    Source: methods.md 6.3.

    Raises:
        ValueError: `n` is negative, the discordance not in (0, 1], or alpha or power are not between 0 and 1.
    """
    if n < 0:
        raise ValueError(f"{n} pairs")
    _check_discordance(discordance, discordance)
    z_alpha, z_beta = _quantiles(alpha, power)

    def is_seen(difference: float) -> bool:
        share = max(discordance, difference)
        room = math.sqrt(max(share - difference**2, 0.0))
        return difference * math.sqrt(n) >= z_alpha * math.sqrt(share) + z_beta * room

    low, high = 0.0, 1.0
    if not is_seen(high):
        return Undefined(n=n, reason="too few pairs to show any drop")
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if is_seen(middle) else (middle, high)
    return high


def smallest_detectable_mean(spread: float, *, alpha: float = ALPHA, power: float = POWER) -> float:
    """Return the smallest drop of a mean that a one-sided test shows with `power`: (z_alpha + z_beta) `spread`.

    `spread` is the standard error of the mean difference, whatever the design.

    Raises:
        ValueError: The standard error is negative, or alpha or power are not between 0 and 1.
    """
    if spread < 0:
        raise ValueError(f"a standard error of {spread}")
    z_alpha, z_beta = _quantiles(alpha, power)
    return (z_alpha + z_beta) * spread


def zero_failure_bound(n: int, *, confidence: float = 0.95) -> float:
    """Return the exact upper bound of a rate of which `n` independent draws showed none: about 3 / n at 95 %.

    1 - (1 - confidence)^(1/n); 1 without draws. Source: Hanley and Lippman-Hand (1983), JAMA 249, 1743-1745;
    methods.md 6.3.

    Raises:
        ValueError: `n` is negative or the confidence not between 0 and 1.
    """
    if n < 0 or not 0 < confidence < 1:
        raise ValueError(f"{n} draws at a confidence of {confidence}")
    return 1.0 if n == 0 else -math.expm1(math.log1p(-confidence) / n)


def draws_needed_for_bound(bound: float, *, confidence: float = 0.95) -> int:
    """Return how many draws without a failure bound its rate by `bound`: 59 for 5 % at 95 %.

    Raises:
        ValueError: `bound` or the confidence are not between 0 and 1.
    """
    if not 0 < bound < 1 or not 0 < confidence < 1:
        raise ValueError(f"a bound of {bound} at a confidence of {confidence}")
    return math.ceil(math.log1p(-confidence) / math.log1p(-bound))


def mcnemar_power(
    n: int, discordance: float, difference: float, *, alpha: float = ALPHA, mid_p: bool = True
) -> float:
    """Return the chance that a one-sided McNemar test of `n` pairs rejects, by exact enumeration.

    `difference` is how much worse the new rate is (0: the size of the test). For every number of discordant pairs the
    rejected tables are those with few won, and their probability is binomial.

    Source: methods.md 6.1, 6.3; Fagerland, Lydersen and Laake (2013), BMC Med. Res. Methodol. 13:91.

    Raises:
        ValueError: `n` is negative, or the shares are impossible.
    """
    if n < 0 or not 0 < discordance <= 1 or abs(difference) > discordance:
        raise ValueError(f"{n} pairs, a discordance of {discordance} and a difference of {difference}")
    won_share = (discordance - difference) / (2 * discordance)
    discordant = np.arange(n + 1)
    won = _most_won_rejected(discordant, alpha, mid_p=mid_p)
    rejected = np.where(won >= 0, bdtr(np.maximum(won, 0), discordant, won_share), 0.0)
    return float(np.sum(_binomial_masses(n, discordance) * rejected))


def _most_won_rejected(discordant: Integers, alpha: float, *, mid_p: bool) -> Integers:
    """Return for each number of discordant pairs how many may be won in a rejected table; -1 if none is rejected."""
    low, high = np.full_like(discordant, -1), discordant.copy()
    while (low < high).any():
        middle = (low + high + 1) // 2
        p_values = mcnemar_p_values(
            discordant - np.maximum(middle, 0),
            np.maximum(middle, 0),
            alternative=Alternative.WORSE,
            mid_p=mid_p,
        )
        rejected = (p_values <= alpha) & (middle >= 0)
        low, high = np.where(rejected, middle, low), np.where(rejected, high, np.maximum(middle - 1, low))
    return low


def _binomial_masses(n: int, share: float) -> Floats:
    """Return P(X = k) of X ~ Binomial(n, share) for k = 0..n, without the rounding of factorials of large n."""
    k = np.arange(n + 1)
    logs = np.concatenate([[0.0], np.cumsum(np.log(np.arange(n, 0, -1) / np.arange(1, n + 1)))])
    return np.asarray(np.exp(logs + xlogy(k, share) + xlog1py(n - k, -share)))


def _quantiles(alpha: float, power: float) -> tuple[float, float]:
    if not 0 < alpha < 1 or not 0 < power < 1:
        raise ValueError(f"alpha is {alpha} and power {power}, expected numbers between 0 and 1")
    return -float(ndtri(alpha)), float(ndtri(power))


def _check_discordance(difference: float, discordance: float) -> None:
    if not 0 < difference <= discordance <= 1:
        raise ValueError(
            f"a difference of {difference} is not above 0 and within a discordance of {discordance}"
        )
