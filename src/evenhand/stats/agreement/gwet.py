"""Gwet's AC1 and AC2 for two raters or many."""

import numpy as np

from evenhand.stats.agreement.pooled import chance_corrected
from evenhand.stats.agreement.weights import Weighting
from evenhand.stats.arrays import Floats, Integers
from evenhand.stats.bootstrap import DRAWS
from evenhand.stats.estimate import CONFIDENCE, Measured


def gwet_ac1(
    answers: Integers,
    *,
    categories: int,
    rng: np.random.Generator,
    clusters: Integers | None = None,
    confidence: float = CONFIDENCE,
    draws: int = DRAWS,
) -> Measured:
    """Return Gwet's AC1: agreement beyond chance, where chance agreement is that on items that are hard to label.

    As `gwet_ac2` with nominal weights.

    Raises:
        ValueError: A shape, a code or the confidence are impossible.
    """
    return gwet_ac2(
        answers,
        categories=categories,
        weights="nominal",
        clusters=clusters,
        rng=rng,
        confidence=confidence,
        draws=draws,
    )


def gwet_ac2(
    answers: Integers,
    *,
    categories: int,
    rng: np.random.Generator,
    weights: Weighting = "quadratic",
    clusters: Integers | None = None,
    confidence: float = CONFIDENCE,
    draws: int = DRAWS,
) -> Measured:
    """Return Gwet's AC2: AC1 with labels that are near each other counted in part.

    Estimand: (p_o - p_e) / (1 - p_e), with p_o the probability that two of an item's raters agree (in part, by
    `weights`) and p_e = T / (K(K-1)) x sum of share x (1 - share) over the K labels, T the sum of all weights.
    `answers` has shape (items, raters), -1 for no answer; items may have different raters and gaps. It moves far
    less than kappa when one label is common. The interval is the smoothed Bayesian bootstrap over items, or over
    `clusters` (shape (items,)).

    Undefined without an item that two raters answered, and with fewer than two categories.

    Source: Gwet (2008), Br. J. Math. Stat. Psychol. 61, 29-48; Gwet (2014), Handbook of Inter-Rater Reliability, ch. 3
    and 4; methods.md 2.1.

    Raises:
        ValueError: A shape, a code, the weights or the confidence are impossible.
    """
    return chance_corrected(
        answers,
        _chance,
        categories=categories,
        weights=weights,
        clusters=clusters,
        rng=rng,
        confidence=confidence,
        draws=draws,
    )


def _chance(shares: Floats, weights: Floats) -> Floats:
    categories = len(weights)
    hard: Floats = (shares * (1 - shares)).sum(axis=1)
    return hard * float(weights.sum()) / (categories * max(categories - 1, 1))
