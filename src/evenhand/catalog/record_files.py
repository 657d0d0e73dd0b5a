"""One file, one record: reading by the ending of the name, checking the shape, and keeping every position."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter

from evenhand.catalog.constitution_markdown import parse_markdown
from evenhand.catalog.files import Refusal, follow, read_utf8, shown_path
from evenhand.catalog.locate import MAX_FINDINGS, validate
from evenhand.catalog.source import Document, Place, Source, lookup, select_texts, whole_file
from evenhand.catalog.yaml_file import parse_yaml
from evenhand.errors import FileError, Finding

KINDS = {
    "constitution/v1": "constitution",
    "judge/v1": "judge",
    "calibration-map/v1": "calibration map",
    "panel-fit/v1": "panel fit",
    "panel/v1": "panel",
    "suite/v1": "suite",
    "quarantine/v1": "quarantine",
    "generator/v1": "generator",
    "feedback/v1": "feedback",
    "amendments/v1": "list of amendments",
}
"""What a file holds, by its `schema:`."""

_MADE_BY_EVENHAND = frozenset({"calibration-map/v1", "panel-fit/v1"})
"""Kinds of files that a command writes, as JSON."""

Record = TypeVar("Record")

Check = Callable[[Document], Iterator[Finding]]
"""Looks at plain data for what the shape alone does not show; the shape may be wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFile(Generic[Record]):
    """A file that was read, right or wrong."""

    path: Path
    document: Document
    record: Record | None
    """The record; None where its shape is wrong."""
    findings: tuple[Finding, ...]
    """Everything wrong in it."""

    def finding(self, code: str, message: str, place: Place, *, suggestion: str = "") -> Finding:
        """Return a finding about the value at a place of this file."""
        source = self.document.source
        return source.finding(code, message, source.value_span(place), suggestion=suggestion)


def read_record(path: Path, root: Any, schema: str, check: Check | None = None) -> RecordFile[Any]:
    """Read one file; nothing is raised for what is wrong in it.

    Args:
        path: A YAML file, or a constitution in Markdown.
        root: The record it should hold, or a union of records.
        schema: Its `schema:`.
        check: Looks for what the shape does not show.
    """
    document = read_document(path, json_too=schema in _MADE_BY_EVENHAND)
    found = lookup(document.data, ("schema",))
    if found in KINDS and found != schema:
        message = f"this is a {KINDS[str(found)]}, and a {KINDS[schema]} belongs here"
        span = document.source.value_span(("schema",))
        finding = document.source.finding("F009", message, span)
        return RecordFile(path=path, document=document, record=None, findings=(finding,))
    record, findings = validate(TypeAdapter(root), root, document)
    if check and document.readable:
        findings += islice(check(document), MAX_FINDINGS)
    wrong = record is None or any(finding.severity == "error" for finding in findings)
    return RecordFile(
        path=path, document=document, record=None if wrong else record, findings=tuple(findings)
    )


def read_document(path: Path, *, json_too: bool = False) -> Document:
    """Read a file into plain data by the ending of its name; a file that can not be read is a finding in it.

    Args:
        path: The file.
        json_too: Whether it may be JSON, which is YAML on its way in.
    """
    shown = shown_path(path)
    try:
        text = read_utf8(path)
    except FileError as error:
        return Document(
            data=None, source=Source(path=shown, lines=()), findings=error.findings, readable=False
        )
    if path.suffix == ".md":
        return parse_markdown(text, shown)
    if path.suffix in {".yaml", ".yml"} or (json_too and path.suffix == ".json"):
        return parse_yaml(text, shown)
    hint = "name it .yaml, or .md for a constitution in Markdown"
    finding = whole_file(
        shown, "F010", f"files that end in {path.suffix or 'nothing'} are not read", suggestion=hint
    )
    return Document(data=None, source=Source(path=shown, lines=()), findings=(finding,), readable=False)


def follow_or_note(file: RecordFile[Any], place: Place, root: Path, findings: list[Finding]) -> Path | None:
    """Return the file that the text at a place names; None without a text, or with what is wrong in `findings`."""
    if not any(True for _ in select_texts(file.document.data, *place)):
        return None
    target = follow_reference(file, place, root=root)
    if isinstance(target, Finding):
        findings.append(target)
        return None
    return target


def follow_reference(
    file: RecordFile[Any], place: Place, *, root: Path, name: str | None = None
) -> Path | Finding:
    """Return the file that a text of another file names, or what is wrong with it.

    Args:
        file: Where the name is written.
        place: The place of the name in it.
        root: The folder it may not lead out of.
        name: What is written there, where it is not the value at `place` itself.
    """
    written = str(lookup(file.document.data, place)) if name is None else name
    target = follow(written, folder=file.path.parent, root=root)
    if isinstance(target, Refusal):
        return file.finding(target.code, target.message, place, suggestion=target.suggestion)
    return target
