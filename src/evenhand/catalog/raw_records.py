"""Records of files that other tools wrote: plain data, read strictly, each able to say where in the file it stands."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn, TypeAlias

from evenhand.catalog.files import read_bytes, shown_path
from evenhand.catalog.json_text import parse_json
from evenhand.catalog.line_file import LineFile
from evenhand.catalog.source import Json, Place, Source, Span, whole_file
from evenhand.errors import FileError, Finding

MAX_BYTES: Final = 200_000_000
"""Largest file that is read whole."""

_BLANK = re.compile(r"[ \t\n\r]*")
_BOM: Final = "\ufeff"

Locate: TypeAlias = Callable[[Place], tuple[Source, Span]]
"""Finds a value of a record in its file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRecord:
    """One record of a file."""

    value: Mapping[str, Json]
    number: int
    """From 1, in the order of the file."""
    locate: Locate

    def finding(self, code: str, message: str, place: Place = (), suggestion: str = "") -> Finding:
        """Return a finding about a value of this record."""
        source, span = self.locate(place)
        return source.finding(code, message, span, suggestion=suggestion)


def whole_text(path: Path) -> str:
    """Return the text of a UTF-8 file with its line ends as they are.

    Raises:
        FileError: It can not be read, is too large, or is no UTF-8.
    """
    content = read_bytes(path, limit=MAX_BYTES)
    try:
        return content.decode("utf-8").removeprefix(_BOM)
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8", "replace")
        message = f"byte 0x{content[error.start]:02X} is not UTF-8"
        hint = "save it as UTF-8; spreadsheets call that CSV UTF-8"
        raise FileError([at_offset(shown_path(path), before, len(before), "F008", message, hint)]) from error


def at_offset(
    shown: str, text: str, offset: int, code: str, message: str, suggestion: str = "", width: int = 1
) -> Finding:
    """Return a finding at a character of a text."""
    source, span = _lines_around(shown, text, offset, width)
    return source.finding(code, message, span, suggestion=suggestion)


def _lines_around(shown: str, text: str, offset: int, width: int = 1) -> tuple[Source, Span]:
    start = text.rfind("\n", 0, offset) + 1
    end = text.find("\n", start)
    line = text[start : len(text) if end < 0 else end].rstrip("\r")
    number = text.count("\n", 0, offset) + 1
    return (
        Source(path=shown, lines=[line], first_line=number),
        Span(line=number, column=offset - start + 1, width=width),
    )


# -- JSON ------------------------------------------------------------------------------------------


def json_list_records(path: Path) -> Iterator[RawRecord]:
    """Yield the objects of a file that holds one list of them.

    Raises:
        FileError: It can not be read, or it is no such list.
    """
    shown, text = shown_path(path), whole_text(path)
    at = _skip(text, 0)
    if text[at : at + 1] != "[":
        hint = "export the tasks as JSON, all in one list"
        raise FileError([at_offset(shown, text, at, "D003", "a list of records starts with [", hint)])
    at = _skip(text, at + 1)
    number = 0
    while text[at : at + 1] != "]":
        number += 1
        value, end = _one(shown, text, at)
        yield RawRecord(value=value, number=number, locate=_in_element(shown, text, at, end))
        at = _skip(text, end)
        if text[at : at + 1] == ",":
            at = _skip(text, at + 1)
        elif text[at : at + 1] != "]":
            raise FileError([at_offset(shown, text, at, "D003", "not JSON: a comma or ] belongs here")])
    rest = _skip(text, at + 1)
    if rest < len(text):
        raise FileError([at_offset(shown, text, rest, "D003", "not JSON: something stands after the list")])


def _skip(text: str, at: int) -> int:
    blank = _BLANK.match(text, at)
    return blank.end() if blank else at


def _one(shown: str, text: str, at: int) -> tuple[Mapping[str, Json], int]:
    try:
        value, end = _STRICT.raw_decode(text, at)
    except json.JSONDecodeError as error:
        raise FileError(
            [at_offset(shown, text, min(error.pos, len(text)), "D003", f"not JSON: {error.msg}")]
        ) from error
    except (ValueError, RecursionError) as error:
        raise FileError([_explained(shown, text, at, error)]) from error
    if not isinstance(value, dict):
        raise FileError([at_offset(shown, text, at, "E001", "a record is an object in braces")])
    return value, end


def _explained(shown: str, text: str, at: int, error: Exception) -> Finding:
    """Say what the strict reader refused: a key that stands twice, a number that is none, too deep a nesting."""
    found = parse_json(text[at:], shown).findings
    if not found:
        return at_offset(shown, text, at, "D003", f"not JSON that can be read: {error}")
    first = found[0]
    return at_offset(
        shown, text, at + max(0, first.column - 1), first.code, first.message, first.suggestion, first.width
    )


def _in_element(shown: str, text: str, start: int, end: int) -> Locate:
    def locate(place: Place) -> tuple[Source, Span]:
        span = parse_json(text[start:end], shown).source.value_span(place)
        return _lines_around(shown, text, start + span.column - 1, span.width)

    return locate


