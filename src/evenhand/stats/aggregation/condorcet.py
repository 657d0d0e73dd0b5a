"""The Condorcet gap: what a majority loses because the judges err together."""

from dataclasses import dataclass
from math import comb

import numpy as np
from numpy.typing import NDArray

from evenhand.stats.aggregation.votes import check_codes, check_truth, vote_totals
from evenhand.stats.arrays import Floats, Integers, quotient
from evenhand.stats.bootstrap import DRAWS, bootstrap_totals, percentile_measure
from evenhand.stats.estimate import CONFIDENCE, Measured, Undefined
from evenhand.stats.patterns import NO_ANSWER, Patterns
from evenhand.stats.reasons import NO_LABEL
from evenhand.stats.units import pattern_units

MOST_WORK = 200_000
"""Ways to vote times categories squared, above which the exact figure is not computed."""
_CHUNK = 20_000_000
"""Probabilities held at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CondorcetGap:
    """The majority of these judges, and of judges as good as these who err independently."""

    actual: Measured
    """Accuracy of the majority, a tie counting as a share for each answer in it."""
    independent: Measured
    """The same if the judges answered independently given the truth, each with its own confusions."""
    gap: Measured
    """Independent less actual."""


def condorcet_gap(
    answers: Integers,
    truth: Integers,
    *,
    categories: int,
    rng: np.random.Generator,
    weights: Floats | None = None,
    clusters: Integers | None = None,
    confidence: float = CONFIDENCE,
    draws: int = DRAWS,
) -> CondorcetGap:
    """Return how much better a majority of independent judges with these judges' confusions would be.

    `answers` has shape (N, J), codes 0..`categories`-1, -1 for none; `truth`, `weights` and `clusters` (N,). The
    independent accuracy is exact: the probabilities of all ways to vote are added up. With three or more categories the
    spread of wrong answers matters, so each judge keeps its whole confusion, gaps included, and not its accuracy alone.

    `Undefined` without labels; `independent` and `gap` also where there are too many ways to vote (`MOST_WORK`).

    Source: methods.md 1.4.

    Raises:
        ValueError: The shapes do not fit, or a code is not below `categories`.
    """
    check_codes(answers, categories)
    check_truth(truth, answers.shape[0], categories)
    known = truth != NO_ANSWER
    grouped = None if clusters is None else clusters[known]
    units = pattern_units(
        answers[known],
        lambda patterns: _sums(patterns, categories),
        truth=truth[known],
        weights=None if weights is None else weights[known],
        clusters=grouped,
    )
    totals = bootstrap_totals(units, rng=rng, draws=draws)
    n, judges = int(known.sum()), answers.shape[1]

    def measure(series: Floats) -> Measured:
        return percentile_measure(series, n=n, undefined=NO_LABEL, clusters=grouped, confidence=confidence)

    actual = quotient(totals[:, 0], totals[:, 1])
    gaps = bool((answers[known] == NO_ANSWER).any())
    ways = comb(judges + categories - 1 + gaps, judges)
    if ways * categories**2 > MOST_WORK:
        reason = f"{judges} judges and {categories} categories have too many ways to vote"
        return CondorcetGap(
            actual=measure(actual),
            independent=Undefined(n=n, reason=reason),
            gap=Undefined(n=n, reason=reason),
        )
    masses = totals[:, 2 : 2 + categories]
    counts = totals[:, 2 + categories :].reshape(len(totals), judges, categories, categories + 1)
    step = max(1, _CHUNK // (ways * (categories + 1)))
    independent = np.concatenate(
        [
            independent_accuracy(counts[start : start + step], masses[start : start + step], gaps=gaps)
            for start in range(0, len(totals), step)
        ]
    )
    return CondorcetGap(
        actual=measure(actual), independent=measure(independent), gap=measure(independent - actual)
    )


def independent_accuracy(counts: Floats, masses: Floats, *, gaps: bool = True) -> Floats:
    """Return the accuracy of a majority of independent judges, for each of D panels: shape (D,).

    `counts`, shape (D, J, K, K+1), is how often each judge gave each answer (last: none) in each class, and `masses`,
    shape (D, K), the weight of the classes. A tie counts as a share for each answer in it. Without `gaps` the last
    column is taken for 0. Not a number where there is no weight.
    """
    judges, categories = counts.shape[1:3]
    shares = np.nan_to_num(
        quotient(counts, np.broadcast_to(counts.sum(axis=-1, keepdims=True), counts.shape))
    )
    roads, ways = _ways_to_vote(judges, categories, gaps=gaps)
    right = np.zeros(len(counts))
    for truth in range(categories):
        chances = np.ones((len(counts), 1))
        for judge, (order, starts) in enumerate(roads):
            own = shares[:, judge, truth, : categories + gaps]
            joint = (chances[:, :, np.newaxis] * own[:, np.newaxis]).reshape(len(counts), -1)
            chances = np.add.reduceat(joint[:, order], starts, axis=1)
        right += masses[:, truth] * (chances @ _credit(ways, np.full(len(ways), truth)))
    return quotient(right, masses.sum(axis=1))


def _ways_to_vote(
    judges: int, categories: int, *, gaps: bool
) -> tuple[list[tuple[NDArray[np.intp], NDArray[np.intp]]], Integers]:
    """Return how the ways that n judges can vote lead to those of n + 1, and the ways of all: votes for each answer.

    A road is an order of (way, answer) in which those that lead to the same way are neighbours, and where each starts.
    """
    steps = np.eye(categories, dtype=np.int64)
    if gaps:
        steps = np.vstack([steps, np.zeros((1, categories), dtype=np.int64)])
    ways, roads = np.zeros((1, categories), dtype=np.int64), []
    for _ in range(judges):
        reached = (ways[:, np.newaxis] + steps).reshape(-1, categories)
        ways, index = np.unique(reached, axis=0, return_inverse=True)
        order = np.argsort(index.ravel(), kind="stable")
        roads.append((order, np.searchsorted(index.ravel()[order], np.arange(len(ways)))))
    return roads, ways


def _credit(votes: Integers | Floats, truth: Integers) -> Floats:
    """Return 1 where the truth has most votes, a share where it ties, 0 elsewhere and where nobody voted."""
    most = votes.max(axis=1, keepdims=True)
    tied = (votes == most) & (most > 0)
    credit: Floats = tied[np.arange(len(truth)), truth] / np.maximum(tied.sum(axis=1), 1)
    return credit


def _sums(patterns: Patterns, categories: int) -> Floats:
    """Return what an item adds: credit and 1, then 1 in its class, then 1 for each judge in its class and answer."""
    size, judges = patterns.answers.shape
    votes = vote_totals(patterns.answers, np.ones(judges), categories=categories)
    of_class = (patterns.truth[:, np.newaxis] == np.arange(categories)).astype(np.float64)
    given = (patterns.answers[:, :, np.newaxis] == np.array([*range(categories), NO_ANSWER])).astype(
        np.float64
    )
    cells = of_class[:, np.newaxis, :, np.newaxis] * given[:, :, np.newaxis, :]
    return np.column_stack(
        [
            _credit(votes, patterns.truth),
            np.ones(size),
            of_class,
            cells.reshape(size, judges * categories * (categories + 1)),
        ]
    )
