"""Paired comparison of an old and a new rater on the same items: tables, tests and intervals of the difference."""

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from scipy.special import bdtr, ndtr

from evenhand.stats.arrays import Bools, Floats, Integers
from evenhand.stats.estimate import CONFIDENCE, Estimate, Interval, Measured, Undefined
from evenhand.stats.intervals import wilson_interval
from evenhand.stats.quantiles import normal_quantile

_STEPS = 60
"""Halvings of a range of at most 2, which leave less than the spacing of floating-point numbers near 1."""


class Alternative(StrEnum):
    """What a test looks for in new - old."""

    WORSE = "worse"
    """The new one is right less often, or scores lower."""
    BETTER = "better"
    """The new one is right more often, or scores higher."""
    DIFFERENT = "different"
    """Either."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedCounts:
    """How often two raters were right on the same items."""

    both: int
    """Items on which both were right."""
    only_old: int
    """Items only the old one got right: what was lost."""
    only_new: int
    """Items only the new one got right: what was won."""
    neither: int
    """Items on which both were wrong."""

    def __post_init__(self) -> None:
        if min(self.both, self.only_old, self.only_new, self.neither) < 0:
            raise ValueError(f"counts are not negative: {self}")

    @property
    def n(self) -> int:
        """Items."""
        return self.both + self.only_old + self.only_new + self.neither

    @property
    def discordant(self) -> int:
        """Items on which just one was right."""
        return self.only_old + self.only_new


def paired_counts(old: Bools, new: Bools) -> PairedCounts:
    """Return the paired table of `old` and `new`, each of shape (N,): right or not, item by item.

    Raises:
        ValueError: The shapes differ or are not (N,).
    """
    if old.ndim != 1 or old.shape != new.shape:
        raise ValueError(f"expected two arrays of one shape (N,), not {old.shape} and {new.shape}")
    both = int(np.count_nonzero(old & new))
    only_old = int(np.count_nonzero(old)) - both
    only_new = int(np.count_nonzero(new)) - both
    return PairedCounts(
        both=both, only_old=only_old, only_new=only_new, neither=old.size - both - only_old - only_new
    )


# -- McNemar's test ------------------------------------------------------------------------------------------


def mcnemar(
    counts: PairedCounts, *, alternative: Alternative = Alternative.WORSE, mid_p: bool = True
) -> float:
    """Return the p-value of McNemar's conditional test of equal rates.

    Given the discordant items, each is lost or won with probability 1/2 if the rates are equal. Without a discordant
    item nothing speaks against equality: 1, or 1/2 for the one-sided mid-p.

    `mid_p` counts the observed table half. It is the default: the exact test is conservative (size .032 at a nominal
    .05 with 200 items), the mid-p test has size near the nominal one and exceeds it only slightly.

    Source: McNemar (1947), Psychometrika 12, 153-157; Lancaster (1961), JASA 56, 223-234; Fagerland, Lydersen and
    Laake (2013), BMC Med. Res. Methodol. 13:91; methods.md 6.1.
    """
    lost, won = np.array(counts.only_old), np.array(counts.only_new)
    return float(mcnemar_p_values(lost, won, alternative=alternative, mid_p=mid_p))


def mcnemar_p_values(
    only_old: Integers,
    only_new: Integers,
    *,
    alternative: Alternative = Alternative.WORSE,
    mid_p: bool = True,
) -> Floats:
    """Return `mcnemar` of many tables at once, given their discordant counts in arrays of one shape.

    Raises:
        ValueError: A count is negative.
    """
    if (only_old < 0).any() or (only_new < 0).any():
        raise ValueError("discordant counts are not negative")
    n = only_old + only_new
    if alternative is Alternative.WORSE:
        return _lower_tail(only_new, n, mid_p=mid_p)
    if alternative is Alternative.BETTER:
        return _lower_tail(only_old, n, mid_p=mid_p)
    return np.minimum(1.0, 2 * _lower_tail(np.minimum(only_old, only_new), n, mid_p=mid_p))


def _lower_tail(k: Integers, n: Integers, *, mid_p: bool) -> Floats:
    """Return P(X <= k), or P(X < k) + P(X = k) / 2, of X ~ Binomial(n, 1/2)."""
    up_to = np.asarray(bdtr(k, n, 0.5), dtype=np.float64)
    if not mid_p:
        return up_to
    below = np.where(k > 0, bdtr(np.maximum(k - 1, 0), n, 0.5), 0.0)
    return (up_to + below) / 2


# -- The difference of two rates on the same items -----------------------------------------------------------


def paired_difference(counts: PairedCounts, *, confidence: float = CONFIDENCE) -> Measured:
    """Return the rate of the new rater minus that of the old one, with Tango's score interval.

    Estimand: P(new right) - P(old right) on an item drawn like these, items independent of each other. Undefined
    without items.

    Raises:
        ValueError: The confidence is not between 0 and 1.
    """
    interval = tango_interval(counts, confidence=confidence)
    if counts.n == 0:
        return Undefined(n=0, reason="no item was answered by both")
    return Estimate(value=(counts.only_new - counts.only_old) / counts.n, interval=interval, n=counts.n)


def tango_interval(counts: PairedCounts, *, confidence: float = CONFIDENCE) -> Interval:
    """Return Tango's score interval of the paired difference: every difference its score test accepts.

    It stays within -1 and 1, and has a width even when no item is discordant. Without items it is -1 to 1.

    Source: Tango (1998), Statistics in Medicine 17, 891-908; methods.md 6.2.

    Raises:
        ValueError: The confidence is not between 0 and 1.
    """
    z = normal_quantile(confidence)
    if counts.n == 0:
        return Interval(low=-1.0, high=1.0, confidence=confidence)
    low = _tango_low(counts.only_old, counts.only_new, counts.n, z)
    high = -_tango_low(counts.only_new, counts.only_old, counts.n, z)
    return Interval(low=low, high=high, confidence=confidence)


def _tango_low(only_old: int, only_new: int, n: int, z: float) -> float:
    """Return the difference below the observed one at which the score statistic is `z`; it falls with it."""
    low, high = -1.0, (only_new - only_old) / n
    for _ in range(_STEPS):
        middle = (low + high) / 2
        statistic = tango_statistic(np.array(only_old), np.array(only_new), n, difference=middle)
        low, high = (middle, high) if statistic > z else (low, middle)
    return (low + high) / 2


def tango_statistic(only_old: Integers, only_new: Integers, n: int, *, difference: float) -> Floats:
    """Return Tango's score statistic of the null hypothesis new - old = `difference`, nearly standard normal under it.

    `only_old` and `only_new` are the discordant counts of tables of `n` items, in arrays of one shape. The variance
    is taken at the maximum likelihood under the null hypothesis; at a difference of 0 this is McNemar's
    (won - lost) / sqrt(won + lost). Where the variance is 0 the statistic is 0 for a table that fits, else infinite.

    Raises:
        ValueError: `difference` is not between -1 and 1, or there are no items.
    """
    if n < 1:
        raise ValueError("a score statistic needs items")
    if not -1 <= difference <= 1:
        raise ValueError(f"a difference of two rates is between -1 and 1, not {difference}")
    excess = only_new - only_old - n * difference
    linear = (2 * n - only_new + only_old) * difference - only_old - only_new
    constant = -only_old * difference * (1 - difference)
    lost = (np.sqrt(np.maximum(linear**2 - 8 * n * constant, 0.0)) - linear) / (4 * n)
    variance = n * (2 * lost + difference * (1 - difference))
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = excess / np.sqrt(np.maximum(variance, 0.0))
    return np.where(excess == 0, 0.0, statistic)


def tango_p_value(counts: PairedCounts, *, difference: float, alternative: Alternative) -> float:
    """Return the p-value of Tango's score test of the null hypothesis new - old = `difference`.

    `WORSE` looks for less than `difference`, `BETTER` for more. Source: as for `tango_interval`.

    Raises:
        ValueError: `difference` is not between -1 and 1, or there are no items.
    """
    lost, won = np.array(counts.only_old), np.array(counts.only_new)
    statistic = float(tango_statistic(lost, won, counts.n, difference=difference))
    tail = {
        Alternative.WORSE: ndtr(statistic),
        Alternative.BETTER: ndtr(-statistic),
        Alternative.DIFFERENT: 2 * ndtr(-abs(statistic)),
    }
    return float(tail[alternative])


def newcombe_interval(counts: PairedCounts, *, confidence: float = CONFIDENCE) -> Interval:
    """Return Newcombe's interval of the paired difference: the two Wilson intervals joined, the correlation counted.

    His method 10. The correlation of the two is taken from the table, with his correction towards 0 where it is
    positive, and is 0 where a rate is 0 or 1. Without items the interval is -1 to 1.

    Source: Newcombe (1998), Statistics in Medicine 17, 2635-2650; methods.md 6.2.

    Raises:
        ValueError: The confidence is not between 0 and 1.
    """
    n = counts.n
    if n == 0:
        normal_quantile(confidence)
        return Interval(low=-1.0, high=1.0, confidence=confidence)
    old_right, new_right = counts.both + counts.only_old, counts.both + counts.only_new
    old = wilson_interval(old_right, n, confidence=confidence)
    new = wilson_interval(new_right, n, confidence=confidence)
    correlation = _corrected_correlation(counts)
    below = _joined(new_right / n - new.low, old.high - old_right / n, correlation)
    above = _joined(new.high - new_right / n, old_right / n - old.low, correlation)
    difference = (new_right - old_right) / n
    return Interval(low=difference - below, high=difference + above, confidence=confidence)


def _corrected_correlation(counts: PairedCounts) -> float:
    old_right, new_right = counts.both + counts.only_old, counts.both + counts.only_new
    margins = old_right * (counts.n - old_right) * new_right * (counts.n - new_right)
    if margins == 0:
        return 0.0
    excess = counts.both * counts.neither - counts.only_old * counts.only_new
    corrected = max(excess - counts.n / 2, 0.0) if excess > 0 else excess
    return corrected / math.sqrt(margins)


def _joined(first: float, second: float, correlation: float) -> float:
    return math.sqrt(max(first**2 - 2 * correlation * first * second + second**2, 0.0))
