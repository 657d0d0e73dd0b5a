"""What Fleiss' kappa and Gwet's coefficients share: observed agreement and pooled label shares of many raters."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from evenhand.stats.agreement.dissent import unseen_rows
from evenhand.stats.agreement.ratings import RatingCounts, rated_units, rating_counts
from evenhand.stats.agreement.weights import Weighting, agreement_weights
from evenhand.stats.arrays import Floats, Integers
from evenhand.stats.bootstrap import Unseen, smoothed_bootstrap
from evenhand.stats.estimate import Measured, Undefined

Chance = Callable[[Floats, Floats], Floats]
"""From label shares (m, k) and weights (k, k) to the chance agreement (m,)."""


def chance_corrected(
    answers: Integers,
    chance: Chance,
    *,
    categories: int,
    weights: Weighting,
    clusters: Integers | None,
    rng: np.random.Generator,
    confidence: float,
    draws: int,
) -> Measured:
    """Return (p_o - p_e) / (1 - p_e) for the chance agreement `chance`.

    p_o is the mean over items with two answers or more of the (weighted) share of agreeing pairs of raters; the label
    shares behind p_e are the mean over items with an answer of the shares on the item.
    """
    matrix = agreement_weights(weights, categories)
    counted = rating_counts(answers, categories=categories)
    if reason := _why_not(counted):
        return Undefined(n=_pairable(counted), reason=reason)
    units = rated_units(_features(counted.rows, matrix), counted, counted.rows.sum(axis=1) > 0, clusters)
    further = unseen_rows(counted)
    unseen = Unseen(features=_features(further.rows, matrix), shapes=further.shapes)

    def value(totals: Floats) -> Floats:
        with np.errstate(invalid="ignore", divide="ignore"):
            seen = totals[:, 0] / totals[:, 1]
            expected = chance(totals[:, 3:] / totals[:, 2, np.newaxis], matrix)
            return np.where(expected < 1, (seen - expected) / (1 - expected), np.nan)

    if np.isnan(value(units.totals[np.newaxis]))[0]:
        return Undefined(
            n=_pairable(counted), reason="only one label was given, so chance explains everything"
        )
    measured = smoothed_bootstrap(value, units, unseen, rng=rng, confidence=confidence, draws=draws)
    return replace(measured, n=_pairable(counted))


def _features(rows: Floats | Integers, weights: Floats) -> Floats:
    """Return per row: agreement and 1 where it has two answers, 1 where it has one, and its label shares."""
    answered = rows.sum(axis=1, dtype=np.float64)
    pairs = answered * (answered - 1)
    agreeing = (rows * (rows @ weights)).sum(axis=1) - answered
    paired = answered >= 2
    agreement = np.where(paired, agreeing / np.where(paired, pairs, 1), 0.0)
    shares = rows / np.maximum(answered, 1)[:, np.newaxis]
    return np.column_stack([agreement, paired, answered > 0, shares])


def _why_not(counted: RatingCounts) -> str:
    if counted.rows.shape[1] < 2:
        return "with one label to choose from there is nothing to agree on"
    return "" if _pairable(counted) else "no item was answered by two raters"


def _pairable(counted: RatingCounts) -> int:
    return int((counted.rows.sum(axis=1) >= 2)[counted.codes].sum())
