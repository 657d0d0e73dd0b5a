"""Flip rates: how often an unchanged panel contradicts itself when it is asked again.

A cell is one candidate of a case under one principle. Two readings of it that differ are one flip; a panel that can
not decide has said so, which is an answer like any. A reading that is missing is compared with nothing.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evenhand.records.baseline import Said
from evenhand.stats.arrays import Integers
from evenhand.stats.ceiling import self_agreement
from evenhand.stats.clusters import cluster_count
from evenhand.stats.estimate import CONFIDENCE, Estimate, Interval, Measured, Undefined

_NOTHING = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class CellReadings:
    """What was said of one cell each time it was judged."""

    case: str
    candidate: str
    principle: str
    said: tuple[Said, ...]
    """The panel's verdict of each reading: a label, None where it is undecided, False where it is missing."""
    cluster: str = ""
    """What the cell shares with cells that are not independent of it, such as the source of its case; empty is the
    case itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CellFlips:
    """How often the readings of one cell differ."""

    flips: int
    """Pairs of readings that differ."""
    pairs: int
    """Pairs of readings that can be compared."""

    @property
    def share(self) -> float | None:
        """Flips over pairs; None without a pair."""
        return self.flips / self.pairs if self.pairs else None


@dataclass(frozen=True, slots=True, kw_only=True)
class FlipRate:
    """How often two readings of a cell differ, over many cells."""

    rate: Measured
    """Mean over cells of the share of pairs that differ: each cell counts once, however often it was read."""
    cells: int
    """Cells with a pair to compare."""
    flaky: int
    """Cells with a flip."""
    flips: int
    """Pairs that differ, in all cells."""
    pairs: int
    """Pairs compared, in all cells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlipRates:
    """Flip rates of a run of several readings."""

    overall: FlipRate
    by_principle: Mapping[str, FlipRate]
    """In the order in which principles come first."""


def count_flips(said: Sequence[Said]) -> CellFlips:
    """Return how many pairs of readings of one cell differ."""
    counts = Counter(each for each in said if each is not False)
    total = counts.total()
    same = sum(count * (count - 1) // 2 for count in counts.values())
    pairs = total * (total - 1) // 2
    return CellFlips(flips=pairs - same, pairs=pairs)


def flip_rates(cells: Iterable[CellReadings], *, confidence: float = CONFIDENCE) -> FlipRates:
    """Return how often two readings of a cell differ, overall and by principle.

    Estimand: the probability that two readings of a cell drawn like these differ. It is one minus the agreement of the
    panel with itself, whose interval is Wilson's with the number of draws that the error over clusters is worth.
    Undefined where no cell has two readings, and where all that have are of one cluster and there are several.

    Source: methods.md 2.2 and 5.3.
    """
    held = tuple(cells)
    principles = dict.fromkeys(cell.principle for cell in held)
    return FlipRates(
        overall=_rate(held, confidence),
        by_principle={
            principle: _rate([cell for cell in held if cell.principle == principle], confidence)
            for principle in principles
        },
    )


def _rate(cells: Sequence[CellReadings], confidence: float) -> FlipRate:
    counted = [(cell, flips) for cell in cells if (flips := count_flips(cell.said)).pairs]
    return FlipRate(
        rate=_measure([cell for cell, _ in counted], confidence),
        cells=len(counted),
        flaky=sum(flips.flips > 0 for _, flips in counted),
        flips=sum(flips.flips for _, flips in counted),
        pairs=sum(flips.pairs for _, flips in counted),
    )


def _measure(cells: Sequence[CellReadings], confidence: float) -> Measured:
    if not cells:
        return Undefined(n=0, reason="no cell has two readings to compare")
    labels = tuple(dict.fromkeys(said for cell in cells for said in cell.said if said is not False))
    agreement = self_agreement(
        _codes(cells, labels), categories=len(labels), clusters=_clusters(cells), confidence=confidence
    )
    return _complement(agreement) if isinstance(agreement, Estimate) else agreement


def _codes(cells: Sequence[CellReadings], labels: Sequence[Said]) -> Integers:
    """Return the readings of each cell as codes, shape (cells, most readings); -1 where there is none."""
    code = {label: number for number, label in enumerate(labels)}
    codes = np.full((len(cells), max(len(cell.said) for cell in cells)), _NOTHING)
    for row, cell in enumerate(cells):
        codes[row, : len(cell.said)] = [_NOTHING if said is False else code[said] for said in cell.said]
    return codes


def _clusters(cells: Sequence[CellReadings]) -> Integers | None:
    """Return the number of each cell's cluster; None where each is its own."""
    numbers: dict[tuple[bool, str], int] = {}
    names = [(bool(cell.cluster), cell.cluster or cell.case) for cell in cells]
    clusters = np.array([numbers.setdefault(name, len(numbers)) for name in names], dtype=np.int64)
    return None if cluster_count(len(cells), clusters) == len(cells) else clusters


def _complement(share: Estimate) -> Estimate:
    low, high = 1 - share.interval.high, 1 - share.interval.low
    interval = Interval(low=low, high=high, confidence=share.interval.confidence)
    return Estimate(value=1 - share.value, interval=interval, n=share.n)
