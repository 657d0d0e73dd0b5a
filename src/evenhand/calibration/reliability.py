"""What the confidence of a rater is worth."""

import numpy as np

from evenhand.calibration.confidence_map import map_confidence
from evenhand.calibration.measuring import Measuring
from evenhand.calibration.panel_confidence import MEAN, PanelConfidence
from evenhand.calibration.results import PANEL, Reliability, ReliabilityBin
from evenhand.calibration.sample import Sample
from evenhand.calibration.study import Study
from evenhand.calibration.table import NONE, Flags, Floats
from evenhand.stats.confidence.reliability import reliability
from evenhand.stats.estimate import Undefined

AS_GIVEN = "as the judge gives it"


def judge_reliability(study: Study, judge: int, name: str, measuring: Measuring) -> tuple[Reliability, ...]:
    """Return what a judge's own probabilities are worth, and what calibrated ones are; nothing for one without any."""
    given = study.whole.confidence[:, judge]
    known = (study.whole.answers[:, judge] != NONE) & np.isfinite(given)
    if not known.any():
        return ()
    raw = _measure(AS_GIVEN, study.whole, given, known, judge, name, measuring)
    learn = study.learnt.confidence[:, judge]
    mapped = map_confidence(study, judge, learn=learn, certify=given, measuring=measuring, name=name)
    if mapped is None:
        return (raw,)
    return (raw, _measure(mapped.kind, study.whole, mapped.certify, known, judge, name, measuring))


def panel_reliability(study: Study, sure: PanelConfidence, measuring: Measuring) -> tuple[Reliability, ...]:
    """Return what the mean probability of the judges is worth, and what the best confidence is."""
    given = study.whole.confidence[:, -1]
    decided = study.whole.answers[:, -1] != NONE
    shown = ((MEAN, given), (sure.source, sure.certify))
    return tuple(
        _measure(kind, study.whole, confidence, decided & np.isfinite(confidence), -1, PANEL, measuring)
        for kind, confidence in dict(shown).items()
        if (decided & np.isfinite(confidence)).any()
    )


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
