"""One rate, by the method that the labels allow."""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from evenhand.stats.arrays import Floats, Integers
from evenhand.stats.estimate import CONFIDENCE, Estimate, Undefined
from evenhand.stats.rates.chain_rule import chain_rule_rate
from evenhand.stats.rates.draws import DRAWS
from evenhand.stats.rates.labels_alone import rate_design_effect, width_ratio
from evenhand.stats.rates.ppi import PpiMean, ppi_mean
from evenhand.stats.rates.ppi_designs import clustered_ppi_mean
from evenhand.stats.rates.rate_data import (
    RateData,
    design_facts,
    few_labels,
    judges_only,
    labels_alone,
    panel_scores,
    read_data,
    warnings_of,
)
from evenhand.stats.rates.results import DesignFacts, Method, RateEstimate, RateRefused
from evenhand.stats.rates.rogan_gladen import rogan_gladen
from evenhand.stats.rates.strata import Stratification, choose_strata
from evenhand.stats.rates.tuned import tuned_aipw_mean
from evenhand.stats.rates.weighted import WeightedMean, hajek
from evenhand.stats.reasons import NO_LABEL

_OFF_POPULATION = (
    "the labels come from another population: the rate holds only if the judge errs as often here as there, which "
    "these data can not show; label items of this population"
)


def estimate_rate(
    verdicts: ArrayLike,
    labels: ArrayLike,
    inclusion: ArrayLike | None,
    *,
    rng: np.random.Generator,
    scores: ArrayLike | None = None,
    clusters: Integers | None = None,
    off_population: bool = False,
    finite: bool = False,
    draws: int = DRAWS,
    confidence: float = CONFIDENCE,
) -> RateEstimate | RateRefused:
    """Return the share of positive items, or the mean score, by the method that the labels allow.

    All arrays have shape (N,). `verdicts`: 1 positive, 0 negative, -1 undecided, -2 failed; all of them are part of
    the population. `labels`: 1, 0 or a score; -1 (of whole numbers) or not a number is no label. `inclusion`: each
    item's probability of being labelled, not a number where unknown; None where nothing is known. `scores`: the
    panel's score of every item on the scale of the labels, such as the share of positive votes; without them a verdict
    counts 1 or 0. `clusters`: items of one number are not independent. `off_population` says that the labelled items
    come from another population with the same sensitivity and specificity. `finite` asks for the share of exactly
    these items (see `chain_rule_rate`; it needs independent items).

    | labels | drawn | method |
    |---|---|---|
    | none, or none with a probability | | refused |
    | 0 and 1 | at random within at most four strata | chain rule |
    | 0 and 1 | with other probabilities | AIPW, power-tuned |
    | 0 and 1 | off the population | Rogan-Gladen, with a warning |
    | scores | at random | PPI++ |
    | scores | with other probabilities | AIPW, power-tuned |
    | scores | off the population | refused |

    Labels without a probability are left out, with a warning. A method that finds its own labels too few refuses.

    Source: methods.md 0 and 3.

    Raises:
        ValueError: Shapes differ, a code is unknown, a probability is not above 0 and up to 1, scores are needed and
            missing, or `finite` comes with clusters or where no chain rule holds.
    """
    data = read_data(verdicts, labels, inclusion, scores, clusters, trusting=off_population)
    if data.n == 0:
        return _refused(data, _no_labels(data), confidence)
    if finite and (clusters is not None or off_population):
        raise ValueError("the share of exactly these items is for labels of independent items among them")
    if off_population:
        return _off_population(data, confidence)
    if not data.binary:
        return _mean_score(data, confidence)
    strata = choose_strata(data.verdicts, data.truth, inclusion=data.inclusion)
    if strata.fits:
        return _by_chain_rule(data, strata, rng=rng, finite=finite, draws=draws, confidence=confidence)
    if finite:
        raise ValueError(f"the share of exactly these items needs the chain rule, but {strata.reason}")
    return _by_weights(data, strata.reason, confidence)


# -- The methods -----------------------------------------------------------------------------------


def _by_chain_rule(
    data: RateData,
    strata: Stratification,
    *,
    rng: np.random.Generator,
    finite: bool,
    draws: int,
    confidence: float,
) -> RateEstimate:
    effect = 1.0
    if data.clusters is not None:
        effect = rate_design_effect(strata.stratum, data.truth, data.clusters, confidence=confidence)
    rate = chain_rule_rate(
        strata.population,
        strata.successes,
        strata.labelled,
        rng=rng,
        inclusion=strata.inclusion,
        finite=finite,
        design_effect=effect,
        draws=draws,
        confidence=confidence,
    )
    assert isinstance(rate.estimate, Estimate), "there are labels"
    what = (
        "share of these items that is positive"
        if finite
        else "probability that an item drawn like these is positive"
    )
    return RateEstimate(
        method=Method.CHAIN_RULE,
        estimand=f"the {what}",
        estimate=rate.estimate,
        humans_only=rate.humans_only,
        judges_only=judges_only(data, confidence),
        width_ratio=rate.width_ratio,
        labelled=data.n,
        judged=len(data.labels),
        design=replace(design_facts(data, effect), strata=strata.strata),
        reason="items were drawn at random within few strata",
        warnings=(*warnings_of(data, effect), *strata.notes),
    )


