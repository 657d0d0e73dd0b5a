"""Reading the common layout of the recorded data: items, verdicts, labels of people and raw files."""

import csv
import gzip
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Row = Mapping[str, str]
Unit = tuple[str, str]
"""An item and a criterion."""


def rows(path: Path) -> list[Row]:
    """Return the rows of a zipped CSV file."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the records of a zipped JSONL file."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


def verdicts(folder: Path) -> list[Row]:
    """Return the verdicts of a data set."""
    return rows(folder / "verdicts.csv.gz")


def labels(folder: Path) -> list[Row]:
    """Return the labels of its annotators."""
    return rows(folder / "humans.csv.gz")


def metadata(folder: Path) -> dict[str, dict[str, Any]]:
    """Return what is known of each item."""
    return {item["item_id"]: item.get("meta", {}) for item in lines(folder / "items.jsonl.gz")}


def by_unit(some: Iterable[Row], *, column: str = "label") -> dict[Unit, str]:
    """Return the label (or another column) of each item and criterion."""
    return {(row["item_id"], row["criterion"]): row[column] for row in some}


def of_rater(some: Iterable[Row], rater: str, *, kind: str = "judge") -> list[Row]:
    """Return the rows of one judge or annotator."""
    return [row for row in some if row[kind] == rater]


def raters(some: Iterable[Row], *, kind: str = "judge") -> list[str]:
    """Return the judges or annotators, in the order they are met."""
    return list(dict.fromkeys(row[kind] for row in some))


def coded(
    some: Sequence[Row], units: Sequence[Unit], names: Sequence[str], scale: Sequence[str], *, kind: str
) -> NDArray[np.int64]:
    """Return answers of shape (units, raters) as places on the `scale`, -1 for none."""
    answers = np.full((len(units), len(names)), -1, dtype=np.int64)
    row_of, column_of, code_of = (
        {name: place for place, name in enumerate(values)} for values in (units, names, scale)
    )
    for row in some:
        unit = row_of.get((row["item_id"], row["criterion"]))
        column, code = column_of.get(row[kind]), code_of.get(row["label"])
        if unit is not None and column is not None and code is not None:
            answers[unit, column] = code
    return answers


def scored(
    some: Sequence[Row], units: Sequence[Unit], names: Sequence[str], *, kind: str
) -> NDArray[np.float64]:
    """Return scores of shape (units, raters), not a number for none."""
    scores = np.full((len(units), len(names)), np.nan)
    row_of, column_of = ({name: place for place, name in enumerate(values)} for values in (units, names))
    for row in some:
        unit, column = row_of.get((row["item_id"], row["criterion"])), column_of.get(row[kind])
        if unit is not None and column is not None and row["score"]:
            scores[unit, column] = float(row["score"])
    return scores
