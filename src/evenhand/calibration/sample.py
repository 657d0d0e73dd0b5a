"""Labelled items to learn from or to measure on: of one principle, or of several together."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from evenhand.calibration.choices import Choices
from evenhand.calibration.table import NONE, CalibrationTable, Flags, Floats, Level, PrincipleAnswers, Split
from evenhand.records.scale import Reading

Ints = NDArray[np.int64]

FAIL, PASS, NEITHER = 0, 1, 2
"""Readings as codes; -1 is no answer."""
_READING_CODES = {Reading.FAIL: FAIL, Reading.PASS: PASS, Reading.NEUTRAL: NEITHER, Reading.ABSTAIN: NEITHER}


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleFacts:
    """What the codes of a sample mean."""

    categories: tuple[str, ...]
    readings: tuple[Reading, ...]
    level: Level
    values: tuple[float | None, ...]
    """Number of each category on an ordered scale; None for an abstention."""

    @property
    def has_rate(self) -> bool:
        """Whether there are answers that pass and answers that fail."""
        return {Reading.PASS, Reading.FAIL} <= set(self.readings)

    @property
    def is_ordered(self) -> bool:
        """Whether the categories have an order."""
        return self.level is not Level.NOMINAL


@dataclass(frozen=True, kw_only=True)
class Sample:
    """m items with a reference label, answered by J judges and the panel."""

    answers: Ints
    """Codes of categories, shape (m, J + 1), the panel's verdict last; -1 is no answer."""
    truth: Ints
    """The reference label of each, shape (m,)."""
    read_answers: Ints
    """What each answer means for a rate, shape (m, J + 1): FAIL, PASS, NEITHER, or -1 without one."""
    read_truth: Ints
    """The same of the reference label."""
    confidence: Floats
    """Of each answer, shape (m, J + 1), that of the verdict last; not a number without one."""
    disagreement: Floats
    """Of the judges, shape (m,)."""
    inclusion: Floats
    """Probability of being labelled, shape (m,); not a number where not known."""
    clusters: Ints
    """Items with the same number share a source, shape (m,)."""
    scale: ScaleFacts | None
    """What codes mean; None where principles with different scales are together, so that codes can only be compared
    within an item."""
    has_rate: bool
    """Whether every principle has answers that pass and fail."""

    @property
    def n(self) -> int:
        """Labelled items."""
        return len(self.truth)

    @cached_property
    def drawn_with_known_probability(self) -> bool:
        """Whether the probability of being labelled is known of every item."""
        return bool(np.isfinite(self.inclusion).all())

    @cached_property
    def weights(self) -> Floats | None:
        """One over the probability of being labelled; None where that is the same for all or not known of all."""
        if self.n == 0 or not self.drawn_with_known_probability or np.ptp(self.inclusion) < 1e-12:
            return None
        return 1 / self.inclusion

    @cached_property
    def shared_clusters(self) -> Ints | None:
        """The clusters; None where no two items share one."""
        return self.clusters if len(np.unique(self.clusters)) < self.n else None

    def right(self, rater: int) -> Flags:
        """Return where the answer of `rater` is the reference label."""
        return np.asarray(self.answers[:, rater] == self.truth)

    def take(self, chosen: Flags) -> "Sample":
        """Return the items in `chosen`, shape (m,)."""
        return Sample(
            answers=self.answers[chosen],
            truth=self.truth[chosen],
            read_answers=self.read_answers[chosen],
            read_truth=self.read_truth[chosen],
            confidence=self.confidence[chosen],
            disagreement=self.disagreement[chosen],
            inclusion=self.inclusion[chosen],
            clusters=self.clusters[chosen],
            scale=self.scale,
            has_rate=self.has_rate,
        )


