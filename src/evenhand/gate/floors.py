"""Least values that hold whatever was before, each decided with confidence."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from evenhand.calibration.table import Flags, Indices
from evenhand.calibration.words import percent, share_with_limits
from evenhand.gate.cells import GateTable
from evenhand.gate.results import FloorResult
from evenhand.gate.scores import Question, questions, score
from evenhand.gate.words import p_words
from evenhand.records.gate import GateSpec
from evenhand.stats.change.multiplicity import holm
from evenhand.stats.change.noninferiority import Outcome
from evenhand.stats.estimate import Measured, Undefined
from evenhand.stats.shares import share_below_p_value, weighted_share

_HALF = 0.5


def decide_floors(table: GateTable, spec: GateSpec) -> tuple[FloorResult, ...]:
    """Return every floor of a gate, decided.

    A floor passes where the lower limit of the new share (Wilson's, one-sided at alpha, by clusters) is at it or above,
    with every missing verdict taken as wrong. It fails where the share is below it with a p-value (score test) of at
    most alpha after Holm's adjustment over all floors, with every missing verdict taken as right. A cell that was read
    several times counts by the majority of its readings.

    Source: methods.md 6.4; Wilson (1927), JASA 22, 209-212.
    """
    asked = list(_asked(table, spec))
    best = holm(np.array([_below(one, one.right | one.missing) for one in asked]))
    worst = holm(np.array([_below(one, one.right & ~one.missing) for one in asked]))
    return tuple(
        _decide(one, spec, float(p), could_fail=bool(q <= spec.alpha))
        for one, p, q in zip(asked, best, worst, strict=True)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    question: Question
    floor: float
    right: Flags
    missing: Flags
    clusters: Indices | None


def _asked(table: GateTable, spec: GateSpec) -> Iterator[_Asked]:
    floors = spec.floors.by_measure
    for cells in table.principles:
        for question in questions(cells, spec.compares):
            floor = floors.get(question.measure.value.replace(" ", "_"))
            if floor is None:
                continue
            rows = question.rows
            clusters = cells.clusters[rows]
            yield _Asked(
                question=question,
                floor=floor,
                right=np.asarray(score(cells, cells.new, question.measure)[rows] > _HALF),
                missing=cells.new.missing[rows],
                clusters=clusters if np.unique(clusters).size < clusters.size else None,
            )


def _below(asked: _Asked, right: Flags) -> float:
    return share_below_p_value(right, asked.floor, clusters=asked.clusters)


def _decide(asked: _Asked, spec: GateSpec, p_adjusted: float, *, could_fail: bool) -> FloorResult:
    confidence = 1 - 2 * spec.alpha
    cells = asked.question.cells
    kept = ~asked.missing
    held = asked.right & kept
    worst = weighted_share(held, clusters=asked.clusters, confidence=confidence)
    value = weighted_share(
        asked.right[kept],
        clusters=None if asked.clusters is None else asked.clusters[kept],
        confidence=confidence,
    )
    outcome = _outcome(worst, asked.floor, p_adjusted, spec.alpha)
    could_fail = could_fail and outcome is Outcome.UNDECIDED
    weighs = asked.question.slice is None or spec.slices_must_pass or could_fail
    return FloorResult(
        principle=cells.principle,
        severity=cells.severity,
        measure=asked.question.measure,
        slice=asked.question.slice,
        cells=int(kept.sum()),
        clusters=int(np.unique(cells.clusters[asked.question.rows]).size),
        floor=asked.floor,
        value=value,
        p=_below(asked, asked.right | asked.missing),
        p_adjusted=p_adjusted,
        missing=int(asked.missing.sum()),
        decides=weighs and spec.blocks(cells.severity),
        outcome=outcome,
        reason=_reason(outcome, value, asked, p_adjusted),
        could_fail=could_fail,
    )


def _outcome(worst: Measured, floor: float, p_adjusted: float, alpha: float) -> Outcome:
    if isinstance(worst, Undefined):
        return Outcome.UNDECIDED
    if worst.interval.low >= floor:
        return Outcome.PASSED
    return Outcome.FAILED if p_adjusted <= alpha else Outcome.UNDECIDED


def _reason(outcome: Outcome, value: Measured, asked: _Asked, p_adjusted: float) -> str:
    missing = int(asked.missing.sum())
    counted = (
        f", with {missing:,} missing taken {'as wrong' if outcome is Outcome.PASSED else 'both ways'}"
        if missing
        else ""
    )
    said = {
        Outcome.PASSED: "is at or above the floor",
        Outcome.FAILED: "is below the floor",
        Outcome.UNDECIDED: "may be below or above the floor",
    }[outcome]
    adjusted = f" (adjusted {p_words(p_adjusted)})" if outcome is Outcome.FAILED else ""
    return f"{share_with_limits(value)} {said} of {percent(asked.floor)}{adjusted}{counted}"
