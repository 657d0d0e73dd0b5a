"""CPU and memory of calibrating a table of a million ratings, section by section.

    python benchmarks/calibration.py [--quick]

The table is made up in memory: 200,000 items of 20 principles, 5 judges who share errors, 20,000 labelled items with
two or three persons, half of them drawn by disagreement. It measures the arithmetic, not judges. `--quick` takes a
fiftieth of it.
"""

import argparse
import cProfile
import json
import pstats
import resource
import time
from pathlib import Path

import numpy as np

from evenhand.calibration.calibrate import calibrate
from evenhand.calibration.choices import Choices
from evenhand.calibration.results import CalibrationStamp
from evenhand.calibration.table import (
    NONE,
    CalibrationTable,
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

JUDGES, PRINCIPLES = 5, 20
LABELLED = 0.1
CATEGORIES = ("complies", "violates", "not_applicable", "cannot_tell")
READINGS = (Reading.PASS, Reading.FAIL, Reading.NEUTRAL, Reading.ABSTAIN)
SECTIONS = (
    "make_study",
    "measure_people",
    "measure_raters",
    "find_confidence",
    "calibrate_panel",
    "calibrate_judges",
    "calibrate_principles",
    "list_slices",
    "certify_automation",
    "tell_sight",
    "gather_errors",
    "gather_facts",
    "calibrate",
)


def make_principle(place: int, n: int, split: np.ndarray[tuple[int], np.dtype[np.int8]]) -> PrincipleAnswers:
    """One principle: items are hard or easy for all judges alike, so that these share errors."""
    rng = np.random.default_rng([20261127, place])
    truth = rng.choice(3, size=n, p=(0.8, 0.15, 0.05)).astype(np.int16)
    hard = rng.random(n) < 0.2
    right = rng.random((n, JUDGES)) < np.where(hard[:, np.newaxis], 0.55, 0.95)
    answers = np.where(right, truth[:, np.newaxis], rng.integers(0, 4, (n, JUDGES))).astype(np.int16)
    answers[rng.random((n, JUDGES)) < 0.01] = NONE
    votes = np.stack([(answers == code).sum(axis=1) for code in range(4)], axis=1)
    clear = (votes == votes.max(axis=1, keepdims=True)).sum(axis=1) == 1
    verdict = np.where(clear, votes.argmax(axis=1), NONE).astype(np.int16)
    disagreement = 1 - votes.max(axis=1) / JUDGES
    chance = LABELLED * (0.5 + 0.5 * np.sqrt(disagreement + 0.02) / np.sqrt(disagreement + 0.02).mean())
    drawn = rng.random(n) < chance
    confidence = np.where(answers == NONE, np.nan, np.clip(rng.normal(0.9, 0.08, (n, JUDGES)), 0.3, 1))
    return PrincipleAnswers(
        principle=f"principle-{place:02}",
        title=f"Principle {place}",
        severity=("critical", "high", "medium")[place % 3],
        categories=CATEGORIES,
        readings=READINGS,
        level=Level.NOMINAL,
        values=(),
        seq=np.arange(n),
        answers=answers,
        confidence=confidence,
        verdict=verdict,
        panel_confidence=np.where(
            clear, np.nanmean(np.where(answers == NONE, 0.5, confidence), axis=1), np.nan
        ),
        disagreement=disagreement,
        clusters=np.arange(n),
        split=split,
        slices={
            "language": Slicing(
                values=("en", "de", "ar", "zh", "hi", "other"),
                codes=rng.choice(6, size=n, p=(0.5, 0.2, 0.1, 0.1, 0.08, 0.02)).astype(np.int16),
            ),
            "length": Slicing(
                values=("short", "middle", "long"), codes=rng.integers(0, 3, n).astype(np.int16)
            ),
        },
        reference=Reference(
            label=np.where(drawn, truth, NONE).astype(np.int16),
            basis=np.where(drawn, ReferenceBasis.MAJORITY, ReferenceBasis.NOTHING).astype(np.int8),
            inclusion=chance,
            blind=np.where(drawn, 1, NONE).astype(np.int16),
        ),
        people=make_labels(rng, truth, np.flatnonzero(drawn)),
    )


def make_labels(
    rng: np.random.Generator,
    truth: np.ndarray[tuple[int], np.dtype[np.int16]],
    drawn: np.ndarray[tuple[int], np.dtype[np.int64]],
) -> PeopleLabels:
    """Two or three of twelve persons label each drawn item."""
    item = np.repeat(drawn, rng.integers(2, 4, drawn.size))
    label = np.where(rng.random(item.size) < 0.93, truth[item], rng.integers(0, 4, item.size))
    return PeopleLabels(
        annotators=tuple(f"person-{place:02}" for place in range(12)),
        item=item,
        annotator=(np.arange(item.size) % 12).astype(np.int16),
        label=label.astype(np.int16),
        blind=np.ones(item.size, dtype=np.int16),
        several_defensible=(rng.random(item.size) < 0.03).astype(np.int16),
        seconds=rng.gamma(3, 10, item.size),
    )


def make_table(items: int) -> CalibrationTable:
    """Every case is judged by every principle, so a cluster has an item of each."""
    n = items // PRINCIPLES
    split = np.random.default_rng(1).choice(3, size=n, p=(0.5, 0.4, 0.1)).astype(np.int8)
    principles = tuple(make_principle(place, n, split) for place in range(PRINCIPLES))
    labelled = [
        sum(int(((each.reference.label != NONE) & (each.split == part)).sum()) for each in principles)
        for part in Split
    ]
    return CalibrationTable(
        run="made-up",
        suite="made-up",
        rule="majority",
        judges=tuple(
            JudgeFacts(id=f"judge-{place}", version="1.0.0", calls=items, nanousd=10**9, rated=items)
            for place in range(JUDGES)
        ),
        principles=principles,
        sources=(),
        splits=SplitFacts(
            shares=(0.5, 0.4, 0.1), digest="", labelled=(labelled[0], labelled[1], labelled[2]), opened=False
        ),
    )


def make_stamp() -> CalibrationStamp:
    """A stamp that says that nothing is real."""
    return CalibrationStamp(
        run="made-up",
        suite="made-up",
        finished="",
        constitution="made up",
        panel="made up",
        rule="majority",
        judges=(),
        blind=True,
        reviewers=12,
        label_dates=("", ""),
        stale_days=None,
        evenhand="",
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    table = make_table(4_000 if arguments.quick else 200_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    profile, started = cProfile.Profile(time.process_time), time.process_time()
    profile.runcall(
        calibrate, table, Choices(epsilon=0.1), make_stamp(), versions={}, command="benchmarks/calibration.py"
    )
    cpu = time.process_time() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    rows = section_times(profile)
    print(f"{sum(each.n for each in table.principles) * JUDGES:,} ratings, {PRINCIPLES} principles")
    print(f"{'section':<22} {'CPU s':>7}")
    for name, seconds in rows.items():
        print(f"{name:<22} {seconds:>7.2f}")
    print(f"all: {cpu:.2f} s CPU; peak memory {peak / 1024:.0f} MiB, {before / 1024:.0f} MiB of it the table")
    if arguments.json:
        found = {"cpu": cpu, "peak_kib": peak, "table_kib": before, "sections": rows}
        arguments.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


def section_times(profile: cProfile.Profile) -> dict[str, float]:
    """CPU seconds of each section, with what it calls."""
    found: dict[str, float] = {}
    for (_, _, name), (*_, cumulative, _) in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined] # typeshed has no `stats`
        if name in SECTIONS:
            found[name] = max(cumulative, found.get(name, 0.0))
    return {name: found[name] for name in SECTIONS if name in found}


if __name__ == "__main__":
    main()