def json_line_records(path: Path) -> Iterator[RawRecord]:
    """Yield the objects of a file of one a line; `.gz` at the end of its name means gzip.

    Raises:
        FileError: It can not be read, or a line is no object.
    """
    file = LineFile(path)
    for at, (number, content) in enumerate(file, start=1):
        text = _line_text(file.shown, number, content)
        try:
            value = _STRICT.decode(text)
        except (ValueError, RecursionError) as error:
            found = parse_json(text, file.shown, first_line=number)
            plain = found.source.finding("D003", "not JSON that can be read", found.source.value_span(()))
            raise FileError(found.findings or [plain]) from error
        if not isinstance(value, dict):
            source = Source(path=file.shown, lines=[text], first_line=number)
            span = Span(line=number, column=1)
            raise FileError([source.finding("E001", "a record is an object in braces", span)])
        yield RawRecord(value=value, number=at, locate=_in_line(file.shown, text, number))


def _line_text(shown: str, number: int, content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        column = len(content[: error.start].decode("utf-8", "replace")) + 1
        source = Source(path=shown, lines=[content.decode("utf-8", "replace")], first_line=number)
        message = f"byte 0x{content[error.start]:02X} is not UTF-8"
        finding = source.finding("D002", message, Span(line=number, column=column))
        raise FileError([finding]) from error


def _in_line(shown: str, text: str, number: int) -> Locate:
    def locate(place: Place) -> tuple[Source, Span]:
        source = parse_json(text, shown, first_line=number).source
        return source, source.value_span(place)

    return locate


def _refuse_duplicates(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _refuse_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is not JSON")


_STRICT = json.JSONDecoder(object_pairs_hook=_refuse_duplicates, parse_constant=_refuse_constant)


# -- CSV -------------------------------------------------------------------------------------------

_SEPARATORS: Final = ",;\t"
_CELLS: Final[Mapping[str, re.Pattern[str]]] = {
    mark: re.compile(rf'(?:"((?:[^"]++|"")*+)"|([^{mark}"\r\n]*+))({mark}|\r\n|\n|\r|\Z)')
    for mark in _SEPARATORS
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cell:
    text: str
    offset: int
    width: int


def csv_records(path: Path) -> Iterator[RawRecord]:
    """Yield the rows of a table whose first row names its columns. Cells are kept exactly as they stand.

    The separator is what stands between the names: a comma, a semicolon or a tab, as spreadsheets write them.

    Raises:
        FileError: It can not be read, is no CSV, or a row has more or fewer cells than the first.
    """
    shown, text = shown_path(path), whole_text(path)
    rows = _rows(shown, text)
    head = next(rows, [])
    names = [cell.text.strip() for cell in head]
    _require_names(shown, text, head, names)
    for number, row in enumerate(rows, start=1):
        if len(row) == 1 and not row[0].text:
            continue
        if len(row) != len(names):
            message = f"the row has {len(row)} cells instead of {len(names)}"
            raise FileError([at_offset(shown, text, row[0].offset, "I003", message)])
        cells = dict(zip(names, row, strict=True))
        yield RawRecord(
            value={name: cell.text for name, cell in cells.items()},
            number=number,
            locate=_in_cells(shown, text, cells, row[0].offset),
        )


def _require_names(shown: str, text: str, head: list[_Cell], names: list[str]) -> None:
    if not head or not any(names):
        raise FileError([whole_file(shown, "I002", "the first row does not name the columns")])
    for at, name in enumerate(names):
        if not name or name in names[:at]:
            message = f"the column {name!r} stands twice" if name else "a column has no name"
            raise FileError([at_offset(shown, text, head[at].offset, "I002", message)])


def _rows(shown: str, text: str) -> Iterator[list[_Cell]]:
    first_line = re.split(r"[\r\n]", text, maxsplit=1)[0]
    mark = next((char for char in first_line if char in _SEPARATORS), ",")
    cell, at, row = _CELLS[mark], 0, list[_Cell]()
    while at < len(text) or row:
        found = cell.match(text, at)
        if found is None:
            hint = 'put the cell in quotes, and write quotes inside it twice: "say ""hello"""'
            raise FileError([at_offset(shown, text, at, "I001", "not CSV: a quote stands here alone", hint)])
        quoted, plain, end = found.groups()
        words = plain if quoted is None else quoted.replace('""', '"')
        row.append(_Cell(text=words, offset=at, width=max(1, found.end(3) - len(end) - at)))
        at = found.end()
        if end != mark:
            yield row
            row = []


def _in_cells(shown: str, text: str, cells: Mapping[str, _Cell], start: int) -> Locate:
    def locate(place: Place) -> tuple[Source, Span]:
        cell = cells.get(str(place[0])) if place else None
        offset, width = (cell.offset, cell.width) if cell else (start, 1)
        return _lines_around(shown, text, offset, width)

    return locate
