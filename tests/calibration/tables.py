"""Made-up calibration tables with planted truths; every answer and label here is drawn by the tests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from evenhand.calibration.choices import Choices
from evenhand.calibration.results import CalibrationStamp
from evenhand.calibration.table import (
    NONE,
    CalibrationTable,
    Codes,
    Flags,
    Floats,
    Indices,
    JudgeFacts,
    Level,
    PeopleLabels,
    PrincipleAnswers,
    Reference,
    ReferenceBasis,
    Slicing,
    Split,
    SplitFacts,
)
from evenhand.records.scale import Reading

PASS, FAIL = 0, 1
PASS_FAIL = (Reading.PASS, Reading.FAIL)
QUICK = Choices(draws=200)
"""For tests that ask for behaviour, not for the width of an interval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantedJudge:
    """A judge whose error rates are known."""

    sensitivity: float = 0.9
    """Probability that it fails a failing item."""
    specificity: float = 0.9
    """Probability that it passes a passing item."""
    same_as: int | None = None
    """Judge whose answers it repeats."""
    silent: bool = False
    """Whether it never answers."""
    gives_confidence: bool = True


def plant_principle(
    name: str = "planted",
    *,
    judges: Sequence[PlantedJudge] = (PlantedJudge(), PlantedJudge(), PlantedJudge()),
    n: int = 600,
    failing: float = 0.4,
    labelled: float | Floats = 1.0,
    splits: tuple[float, float, float] = (0.5, 0.5, 0.0),
    people: int = 0,
    person_accuracy: float = 0.95,
    blind: int = 1,
    known_inclusion: bool = True,
    per_cluster: int = 1,
    first_cluster: int = 0,
    seed: int = 0,
) -> PrincipleAnswers:
    """Return the items of one principle with two answers, pass and fail."""
    rng = np.random.default_rng([seed, *name.encode()])
    truth = (rng.random(n) < failing).astype(np.int16)
    answers = _judge_answers(rng, truth, judges)
    inclusion = np.broadcast_to(np.asarray(labelled, dtype=np.float64), (n,)).copy()
    drawn = rng.random(n) < inclusion
    clusters = first_cluster + np.arange(n) // per_cluster
    reference = Reference(
        label=np.where(drawn, truth, NONE).astype(np.int16),
        basis=np.where(drawn, ReferenceBasis.RESOLVED, ReferenceBasis.NOTHING).astype(np.int8),
        inclusion=inclusion if known_inclusion else np.full(n, np.nan),
        blind=np.where(drawn, blind, NONE).astype(np.int16),
    )
    confidence = _confidences(rng, answers == truth[:, np.newaxis], answers, judges)
    return principle_of(
        name,
        answers=answers,
        confidence=confidence,
        reference=reference,
        clusters=clusters,
        split=draw_splits(rng, clusters, splits),
        people=label_by_people(rng, truth, drawn, people, person_accuracy),
    )


def principle_of(
    name: str,
    *,
    answers: Codes,
    reference: Reference,
    split: np.ndarray[tuple[int], np.dtype[np.int8]],
    confidence: Floats | None = None,
    clusters: Indices | None = None,
    people: PeopleLabels | None = None,
    categories: tuple[str, ...] = ("complies", "violates"),
    readings: tuple[Reading, ...] = PASS_FAIL,
    level: Level = Level.NOMINAL,
    values: tuple[float, ...] = (),
    slices: Mapping[str, Slicing] | None = None,
) -> PrincipleAnswers:
    """Return a principle with the majority of the judges as its verdict; a tie is undecided."""
    n = len(answers)
    verdict = majority(answers, len(categories))
    shown = np.full(answers.shape, np.nan) if confidence is None else confidence
    return PrincipleAnswers(
        principle=name,
        title=f"Planted principle {name}",
        severity="high",
        categories=categories,
        readings=readings,
        level=level,
        values=values,
        seq=np.arange(n),
        answers=answers,
        confidence=shown,
        verdict=verdict,
        panel_confidence=_panel_confidence(answers, shown, verdict),
        disagreement=_disagreement(answers, verdict),
        clusters=np.arange(n) if clusters is None else clusters,
        split=split,
        slices=slices or {},
        reference=reference,
        people=people or no_people(),
    )


def table_of(*principles: PrincipleAnswers, judges: int | None = None) -> CalibrationTable:
    """Return a run of these principles."""
    columns = judges if judges is not None else principles[0].answers.shape[1]
    labelled = [
        sum(int(((each.reference.label != NONE) & (each.split == split)).sum()) for each in principles)
        for split in Split
    ]
    splits = np.concatenate([np.zeros(0), *(each.split for each in principles)])
    shares = tuple(float((splits == split).sum()) / max(splits.size, 1) for split in Split)
    return CalibrationTable(
        run="planted-run",
        suite="planted",
        rule="majority",
        judges=tuple(
            JudgeFacts(id=f"judge-{place}", version="1.0.0", calls=100, nanousd=10**9, rated=100)
            for place in range(columns)
        ),
        principles=principles,
        sources=(),
        splits=SplitFacts(
            shares=(shares[0], shares[1], shares[2]),
            digest="0" * 64,
            labelled=(labelled[0], labelled[1], labelled[2]),
            opened=False,
        ),
    )


