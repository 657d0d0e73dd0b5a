"""Kendall's tau-b: whether two raters put items in the same order."""

import numpy as np

from evenhand.stats.agreement.tables import as_tables, table_units, unseen_cells
from evenhand.stats.arrays import Floats
from evenhand.stats.bootstrap import DRAWS, smoothed_bootstrap
from evenhand.stats.confusion import Counts, check_table, pooled
from evenhand.stats.estimate import CONFIDENCE, Measured, Undefined
from evenhand.stats.reasons import NOT_BOTH


def kendall_tau_b(
    table: Counts, *, rng: np.random.Generator, confidence: float = CONFIDENCE, draws: int = DRAWS
) -> Measured:
    """Return Kendall's tau-b of two raters on an ordered scale.

    Estimand: (P - Q) / sqrt((pairs not tied by the first) x (pairs not tied by the second)), with P and Q the pairs of
    items in the same and in opposite order. `table` has shape (k, k), labels in their order, or (clusters, k, k) when
    items of a cluster are not independent. The interval is the smoothed Bayesian bootstrap.

    Undefined without items and when a rater gave one label only, for then there is no order.

    Source: Kendall (1945), Biometrika 33, 239-251; methods.md 2.1 (it bears ties, Spearman does so worse).

    Raises:
        ValueError: `table` is not square or holds a negative count; the confidence is impossible.
    """
    check_table(table)
    whole = pooled(table)
    n = int(whole.sum())
    if n == 0:
        return Undefined(n=0, reason=NOT_BOTH)
    if whole.sum(axis=0).max() == n or whole.sum(axis=1).max() == n:
        return Undefined(n=n, reason="a rater gave one label only, so there is no order")
    units, unseen = table_units(table), unseen_cells(whole)
    return smoothed_bootstrap(_tau_b, units, unseen, rng=rng, confidence=confidence, draws=draws)


def _tau_b(totals: Floats) -> Floats:
    tables = as_tables(totals)
    same = (tables * _beyond(tables)).sum(axis=(1, 2))
    opposite = (tables * _beyond(tables[:, :, ::-1])[:, :, ::-1]).sum(axis=(1, 2))
    squared = tables.sum(axis=(1, 2)) ** 2
    untied = [squared - (tables.sum(axis=axis) ** 2).sum(axis=1) for axis in (1, 2)]
    product = untied[0] * untied[1]
    some = product > 0
    return np.where(some, 2 * (same - opposite) / np.sqrt(np.where(some, product, 1)), np.nan)


def _beyond(tables: Floats) -> Floats:
    """Return per cell the items in cells with a higher row and a higher column."""
    beyond = np.zeros_like(tables)
    upwards = tables[:, ::-1, ::-1].cumsum(axis=1).cumsum(axis=2)[:, ::-1, ::-1]
    beyond[:, :-1, :-1] = upwards[:, 1:, 1:]
    return beyond
