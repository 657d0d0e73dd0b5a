"""Votes: the answer most judges gave, or most of their weight."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evenhand.stats.arrays import Floats, Integers
from evenhand.stats.patterns import NO_ANSWER, compress

_TIED = 1e-9
"""Sums of weights that differ by less than this share of all weight are the same sum, added in another order."""
FEWEST_OF_CATEGORY = 10
"""Labels of a category below which it does not count in a balanced accuracy: one item would be worth as much as all of
another category."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteWeights:
    """What the votes of J judges are worth, measured on labelled items."""

    weights: Floats
    """Shape (J,): log-odds of being right, less than 0 for a judge worse than chance."""
    accuracies: Floats
    """Shape (J,): smoothed share of right answers, (right + 1) / (labelled + 2)."""
    labelled: Integers
    """Shape (J,): labelled items the judge answered."""


def majority(answers: Integers, *, categories: int) -> Integers:
    """Return the answer most judges gave on each item, shape (N,).

    `answers` has shape (N, J), codes 0..`categories`-1 and -1 for none. A tie and an item without answers give -1: they
    go to people, never to a coin. Source: methods.md 1.1.

    Raises:
        ValueError: `answers` is no matrix of codes below `categories`.
    """
    return weighted_vote(answers, np.ones(answers.shape[-1]), categories=categories)


def weighted_vote(answers: Integers, weights: Floats, *, categories: int) -> Integers:
    """Return the answer with most weight behind it on each item, shape (N,).

    `weights`, shape (J,), belong to the judges. A negative weight speaks against an answer, so that one nobody gave can
    win. A tie and an item without answers give -1. With log-odds weights it is the best rule where the judges err
    independently of each other and alike in every class; shared errors break it. Source: Nitzan and Paroush (1982),
    International Economic Review 23, 289-297; methods.md 1.1.

    Raises:
        ValueError: `answers` is no matrix of codes below `categories`, or a weight is missing or not finite.
    """
    check_codes(answers, categories)
    if weights.shape != answers.shape[1:] or not np.isfinite(weights).all():
        raise ValueError(f"{answers.shape[1]} judges need a finite weight each, not {weights}")
    patterns = compress(answers)
    totals = vote_totals(patterns.answers, weights, categories=categories)
    winners = _winners(totals, _TIED * float(np.abs(weights).sum()))
    silent = (patterns.answers == NO_ANSWER).all(axis=1)
    return np.where(silent, NO_ANSWER, winners)[patterns.index]


def weights_from_labels(
    answers: Integers,
    truth: Integers,
    *,
    categories: int,
    weights: NDArray[np.float64] | None = None,
) -> VoteWeights:
    """Return the log-odds weight log(a (K-1) / (1-a)) of each judge, from its smoothed accuracy a on labelled items.

    `truth`, shape (N,), is the human label, -1 where there is none; `weights`, shape (N,), are 1 / probability of being
    labelled, read where there is a label. A judge without labelled answers has a = 1/2.
    Source: methods.md 1.1.

    Raises:
        ValueError: The shapes do not fit, or a code is not below `categories`.
    """
    check_codes(answers, categories)
    check_truth(truth, answers.shape[0], categories)
    given = (answers != NO_ANSWER) & (truth != NO_ANSWER)[:, np.newaxis]
    right = given & (answers == truth[:, np.newaxis])
    labelled = given.sum(axis=0)
    hits = right.sum(axis=0).astype(np.float64)
    if weights is not None:
        mass = np.where(truth != NO_ANSWER, weights, 0.0)
        hits = labelled * np.divide(mass @ right, mass @ given, out=np.zeros(len(hits)), where=labelled > 0)
    accuracies = (hits + 1) / (labelled + 2)
    odds = np.log(accuracies * max(categories - 1, 1) / (1 - accuracies))
    return VoteWeights(weights=odds, accuracies=accuracies, labelled=labelled)


def vote_totals(answers: Integers, weights: Floats, *, categories: int) -> Floats:
    """Return the weight behind each answer on each item: shape (N, K)."""
    totals = np.zeros((answers.shape[0], categories))
    for column, weight in zip(answers.T, weights, strict=True):
        given = np.flatnonzero(column != NO_ANSWER)
        totals[given, column[given]] += weight
    return totals


def common_categories(truth: Integers, categories: int) -> NDArray[np.intp]:
    """Return the categories with `FEWEST_OF_CATEGORY` labels or more in `truth`; all that occur if none has so many."""
    counts = np.bincount(truth[truth != NO_ANSWER], minlength=categories)
    common = np.flatnonzero(counts >= FEWEST_OF_CATEGORY)
    return common if common.size else np.flatnonzero(counts)


def check_codes(answers: Integers, categories: int) -> None:
    """Refuse what is no matrix of answers.

    Raises:
        ValueError: It has another shape than (N, J), or a code is not between -1 and `categories`-1.
    """
    if answers.ndim != 2:
        raise ValueError(
            f"answers have a row for each item and a column for each judge, not shape {answers.shape}"
        )
    if categories < 1 or (answers.size and not NO_ANSWER <= answers.min() <= answers.max() < categories):
        raise ValueError(f"answers are codes from 0 to {categories - 1}, or -1 for none")


def check_truth(truth: Integers, items: int, categories: int) -> None:
    """Refuse what are no labels of `items` items.

    Raises:
        ValueError: It has another shape than (N,), or a code is not between -1 and `categories`-1.
    """
    if truth.shape != (items,):
        raise ValueError(f"truth needs one entry for each of {items} items, not shape {truth.shape}")
    if items and not NO_ANSWER <= truth.min() <= truth.max() < categories:
        raise ValueError(f"labels are codes from 0 to {categories - 1}, or -1 for none")


def _winners(totals: Floats, tied: float) -> Integers:
    best = totals.max(axis=1, keepdims=True, initial=-np.inf)
    alone = (totals >= best - tied).sum(axis=1) == 1
    return np.where(alone, totals.argmax(axis=1), NO_ANSWER)
