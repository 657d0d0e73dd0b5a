"""What judges, panel and people said on the items of a run, as arrays: the input of every calibration."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from evenhand.records.scale import Reading

Codes = NDArray[np.int16]
"""Positions of categories; -1 is no answer."""
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Indices = NDArray[np.int64]

NONE = -1
"""Code of no answer, no label, nothing recorded."""


class Split(IntEnum):
    """What a human label may be used for. Items of one cluster are in one split."""

    OPTIMISE = 0
    """To learn from: prompts, maps, weights, stacks; its errors may be read."""
    GATE = 1
    """To certify with: agreement, rates, thresholds. Nothing is fitted to it."""
    SEALED = 2
    """To be opened rarely, at a release; each opening is counted."""


class ReferenceBasis(IntEnum):
    """How the reference label of an item came about."""

    NOTHING = 0
    """There is none: nobody labelled it, or people tie."""
    SINGLE = 1
    """One person's label."""
    MAJORITY = 2
    """Most of the persons who labelled it, not all."""
    UNANIMOUS = 3
    """All of at least two persons."""
    RESOLVED = 4
    """A settled label: adjudicated, or gold of the source."""


class Level(StrEnum):
    """Level of measurement of a scale."""

    NOMINAL = "nominal"
    ORDINAL = "ordinal"
    INTERVAL = "interval"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slicing:
    """Groups of items along one dimension."""

    values: tuple[str, ...]
    """Names of the groups."""
    codes: Codes
    """Group of each item, shape (n,); -1 where it has none."""


