"""The labels of a run, sampled once for every section that measures on them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evenhand.calibration.measuring import Measuring
from evenhand.calibration.panel_rules import Fold, cross_folds, split_folds
from evenhand.calibration.sample import (
    Ints,
    Purpose,
    Sample,
    ScaleFacts,
    empty_sample,
    pool_samples,
    purpose_of,
    sample_principle,
    scale_facts,
)
from evenhand.calibration.table import CalibrationTable, Split


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """Labels to learn from and labels to certify with."""

    purpose: Purpose
    certify: tuple[Sample, ...]
    """By principle, in the order of the table."""
    scales: tuple[ScaleFacts, ...]
    """The different scales of the principles."""
    certify_by_scale: tuple[Sample, ...]
    learn_by_scale: tuple[Sample, ...]
    folds: tuple[Fold, ...]
    """Over the labels to certify with, one scale after the other."""
    whole: Sample
    """All labels to certify with, one scale after the other."""
    tuned: Sample
    """All labels of the optimise split: never to certify with."""

    @property
    def learnt(self) -> Sample:
        """All labels to learn from."""
        return self.whole if self.purpose.cross_fit else self.tuned

    def by_principle(self, values: Ints) -> list[Ints]:
        """Return the part of each principle, in the order of the table, of values in the order of `whole`."""
        order = [
            place
            for scale in self.scales
            for place, sample in enumerate(self.certify)
            if sample.scale == scale
        ]
        ends = np.cumsum([self.certify[place].n for place in order])
        parts = dict(zip(order, np.split(values, ends[:-1]), strict=True)) if order else {}
        return [parts[place] for place in range(len(self.certify))]


def make_study(table: CalibrationTable, measuring: Measuring) -> Study:
    """Return the samples of a table."""
    purpose = purpose_of(table, measuring.choices)
    certify = _by_principle(table, purpose.certify)
    tuned = _by_principle(table, (Split.OPTIMISE,))
    scales = tuple(dict.fromkeys(scale_facts(each) for each in table.principles))
    empty = empty_sample(len(table.judges))
    certify_by_scale = _by_scale(certify, scales)
    learn_by_scale = certify_by_scale if purpose.cross_fit else _by_scale(tuned, scales)
    folds = (
        cross_folds(certify_by_scale, measuring.rng("folds"))
        if purpose.cross_fit and certify_by_scale
        else split_folds(learn_by_scale, certify_by_scale)
    )
    return Study(
        purpose=purpose,
        certify=certify,
        scales=scales,
        certify_by_scale=certify_by_scale,
        learn_by_scale=learn_by_scale,
        folds=folds,
        whole=pool_samples(certify_by_scale or (empty,)),
        tuned=pool_samples(_by_scale(tuned, scales) or (empty,)),
    )


def _by_principle(table: CalibrationTable, splits: Sequence[Split]) -> tuple[Sample, ...]:
    return tuple(sample_principle(each, splits) for each in table.principles)


def _by_scale(samples: Sequence[Sample], scales: Sequence[ScaleFacts]) -> tuple[Sample, ...]:
    return tuple(pool_samples([sample for sample in samples if sample.scale == scale]) for scale in scales)
