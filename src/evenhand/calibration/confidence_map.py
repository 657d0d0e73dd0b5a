"""What a confidence is worth, learnt from other labels than those it is measured on."""

from dataclasses import dataclass

import numpy as np

from evenhand.calibration.measuring import Measuring
from evenhand.calibration.sample import Sample
from evenhand.calibration.study import Study
from evenhand.calibration.table import NONE, Flags, Floats
from evenhand.stats.confidence.cross_fit import cross_fit
from evenhand.stats.confidence.maps import Map, choose_method, fit_map
from evenhand.stats.estimate import Undefined

_NAMES = {"platt": "Platt's map", "beta": "a beta map", "isotonic": "an isotonic map"}


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedConfidence:
    """A calibrated confidence."""

    kind: str
    """The map in words."""
    certify: Floats
    """Of the labels to certify with, in the order of `Study.whole`; not a number where there was none to map."""
    map: Map
    """For items without labels."""


def map_confidence(
    study: Study, rater: int, *, learn: Floats, certify: Floats, measuring: Measuring, name: str
) -> MappedConfidence | None:
    """Return a rater's confidence by a map from confidence to being right; None with too few labels to learn one.

    `learn` and `certify` are the confidences on `study.learnt` and `study.whole`, not a number where there is none. The
    map is learnt from the labels for learning, or cross-fitted where there are none of their own.

    Source: methods.md 2.4.
    """
    if study.purpose.cross_fit:
        return _cross_fitted(study.whole, rater, certify, measuring, name)
    sample, known = study.learnt, _known(study.learnt, rater, learn)
    if known.sum() < measuring.choices.too_few:
        return None
    weights = None if sample.weights is None else sample.weights[known]
    learnt = fit_map(learn[known], sample.right(rater)[known], weights=weights)
    mapped = np.full(study.whole.n, np.nan)
    there = _known(study.whole, rater, certify)
    mapped[there] = learnt.calibrate(certify[there])
    return MappedConfidence(kind=_words(int(known.sum())), certify=mapped, map=learnt)


def _cross_fitted(
    sample: Sample, rater: int, confidence: Floats, measuring: Measuring, name: str
) -> MappedConfidence | None:
    known = _known(sample, rater, confidence)
    weights, clusters = sample.weights, sample.shared_clusters
    found = cross_fit(
        confidence[known],
        sample.right(rater)[known],
        weights=None if weights is None else weights[known],
        clusters=None if clusters is None else clusters[known],
        rng=measuring.rng("map", name),
    )
    if isinstance(found, Undefined):
        return None
    mapped = np.full(sample.n, np.nan)
    mapped[known] = found.calibrated
    return MappedConfidence(kind=_words(int(known.sum())), certify=mapped, map=found.final)


def _known(sample: Sample, rater: int, confidence: Floats) -> Flags:
    return np.asarray((sample.answers[:, rater] != NONE) & np.isfinite(confidence))


def _words(labels: int) -> str:
    return f"{_NAMES[choose_method(labels)]} learnt from {labels:,} labels"
