"""How well people agree with each other: the ceiling beside which a judge's agreement is read."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from evenhand.stats.arrays import Bools, Floats, Integers
from evenhand.stats.bootstrap import DRAWS, bootstrap
from evenhand.stats.clusters import cluster_count
from evenhand.stats.estimate import CONFIDENCE, Estimate, Measured, Undefined
from evenhand.stats.influence import share_interval, standard_error
from evenhand.stats.reasons import ONE_CLUSTER
from evenhand.stats.units import Statistic, difference, distinct_units, ratio

Ties = Literal["share", "leave out"]
"""Where the others have no majority: the most frequent labels earn their part, or the comparison is left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnotatorAgreement:
    """One annotator against the others."""

    annotator: int
    """Column of the annotator."""
    agreement: Measured
    """Share of items on which he or she says what the others say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HumanAgreement:
    """People against people."""

    overall: Measured
    """Mean over all comparisons."""
    annotators: tuple[AnnotatorAgreement, ...]
    """In the order of their columns."""
    items: int
    """Items with labels of at least two annotators."""
    ties: int
    """Comparisons in which the others had no majority."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgainstPeople:
    """A judge and one annotator, both against the same others."""

    judge: Measured
    """Share of comparisons in which the judge says what the others say."""
    human: Measured
    """The same for the annotator who is left out."""
    ratio: Measured
    """Judge over human, paired; above 1 the judge is nearer to the others than one of them is."""
    difference: Measured
    """Judge minus human, paired."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Comparisons:
    """Every label against the majority of the others of its item; one row each."""

    items: NDArray[np.intp]
    annotators: NDArray[np.intp]
    human: Floats
    """What the label earns: 1 for the majority, its part in a tie, else 0."""
    judge: Floats
    """What the judge's answer earns against the same others; 0 without a judge."""
    tied: Bools


def leave_one_out_agreement(
    answers: Integers,
    *,
    categories: int,
    ties: Ties = "share",
    clusters: Integers | None = None,
    confidence: float = CONFIDENCE,
) -> HumanAgreement:
    """Return how often one person says what the majority of the others says.

    Estimand: that probability for a label drawn like these. `answers` has shape (N, H), codes below `categories` and
    -1 for no answer; each label is compared with the majority of the other labels of its item. Where these tie,
    "share" gives the label its part if it is among the k most frequent, 1/k, and "leave out" drops the comparison.

    Intervals are Wilson's, with the number of draws that the error over items (clusters of items) is worth. Undefined
    without an item that two people labelled, and with labels from one cluster only.

    Source: methods.md 2.2.

    Raises:
        ValueError: A shape or a code is impossible.
    """
    _check(answers, categories, clusters)
    everything = _compare(answers, None, categories)
    compared = _with_ties(everything, ties)
    counted = [compared.annotators == annotator for annotator in range(answers.shape[1])]
    return HumanAgreement(
        overall=_share(compared.human, compared.items, clusters, confidence),
        annotators=tuple(
            AnnotatorAgreement(
                annotator=annotator,
                agreement=_share(compared.human[own], compared.items[own], clusters, confidence),
            )
            for annotator, own in enumerate(counted)
        ),
        items=int(((answers >= 0).sum(axis=1) >= 2).sum()),
        ties=int(everything.tied.sum()),
    )


def pairwise_agreement(
    answers: Integers,
    *,
    categories: int,
    clusters: Integers | None = None,
    confidence: float = CONFIDENCE,
) -> HumanAgreement:
    """Return how often two people say the same of an item.

    Estimand: that probability for an item drawn like these and two of its labels; for an annotator, for his or her
    label and one of the others. Each item counts once, however many people labelled it. Shapes, intervals and what is
    undefined as in `leave_one_out_agreement`. There are no ties.

    Source: methods.md 2.2.

    Raises:
        ValueError: A shape or a code is impossible.
    """
    _check(answers, categories, clusters)
    counts = _counts(answers, categories)
    total = counts.sum(axis=1)
    several = np.flatnonzero(total >= 2)
    same = (counts * (counts - 1)).sum(axis=1)[several] / (total * (total - 1))[several]
    return HumanAgreement(
        overall=_share(same, several, clusters, confidence),
        annotators=tuple(
            _with_others(answers, counts, annotator, clusters, confidence)
            for annotator in range(answers.shape[1])
        ),
        items=several.size,
        ties=0,
    )


def self_agreement(
    repeats: Integers,
    *,
    categories: int,
    clusters: Integers | None = None,
    confidence: float = CONFIDENCE,
) -> Measured:
    """Return how often a rater who rates an item twice says the same.

    `repeats` has shape (N, R), the answers of one rater to the same items; otherwise as in `pairwise_agreement`. Of a
    person or of a judge: agreeing with oneself is not being right.

    Source: methods.md 5.1 (test and retest).

    Raises:
        ValueError: A shape or a code is impossible.
    """
    return pairwise_agreement(
        repeats, categories=categories, clusters=clusters, confidence=confidence
    ).overall