def _no_indices() -> Indices:
    return np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class CannotTell:
    """Labels of persons who could not tell, where the scale has no answer for that, one entry for each (m labels)."""

    item: Indices = field(default_factory=_no_indices)
    """Row of the item, shape (m,)."""
    inclusion: Floats = field(default_factory=lambda: np.zeros(0))
    """Probability with which the item came to be labelled, shape (m,); not a number where it is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleLabels:
    """Labels of persons on the items of a principle, one entry for each label (m labels)."""

    annotators: tuple[str, ...]
    """The persons."""
    item: Indices
    """Row of the labelled item, shape (m,)."""
    annotator: Codes
    """Who gave it, shape (m,)."""
    label: Codes
    """Its category, shape (m,); -1 where it is not on the scale."""
    blind: Codes
    """Whether it was given without seeing the judges, shape (m,): 1 yes, 0 no, -1 not recorded."""
    several_defensible: Codes
    """Whether the person said that more than one answer is defensible, shape (m,): 1, 0, or -1 not recorded."""
    seconds: Floats
    """Active time it took, shape (m,); not a number where not recorded."""
    cannot_tell: CannotTell = field(default_factory=CannotTell)
    """Abstentions beyond the scale: counted, and never read as one of its answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """The settled human label of each item, shape (n,) each. Labels of a sealed split are absent unless opened."""

    label: Codes
    """Category; -1 without one."""
    basis: NDArray[np.int8]
    """`ReferenceBasis` of each."""
    inclusion: Floats
    """Probability with which the item came to be labelled, with a reference label or without; not a number where it is
    not known."""
    blind: Codes
    """1 where every label behind it was given blind, 0 where one was not, -1 where that is not recorded."""
    apart: Flags | None = None
    """Items whose labels belong to no draw, beside others that were drawn: no rate rests on them. None is nowhere."""

    @property
    def drawn(self) -> Codes:
        """The reference labels that a rate may rest on, shape (n,); -1 without one."""
        return self.label if self.apart is None else np.where(self.apart, NONE, self.label).astype(np.int16)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrincipleAnswers:
    """Everything said on the n items of one principle; J judges."""

    principle: str
    """Its id."""
    title: str
    """Its name for people; the id where it has none."""
    severity: str
    """Its severity."""
    categories: tuple[str, ...]
    """The answers of its scale that are counted, in the order of the scale."""
    readings: tuple[Reading, ...]
    """What each category means for a rate."""
    level: Level
    """Level of measurement."""
    values: tuple[float, ...]
    """Number of each category on an ordered scale (an abstention is not a number); empty on a nominal one."""
    seq: Indices
    """Positions of the items in the suite, shape (n,)."""
    answers: Codes
    """Category of each judge's answer, shape (n, J); -1 where it has none."""
    confidence: Floats
    """Each judge's own probability of its answer, shape (n, J); not a number without an answer, or where the judge
    gives no probabilities."""
    verdict: Codes
    """Category of the panel's verdict, shape (n,); -1 where it is undecided or open."""
    panel_confidence: Floats
    """Mean probability of the verdict over the judges, shape (n,); not a number without one."""
    disagreement: Floats
    """Of the judges, shape (n,), 0 to 1."""
    clusters: Indices
    """Items with the same number share a source, shape (n,)."""
    split: NDArray[np.int8]
    """`Split` of each item, shape (n,), labelled or not."""
    slices: Mapping[str, Slicing]
    """Groups of the items, by dimension."""
    reference: Reference
    people: PeopleLabels

    @property
    def n(self) -> int:
        """Items."""
        return len(self.seq)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelSource:
    """A file or draw that labels came from."""

    name: str
    """Path or name."""
    sha256: str
    """Digest of the file."""
    labels: int
    design: str = ""
    """How the items were drawn, as recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitAccess:
    """The labels of a split were used to certify."""

    at: str
    """When, UTC, ISO 8601."""
    split: Literal["gate", "sealed"]
    run: str
    purpose: str
    """The command."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitFacts:
    """How human labels are divided, and how often those to certify with were used."""

    shares: tuple[float, float, float]
    """Shares of the clusters: optimise, gate, sealed."""
    digest: str
    """Digest of which cluster lies in which split, and with which labels."""
    labelled: tuple[int, int, int]
    """Labelled items in each; the sealed ones are counted without being read."""
    opened: bool
    """Whether the sealed labels are among the reference labels."""
    accesses: tuple[SplitAccess, ...] = ()
    """Earlier uses of the same labels to certify, oldest first."""
    moved: int = 0
    """Labels of the gate or sealed split that changed since they were first used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeFacts:
    """A judge, apart from its answers."""

    id: str
    version: str
    family: str = ""
    """Model family, where known."""
    model: str = ""
    """Model asked for; empty for judges without one."""
    served: tuple[str, ...] = ()
    """Models that answered."""
    calls: int = 0
    nanousd: int = 0
    rated: int = 0
    """Units with a rating."""
    failed: int = 0
    """Units with a failed rating."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierRun:
    """An earlier run of the same suite, for the control chart: pooled over principles."""

    run: str
    finished: str
    labelled: int
    """Items with a verdict and a reference label of the gate split."""
    agreed: int
    """Those where verdict and label are equal."""
    changes: tuple[str, ...] = ()
    """What changed from the run before it, in words: judge versions, served models, constitution, panel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationTable:
    """A run as calibration reads it."""

    run: str
    suite: str
    rule: str
    """The panel's rule."""
    quorum: int = 1
    """Judges with an opinion that a verdict of the panel needs."""
    judges: tuple[JudgeFacts, ...]
    """In the order of the columns of `answers`."""
    principles: tuple[PrincipleAnswers, ...]
    sources: tuple[LabelSource, ...]
    splits: SplitFacts
    earlier: tuple[EarlierRun, ...] = ()
    """Earlier runs, oldest first."""
    changes: tuple[str, ...] = ()
    """What changed from the newest of them to this run, in words."""
    label_dates: tuple[str, str] = ("", "")
    """First and last date of the labels, YYYY-MM-DD; empty where not recorded."""
    off_scale: int = 0
    """Labels that are not on the scale of their principle."""
    notes: tuple[str, ...] = field(default=())
    """What readers of the numbers have to know about the data, in words."""
