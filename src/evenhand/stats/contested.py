"""Items on which people differ, and judges scored against all that people say instead of one label."""

from dataclasses import dataclass

import numpy as np

from evenhand.stats.arrays import Bools, Floats, Integers
from evenhand.stats.clusters import cluster_count
from evenhand.stats.estimate import CONFIDENCE, Estimate, Measured, Undefined
from evenhand.stats.influence import mean_interval, standard_error
from evenhand.stats.shares import weighted_share

HIGH_ENTROPY = 0.5
"""Part of the largest possible entropy from which labels count as far apart. A value choice."""
FEWEST_RATERS = 3
"""Labels an item needs before they stand for a distribution (methods.md 9.5)."""
FLOOR = 1e-6
"""Least probability a label is taken to have, so that no cross-entropy is infinite."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contested:
    """How many items are contested. None is left out of anything for it; the share is told."""

    differ: Measured
    """Share of items with two labels or more that are not all the same."""
    high_entropy: Measured
    """Share of these whose labels have an entropy of `HIGH_ENTROPY` or more of the largest there can be."""
    defensible: Measured
    """Share of labelled items of which someone says that more than one answer is defensible."""
    items: Bools
    """Shape (N,): contested in any of the three ways."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DistributionScores:
    """A judge's distributions against those of people; smaller is better."""

    brier: Measured
    """Mean squared distance, summed over categories: 0 to 2."""
    brier_corrected: Measured
    """The same without what few raters add by chance: as if each item had all raters there could be."""
    cross_entropy: Measured
    """Mean of -sum h ln q, in nats; people's own entropy is the least it can be."""
    earth_mover: Measured
    """Mean work to turn one distribution into the other, 0 to 1; ordered scales only."""
    floored: int
    """Items on which the judge gives less than `FLOOR` to a label somebody gave."""


def contested_items(
    answers: Integers,
    *,
    categories: int,
    defensible: Bools | None = None,
    high_entropy: float = HIGH_ENTROPY,
    clusters: Integers | None = None,
    confidence: float = CONFIDENCE,
) -> Contested:
    """Return how many items people do not agree on.

    `answers` has shape (N, H), codes and -1 for no answer; `defensible`, shape (N,), marks items of which someone says
    that more than one answer is defensible. Entropy is divided by that of labels spread as evenly as their number
    allows, so two labels that differ reach 1. The items are a share of those with two labels, or with one for
    `defensible`; undefined without any, and without `defensible` for its own.

    Source: methods.md 2.2, 9.5; Guerdan et al. (NeurIPS 2025) for ratings that are all valid.

    Raises:
        ValueError: A shape or a code is impossible, or `high_entropy` is not above 0 and up to 1.
    """
    counts = _counts(answers, categories)
    if not 0 < high_entropy <= 1:
        raise ValueError(f"high_entropy is {high_entropy}, expected a number above 0 and up to 1")
    if defensible is not None and defensible.shape != answers.shape[:1]:
        raise ValueError(f"defensible of shape {defensible.shape}, expected {answers.shape[:1]}")
    total = counts.sum(axis=1)
    several, labelled = total >= 2, total >= 1
    differ = several & (counts.max(axis=1) < total)
    spread = several & (_relative_entropy(counts) >= high_entropy - 1e-12)

    def share(flags: Bools, among: Bools) -> Measured:
        if not among.any():
            return Undefined(n=0, reason="no item has labels enough")
        held = None if clusters is None else clusters[among]
        return weighted_share(flags[among], clusters=held, confidence=confidence)

    several_answers = np.zeros(total.size, dtype=np.bool_) if defensible is None else defensible & labelled
    unasked = Undefined(n=int(labelled.sum()), reason="people were not asked whether answers are defensible")
    return Contested(
        differ=share(differ, several),
        high_entropy=share(spread, several),
        defensible=unasked if defensible is None else share(several_answers, labelled),
        items=differ | spread | several_answers,
    )


