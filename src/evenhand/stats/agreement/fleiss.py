"""Fleiss' kappa for many raters; for two it is Scott's pi."""

import numpy as np

from evenhand.stats.agreement.pooled import chance_corrected
from evenhand.stats.agreement.weights import Weighting
from evenhand.stats.arrays import Floats, Integers
from evenhand.stats.bootstrap import DRAWS
from evenhand.stats.estimate import CONFIDENCE, Measured


def fleiss_kappa(
    answers: Integers,
    *,
    categories: int,
    rng: np.random.Generator,
    weights: Weighting = "nominal",
    clusters: Integers | None = None,
    confidence: float = CONFIDENCE,
    draws: int = DRAWS,
) -> Measured:
    """Return Fleiss' kappa: agreement beyond chance with label shares pooled over raters.

    Estimand: (p_o - p_e) / (1 - p_e), with p_o the probability that two of an item's raters give the same label and p_e
    that of two labels drawn from the pooled shares. `answers` has shape (items, raters), -1 for no answer; items may
    have different raters and gaps. With two raters and no gap it is Scott's pi. The interval is the smoothed Bayesian
    bootstrap over items, or over `clusters` (shape (items,)).

    Undefined without an item that two raters answered, and when only one label was given.

    Source: Fleiss (1971), Psychol. Bull. 76, 378-382; Scott (1955); for gaps Gwet (2014), Handbook of Inter-Rater
    Reliability, ch. 3; methods.md 2.1.

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
    expected: Floats = ((shares @ weights) * shares).sum(axis=1)
    return expected
