"""Recorded verdicts and human labels as tables of verdict and label."""

import csv
import gzip
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SETTLED = {"final", "adjudicated"}
"""Names under which a settled label is recorded; where there is one it is the truth."""


@dataclass(frozen=True, kw_only=True)
class RecordedSet:
    """One data set, read as yes and no."""

    name: str
    judge: str
    """The judge with the largest phi."""
    items: int
    cells: NDArray[np.float64]
    """Share of each verdict (rows: no, yes) and label (columns: no, yes)."""
    phi: float


SOURCES = {
    "alttest/framing": "yes",
    "alttest/cebab_aspects": "Positive",
    "alttest/cebab_stars": "5",
    "alttest/summeval": "5",
    "alttest/lesion": "0",
    "judging_judges/v1": "correct",
    "judging_judges/v2": "correct",
    "safety_judges": "UNSAFE",
    "openqa_eval": "yes",
}
"""Data sets, and the label that counts as yes."""


def read_recorded(data: Path, *, rng: np.random.Generator) -> Iterator[RecordedSet]:
    """Yield the data sets under a folder; ties of the human majority are broken at random."""
    for name, positive in SOURCES.items():
        yield read_set(data / name, name, positive, rng=rng)


def read_set(folder: Path, name: str, positive: str, *, rng: np.random.Generator) -> RecordedSet:
    """Return the verdicts of the judge with the largest phi beside the human majority."""
    truth = _majority(folder, positive, rng)
    verdicts: dict[str, Counter[tuple[bool, bool]]] = defaultdict(Counter)
    for row in _rows(folder / "verdicts.csv.gz"):
        unit = row["item_id"], row["criterion"]
        if row["label"] and unit in truth:
            verdicts[row["judge"]][row["label"] == positive, truth[unit]] += 1
    judge, cells = max(
        ((each, _table(found)) for each, found in verdicts.items()), key=lambda pair: phi(pair[1])
    )
    return RecordedSet(
        name=name, judge=judge, items=int(cells.sum()), cells=cells / cells.sum(), phi=phi(cells)
    )


def phi(table: NDArray[np.float64]) -> float:
    """Return the correlation of verdict and label."""
    product = float(np.prod([*table.sum(axis=0), *table.sum(axis=1)]))
    return float(np.linalg.det(table)) / product**0.5 if product > 0 else 0.0


def _table(found: Counter[tuple[bool, bool]]) -> NDArray[np.float64]:
    return np.array(
        [[found[verdict, label] for label in (False, True)] for verdict in (False, True)], dtype=np.float64
    )


def _majority(folder: Path, positive: str, rng: np.random.Generator) -> dict[tuple[str, str], bool]:
    votes: dict[tuple[str, str], list[bool]] = defaultdict(list)
    settled: dict[tuple[str, str], bool] = {}
    for row in _rows(folder / "humans.csv.gz"):
        unit, label = (row["item_id"], row["criterion"]), row["label"] == positive
        if row["annotator"] in SETTLED:
            settled[unit] = label
        else:
            votes[unit].append(label)
    majority = {
        unit: sum(each) * 2 > len(each) if sum(each) * 2 != len(each) else bool(rng.integers(2))
        for unit, each in votes.items()
    }
    return majority | settled


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