def sample_principle(answers: PrincipleAnswers, splits: Collection[Split]) -> Sample:
    """Return the items of a principle that have a reference label and lie in one of `splits`."""
    rows = np.flatnonzero((answers.reference.label != NONE) & np.isin(answers.split, list(splits)))
    said = with_panel(answers)[rows]
    truth = answers.reference.label[rows].astype(np.int64)
    codes = reading_codes(answers.readings)
    scale = scale_facts(answers)
    return Sample(
        answers=said,
        truth=truth,
        read_answers=codes[said],
        read_truth=codes[truth],
        confidence=np.column_stack([answers.confidence, answers.panel_confidence])[rows],
        disagreement=answers.disagreement[rows],
        inclusion=answers.reference.inclusion[rows],
        clusters=answers.clusters[rows].astype(np.int64),
        scale=scale,
        has_rate=scale.has_rate,
    )


def pool_samples(samples: Sequence[Sample]) -> Sample:
    """Return several samples as one; at least one is needed, and all with the same judges.

    Raises:
        ValueError: There is no sample.
    """
    if not samples:
        raise ValueError("expected one sample or more")
    scales = {sample.scale for sample in samples}
    return Sample(
        answers=np.concatenate([sample.answers for sample in samples]),
        truth=np.concatenate([sample.truth for sample in samples]),
        read_answers=np.concatenate([sample.read_answers for sample in samples]),
        read_truth=np.concatenate([sample.read_truth for sample in samples]),
        confidence=np.concatenate([sample.confidence for sample in samples]),
        disagreement=np.concatenate([sample.disagreement for sample in samples]),
        inclusion=np.concatenate([sample.inclusion for sample in samples]),
        clusters=np.concatenate([sample.clusters for sample in samples]),
        scale=scales.pop() if len(scales) == 1 else None,
        has_rate=all(sample.has_rate for sample in samples),
    )


def empty_sample(judges: int) -> Sample:
    """Return the sample of a table without principles."""
    none, rows = np.zeros(0, dtype=np.int64), np.zeros((0, judges + 1), dtype=np.int64)
    return Sample(
        answers=rows,
        truth=none,
        read_answers=rows,
        read_truth=none,
        confidence=np.zeros(rows.shape),
        disagreement=np.zeros(0),
        inclusion=np.zeros(0),
        clusters=none,
        scale=None,
        has_rate=False,
    )


def with_panel(answers: PrincipleAnswers) -> Ints:
    """Return the answers of the judges and, in the last column, the verdict of the panel; shape (n, J + 1)."""
    return np.column_stack([answers.answers, answers.verdict]).astype(np.int64)


def scale_facts(answers: PrincipleAnswers) -> ScaleFacts:
    """Return what the codes of a principle mean."""
    return ScaleFacts(
        categories=answers.categories,
        readings=answers.readings,
        level=answers.level,
        values=tuple(value if math.isfinite(value) else None for value in answers.values),
    )


def reading_codes(readings: Sequence[Reading]) -> Ints:
    """Return the code of the reading of each category; the last, so that -1 finds it, is no answer."""
    return np.array([*(_READING_CODES[reading] for reading in readings), NONE], dtype=np.int64)


# -- Which labels are for what -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """Which splits are learnt from and which are measured on."""

    certify: tuple[Split, ...]
    cross_fit: bool
    """Whether there are too few labels to learn from other than those measured on, so that these are cross-fitted:
    what is measured on some of them was learnt on the others."""

    @property
    def learn(self) -> tuple[Split, ...]:
        """The splits that maps, weights and choices are learnt from."""
        return self.certify if self.cross_fit else (Split.OPTIMISE,)


def purpose_of(table: CalibrationTable, choices: Choices) -> Purpose:
    """Return what the labels of each split are used for."""
    certify = (Split.GATE, Split.SEALED) if table.splits.opened else (Split.GATE,)
    to_learn = sum(
        int(((each.reference.label != NONE) & (each.split == Split.OPTIMISE)).sum())
        for each in table.principles
    )
    return Purpose(certify=certify, cross_fit=to_learn < choices.too_few)
