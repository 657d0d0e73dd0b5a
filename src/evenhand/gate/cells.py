"""What two runs say on the same cells, as arrays: the input of every decision of a gate."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from evenhand.calibration.table import Codes, Flags, Floats, Indices, Slicing
from evenhand.records.baseline import BaselineHead, Said
from evenhand.records.constitution import Importance
from evenhand.records.scale import Reading


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Patterns:
    """The P different things that one side says of cells of a principle; K categories, J judges."""

    said: tuple[tuple[Said, ...], ...]
    """The panel's verdict, then each judge's answer."""
    shares: Floats
    """Share of the readings with each category, shape (P, K); what is left to 1 is undecided."""
    missing: Flags
    """Whether there is no verdict because ratings failed, or the answers that failed could turn it, shape (P,)."""
    readings: Indices
    """Readings with a verdict, or an undecided panel, that `shares` is the mean of, shape (P,)."""
    pairs: Indices
    """Pairs of readings that tell how often they differ, shape (P,)."""
    flips: Floats
    """Share of pairs of readings that differ, shape (P,); not a number with fewer than two readings."""
    one_voice: Flags
    """Whether every judge that was asked says what the panel says, shape (P,)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Side:
    """What one side says of n cells."""

    patterns: Patterns
    of: Indices
    """Pattern of each cell, shape (n,)."""

    @property
    def missing(self) -> Flags:
        """Whether a cell has no verdict because ratings failed, shape (n,)."""
        return np.asarray(self.patterns.missing[self.of])

    @property
    def readings(self) -> Indices:
        """Readings of each cell, shape (n,)."""
        return np.asarray(self.patterns.readings[self.of])

    def shares(self, categories: Indices) -> Floats:
        """Return the share of readings that is one of some categories, shape (n,)."""
        return np.asarray(self.patterns.shares[:, categories].sum(axis=1)[self.of])

    def share_of(self, category: Codes) -> Floats:
        """Return the share of readings that is the category given for each cell, shape (n,)."""
        return np.asarray(self.patterns.shares[self.of, category])


@dataclass(frozen=True, slots=True)
class ApartCell:
    """A cell of the baseline that can not be compared."""

    case: str
    candidate: str
    reason: str
    label: str = ""
    """Its reference label at the baseline, where judges are compared."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PairedCells:
    """The n cells of a principle that can be compared, and what became of the others."""

    principle: str
    severity: Importance
    categories: tuple[str, ...]
    """Answers of its scale, in its order."""
    readings: tuple[Reading, ...]
    """What each category means for a rate."""
    values: Floats
    """Place of each category from 0 (worst) to 1 (best), shape (K,); empty where the scale has no order."""
    cases: tuple[str, ...]
    """Case of each cell."""
    candidates: tuple[str, ...]
    """Candidate of each cell."""
    truth: Codes
    """Category of the reference label, shape (n,); -1 without one."""
    old: Side
    new: Side
    clusters: Indices
    """Cells with the same number share a source, shape (n,)."""
    slices: Mapping[str, Slicing]
    """The declared groups of the cells, by dimension."""
    quarantined: Flags
    """Cells that decide nothing, shape (n,)."""
    other_output: Flags
    """Cells whose output is another one than at the baseline, shape (n,)."""
    of: int
    """Cells of the baseline, comparable or not."""
    apart: tuple[ApartCell, ...]
    """Cells of the baseline that can not be compared."""
    fresh: tuple[tuple[str, str], ...]
    """Case and candidate of the cells of the run that the baseline does not have."""
    unchanged: bool
    """Whether everything that verdicts rest on is as it was, and nobody was asked: answers were taken over."""

    @property
    def n(self) -> int:
        """Cells that can be compared."""
        return len(self.cases)

    @property
    def not_comparable(self) -> Mapping[str, int]:
        """Cells of the baseline that can not be compared, by reason."""
        return dict(Counter(cell.reason for cell in self.apart))

    @property
    def differs(self) -> Flags:
        """Where another output was judged, or anything is said that was not said before, shape (n,)."""
        numbers: dict[tuple[Said, ...], int] = {}
        then, now = (
            np.array([numbers.setdefault(said, len(numbers)) for said in side.patterns.said], dtype=np.int64)
            for side in (self.old, self.new)
        )
        return np.asarray((then[self.old.of] != now[self.new.of]) | self.other_output)

    def reading_as(self, reading: Reading) -> Indices:
        """Return the categories that mean `reading`."""
        return np.array([code for code, each in enumerate(self.readings) if each is reading], dtype=np.int64)

    @property
    def has_rate(self) -> bool:
        """Whether there are answers that pass and answers that fail."""
        return {Reading.PASS, Reading.FAIL} <= set(self.readings)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GateTable:
    """Baseline and run, side by side."""

    old: BaselineHead
    new: BaselineHead
    principles: tuple[PairedCells, ...]
    changes: tuple[str, ...]
    """What changed that could move a verdict, in words."""
    rules_changed: tuple[str, ...]
    """What decides the gate and is other than when the baseline was made, in words."""