def judge_against_people(
    judge: Integers,
    answers: Integers,
    *,
    categories: int,
    rng: np.random.Generator,
    ties: Ties = "share",
    clusters: Integers | None = None,
    confidence: float = CONFIDENCE,
    draws: int = DRAWS,
) -> AgainstPeople:
    """Return how a judge compares with one person, both measured against the majority of the same other people.

    `judge` has shape (N,), `answers` (N, H), both with -1 for no answer; items the judge did not answer are left out.
    Ratio and difference are paired: their intervals come from one bootstrap over items (clusters of items).

    Undefined without an item that the judge and two people labelled. The ratio and the difference are also undefined
    where they do not vary over draws, as where judge and people always agree.

    Source: methods.md 2.2.

    Raises:
        ValueError: A shape or a code is impossible.
    """
    _check(answers, categories, clusters)
    if judge.shape != answers.shape[:1] or (judge < -1).any() or (judge >= categories).any():
        raise ValueError(f"expected an answer of the judge, -1 or a code below {categories}, for each item")
    answered = judge >= 0
    clusters = None if clusters is None else clusters[answered]
    compared = _with_ties(_compare(answers[answered], judge[answered], categories), ties)
    owners, features = _by_item(compared)
    units = distinct_units(features, clusters=None if clusters is None else clusters[owners])

    def paired(statistic: Statistic) -> Measured:
        return bootstrap(statistic, units, rng=rng, confidence=confidence, draws=draws)

    return AgainstPeople(
        judge=_share(compared.judge, compared.items, clusters, confidence),
        human=_share(compared.human, compared.items, clusters, confidence),
        ratio=paired(ratio(lambda totals: totals[:, 0], lambda totals: totals[:, 1])),
        difference=paired(difference(_judge_share, _human_share)),
    )


def _by_item(compared: _Comparisons) -> tuple[NDArray[np.intp], Floats]:
    """Return the items compared, and for each what judge and people earn in how many comparisons."""
    owners, place = np.unique(compared.items, return_inverse=True)
    earned = [np.bincount(place, weights=each) for each in (compared.judge, compared.human)]
    return owners, np.column_stack([*earned, np.bincount(place)]).reshape(-1, 3).astype(np.float64)


def _judge_share(totals: Floats) -> Floats:
    return totals[:, 0] / totals[:, 2]


def _human_share(totals: Floats) -> Floats:
    return totals[:, 1] / totals[:, 2]


# -- Comparisons -----------------------------------------------------------------------------------


def _counts(answers: Integers, categories: int) -> Integers:
    return np.stack([(answers == code).sum(axis=1) for code in range(categories)], axis=1).astype(np.int64)


def _compare(answers: Integers, judge: Integers | None, categories: int) -> _Comparisons:
    counts = _counts(answers, categories)
    # A label can be compared where there is another one.
    items, annotators = np.nonzero((answers >= 0) & (counts.sum(axis=1) >= 2)[:, None])
    codes = answers[items, annotators]
    others = counts[items]
    others[np.arange(codes.size), codes] -= 1
    first = others == others.max(axis=1, keepdims=True)
    leaders = first.sum(axis=1)
    rows = np.arange(codes.size)
    return _Comparisons(
        items=items,
        annotators=annotators,
        human=first[rows, codes] / leaders,
        judge=np.zeros(codes.size) if judge is None else first[rows, judge[items]] / leaders,
        tied=leaders > 1,
    )


def _with_ties(compared: _Comparisons, ties: Ties) -> _Comparisons:
    kept = ~compared.tied
    if ties == "share" or kept.all():
        return compared
    return _Comparisons(
        items=compared.items[kept],
        annotators=compared.annotators[kept],
        human=compared.human[kept],
        judge=compared.judge[kept],
        tied=compared.tied[kept],
    )


def _with_others(
    answers: Integers, counts: Integers, annotator: int, clusters: Integers | None, confidence: float
) -> AnnotatorAgreement:
    others = counts.sum(axis=1) - 1
    rows = np.flatnonzero((answers[:, annotator] >= 0) & (others >= 1))
    same = (counts[rows, answers[rows, annotator]] - 1) / others[rows]
    return AnnotatorAgreement(annotator=annotator, agreement=_share(same, rows, clusters, confidence))


def _share(earned: Floats, items: NDArray[np.intp], clusters: Integers | None, confidence: float) -> Measured:
    """Return the mean of what comparisons earn; those of one item, or of one cluster of items, depend on each other."""
    if earned.size == 0:
        return Undefined(n=0, reason="no item has labels of two people to compare")
    owners = items.astype(np.int64) if clusters is None else clusters[items]
    units = cluster_count(earned.size, owners)
    count = int(np.unique(items).size)
    if units < 2 and clusters is not None:
        return Undefined(n=count, reason=ONE_CLUSTER)
    mean = float(earned.mean())
    error = standard_error((earned - mean) / earned.size, owners) if units > 1 else 0.0
    return Estimate(value=mean, interval=share_interval(mean, error, units, confidence), n=count)


def _check(answers: Integers, categories: int, clusters: Integers | None) -> None:
    if answers.ndim != 2:
        raise ValueError(f"answers of shape {answers.shape}, expected (items, annotators)")
    if (answers < -1).any() or (answers >= categories).any():
        raise ValueError(f"a code is off the scale of {categories} categories; -1 is no answer")
    if clusters is not None and clusters.shape != answers.shape[:1]:
        raise ValueError(f"clusters of shape {clusters.shape}, expected {answers.shape[:1]}")
