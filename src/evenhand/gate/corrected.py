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
from evenhand.stats.quantiles import normal_quantile
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
    true change is the apparent one over se + sp - 1. Right where the panel errs alike on both sides. The interval adds
    the errors of both factors (delta method). Where nothing changed both changes are 0: the test of a drop is that of
    the verdicts, and only the margin is held against the corrected limits.

    Source: Rogan and Gladen (1978), Am. J. Epidemiol. 107, 71-76; methods.md 3.2.
    """
    confidence = 1 - 2 * test.alpha
    sensitivity = _share(labelled, ~labelled.truth, ~labelled.passes, confidence)
    specificity = _share(labelled, labelled.truth, labelled.passes, confidence)
    corrected = _corrected(test, sensitivity, specificity, labelled.truth.size)
    outcome = _outcome(test, corrected)
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


def _corrected(test: TestResult, sensitivity: Measured, specificity: Measured, n: int) -> Measured:
    for measured in (sensitivity, specificity, test.difference):
        if isinstance(measured, Undefined):
            return Undefined(n=n, reason=measured.reason)
    assert isinstance(sensitivity, Estimate)
    assert isinstance(specificity, Estimate)
    assert isinstance(test.difference, Estimate)
    z = normal_quantile(1 - 2 * test.alpha)
    youden = sensitivity.value + specificity.value - 1
    spread = math.hypot(_half(sensitivity), _half(specificity)) / z
    if youden - z * spread <= 0:
        return Undefined(n=n, reason="the panel is hardly better than chance on the labels")
    value = test.difference.value / youden
    low_half = test.difference.value - (test.difference.interval.low if test.low is None else test.low)
    high_half = test.difference.interval.high - test.difference.value
    by_quality = z * abs(value) * spread / youden
    interval = Interval(
        low=max(-1.0, value - math.hypot(low_half / youden, by_quality)),
        high=min(1.0, value + math.hypot(high_half / youden, by_quality)),
        confidence=test.difference.interval.confidence,
    )
    return Estimate(value=min(1.0, max(-1.0, value)), interval=interval, n=n)


def _half(estimate: Estimate) -> float:
    return (estimate.interval.high - estimate.interval.low) / 2


def _outcome(test: TestResult, corrected: Measured) -> Outcome:
    if isinstance(corrected, Undefined) or test.outcome is not Outcome.PASSED:
        return test.outcome
    return Outcome.PASSED if corrected.interval.low > -test.margin else Outcome.UNDECIDED


def _reason(test: TestResult, corrected: Measured, outcome: Outcome) -> str:
    words = points_with_limits(corrected)
    if isinstance(corrected, Undefined):
        return f"not corrected for the panel's errors: {corrected.reason}"
    if outcome is test.outcome:
        return f"corrected for the panel's errors: {words}"
    return f"corrected for the panel's errors, {words}, a drop of {points(test.margin)} is not excluded"
