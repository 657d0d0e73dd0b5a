"""The scores that a gate compares: what each cell is worth on both sides, and what the missing ones could be."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import numpy as np

from evenhand.calibration.table import NONE, Floats, Indices
from evenhand.gate.cells import PairedCells, Side
from evenhand.gate.results import Measure, Slice
from evenhand.records.scale import Reading


class Missing(StrEnum):
    """What missing verdicts are taken for."""

    LEFT_OUT = "left out"
    WORST = "worst"
    """Against the new side: full score before, none now."""
    BEST = "best"
    """For the new side: none before, full score now."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Question:
    """One comparison: a measure of a principle, on all of its cells or on a slice."""

    cells: PairedCells
    measure: Measure
    slice: Slice | None
    rows: Indices
    """The cells it is about, those with a missing verdict among them, shape (m,)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scores:
    """The scores of the cells of a question, 0 to 1, shape (m,) each."""

    old: Floats
    new: Floats
    clusters: Indices
    rows: Indices
    """Row of each cell among those of its principle."""


def questions(cells: PairedCells, compares: Literal["judges", "candidates"]) -> Iterator[Question]:
    """Yield what is asked of a principle: each measure on all cells, then on each group of each declared slice."""
    for measure in measures_of(cells, compares):
        rows = _rows(cells, measure)
        yield Question(cells=cells, measure=measure, slice=None, rows=rows)
        for dimension, slicing in cells.slices.items():
            groups = slicing.codes[rows]
            for code, value in enumerate(slicing.values):
                of_group = rows[groups == code]
                if of_group.size:
                    group = Slice(dimension=dimension, value=value)
                    yield Question(cells=cells, measure=measure, slice=group, rows=of_group)


def measures_of(cells: PairedCells, compares: Literal["judges", "candidates"]) -> tuple[Measure, ...]:
    """Return what is compared on a principle; nothing where its scale gives no share and no number."""
    if compares == "judges":
        return (Measure.SENSITIVITY, Measure.SPECIFICITY) if cells.has_rate else (Measure.AGREEMENT,)
    if not {Reading.PASS, Reading.FAIL}.isdisjoint(cells.readings):
        return (Measure.PASS_RATE,)
    return (Measure.SCORE,) if cells.values.size else ()


def _rows(cells: PairedCells, measure: Measure) -> Indices:
    chosen = ~cells.quarantined
    readings = np.array([*cells.readings, None], dtype=object)  # -1 finds the last
    if measure is Measure.SENSITIVITY:
        chosen = chosen & (readings[cells.truth] == Reading.FAIL)
    elif measure is Measure.SPECIFICITY:
        chosen = chosen & (readings[cells.truth] == Reading.PASS)
    elif measure is Measure.AGREEMENT:
        chosen = chosen & (cells.truth != NONE)
    return np.flatnonzero(chosen)


def score_cells(question: Question, missing: Missing) -> Scores:
    """Return the scores of a question's cells; those with a missing verdict are left out, or taken one way."""
    cells, rows = question.cells, question.rows
    gone_then, gone_now = cells.old.missing[rows], cells.new.missing[rows]
    if missing is Missing.LEFT_OUT:
        kept = ~(gone_then | gone_now)
        rows, gone_then, gone_now = rows[kept], gone_then[kept], gone_now[kept]
    full = 1.0 if missing is Missing.WORST else 0.0
    return Scores(
        old=np.where(gone_then, full, score(cells, cells.old, question.measure)[rows]),
        new=np.where(gone_now, 1 - full, score(cells, cells.new, question.measure)[rows]),
        clusters=cells.clusters[rows],
        rows=rows,
    )


def score(cells: PairedCells, side: Side, measure: Measure) -> Floats:
    """Return the score of every cell of a principle on one side, shape (n,); an undecided verdict scores 0."""
    if measure is Measure.SENSITIVITY:
        return side.shares(cells.reading_as(Reading.FAIL))
    if measure is Measure.AGREEMENT:
        return np.where(cells.truth == NONE, 0.0, side.share_of(cells.truth))
    if measure is Measure.SCORE:
        return np.asarray((side.patterns.shares @ cells.values)[side.of])
    return side.shares(cells.reading_as(Reading.PASS))
