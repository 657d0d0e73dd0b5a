"""Changing a quarantine file as text, so that comments and the layout of people stay as they are."""

import re
from collections.abc import Collection, Sequence
from typing import Final

from pydantic import ValidationError

from evenhand.catalog.source import Document
from evenhand.catalog.yaml_file import parse_yaml
from evenhand.catalog.yaml_text import dump_yaml
from evenhand.errors import UsageError
from evenhand.records.canonical import canonical_json
from evenhand.records.quarantine import QUARANTINE_SCHEMA, QuarantineEntry, QuarantineFile

EMPTY: Final = (
    "# Cases that are shown in reports and decide nothing in a gate, each until its last day.\n"
    f"schema: {QUARANTINE_SCHEMA}\n"
    "entries: []\n"
)
"""A file without an entry."""
_NO_ENTRIES: Final = re.compile(r"entries:[ \t]*(?:\[[ \t]*\])?[ \t]*(?P<rest>#.*)?")
_DASH: Final = re.compile(r"(?P<indent>[ ]*)-(?:[ ]|$)")


def add_entry(text: str, entry: QuarantineEntry) -> str:
    """Return a quarantine file with one entry more, at the end.

    Raises:
        UsageError: The file is written in a way that an entry can not be added to.
    """
    old = _entries(text)
    lines = text.split("\n")
    document = parse_yaml(text, "")
    if old:
        starts = _starts(document, lines, len(old))
        end = _end_of_entries(document, lines)
        indent = _dash(lines[starts[0]])
        lines[end:end] = _written(entry, indent)
    else:
        at = _line_of_entries(lines)
        found = _NO_ENTRIES.fullmatch(lines[at])
        rest = f" {found['rest']}" if found and found["rest"] else ""
        lines[at : at + 1] = [f"entries:{rest}", *_written(entry, "")]
    return _held("\n".join(lines), (*old, entry))


def drop_entries(text: str, dropped: Collection[int]) -> str:
    """Return a quarantine file without some of its entries, with the comments that stand right above them.

    Args:
        text: The file.
        dropped: Positions of the entries, from 0.

    Raises:
        UsageError: The file is written in a way that entries can not be taken out of.
    """
    old = _entries(text)
    lines = text.split("\n")
    document = parse_yaml(text, "")
    starts = [*_starts(document, lines, len(old)), _end_of_entries(document, lines)]
    tops = [_with_comments(lines, start) for start in starts[:-1]] + [starts[-1]]
    for at in sorted(dropped, reverse=True):
        del lines[tops[at] : tops[at + 1]]
    kept = tuple(entry for at, entry in enumerate(old) if at not in dropped)
    if not kept:
        at = _line_of_entries(lines)
        head, mark, comment = lines[at].partition("#")
        lines[at] = f"{head.rstrip()} []" + (f"  {mark}{comment}" if mark else "")
    return _held("\n".join(lines), kept)


def _entries(text: str) -> tuple[QuarantineEntry, ...]:
    document = parse_yaml(text, "")
    try:
        return QuarantineFile.model_validate_json(canonical_json(document.data)).entries
    except ValidationError as error:
        raise UsageError("the quarantine file is wrong", hint="see what with: evenhand lint") from error


def _held(text: str, wanted: Sequence[QuarantineEntry]) -> str:
    """Return a changed file if it says exactly what is wanted.

    Raises:
        UsageError: It says something else.
    """
    document = parse_yaml(text, "")
    right = not document.findings
    try:
        right = right and _entries(text) == tuple(wanted)
    except UsageError:
        right = False
    if not right:
        raise UsageError(
            "the quarantine file is laid out in a way that is not changed by itself",
            hint="write its entries one under the other, each beginning with a dash, or change it by hand",
        )
    return text


def _written(entry: QuarantineEntry, indent: str) -> list[str]:
    written = dump_yaml([entry.canonical()])
    return [f"{indent}{line}" for line in written.rstrip("\n").split("\n")]


def _line_of_entries(lines: Sequence[str]) -> int:
    found = next((at for at, line in enumerate(lines) if line.startswith("entries:")), None)
    if found is None:
        raise UsageError("the quarantine file has no entries:", hint="add a line `entries: []` to it")
    return found


def _starts(document: Document, lines: Sequence[str], count: int) -> list[int]:
    """Return the line in which the dash of each entry stands."""
    starts = []
    for at in range(count):
        line = document.source.value_span(("entries", at)).line - 1
        if not _DASH.match(lines[line]) and line and _DASH.match(lines[line - 1]):
            line -= 1
        starts.append(line)
    return starts


def _dash(line: str) -> str:
    """Return what stands before the dash of an entry."""
    found = _DASH.match(line)
    return found["indent"] if found else ""


def _end_of_entries(document: Document, lines: Sequence[str]) -> int:
    """Return the line after the last entry, blank lines aside."""
    first = document.source.key_span(("entries",)).line
    later = [
        span.line - 1 for place, span in document.source.keys.items() if len(place) == 1 and span.line > first
    ]
    end = min(later, default=len(lines))
    while end > first and not lines[end - 1].strip():
        end -= 1
    return end


def _with_comments(lines: Sequence[str], start: int) -> int:
    """Return the first line of the comments that stand right above an entry."""
    while start and lines[start - 1].lstrip().startswith("#"):
        start -= 1
    return start
