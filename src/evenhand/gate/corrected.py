"""The change of a pass rate as people would see it: corrected for the panel's own errors."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from evenhand.calibration.table import Flags, Floats, Indices
from evenhand.calibration.words import points, points_with_limits
from evenhand.gate.results import CorrectedDifference, TestResult
from evenhand.stats.change.noninferiority import Outcome
from evenhand.stats.estimate import Estimate, Interval, Measured, Undefined
from evenhand.stats.shares import weighted_share

FEWEST_OF_A_KIND: Final = 20
"""Fewer labelled items that pass, or that fail, correct nothing (methods.md 2.5)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Labelled:
    """The m items of a principle with a verdict and a human label that passes or fails."""

    passes: Flags
    """Whether the verdict passes, shape (m,)."""
    truth: Flags
    """Whether people pass it, shape (m,)."""
    weights: Floats | None
    """One over the probability of being labelled, shape (m,); None where that is the same for all."""
    clusters: Indices | None
    """Items with the same number share a source; None where none do."""


def correct(test: TestResult, labelled: Labelled) -> CorrectedDifference:
    """Return the change of the share that people would pass, from that of the verdicts.

    Estimand: the true pass rate now less that of the baseline. A verdict passes a passing item with chance sp and a
    failing one with chance 1 - se, so that the verdicts' rate is (1 - se) + true (se + sp - 1) on both sides and the
    true change is the apparent one over se + sp - 1. Right where the panel errs alike on both sides. The interval joins
    the limits of numerator and denominator. Where nothing changed both changes are 0: the test of a drop is that of the
    verdicts, and only the margin is held against the corrected limits, missing verdicts against the new side too.

    Source: Rogan and Gladen (1978), Am. J. Epidemiol. 107, 71-76; Donner and Zou (2012), Stat. Methods Med. Res. 21,
    347-359 (limits of a ratio); methods.md 3.2.
    """
    confidence = 1 - 2 * test.alpha
    sensitivity = _share(labelled, ~labelled.truth, ~labelled.passes, confidence)
    specificity = _share(labelled, labelled.truth, labelled.passes, confidence)
    corrected = _corrected(test.difference, test.low, sensitivity, specificity, labelled.truth.size)
    worst = _worst(test)
    bound = _corrected(worst, None, sensitivity, specificity, labelled.truth.size) if worst else corrected
    outcome = _outcome(test, corrected, bound)
    return CorrectedDifference(
        principle=test.principle,
        sensitivity=sensitivity,
        specificity=specificity,
        labelled=labelled.truth.size,
        apparent=test.difference.value if isinstance(test.difference, Estimate) else 0.0,
        corrected=corrected,
        outcome=outcome,
        reason=_reason(test, corrected, outcome),
    )


def _share(labelled: Labelled, among: Flags, success: Flags, confidence: float) -> Measured:
    n = int(np.count_nonzero(among))
    if n < FEWEST_OF_A_KIND:
        return Undefined(n=n, reason=f"fewer than {FEWEST_OF_A_KIND} labelled items of the kind")
    weights, clusters = labelled.weights, labelled.clusters
    return weighted_share(
        success[among],
        weights=None if weights is None else weights[among],
        clusters=None if clusters is None else clusters[among],
        confidence=confidence,
    )


def _corrected(
    measured: Measured, low: float | None, sensitivity: Measured, specificity: Measured, n: int
) -> Measured:
    """Return a change of the verdicts' rate, with the lower limit that decides, corrected."""
    for each in (sensitivity, specificity, measured):
        if isinstance(each, Undefined):
            return Undefined(n=n, reason=each.reason)
    assert isinstance(sensitivity, Estimate)
    assert isinstance(specificity, Estimate)
    assert isinstance(measured, Estimate)
    youden = _youden(sensitivity, specificity)
    if youden.interval.low <= 0:
        return Undefined(n=n, reason="the panel is hardly better than chance on the labels")
    apparent, limits = measured.value, measured.interval
    lowest = limits.low if low is None else min(low, limits.low)
    interval = Interval(
        low=max(-1.0, -_ratio_limit(-apparent, apparent - lowest, youden)),
        high=min(1.0, _ratio_limit(apparent, limits.high - apparent, youden)),
        confidence=limits.confidence,
    )
    return Estimate(value=min(1.0, max(-1.0, apparent / youden.value)), interval=interval, n=n)


def _youden(sensitivity: Estimate, specificity: Estimate) -> Estimate:
    """Return se + sp - 1 with the joined limits of both (Newcombe (1998), Statistics in Medicine 17, 873-890)."""
    both = (sensitivity, specificity)
    value = sensitivity.value + specificity.value - 1
    interval = Interval(
        low=value - math.hypot(*(each.value - each.interval.low for each in both)),
        high=value + math.hypot(*(each.interval.high - each.value for each in both)),
        confidence=sensitivity.interval.confidence,
    )
    return Estimate(value=value, interval=interval, n=sensitivity.n + specificity.n)


def _ratio_limit(top: float, half: float, bottom: Estimate) -> float:
    """Return the upper limit of top / bottom; the upper limit of `top` is `half` above it.

    It is the largest ratio r that is not refuted: r bottom - top = sqrt(half^2 + r^2 d^2), where d is the distance from
    `bottom` to its lower limit if r is positive, and to its upper one if it is negative.
    """
    held, below = bottom.value, bottom.value - bottom.interval.low
    room = (below * top) ** 2 + half**2 * (held**2 - below**2)
    positive = (top * held + math.sqrt(room)) / (held**2 - below**2)
    if positive >= 0:
        return positive
    above, beyond = bottom.interval.high - held, top**2 - half**2
    return beyond / (top * held - math.sqrt(beyond * above**2 + (half * held) ** 2))


def _worst(test: TestResult) -> Estimate | None:
    """Return the difference with every missing verdict taken against the new side; None where none is missing."""
    worst = test.worst
    if worst is None or worst.low is None:
        return None
    value = worst.new - worst.old
    limits = Interval(low=worst.low, high=max(value, worst.low), confidence=1 - 2 * test.alpha)
    return Estimate(value=value, interval=limits, n=test.cells + test.missing_new)


def _outcome(test: TestResult, corrected: Measured, worst: Measured) -> Outcome:
    if test.outcome is not Outcome.PASSED:
        return test.outcome
    lows = [each.interval.low for each in (corrected, worst) if isinstance(each, Estimate)]
    return Outcome.PASSED if all(low > -test.margin for low in lows) else Outcome.UNDECIDED


def _reason(test: TestResult, corrected: Measured, outcome: Outcome) -> str:
    words = points_with_limits(corrected)
    if isinstance(corrected, Undefined):
        return f"not corrected for the panel's errors: {corrected.reason}"
    if outcome is test.outcome:
        return f"corrected for the panel's errors: {words}"
    alone = corrected.interval.low <= -test.margin
    missing = "" if alone else " with all missing verdicts against the new side"
    return (
        f"corrected for the panel's errors, {words}, a drop of {points(test.margin)} is not excluded{missing}"
    )
