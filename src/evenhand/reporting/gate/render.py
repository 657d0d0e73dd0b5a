"""All outputs of a gate at once, by the names of their files."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from enum import StrEnum

from evenhand.gate.cells_told import CellTold
from evenhand.gate.results import GateResult
from evenhand.reporting.gate.annotations import render_annotations
from evenhand.reporting.gate.comment import render_comment
from evenhand.reporting.gate.html import render_html
from evenhand.reporting.gate.json_report import render_json
from evenhand.reporting.gate.junit import render_junit
from evenhand.reporting.gate.markdown import render_markdown, render_summary
from evenhand.reporting.gate.places import Places
from evenhand.reporting.gate.sarif import render_sarif


class Format(StrEnum):
    """What a gate can be written as."""

    JSON = "json"
    HTML = "html"
    MARKDOWN = "md"
    COMMENT = "comment"
    SUMMARY = "summary"
    ANNOTATIONS = "annotations"
    JUNIT = "junit"
    SARIF = "sarif"


ALWAYS = (Format.JSON, Format.HTML, Format.MARKDOWN)
"""What is written after every gate."""


def file_name(kind: Format, stem: str) -> str:
    """Return the name of the file that holds a format; `stem` begins the names of the reports."""
    return {
        Format.JSON: f"{stem}.json",
        Format.HTML: f"{stem}.html",
        Format.MARKDOWN: f"{stem}.md",
        Format.COMMENT: "comment.md",
        Format.SUMMARY: "summary.md",
        Format.ANNOTATIONS: "annotations.txt",
        Format.JUNIT: "junit.xml",
        Format.SARIF: "gate.sarif",
    }[kind]


def render_all(
    result: GateResult,
    cells: Iterable[CellTold],
    places: Places,
    *,
    formats: Collection[Format] = ALWAYS,
    stem: str,
    today: date | None = None,
) -> Mapping[str, str]:
    """Return the text of each file that is asked for, by its name.

    Args:
        result: What the gate says.
        cells: What became of every cell; read once, and only for JUnit.
        places: Where suite, principles and cases stand.
        formats: What to write.
        stem: File name of the reports without their ending, such as SUITE-RUN-gate.
        today: The day by which entries of the quarantine run out; None warns of none.
    """
    written = {
        Format.JSON: lambda: render_json(result),
        Format.HTML: lambda: render_html(result, stem=stem),
        Format.MARKDOWN: lambda: render_markdown(result),
        Format.COMMENT: lambda: render_comment(result),
        Format.SUMMARY: lambda: render_summary(result),
        Format.ANNOTATIONS: lambda: render_annotations(result, places, today=today),
        Format.JUNIT: lambda: render_junit(result, cells),
        Format.SARIF: lambda: render_sarif(result, places),
    }
    return {file_name(kind, stem): written[kind]() for kind in Format if kind in formats}
