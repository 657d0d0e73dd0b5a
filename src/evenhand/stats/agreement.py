"""Agreement of two raters on the same items, from their confusion table."""

import numpy as np
from numpy.typing import NDArray

from evenhand.stats.confusion import Counts
from evenhand.stats.estimate import CONFIDENCE, Estimate, Interval, Measured, Undefined
from evenhand.stats.intervals import proportion, wilson_interval

DRAWS = 2000
"""Bootstrap draws behind an interval (methods.md 2.1)."""
_MOST_UNDEFINED = 0.05
"""Above this share of draws without a kappa the others no longer speak for the interval."""


def percent_agreement(table: Counts, *, confidence: float = CONFIDENCE) -> Measured:
    """Return the share of items on which two raters gave the same label.

    Estimand: the probability that they agree on an item drawn like these, items independent of each other.
    `table` has shape (k, k). The interval is Wilson's. Undefined without items.

    Raises:
        ValueError: `table` is not square or holds a negative count.
    """
    _check(table)
    return proportion(int(np.trace(table)), int(table.sum()), confidence=confidence)


def cohen_kappa(
    table: Counts, *, rng: np.random.Generator, confidence: float = CONFIDENCE, draws: int = DRAWS
) -> Measured:
    """Return Cohen's kappa: agreement beyond chance over the most there could be.

    Estimand: (p_o - p_e) / (1 - p_e), with p_o the probability of the same label and p_e that of the same label
    if both raters kept their label shares and were independent. `table` has shape (k, k).

    The interval is the percentile bootstrap over items: `draws` multinomial tables. Where the raters agree on
    every item a bootstrap can not spread; there the lower limit is the kappa of Wilson's lower limit of p_o at
    the chance agreement seen.

    Undefined without items; when both raters gave one and the same label only (p_e = 1); and when more than one
    draw in twenty is such a table, because the labels hardly vary.

    Kappa falls with the commonness of a label at unchanged error rates: never read it without them.
    Source: Cohen (1960), Educ. Psychol. Meas. 20, 37-46; methods.md 2.1.

    Raises:
        ValueError: `table` is not square or holds a negative count.
    """
    _check(table)
    n = int(table.sum())
    if n == 0:
        return Undefined(n=0, reason="no item was labelled by both")
    value = float(_kappas(table[np.newaxis])[0])
    if np.isnan(value):
        return Undefined(n=n, reason="both gave one and the same label only, so chance explains everything")
    if np.trace(table) == n:
        interval = _limits_of_full_agreement(table, confidence)
        return Estimate(value=value, interval=interval, n=n)
    kappas = _kappas(_resampled(table, rng, draws))
    known = kappas[~np.isnan(kappas)]
    if known.size < draws * (1 - _MOST_UNDEFINED):
        return Undefined(n=n, reason="the labels hardly vary, so chance explains almost everything")
    low, high = np.quantile(known, [0.5 - confidence / 2, 0.5 + confidence / 2])
    interval = Interval(low=float(low), high=float(high), confidence=confidence)
    return Estimate(value=value, interval=interval, n=n)


def _kappas(tables: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the kappa of each table of shape (m, k, k); not a number where chance agreement is certain."""
    n = tables.sum(axis=(1, 2)).astype(np.float64)
    agreed = np.trace(tables, axis1=1, axis2=2) / n
    chance = (tables.sum(axis=2) * tables.sum(axis=1)).sum(axis=1) / n**2
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(chance < 1, (agreed - chance) / (1 - chance), np.nan)


def _resampled(table: Counts, rng: np.random.Generator, draws: int) -> NDArray[np.int64]:
    n = int(table.sum())
    return rng.multinomial(n, table.ravel() / n, size=draws).reshape(draws, *table.shape)


def _limits_of_full_agreement(table: Counts, confidence: float) -> Interval:
    n = int(table.sum())
    chance = float((table.sum(axis=0) * table.sum(axis=1)).sum()) / n**2
    agreed = wilson_interval(n, n, confidence=confidence).low
    return Interval(low=(agreed - chance) / (1 - chance), high=1.0, confidence=confidence)


def _check(table: Counts) -> None:
    if table.ndim != 2 or table.shape[0] != table.shape[1]:
        raise ValueError(f"a confusion table is square, not {table.shape}")
    if (table < 0).any():
        raise ValueError("a confusion table holds counts, and a count is not negative")
