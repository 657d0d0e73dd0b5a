"""The best single judge: what every way to combine judges has to beat, on labels that did not choose it."""

import numpy as np

from evenhand.stats.arrays import Floats, Integers, quotient
from evenhand.stats.bootstrap import DRAWS, bootstrap_totals, percentile_measure
from evenhand.stats.estimate import CONFIDENCE, Estimate, Interval, Measured
from evenhand.stats.intervals import wilson_interval
from evenhand.stats.patterns import NO_ANSWER
from evenhand.stats.reasons import NO_LABEL
from evenhand.stats.units import pattern_units


def best_single(answers: Integers, truth: Integers, *, weights: Floats | None = None) -> int:
    """Return the judge (a column of `answers`, shape (N, J)) who is right most often on the labelled items.

    An item it did not answer counts as wrong. `weights`, shape (N,), are 1 / probability of being labelled. The first
    of equals is taken. Its accuracy on the same items flatters it: measure it on others.

    Raises:
        ValueError: There is no judge.
    """
    if answers.ndim != 2 or answers.shape[1] == 0:
        raise ValueError(f"answers need a column for each judge, not shape {answers.shape}")
    labelled = truth != NO_ANSWER
    mass = labelled.astype(np.float64) if weights is None else weights * labelled
    return int((mass @ (answers == truth[:, np.newaxis])).argmax())


def paired_gain(
    first: Integers,
    second: Integers,
    truth: Integers,
    *,
    rng: np.random.Generator,
    weights: Floats | None = None,
    clusters: Integers | None = None,
    confidence: float = CONFIDENCE,
    draws: int = DRAWS,
) -> Measured:
    """Return how much more often `first` is right than `second` on the same items, with a paired bootstrap interval.

    All have shape (N,) and each item a label; an answer of -1 is wrong. Where one is never right without the other, a
    bootstrap can not spread, and the interval reaches as far as Wilson's bound on such items. Undefined without items.

    The interval takes the two as given: it does not hold what would change had they been fitted on other labels.
    """

    def contribute(given: Integers, known: Integers) -> Floats:
        right = (given == known[:, np.newaxis]).astype(np.float64)
        return np.column_stack([right[:, 0] - right[:, 1], np.ones(len(known))])

    units = pattern_units(
        np.column_stack([first, second]),
        lambda patterns: contribute(patterns.answers, patterns.truth),
        truth=truth,
        weights=weights,
        clusters=clusters,
    )
    totals = bootstrap_totals(units, rng=rng, draws=draws)
    found = percentile_measure(
        quotient(totals[:, 0], totals[:, 1]),
        n=truth.size,
        undefined=NO_LABEL,
        clusters=clusters,
        confidence=confidence,
    )
    return found if np.any((first == truth) != (second == truth)) else never_apart(found)


def never_apart(found: Measured) -> Measured:
    """Return a difference of 0, seen between two that were right on the same items, with Wilson's bound on others."""
    if not isinstance(found, Estimate):
        return found
    apart = wilson_interval(0, found.n, confidence=found.interval.confidence).high
    interval = Interval(low=-apart, high=apart, confidence=found.interval.confidence)
    return Estimate(value=0.0, interval=interval, n=found.n)
