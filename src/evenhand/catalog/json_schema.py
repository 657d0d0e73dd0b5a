"""JSON Schemas (draft 2020-12) of every file people write, for editors and for other tools."""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from evenhand.records.amendments import Amendments
from evenhand.records.calibration import CalibrationMap
from evenhand.records.constitution import Constitution
from evenhand.records.example_case import ExampleCase
from evenhand.records.feedback import Feedback
from evenhand.records.generator import Generator
from evenhand.records.judge import Judge
from evenhand.records.label import LabelLine
from evenhand.records.panel import Panel
from evenhand.records.panel_fit import PanelFit
from evenhand.records.quarantine import QuarantineFile
from evenhand.records.recording import RatingLine, ReplyLine
from evenhand.records.settings import Settings
from evenhand.records.suite import Case, Suite

DIALECT = "https://json-schema.org/draft/2020-12/schema"

ROOTS: Mapping[str, tuple[Any, str]] = {
    "constitution": (Constitution, "A versioned list of principles, in plain language."),
    "judge": (Judge, "A model rater or an offline rater: what it is, what it sees and how it answers."),
    "panel": (Panel, "Judges who rate the same items, with the rule that combines them."),
    "suite": (Suite, "A named set of cases, the constitution they are judged by and the panel that judges."),
    "generator": (Generator, "A model that writes text, such as critiques and revisions, and never judges."),
    "feedback": (
        Feedback,
        "How training data is made from a constitution: by revision, by preference, or both.",
    ),
    "amendments": (Amendments, "Proposed amendments of a constitution, for people to decide."),
    "quarantine": (QuarantineFile, "Cases that are shown and decide nothing in a gate for a while."),
    "calibration-map": (
        CalibrationMap,
        "What the probabilities of judges are worth, measured against human labels.",
    ),
    "panel-fit": (PanelFit, "How a panel weighs its judges, as learned from human labels."),
    "case": (Case, "One line of a file of cases."),
    "example-case": (ExampleCase, "One line of a file of test cases that a principle names."),
    "label": (LabelLine, "One line of a file of human labels."),
    "settings": (Settings, "What evenhand.toml, or tool.evenhand in pyproject.toml, may say."),
    "recorded-rating": (RatingLine, "One line of a file of recorded ratings."),
    "recorded-reply": (ReplyLine, "One line of a file of recorded raw replies."),
}
"""The record of each kind of file, and what it holds."""


def schemas() -> Mapping[str, dict[str, Any]]:
    """Return the schema of every kind of file, by its name."""
    return {name: schema(name) for name in ROOTS}


def schema(name: str) -> dict[str, Any]:
    """Return one schema.

    Raises:
        KeyError: There is no kind of file of this name.
    """
    root, words = ROOTS[name]
    made = TypeAdapter(root).json_schema(by_alias=True, mode="validation")
    _describe(made, made.get("$defs", {}))
    rest = {key: value for key, value in made.items() if key not in {"title", "description"}}
    return {"$schema": DIALECT, "title": name, "description": words, **rest}


def _describe(node: Any, definitions: Mapping[str, Any]) -> None:
    """Give each field that is a record the record's own description, which pydantic leaves to the reference."""
    if isinstance(node, dict):
        for field in node.get("properties", {}).values():
            name = str(field.get("$ref", "")).rpartition("/")[2]
            if name and "description" not in field:
                field["description"] = definitions[name]["description"]
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    for child in children:
        _describe(child, definitions)
