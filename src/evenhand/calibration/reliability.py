"""What the confidence of a rater is worth."""

import numpy as np

from evenhand.calibration.measuring import Measuring
from evenhand.calibration.results import PANEL, Reliability, ReliabilityBin
from evenhand.calibration.sample import Sample
from evenhand.calibration.study import Study
from evenhand.calibration.table import NONE, Flags, Floats
from evenhand.stats.confidence.reliability import reliability
from evenhand.stats.estimate import Undefined

AS_GIVEN = "as the judge gives it"
MEAN_AS_GIVEN = "mean probability of the judges"


def judge_reliability(study: Study, judge: int, name: str, measuring: Measuring) -> tuple[Reliability, ...]:
    """Return what a judge's own probabilities are worth; nothing for a judge without any."""
    return _measure_all(study, judge, AS_GIVEN, name, measuring)


def panel_reliability(
    study: Study, source: str, confidence: Floats, measuring: Measuring
) -> tuple[Reliability, ...]:
    """Return what the mean probability is worth, and what the confidence that automation goes by is."""
    given = _measure_all(study, -1, MEAN_AS_GIVEN, PANEL, measuring)
    if source == MEAN_AS_GIVEN:
        return given
    decided = study.whole.answers[:, -1] != NONE
    return (
        *given,
        _measure(source, study.whole, confidence, decided & np.isfinite(confidence), -1, PANEL, measuring),
    )


def _measure_all(
    study: Study, rater: int, kind: str, name: str, measuring: Measuring
) -> tuple[Reliability, ...]:
    sample = study.whole
    confidence = sample.confidence[:, rater]
    known = (sample.answers[:, rater] != NONE) & np.isfinite(confidence)
    if not known.any():
        return ()
    return (_measure(kind, sample, confidence, known, rater, name, measuring),)


def _measure(
    kind: str,
    sample: Sample,
    confidence: Floats,
    chosen: Flags,
    rater: int,
    name: str,
    measuring: Measuring,
) -> Reliability:
    """Return how often answers of each confidence are right, on labels that the confidence was not learnt from.

    Source: methods.md 2.4.
    """
    n = int(chosen.sum())
    if n < measuring.choices.too_few:
        few = measuring.too_few(n)
        return Reliability(kind=kind, n=n, bins=(), ece=few, brier=few, auroc=few)
    weights, clusters = sample.weights, sample.shared_clusters
    found = reliability(
        confidence[chosen],
        sample.right(rater)[chosen],
        weights=None if weights is None else weights[chosen],
        clusters=None if clusters is None else clusters[chosen],
        rng=measuring.rng("reliability", kind, name),
        level=measuring.choices.confidence,
        draws=measuring.choices.draws,
    )
    error = found.calibration_error
    return Reliability(
        kind=kind,
        n=found.n,
        bins=tuple(
            ReliabilityBin(
                low=each.low, high=each.high, confidence=each.confidence, correct=each.accuracy, n=each.n
            )
            for each in found.bins
        ),
        ece=error if isinstance(error, Undefined) else error.corrected,
        brier=found.brier,
        auroc=found.auroc,
    )
