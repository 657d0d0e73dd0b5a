"""Cohen's kappa, plain and weighted."""

import numpy as np

from evenhand.stats.agreement.tables import as_tables, one_label_share, table_units, unseen_cells
from evenhand.stats.agreement.weights import Weighting, agreement_weights
from evenhand.stats.arrays import Floats
from evenhand.stats.bootstrap import DRAWS, MOST_UNDEFINED, smoothed_bootstrap
from evenhand.stats.confusion import Counts, check_table, pooled
from evenhand.stats.estimate import CONFIDENCE, Measured, Undefined
from evenhand.stats.reasons import HARDLY_VARY, NOT_BOTH, ONE_AND_THE_SAME
from evenhand.stats.units import Statistic


def cohen_kappa(
    table: Counts,
    *,
    rng: np.random.Generator,
    weights: Weighting = "nominal",
    confidence: float = CONFIDENCE,
    draws: int = DRAWS,
) -> Measured:
    """Return Cohen's kappa: agreement beyond chance over the most there could be.

    Estimand: (p_o - p_e) / (1 - p_e), with p_o the probability of the same label and p_e that of the same label
    if both raters kept their label shares and were independent. With `weights` both count labels that are near each
    other in part. `table` has shape (k, k), or (clusters, k, k) when items of a cluster are not independent.

    The interval is the smoothed Bayesian bootstrap with two further items, one of agreement and one of dissent. Unlike
    a plain bootstrap it does not collapse where raters (nearly) always agree.

    With weights over a long scale and rare slips across all of it the interval covers nine times in ten, not nineteen
    in twenty: a sample seldom holds a slip, and nothing in it tells of those it does not hold
    (`python -m benchmarks.coverage.agreement`).

    Undefined without items; when both raters gave one and the same label only (p_e = 1); and when more than one
    resample in twenty would be such a table, because the labels hardly vary.

    Kappa falls with the commonness of a label at unchanged error rates: never read it without them.
    Source: Cohen (1960), Educ. Psychol. Meas. 20, 37-46; Cohen (1968), Psychol. Bull. 70, 213-220; methods.md 2.1.

    Raises:
        ValueError: `table` is not square or holds a negative count; the weights or the confidence are impossible.
    """
    check_table(table)
    whole = pooled(table)
    if reason := _why_not(whole):
        return Undefined(n=int(whole.sum()), reason=reason)
    statistic = _kappa(agreement_weights(weights, len(whole)))
    units, unseen = table_units(table), unseen_cells(whole)
    return smoothed_bootstrap(statistic, units, unseen, rng=rng, confidence=confidence, draws=draws)


def _kappa(weights: Floats) -> Statistic:
    def value(totals: Floats) -> Floats:
        tables = as_tables(totals)
        shares = tables / tables.sum(axis=(1, 2), keepdims=True)
        seen = np.einsum("mkl,kl->m", shares, weights)
        chance = np.einsum("mk,ml,kl->m", shares.sum(axis=2), shares.sum(axis=1), weights, optimize=True)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(chance < 1, (seen - chance) / (1 - chance), np.nan)

    return value


def _why_not(table: Counts) -> str:
    n = int(table.sum())
    if n == 0:
        return NOT_BOTH
    if np.diag(table).max() == n:
        return ONE_AND_THE_SAME
    if one_label_share(table) > MOST_UNDEFINED:
        return HARDLY_VARY
    return ""