def score_against_people(
    probabilities: Floats,
    answers: Integers,
    *,
    ordered: bool,
    fewest: int = FEWEST_RATERS,
    clusters: Integers | None = None,
    confidence: float = CONFIDENCE,
) -> DistributionScores:
    """Return how far a judge's distributions are from what people say.

    `probabilities` has shape (N, K), the judge's for each category, a row summing to 1; `answers` (N, H) has codes
    below K and -1 for no answer. Only items with `fewest` labels or more count, each once. With m labels their shares h
    scatter by h (1 - h) / (m - 1) around what everybody would say; the corrected Brier score takes that away, and so
    can be slightly below 0. Intervals are Student's over items (clusters of items).

    Undefined with fewer than two such items or clusters; the earth mover's distance where the scale is not `ordered`.

    Source: methods.md 9.5; Rubner, Tomasi and Guibas (2000) for the earth mover's distance.

    Raises:
        ValueError: A shape or a code is impossible, a row is no distribution, or `fewest` is below 2.
    """
    counts = _counts(answers, probabilities.shape[-1])
    _check_distributions(probabilities, answers, fewest)
    usable = counts.sum(axis=1) >= fewest
    judge, m = probabilities[usable], counts[usable].sum(axis=1)
    people = counts[usable] / m[:, None]
    held = None if clusters is None else clusters[usable]
    squares = ((judge - people) ** 2).sum(axis=1)
    chance = (people * (1 - people)).sum(axis=1) / (m - 1)
    crossed = -(people * np.log(np.maximum(judge, FLOOR))).sum(axis=1)
    moved = np.abs(np.cumsum(judge - people, axis=1)).sum(axis=1) / max(judge.shape[1] - 1, 1)

    def mean(values: Floats, low: float, high: float) -> Measured:
        return _mean(values, held, confidence, (low, high))

    return DistributionScores(
        brier=mean(squares, 0.0, 2.0),
        brier_corrected=mean(squares - chance, -1.0, 2.0),
        cross_entropy=mean(crossed, 0.0, float(-np.log(FLOOR))),
        earth_mover=mean(moved, 0.0, 1.0)
        if ordered
        else Undefined(n=m.size, reason="the scale has no order"),
        floored=int(((judge < FLOOR) & (people > 0)).any(axis=1).sum()),
    )


def _counts(answers: Integers, categories: int) -> Integers:
    if answers.ndim != 2 or (answers < -1).any() or (answers >= categories).any():
        raise ValueError(f"expected answers of shape (N, H), codes below {categories} or -1 for none")
    return np.stack([(answers == code).sum(axis=1) for code in range(categories)], axis=1).astype(np.int64)


def _relative_entropy(counts: Integers) -> Floats:
    """Return the entropy of each row over the largest that so many labels can have; 0 for fewer than two labels."""
    total = counts.sum(axis=1)
    whole, rest = np.divmod(total, counts.shape[1])
    even = np.where(np.arange(counts.shape[1]) < rest[:, None], whole[:, None] + 1, whole[:, None])
    most = _entropy(even)
    return np.divide(_entropy(counts), most, out=np.zeros(total.size), where=most > 0)


def _entropy(counts: Integers) -> Floats:
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    logs = np.log(shares, out=np.zeros(shares.shape), where=shares > 0)
    return np.asarray(-(shares * logs).sum(axis=1), dtype=np.float64)


def _mean(
    values: Floats, clusters: Integers | None, confidence: float, bounds: tuple[float, float]
) -> Measured:
    units = cluster_count(values.size, clusters)
    if units < 2:
        return Undefined(n=values.size, reason="fewer than two independent items have labels enough")
    mean = float(values.mean())
    error = standard_error((values - mean) / values.size, clusters)
    return Estimate(value=mean, interval=mean_interval(mean, error, units, confidence, bounds), n=values.size)


def _check_distributions(probabilities: Floats, answers: Integers, fewest: int) -> None:
    if probabilities.ndim != 2 or probabilities.shape[:1] != answers.shape[:1]:
        raise ValueError(f"probabilities of shape {probabilities.shape} for answers of shape {answers.shape}")
    if not (probabilities >= 0).all() or not np.allclose(probabilities.sum(axis=1), 1, atol=1e-6):
        raise ValueError("a row of probabilities is not negative and sums to 1")
    if fewest < 2:
        raise ValueError(f"{fewest} labels are no distribution: expected 2 or more")
