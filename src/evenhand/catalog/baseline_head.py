"""The head of a baseline's file: everything but its cases, one key a line."""

from collections.abc import Sequence

from pydantic import TypeAdapter

from evenhand.catalog.baseline_layout import ABOUT
from evenhand.catalog.locate import validate
from evenhand.catalog.located_json import parse_located
from evenhand.catalog.source import Document, in_order, lookup
from evenhand.errors import FileError, Finding
from evenhand.records.baseline import BASELINE_SCHEMA, BaselineHead


def read_head(lines: Sequence[bytes], shown: str) -> BaselineHead:
    """Return the head that stands in the first lines of a file.

    Args:
        lines: The lines up to the one that opens the cases.
        shown: File as the reader named it.

    Raises:
        FileError: Something is wrong in them.
    """
    text = [line.decode("utf-8", "replace") for line in lines]
    text[-1] = text[-1].removesuffix(",")
    document = parse_located(text, shown, first_line=1, after="}")
    if other := _other_schema(document):
        raise FileError([other])
    about = document.data.pop(ABOUT, "") if isinstance(document.data, dict) else ""
    record, findings = validate(TypeAdapter(BaselineHead), BaselineHead, document)
    if not isinstance(about, str):
        span = document.source.value_span((ABOUT,))
        findings.append(document.source.finding("V003", "about is not text", span, suggestion="remove it"))
    if findings or record is None:
        raise FileError(in_order(findings))
    return record


def _other_schema(document: Document) -> Finding | None:
    """Return the finding for a file of another kind, or of another version of this kind."""
    found = lookup(document.data, ("schema",))
    if found == BASELINE_SCHEMA or not isinstance(found, str):
        return None
    span = document.source.value_span(("schema",))
    if found.startswith("baseline/"):
        hint = "read it with the version of evenhand that wrote it, or accept a run again with this one"
        message = f"this evenhand reads {BASELINE_SCHEMA}, and this is another version"
        return document.source.finding("B007", message, span, suggestion=hint)
    return document.source.finding("F009", f"this is no baseline, which says {BASELINE_SCHEMA}", span)
