"""The chain-rule estimate of a rate: how common each verdict is, times what it is worth."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from evenhand.stats.estimate import CONFIDENCE, Measured, Undefined
from evenhand.stats.rates.draws import (
    DRAWS,
    checked_counts,
    draw_finite_rates,
    draw_strata,
    estimate_from_draws,
    stratum_means,
    stratum_shares,
)
from evenhand.stats.rates.labels_alone import ADDS_NOTHING, humans_only, width_ratio
from evenhand.stats.reasons import NO_LABEL


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainRuleRate:
    """A rate from verdicts and labels, beside the one from labels alone."""

    estimate: Measured
    """The rate. The value is the post-stratified share; the interval comes from the posterior."""
    humans_only: Measured
    """The rate from the labels alone, with Wilson's interval."""
    width_ratio: float | None
    """Width of the one interval over that of the other; None where either is missing or 0."""
    labelled: int
    judged: int
    """Items with a verdict or the lack of one: the population."""

    @property
    def judge_adds_nothing(self) -> bool:
        """Whether the verdicts made the interval no narrower to speak of."""
        return self.width_ratio is not None and self.width_ratio > ADDS_NOTHING


def chain_rule_rate(
    population: ArrayLike,
    successes: ArrayLike,
    labelled: ArrayLike,
    *,
    rng: np.random.Generator,
    inclusion: ArrayLike | None = None,
    finite: bool = False,
    design_effect: float = 1.0,
    draws: int = DRAWS,
    confidence: float = CONFIDENCE,
) -> ChainRuleRate:
    """Return the share of positive items from strata of the verdict.

    Estimand: theta = sum W_s mu_s, the probability that an item drawn like these is positive. With `finite` it is the
    share of exactly these items instead: then a labelled item is known, and a census is certain. An auditor of this
    batch wants `finite`; whoever judges the system that made it does not, so it is off.

    `population`, `successes`, `labelled` have shape (S,): items, positive labels and labels of each stratum. Labels
    have to be a random sample within each stratum, at any rate between strata. `inclusion`, shape (S,), are those
    rates (up to a factor); they matter to the estimate from labels alone only, which takes them to be equal without
    it. `design_effect` is how many clustered labels tell as much as one independent one.

    The interval is equal-tailed from `draws` posterior draws, and reaches to the value where that lies outside (as
    Jeffreys' interval does at 0 and n; Brown, Cai & DasGupta 2001). A stratum without labels counts as one half, with
    its whole prior behind it.

    Undefined without labels.

    Source: Hofer et al. (2024); methods.md 3.1.

    Raises:
        ValueError: The counts do not fit each other, or `finite` comes with a design effect.
    """
    sizes, hits, labels = checked_counts(population, successes, labelled)
    if finite and design_effect != 1:
        raise ValueError("a share of exactly these items has no design effect: its clusters are all here")
    n, judged = int(labels.sum()), int(sizes.sum())
    if n == 0:
        nothing = Undefined(n=0, reason=NO_LABEL)
        return ChainRuleRate(
            estimate=nothing, humans_only=nothing, width_ratio=None, labelled=0, judged=judged
        )
    counts = sizes / design_effect, hits / design_effect, labels / design_effect
    rates = (
        draw_finite_rates(sizes, hits, labels, rng=rng, draws=draws)
        if finite
        else draw_strata(*counts, rng=rng, draws=draws).rates
    )
    estimate = estimate_from_draws(
        float((stratum_shares(sizes) * stratum_means(hits, labels)).sum()), rates, n=n, confidence=confidence
    )
    rest = 1 - n / judged if finite else 1.0
    alone = humans_only(
        hits, labels, inclusion=inclusion, design_effect=design_effect * rest, confidence=confidence
    )
    return ChainRuleRate(
        estimate=estimate,
        humans_only=alone,
        width_ratio=width_ratio(estimate, alone),
        labelled=n,
        judged=judged,
    )
