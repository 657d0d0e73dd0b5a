"""TOML with positions, as far as settings need them: tables, keys, dotted keys; the values are the parser's own."""

import math
import re
import tomllib
from collections.abc import Iterator, Sequence
from datetime import date, time
from itertools import islice

from evenhand.catalog.source import Document, Json, Place, Source, Span
from evenhand.errors import Finding

_AT = re.compile(r" \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$")
_PART = r"(?:[A-Za-z0-9_-]+|\"(?:[^\"\\]|\\.)*\"|'[^']*')"
_NAME = re.compile(rf"[ \t]*({_PART}(?:[ \t]*\.[ \t]*{_PART})*)[ \t]*")
_WORD = re.compile(_PART)
_VALUE = re.compile(r"""=[ \t]*(?P<value>"(?:[^"\\]|\\.)*"|'[^']*'|[^#]*)""")
MAX_BYTES = 1_000_000
MAX_DEPTH = 50
MAX_LINE = 4_000
"""A key of many dots takes the parser time that grows with their square."""

_LONG_QUOTES = ('"""', "'''")


def parse_toml(text: str, path: str) -> Document:
    """Read TOML into plain data, with the positions of its tables and keys.

    Args:
        text: The TOML.
        path: File as the reader named it.
    """
    source = Source(path=path, lines=text.split("\n"))
    for number, line in enumerate(source.lines, start=1):
        if len(line) > MAX_LINE:
            message = f"the line is longer than {MAX_LINE} characters"
            finding = source.finding("W001", message, Span(line=number, column=1))
            return Document(data=None, source=source, findings=(finding,), readable=False)
    try:
        data: Json = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        finding = _syntax(str(error), source)
        return Document(data=None, source=source, findings=(finding,), readable=False)
    source.values[()] = Span(line=1, column=1)
    _note_positions(source)
    findings: list[Finding] = []
    return Document(data=_plain(data, (), source, findings), source=source, findings=tuple(findings))


def _syntax(problem: str, source: Source) -> Finding:
    match = _AT.search(problem)
    words = _AT.sub("", problem)
    last = len(source.lines)
    line = int(match["line"]) if match and match["line"] else last
    column = int(match["column"]) if match and match["column"] else len(source.lines[-1]) + 1
    return source.finding("W001", f"not TOML: {words[:1].lower()}{words[1:]}", Span(line=line, column=column))


def _plain(value: object, place: Place, source: Source, findings: list[Finding]) -> Json:
    """Return a value as JSON holds it; dates and numbers that are none are findings."""
    if len(place) > MAX_DEPTH:
        findings.append(source.finding("W002", "nested too deep", source.value_span(place)))
        return None
    if isinstance(value, dict):
        return {str(key): _plain(item, (*place, str(key)), source, findings) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item, (*place, index), source, findings) for index, item in enumerate(value)]
    if isinstance(value, date | time) or (isinstance(value, float) and not math.isfinite(value)):
        message = f"{value} is no text, number, list or table"
        findings.append(
            source.finding("W002", message, source.value_span(place), suggestion="write it in quotes")
        )
        return str(value)
    assert isinstance(value, str | int | float | bool)
    return value


def _note_positions(source: Source) -> None:
    table: Place = ()
    for number, text in _outside_long_text(source.lines):
        stripped = text.lstrip()
        if stripped.startswith("["):
            table = _table(source, number, text)
        elif (match := _NAME.match(text)) and text[match.end() :].startswith("="):
            _note_key(source, number, text, match, table)


def _table(source: Source, number: int, text: str) -> Place:
    start = len(text) - len(text.lstrip()) + (2 if text.lstrip().startswith("[[") else 1)
    match = _NAME.match(text, start)
    if match is None:
        return ()
    place = _names(match[1])
    _note_path(source, number, match, ())
    source.values.setdefault(place, Span(line=number, column=match.start(1) + 1, width=len(match[1])))
    return place


def _note_key(source: Source, number: int, text: str, match: re.Match[str], table: Place) -> None:
    _note_path(source, number, match, table)
    value = _VALUE.match(text, match.end())
    if value:
        written = value["value"].rstrip()
        span = Span(line=number, column=value.start("value") + 1, width=max(1, len(written)))
        place = (*table, *_names(match[1]))
        source.values.setdefault(place, span)
        _note_inline(source, number, text, value.start("value"), place)


def _note_path(source: Source, number: int, match: re.Match[str], table: Place) -> None:
    place = table
    for word in islice(_WORD.finditer(match[1]), MAX_DEPTH):
        place = (*place, *_names(word[0]))
        span = Span(line=number, column=match.start(1) + word.start() + 1, width=len(word[0]))
        source.keys.setdefault(place, span)


def _note_inline(source: Source, number: int, text: str, start: int, place: Place) -> None:
    """Note the keys of an inline table on one line, `{input = 1, output = 2}`."""
    if text[start : start + 1] != "{":
        return
    for match in re.finditer(rf"[{{,]\s*({_PART})\s*=\s*([^,}}]*)", text[start:]):
        inner = (*place, *_names(match[1]))
        key_column, value_column = start + match.start(1) + 1, start + match.start(2) + 1
        source.keys.setdefault(inner, Span(line=number, column=key_column, width=len(match[1])))
        width = max(1, len(match[2].rstrip()))
        source.values.setdefault(inner, Span(line=number, column=value_column, width=width))


def _names(dotted: str) -> tuple[str, ...]:
    return tuple(word[0].strip("\"'") for word in _WORD.finditer(dotted))


def _outside_long_text(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield the lines that are not inside a text over several lines."""
    closing = ""
    for number, text in enumerate(lines, start=1):
        if closing:
            closing = "" if closing in text else closing
            continue
        yield number, text
        closing = next((quotes for quotes in _LONG_QUOTES if text.count(quotes) % 2), "")
