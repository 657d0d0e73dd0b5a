"""Runs to export: recorded judges and made-up human labels, small and real; and exports read back."""

import hashlib
import json
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jsonschema
from tests.workflows.calibration_kit import Line, RecordedSuite, label

from evenhand.feedback.card import ExportFacts
from evenhand.feedback.shapes import Format
from evenhand.workflows.feedback.export import ExportWishes, export_feedback

COUNT, FEW = 300, 80


def text_suite(folder: Path, *, labelled: int = 0, right: float = 0.97, suite: str = "") -> RecordedSuite:
    """Three judges on replies, 300 where people labelled the first of them, three of ten to learn from, else 80."""
    dice = random.Random(3)
    count = COUNT if labelled else FEW
    fails = [dice.random() < 0.3 for _ in range(count)]

    def says(number: int, chance: float) -> str:
        return "violates" if fails[number] == (dice.random() < chance) else "complies"

    return RecordedSuite(
        folder,
        [
            {"id": f"c{number}", "prompt": f"Question {number}?", "response": f"Answer {number}."}
            for number in range(count)
        ],
        {
            judge: [{"case": f"c{number}", "label": says(number, right)} for number in range(count)]
            for judge in ("one", "two", "three")
        },
        [label(f"c{number}", says(number, 1), inclusion=labelled / count) for number in range(labelled)],
        suite=suite or "splits: {optimise: 0.3, gate: 0.7}\n",
    )


def lenient_suite(folder: Path) -> RecordedSuite:
    """Judges that pass every good text and one of twenty bad ones, where four of five texts are bad."""
    count, labelled = 500, 350
    bad = [number % 5 != 0 for number in range(count)]
    passed = [not bad[number] or number % 20 == 1 for number in range(count)]
    words = {True: "complies", False: "violates"}
    return RecordedSuite(
        folder,
        [
            {"id": f"c{number}", "prompt": f"Question {number}?", "response": f"Answer {number}."}
            for number in range(count)
        ],
        {"one": [{"case": f"c{number}", "label": words[passed[number]]} for number in range(count)]},
        [
            label(f"c{number}", words[not bad[number]], inclusion=labelled / count)
            for number in range(labelled)
        ],
        suite="splits: {optimise: 0.2, gate: 0.8}\n",
    )


def pair_suite(folder: Path, answers: Sequence[Mapping[str, Any]], **fields: Any) -> RecordedSuite:
    """One judge on pairs; `answers` hold what it says in each order, and keys of the case."""
    cases: list[Line] = []
    ratings: list[Line] = []
    for number, answer in enumerate(answers):
        keys = {name: value for name, value in answer.items() if name not in {"given", "swapped"}}
        case = {
            "id": f"p{number}",
            "prompt": f"Question {number}?",
            "candidates": [{"id": "x", "text": f"First {number}."}, {"id": "y", "text": f"Second {number}."}],
        }
        cases.append({**case, **keys})
        ratings += [
            {"case": cases[-1]["id"], "label": answer[order], "order": order}
            for order in ("given", "swapped")
            if answer.get(order)
        ]
    return RecordedSuite(folder, cases, {"one": ratings}, judge="mode: pairwise\n", **fields)


def export(suite: RecordedSuite, format_: str, out: Path, **wishes: Any) -> ExportFacts:
    """Export the last run of a suite."""
    return export_feedback(
        suite.folder, "latest", out, ExportWishes(format=Format(format_), **wishes), command="evenhand"
    )


def rows(folder: Path, split: str = "train", below: str = "data") -> list[dict[str, Any]]:
    """Return the rows of JSON lines of a split, each checked against the schema that lies beside them."""
    found = [
        json.loads(line)
        for path in sorted((folder / below).glob(f"{split}-*.jsonl"))
        for line in path.read_text(encoding="ascii").split("\n")[:-1]
    ]
    if below == "data":
        schema = json.loads((folder / "row.schema.json").read_bytes())
        for row in found:
            jsonschema.validate(row, schema)
    return found


def digests(folder: Path) -> dict[str, str]:
    """Return the digest of every file of an export."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
