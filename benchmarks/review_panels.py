"""Recorded judges beside the majority of people, read as yes and no."""

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from evenhand.stats.arrays import Bools, Floats

SETS = {
    "alttest/framing": "yes",
    "alttest/cebab_aspects": "Positive",
    "alttest/cebab_stars": "5",
    "alttest/summeval": "5",
    "alttest/lesion": "0",
}
"""Sets, and the label that counts as yes."""

Unit = tuple[str, str]
"""Item and criterion."""


@dataclass(frozen=True, kw_only=True)
class RecordedPanel:
    """All judges of a set, on the items that people labelled without a tie."""

    name: str
    yes: Floats
    """Share of the judges with an answer who say yes, shape (n,)."""
    silent: Floats
    """Share of the judges without an answer, shape (n,)."""
    truth: Bools


def read_panels(data: Path) -> Iterator[RecordedPanel]:
    """Yield the panels of the sets under a folder."""
    for name, positive in SETS.items():
        people = _answers(data / name / "humans.csv.gz", "annotator", positive)
        judges = _answers(data / name / "verdicts.csv.gz", "judge", positive)
        count = len({who for said in judges.values() for who in said})
        units = [
            unit for unit, said in people.items() if unit in judges and 2 * sum(said.values()) != len(said)
        ]
        yield RecordedPanel(
            name=name.removeprefix("alttest/"),
            yes=np.array([np.mean(list(judges[unit].values())) for unit in units]),
            silent=np.array([1 - len(judges[unit]) / count for unit in units]),
            truth=np.array([2 * sum(people[unit].values()) > len(people[unit]) for unit in units]),
        )


def _answers(path: Path, who: str, positive: str) -> dict[Unit, dict[str, bool]]:
    """Return what everybody said of each unit; a judge's empty answer is none."""
    found: dict[Unit, dict[str, bool]] = defaultdict(dict)
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["label"]:
                found[row["item_id"], row["criterion"]][row[who]] = row["label"] == positive
    return found
