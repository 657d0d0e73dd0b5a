"""Write a made-up run with human labels into a folder: workspace, ledger and label file, as if judges had answered.

    python -m benchmarks.made_up_run FOLDER [--items 200000] [--probabilities]

It is the table of `benchmarks/calibration.py`: 20 principles, 5 judges who share errors, a tenth of the items labelled
by two or three persons, each with the probability it was drawn with. The rows go straight into a ledger whose run was
started in the usual way.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from benchmarks.calibration import CATEGORIES, PRINCIPLES, make_table
from benchmarks.calibration_road import write_run, write_workspace

from evenhand.calibration.table import PrincipleAnswers

_ONCE = {"order": "given", "repeat": 0, "key": b""}


def write_made_up_run(folder: Path, *, items: int, probabilities: bool) -> tuple[int, int]:
    """Write everything; return how many ratings and labels there are."""
    principles = make_table(items).principles
    write_workspace(folder, items // PRINCIPLES)
    ratings = write_run(folder, partial(_ratings, principles, probabilities=probabilities))
    lines = [line for number, each in enumerate(principles) for line in _labels(number, each)]
    (folder / "humans.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    return ratings, len(lines)


def _ratings(
    principles: Sequence[PrincipleAnswers], run: int, units: int, *, probabilities: bool
) -> Iterator[dict[str, object]]:
    """Yield the row of every unit: case by case, within one principle by principle, within one judge by judge."""
    judges = principles[0].answers.shape[1]
    answers = np.stack([each.answers for each in principles], axis=1).reshape(-1)
    shares = np.stack([each.confidence for each in principles], axis=1).reshape(-1)
    for unit, answer, share in zip(range(units), answers.tolist(), shares.tolist(), strict=True):
        item, judge = divmod(unit, judges)
        said = _answer(answer, share if probabilities else None)
        yield {"run": run, "unit": unit, "item": item, "judge": f"j{judge}", **_ONCE, **said}


def _answer(code: int, share: float | None) -> dict[str, object]:
    """Return the columns of an answer; what its probability leaves is divided among the other labels."""
    if code < 0:
        return {"state": "malformed", "label": None, "distribution": None, "basis": None}
    label = CATEGORIES[code]
    if share is None:
        return {"state": "rated", "label": label, "distribution": None, "basis": "answer"}
    rest = (1 - share) / (len(CATEGORIES) - 1)
    shares = [[each, share if each == label else rest] for each in CATEGORIES]
    return {"state": "rated", "label": label, "distribution": json.dumps(shares), "basis": "recorded"}


def _labels(number: int, principle: PrincipleAnswers) -> Iterator[dict[str, object]]:
    """Yield what people said under a principle."""
    people = principle.people
    for item, person, label, seconds in zip(
        people.item, people.annotator, people.label, people.seconds, strict=True
    ):
        yield {
            "case": f"case-{item}",
            "principle": f"p{number}",
            "annotator": people.annotators[person],
            "label": CATEGORIES[label],
            "inclusion": round(float(principle.reference.inclusion[item]), 6),
            "blind": True,
            "seconds": round(float(seconds), 1),
        }


def main() -> None:
    """Write and count."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--items", type=int, default=200_000)
    parser.add_argument("--probabilities", action="store_true")
    options = parser.parse_args()
    ratings, labels = write_made_up_run(
        options.folder, items=options.items, probabilities=options.probabilities
    )
    print(f"{ratings:,} ratings, {labels:,} labels")


if __name__ == "__main__":
    main()