def _by_weights(data: RateData, reason: str, confidence: float) -> RateEstimate | RateRefused:
    mean = tuned_aipw_mean(
        panel_scores(data), data.labels, data.inclusion, clusters=data.clusters, confidence=confidence
    )
    alone = hajek(data.labels, data.inclusion, clusters=data.clusters, confidence=confidence)
    if isinstance(mean.estimate, Undefined):
        return _refused(data, mean.estimate.reason, confidence)
    what = (
        "probability that an item drawn like these is positive"
        if data.binary
        else "mean score of items like these"
    )
    without = labels_alone(data, confidence) if data.binary else alone.estimate
    return RateEstimate(
        method=Method.AIPW,
        estimand=f"the {what}",
        estimate=mean.estimate,
        humans_only=without,
        judges_only=judges_only(data, confidence),
        width_ratio=width_ratio(mean.estimate, without),
        labelled=data.n,
        judged=len(data.labels),
        design=design_facts(data, 1.0),
        reason=reason,
        warnings=(*warnings_of(data, 1.0), *_unequal(mean)),
    )


def _mean_score(data: RateData, confidence: float) -> RateEstimate | RateRefused:
    if data.scores is None:
        raise ValueError("labels that are scores need the scores of the panel for every item")
    chances = data.inclusion[data.labelled]
    known = data.inclusion[~np.isnan(data.inclusion)]
    if not np.allclose(known, chances[0], rtol=1e-9, atol=0):
        return _by_weights(data, "items were drawn with unequal probabilities", confidence)
    mean = _ppi(data, data.scores, confidence)
    if isinstance(mean.estimate, Undefined):
        return _refused(data, mean.estimate.reason, confidence)
    if mean.scores_variance + mean.residual_variance == 0:
        return _refused(data, "the labels do not vary, so nothing tells how sure their mean is", confidence)
    return RateEstimate(
        method=Method.PPI,
        estimand="the mean score of items like these",
        estimate=mean.estimate,
        humans_only=mean.humans_only,
        judges_only=judges_only(data, confidence),
        width_ratio=width_ratio(mean.estimate, mean.humans_only),
        labelled=data.n,
        judged=len(data.labels),
        design=design_facts(data, 1.0),
        reason="labels are scores of items drawn at random",
        warnings=warnings_of(data, 1.0),
    )


def _ppi(data: RateData, scores: Floats, confidence: float) -> PpiMean:
    here = data.labelled
    if data.clusters is None:
        return ppi_mean(data.labels[here], scores[here], scores[~here], confidence=confidence)
    return clustered_ppi_mean(
        data.labels[here],
        scores[here],
        data.clusters[here],
        scores[~here],
        data.clusters[~here],
        confidence=confidence,
    )


def _off_population(data: RateData, confidence: float) -> RateEstimate | RateRefused:
    if not data.binary:
        return _refused(data, "scores from another population say nothing of the mean score here", confidence)
    here, there = data.labelled, ~data.labelled
    called, truth = data.verdicts, data.truth
    judged = int((called[there] >= 0).sum())
    counts = {
        (label, call): int(((truth == label) & (called == call) & here).sum())
        for label in (0, 1)
        for call in (0, 1)
    }
    rate = rogan_gladen(
        int((called[there] == 1).sum()),
        judged,
        true_positives=counts[1, 1],
        positives=counts[1, 0] + counts[1, 1],
        true_negatives=counts[0, 0],
        negatives=counts[0, 0] + counts[0, 1],
        confidence=confidence,
    )
    if isinstance(rate, Undefined):
        return _refused(data, rate.reason, confidence)
    alone = Undefined(n=0, reason="no item of this population has a human label")
    return RateEstimate(
        method=Method.ROGAN_GLADEN,
        estimand="the probability that an item with a verdict, drawn like the unlabelled ones, is positive",
        estimate=rate,
        humans_only=alone,
        judges_only=judges_only(data, confidence, among=there),
        width_ratio=None,
        labelled=data.n,
        judged=judged,
        design=DesignFacts(
            strata=(), weight_ratio=1.0, effective_labels=data.n, design_effect=1.0, clusters=None, left_out=0
        ),
        reason="the labels come from another population",
        warnings=(
            _OFF_POPULATION,
            *few_labels(data),
        ),
    )


def _refused(data: RateData, reason: str, confidence: float) -> RateRefused:
    return RateRefused(
        reason=reason,
        labelled=data.n + data.left_out,
        judged=len(data.labels),
        left_out=data.left_out,
        judges_only=judges_only(data, confidence),
    )


def _no_labels(data: RateData) -> str:
    if data.left_out == 0:
        return NO_LABEL
    return (
        f"none of the {data.left_out} human labels has a known inclusion probability: nobody can say which items they "
        "stand for, so they give no rate"
    )


def _unequal(mean: WeightedMean) -> tuple[str, ...]:
    if not mean.weights_too_unequal:
        return ()
    ratio = f"the largest weight of a label is {mean.weight_ratio:.0f} times the smallest"
    return (f"{ratio}: a few labels decide the rate; draw with a larger even share",)
