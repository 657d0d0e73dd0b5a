"""Recorded panels as arrays: what each judge answered and what people said, from the data beside the checkout."""

import csv
import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data"

Unit = tuple[str, str]
"""An item and a criterion."""
Verdicts = Mapping[Unit, Mapping[str, str]]
"""What each rater said on each unit; an empty label is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedPanel:
    """A set of judges with the labels of people, as the statistics take them."""

    name: str
    answers: NDArray[np.int64]
    """Shape (N, J): codes of labels, -1 for none."""
    truth: NDArray[np.int64]
    """Shape (N,): the majority of people, or the resolved label."""
    labels: tuple[str, ...]
    judges: tuple[str, ...]
    clusters: NDArray[np.int64]
    """Shape (N,): units of one item, or of one source where the set names it."""
    people: Sequence[Sequence[str]]
    """What each person said on each unit."""


def load_panel(
    folder: Path,
    *,
    judges: Callable[[str], bool] = lambda _: True,
    items: Callable[[str], bool] = lambda _: True,
    resolved: str | None = None,
    source: Callable[[str], str] = lambda item: item,
) -> RecordedPanel:
    """Read a folder: units that every judge was run on and whose truth is known.

    The truth is the label of the pseudo-annotator `resolved`, or without one the majority of people; ties are left out.
    """
    given = _by_unit(_rows(folder / "verdicts.csv.gz"), "judge", judges, items)
    said = _by_unit(_rows(folder / "humans.csv.gz"), "annotator", lambda _: True, items)
    return as_panel(folder.name, given, said, resolved=resolved, source=source)


def load_alternative_annotators(folder: Path) -> RecordedPanel:
    """Read a folder of the repository `nitaytech/AltTest`, for the two sets that are not among the recorded ones."""
    given = _by_rater(json.loads((folder / "llm_annotations.json").read_text(encoding="utf-8")))
    said = _by_rater(json.loads((folder / "human_annotations.json").read_text(encoding="utf-8")))
    return as_panel(folder.name, given, said)


def as_panel(
    name: str,
    given: Verdicts,
    said: Verdicts,
    *,
    resolved: str | None = None,
    source: Callable[[str], str] = lambda item: item,
) -> RecordedPanel:
    """Return the arrays of verdicts and labels."""
    judges = tuple(dict.fromkeys(judge for row in given.values() for judge in row))
    truths = {unit: _settled(row, resolved) for unit, row in said.items()}
    units = [unit for unit, truth in truths.items() if truth and set(given.get(unit, {})) == set(judges)]
    labels = tuple(
        sorted(
            {truths[unit] for unit in units}
            | {label for unit in units for label in given[unit].values()} - {""}
        )
    )
    codes = {label: code for code, label in enumerate(labels)} | {"": -1}
    _, clusters = np.unique([source(unit[0]) for unit in units], return_inverse=True)
    return RecordedPanel(
        name=name,
        answers=np.array([[codes[given[unit][judge]] for judge in judges] for unit in units]),
        truth=np.array([codes[truths[unit]] for unit in units]),
        labels=labels,
        judges=judges,
        clusters=clusters,
        people=[[label for person, label in said[unit].items() if person != resolved] for unit in units],
    )


def one_against_the_others(people: Iterable[Sequence[str]]) -> float | None:
    """Return how often one person agrees with the majority of the others on a unit; ties of the others are left out.

    None where no unit has labels of two.
    """
    agreed = []
    for labels in people:
        for place, label in enumerate(labels):
            others = majority_of([*labels[:place], *labels[place + 1 :]])
            if others:
                agreed.append(label == others)
    return float(np.mean(agreed)) if agreed else None


def majority_of(labels: Sequence[str]) -> str:
    """Return what most said; empty where nobody did, or no majority."""
    first_two = Counter(labels).most_common(2)
    if not first_two or (len(first_two) == 2 and first_two[0][1] == first_two[1][1]):
        return ""
    return first_two[0][0]


def _settled(row: Mapping[str, str], resolved: str | None) -> str:
    return majority_of(list(row.values())) if resolved is None else row.get(resolved, "")


def _rows(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _by_unit(
    rows: Iterable[Mapping[str, str]], rater: str, raters: Callable[[str], bool], items: Callable[[str], bool]
) -> dict[Unit, dict[str, str]]:
    found: dict[Unit, dict[str, str]] = defaultdict(dict)
    for row in rows:
        if raters(row[rater]) and items(row["item_id"]):
            name = f"{row[rater]}/{row['order']}" if "order" in row else row[rater]
            found[row["item_id"], row["criterion"]][name] = row["label"]
    return found


def _by_rater(annotations: Mapping[str, Mapping[str, object]]) -> dict[Unit, dict[str, str]]:
    found: dict[Unit, dict[str, str]] = defaultdict(dict)
    for rater, labels in annotations.items():
        for item, label in labels.items():
            found[item, ""][rater] = str(label)
    return found