def planted_stamp() -> CalibrationStamp:
    """Return a stamp for made-up tables."""
    return CalibrationStamp(
        run="planted-run",
        suite="planted",
        finished="2026-11-20T10:00:00Z",
        constitution="Planted 1.0.0",
        panel="planted",
        rule="majority",
        judges=(),
        blind=True,
        reviewers=0,
        label_dates=("", ""),
        stale_days=None,
        evenhand="0.0.0",
    )


def renamed(table: CalibrationTable, names: Sequence[str]) -> CalibrationTable:
    """Return the table with these names for its judges, in turn."""
    return replace(
        table,
        judges=tuple(
            replace(judge, id=names[place % len(names)] + str(place))
            for place, judge in enumerate(table.judges)
        ),
    )


# -- Columns -----------------------------------------------------------------------------------------------


def draw_splits(
    rng: np.random.Generator, clusters: Indices, shares: tuple[float, float, float]
) -> np.ndarray[tuple[int], np.dtype[np.int8]]:
    """Return the split of each item; items of one cluster are in one."""
    names, place = np.unique(clusters, return_inverse=True)
    return rng.choice(3, size=len(names), p=shares)[place].astype(np.int8)


def label_by_people(
    rng: np.random.Generator, truth: Codes, drawn: Flags, people: int, accuracy: float
) -> PeopleLabels:
    """Return labels of `people` persons on every drawn item, each right with probability `accuracy`."""
    rows = np.repeat(np.flatnonzero(drawn), people)
    right = rng.random(rows.size) < accuracy
    return PeopleLabels(
        annotators=tuple(f"person-{place}" for place in range(people)),
        item=rows,
        annotator=np.tile(np.arange(people), rows.size // people if people else 0).astype(np.int16),
        label=np.where(right, truth[rows], 1 - truth[rows]).astype(np.int16),
        blind=np.ones(rows.size, dtype=np.int16),
        several_defensible=np.zeros(rows.size, dtype=np.int16),
        seconds=np.full(rows.size, 20.0),
    )


def no_people() -> PeopleLabels:
    """Return no labels of persons."""
    return label_by_people(
        np.random.default_rng(0), np.zeros(0, dtype=np.int16), np.zeros(0, dtype=np.bool_), 0, 1.0
    )


def majority(answers: Codes, categories: int) -> Codes:
    """Return the answer most judges gave; -1 where they tie or none answered."""
    votes = np.stack([(answers == code).sum(axis=1) for code in range(categories)], axis=1)
    most = votes.max(axis=1)
    clear = (most > 0) & ((votes == most[:, np.newaxis]).sum(axis=1) == 1)
    return np.where(clear, votes.argmax(axis=1), NONE).astype(np.int16)


def _judge_answers(rng: np.random.Generator, truth: Codes, judges: Sequence[PlantedJudge]) -> Codes:
    columns: list[Codes] = []
    for judge in judges:
        chance = np.where(truth == FAIL, judge.sensitivity, judge.specificity)
        own = np.where(rng.random(truth.size) < chance, truth, 1 - truth).astype(np.int16)
        given = own if judge.same_as is None else columns[judge.same_as]
        columns.append(np.full(truth.size, NONE, dtype=np.int16) if judge.silent else given)
    return np.stack(columns, axis=1) if columns else np.zeros((truth.size, 0), dtype=np.int16)


def _confidences(
    rng: np.random.Generator, right: Flags, answers: Codes, judges: Sequence[PlantedJudge]
) -> Floats:
    sure = np.clip(np.where(right, 0.9, 0.75) + rng.normal(0, 0.08, right.shape), 0.5, 1.0)
    silent = np.array([not judge.gives_confidence for judge in judges], dtype=np.bool_)
    return np.where(silent[np.newaxis] | (answers == NONE), np.nan, sure)


def _panel_confidence(answers: Codes, confidence: Floats, verdict: Codes) -> Floats:
    agreeing = (answers == verdict[:, np.newaxis]) & np.isfinite(confidence)
    support = np.where(np.isfinite(confidence), np.where(agreeing, confidence, 1 - confidence), 0.0)
    given = np.isfinite(confidence).sum(axis=1)
    means = support.sum(axis=1) / np.maximum(given, 1)
    return np.where((given > 0) & (verdict != NONE), means, np.nan)


def _disagreement(answers: Codes, verdict: Codes) -> Floats:
    given = (answers != NONE).sum(axis=1)
    against = ((answers != verdict[:, np.newaxis]) & (answers != NONE)).sum(axis=1)
    return np.where(given > 0, 2 * np.minimum(against, given / 2) / np.maximum(given, 1), 0.0)
