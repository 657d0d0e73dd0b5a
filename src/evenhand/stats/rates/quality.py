"""What a verdict is worth, from strata within which it is constant."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from evenhand.stats.arrays import Floats, Integers
from evenhand.stats.estimate import CONFIDENCE, Measured, Undefined
from evenhand.stats.rates.draws import (
    DRAWS,
    StrataDraws,
    checked_counts,
    draw_strata,
    estimate_from_draws,
    stratum_means,
    stratum_shares,
)
from evenhand.stats.reasons import NO_LABEL


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityDraws:
    """Draws from the joint posterior, shape (draws,) each."""

    rate: Floats
    sensitivity: Floats
    specificity: Floats
    agreement: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainRuleQuality:
    """What a verdict is worth, under any sampling between strata."""

    rate: Measured
    sensitivity: Measured
    """Share of positive items, among those with a verdict, that the verdict calls positive."""
    specificity: Measured
    """Share of negative items, among those with a verdict, that the verdict calls negative."""
    balanced_accuracy: Measured
    """Mean of the two."""
    agreement: Measured
    """Share of items with a verdict on which it agrees with people."""
    draws: QualityDraws
    """What the intervals were read from, for functions of several of these."""


def chain_rule_quality(
    population: ArrayLike,
    successes: ArrayLike,
    labelled: ArrayLike,
    verdicts: ArrayLike,
    *,
    rng: np.random.Generator,
    design_effect: float = 1.0,
    draws: int = DRAWS,
    confidence: float = CONFIDENCE,
) -> ChainRuleQuality:
    """Return rate, sensitivity, specificity and agreement of a verdict from strata within which it is constant.

    `verdicts` has shape (S,): 1 positive, 0 negative, -1 none; the rest as in `chain_rule_rate`. Estimands are of an
    item drawn like these that has a verdict (the rate: any item). Because the share of each verdict is known from all
    items, sensitivity is much surer than the positive labels alone would make it where positives are common.

    Each is undefined where its denominator is not among the labels: no label at all, no positive or no negative one
    with a verdict.

    Source: methods.md 3.1 and 2.1.

    Raises:
        ValueError: The counts do not fit each other, or a verdict is not 1, 0 or -1.
    """
    sizes, hits, labels = checked_counts(population, successes, labelled)
    codes = np.asarray(verdicts)
    if codes.shape != sizes.shape or not np.isin(codes, [-1, 0, 1]).all():
        raise ValueError("each stratum has one verdict: 1 (positive), 0 (negative) or -1 (none)")
    drawn = draw_strata(
        sizes / design_effect, hits / design_effect, labels / design_effect, rng=rng, draws=draws
    )
    seen = StrataDraws(
        weights=stratum_shares(sizes)[np.newaxis], means=stratum_means(hits, labels)[np.newaxis]
    )
    posterior, point = _quality(drawn, codes), _quality(seen, codes)
    missing = _missing(hits, labels, codes)
    n = int(labels.sum())

    def measured(name: str) -> Measured:
        if name in missing:
            return Undefined(n=n, reason=missing[name])
        return estimate_from_draws(
            float(getattr(point, name)[0]), getattr(posterior, name), n=n, confidence=confidence
        )

    balanced: Measured = Undefined(n=n, reason=missing.get("sensitivity", missing.get("specificity", "")))
    if "sensitivity" not in missing and "specificity" not in missing:
        value = float(point.sensitivity[0] + point.specificity[0]) / 2
        balanced = estimate_from_draws(
            value, (posterior.sensitivity + posterior.specificity) / 2, n=n, confidence=confidence
        )
    return ChainRuleQuality(
        rate=measured("rate"),
        sensitivity=measured("sensitivity"),
        specificity=measured("specificity"),
        balanced_accuracy=balanced,
        agreement=measured("agreement"),
        draws=posterior,
    )


def _quality(drawn: StrataDraws, verdicts: Integers) -> QualityDraws:
    positive = drawn.weights * drawn.means
    negative = drawn.weights - positive
    yes, no, any_ = verdicts == 1, verdicts == 0, verdicts >= 0
    right = positive[:, yes].sum(axis=1), negative[:, no].sum(axis=1)
    of = positive[:, any_].sum(axis=1), negative[:, any_].sum(axis=1)
    return QualityDraws(
        rate=drawn.rates,
        sensitivity=_ratio(right[0], of[0]),
        specificity=_ratio(right[1], of[1]),
        agreement=_ratio(right[0] + right[1], of[0] + of[1]),
    )


def _ratio(part: Floats, whole: Floats) -> Floats:
    """Return part / whole; 0 where there is no whole, which the caller says is undefined."""
    return np.divide(part, whole, out=np.zeros_like(whole), where=whole > 0)


def _missing(hits: Floats, labels: Floats, verdicts: Integers) -> dict[str, str]:
    """Return which numbers the labels say nothing of, and why."""
    reasons: dict[str, str] = {}
    answered = verdicts >= 0
    if labels.sum() == 0:
        reasons["rate"] = NO_LABEL
    if labels[answered].sum() == 0:
        reasons["agreement"] = "no item with a verdict has a human label"
    if hits[answered].sum() == 0:
        reasons["sensitivity"] = "no item with a verdict is labelled positive"
    if (labels - hits)[answered].sum() == 0:
        reasons["specificity"] = "no item with a verdict is labelled negative"
    return reasons
