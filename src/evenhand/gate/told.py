"""What is told beside the decision: cells whose verdict changed, judges one by one, flips."""

from collections.abc import Iterator, Mapping
from typing import Final, Literal

import numpy as np

from evenhand.calibration.table import NONE, Flags, Floats, Indices
from evenhand.gate.cells import GateTable, PairedCells, Patterns, Side
from evenhand.gate.results import ChangedCell, FlipResult, JudgeChange
from evenhand.gate.scores import Question, questions, score
from evenhand.records.constitution import Importance
from evenhand.records.gate import GateSpec
from evenhand.stats.arrays import Integers

_ORDER: Final[Mapping[Importance, int]] = {"critical": 0, "high": 1, "medium": 2, "low": 3}


def changed_cells(table: GateTable, spec: GateSpec) -> tuple[ChangedCell, ...]:
    """Return the compared cells with another verdict than before: worse ones first, then by severity and name."""
    found = [cell for cells in table.principles for cell in _changed(cells, spec)]
    return tuple(
        sorted(
            found,
            key=lambda each: (not each.worse, each.better, _ORDER[each.severity], each.principle, each.case),
        )
    )


def _changed(cells: PairedCells, spec: GateSpec) -> Iterator[ChangedCell]:
    then, now = _verdict_codes(cells, cells.old), _verdict_codes(cells, cells.new)
    rows = np.flatnonzero((then != now) & ~cells.quarantined)
    if not rows.size:
        return
    steps = score_steps(cells, spec)
    old, new = cells.old.patterns.said, cells.new.patterns.said
    for row in rows.tolist():
        said = new[cells.new.of[row]]
        yield ChangedCell(
            case=cells.cases[row],
            candidate=cells.candidates[row],
            principle=cells.principle,
            severity=cells.severity,
            old=old[cells.old.of[row]][0],
            new=said[0],
            reference=cells.categories[cells.truth[row]] if cells.truth[row] != NONE else "",
            worse=bool(steps[row] < 0),
            better=bool(steps[row] > 0),
            for_it=sum(each == said[0] for each in said[1:]) if isinstance(said[0], str) else 0,
            judges=len(said) - 1,
        )


def _verdict_codes(cells: PairedCells, side: Side) -> Indices:
    """Return the verdict of each cell as a number: its category, or one for undecided, or one for missing."""
    codes = {label: code for code, label in enumerate(cells.categories)}
    told = [
        codes[said[0]] if isinstance(said[0], str) else -1 if said[0] is None else -2
        for said in side.patterns.said
    ]
    return np.asarray(np.array(told, dtype=np.int64)[side.of])


def score_steps(cells: PairedCells, spec: GateSpec) -> Floats:
    """Return by how much the score of each cell moved, shape (n,); 0 where no measure is about it."""
    steps = np.zeros(cells.n)
    for question in _whole(cells, spec):
        rows = question.rows
        moved = score(cells, cells.new, question.measure) - score(cells, cells.old, question.measure)
        steps[rows] = moved[rows]
    return steps


def _whole(cells: PairedCells, spec: GateSpec) -> Iterator[Question]:
    return (question for question in questions(cells, spec.compares) if question.slice is None)


# -- Judges ------------------------------------------------------------------------------------------


def judge_changes(table: GateTable, spec: GateSpec) -> Iterator[JudgeChange]:
    """Yield each judge of both panels by itself, on each principle; told, and no part of the gate."""
    places = [
        (judge.id, 1 + place, 1 + [each.id for each in table.new.judges].index(judge.id))
        for place, judge in enumerate(table.old.judges)
        if judge.id in {each.id for each in table.new.judges}
    ]
    for cells in table.principles:
        for question in _whole(cells, spec):
            for name, then, now in places:
                change = _judge_change(question, name, then, now)
                if change:
                    yield change


def _judge_change(question: Question, name: str, then: int, now: int) -> JudgeChange | None:
    cells, rows = question.cells, question.rows
    old, answered_then = _judge_scores(question, cells.old, then)
    new, answered_now = _judge_scores(question, cells.new, now)
    both = answered_then[rows] & answered_now[rows]
    if not both.any():
        return None
    return JudgeChange(
        judge=name,
        principle=cells.principle,
        measure=question.measure,
        cells=int(both.sum()),
        old=float(old[rows][both].mean()),
        new=float(new[rows][both].mean()),
    )


def _judge_scores(question: Question, side: Side, place: int) -> tuple[Floats, Flags]:
    """Return the score of a judge's answer to each cell, and whether there is an answer, shape (n,) each."""
    cells = question.cells
    alone = Side(patterns=_alone(cells, side.patterns, place), of=side.of)
    return score(cells, alone, question.measure), ~alone.missing


def _alone(cells: PairedCells, patterns: Patterns, place: int) -> Patterns:
    """Return patterns in which a judge's answer is the verdict."""
    codes: Mapping[object, int] = {label: code for code, label in enumerate(cells.categories)}
    answers = [said[place] if place < len(said) else False for said in patterns.said]
    shares = np.zeros(patterns.shares.shape)
    for row, answer in enumerate(answers):
        if answer in codes:
            shares[row, codes[answer]] = 1.0
    missing = np.array([answer is False for answer in answers], dtype=np.bool_)
    ones: Integers = np.ones(len(answers), dtype=np.int64)
    return Patterns(
        said=patterns.said,
        shares=shares,
        missing=missing,
        readings=np.where(missing, 0, ones),
        pairs=np.zeros(len(answers), dtype=np.int64),
        flips=np.full(len(answers), np.nan),
        one_voice=np.zeros(len(answers), dtype=np.bool_),
    )


# -- Flips -------------------------------------------------------------------------------------------


def flip_results(table: GateTable) -> Iterator[FlipResult]:
    """Yield how often readings of one cell differ, on each side: all principles together, then each."""
    sides: tuple[Literal["baseline", "run"], ...] = ("baseline", "run")
    for side in sides:
        found = [
            (cells.principle, *_flips(cells.old if side == "baseline" else cells.new))
            for cells in table.principles
        ]
        known = [each for each in found if each[1]]
        total = sum(count for _, count, _, _ in known)
        pairs = sum(pairs for _, _, pairs, _ in known)
        if not total:
            continue
        rate = sum(count * rate for _, count, _, rate in known) / total
        yield FlipResult(principle="", side=side, cells=total, pairs=pairs, rate=rate)
        for name, cells, of_pairs, share in known:
            yield FlipResult(principle=name, side=side, cells=cells, pairs=of_pairs, rate=share)


def _flips(side: Side) -> tuple[int, int, float]:
    """Return the cells read several times, the pairs of their readings, and the mean share of pairs that differ."""
    rates = side.patterns.flips[side.of]
    known = np.isfinite(rates)
    if not known.any():
        return 0, 0, 0.0
    return int(known.sum()), int(side.patterns.pairs[side.of][known].sum()), float(rates[known].mean())
