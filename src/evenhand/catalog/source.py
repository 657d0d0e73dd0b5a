"""Where every key and value of a file stands, so that each finding can point at it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from evenhand.errors import FileError, Finding, Severity

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
"""Plain data, as JSON holds it."""

Place = tuple[str | int, ...]
"""Keys and positions that lead from the top of a file to one value."""

_LONGEST_EXCERPT = 240
_BEFORE_COLUMN = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of one line."""

    line: int
    """Line, from 1."""
    column: int
    """Column in characters, from 1."""
    width: int = 1
    """Characters."""


WHOLE_FILE = Span(line=0, column=0)
"""Stands for a file as a whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The lines of one file, and where its keys and values stand."""

    path: str
    """File as the reader named it."""
    lines: Sequence[str]
    """Its lines, without line ends."""
    first_line: int = 1
    """Number of the first of `lines`."""
    keys: dict[Place, Span] = field(default_factory=dict)
    """Where the key of a place stands."""
    values: dict[Place, Span] = field(default_factory=dict)
    """Where the value of a place stands."""

    @property
    def own(self) -> "Source":
        """The file at `path` alone: data put together of several files has others."""
        return self

    def value_span(self, place: Place) -> Span:
        """Return where the value at `place` stands, or else the nearest thing around it."""
        return self._nearest(place, (self.values, self.keys))

    def key_span(self, place: Place) -> Span:
        """Return where the key of `place` stands, or else the nearest thing around it."""
        return self._nearest(place, (self.keys, self.values))

    def _nearest(self, place: Place, tables: Sequence[Mapping[Place, Span]]) -> Span:
        for length in range(len(place), -1, -1):
            for table in tables:
                if span := table.get(place[:length]):
                    return span
        return Span(line=self.first_line, column=1)

    def line(self, number: int) -> str:
        """Return the text of a line; an empty string where there is none."""
        index = number - self.first_line
        return self.lines[index] if 0 <= index < len(self.lines) else ""

    def where(self, span: Span) -> str:
        """Return in words where a span stands."""
        return f"line {span.line}"

    def is_own(self, span: Span) -> bool:
        """Tell whether a span lies in the file at `path`: data put together of several files has others."""
        del span
        return True

    def find(self, text: str, span: Span, *, within: int = 200) -> Span:
        """Return where `text` first stands at or after `span`, within so many lines; `span` if nowhere."""
        column = span.column - 1
        for number in range(span.line, span.line + within):
            at = self.line(number).find(text, column)
            if at >= 0:
                return Span(line=number, column=at + 1, width=max(1, len(text)))
            column = 0
        return span

    def finding(
        self,
        code: str,
        message: str,
        span: Span,
        *,
        suggestion: str = "",
        severity: Severity = Severity.ERROR,
    ) -> Finding:
        """Return a finding at `span` of this file, with the line to show."""
        text = self.line(span.line)
        start = max(0, span.column - 1 - _BEFORE_COLUMN) if len(text) > _LONGEST_EXCERPT else 0
        excerpt = text[start : start + _LONGEST_EXCERPT]
        room = max(1, len(excerpt) - (span.column - 1 - start))
        return Finding(
            path=self.path,
            line=span.line,
            column=span.column,
            code=code,
            message=message,
            severity=severity,
            excerpt=excerpt,
            excerpt_start=start + 1,
            width=min(max(1, span.width), room),
            suggestion=suggestion,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file read into plain data, with what was wrong in its notation."""

    data: Json
    """The content."""
    source: Source
    """Where it stands."""
    findings: tuple[Finding, ...] = ()
    """What is wrong in the notation."""
    readable: bool = True
    """Whether `data` holds the whole file; False after an error that ends the reading."""


def whole_file(path: str, code: str, message: str, *, suggestion: str = "") -> Finding:
    """Return a finding about a file as a whole."""
    return Finding(path=path, line=0, column=0, code=code, message=message, suggestion=suggestion)


def refuse(findings: Sequence[Finding]) -> None:
    """Raise the findings, in the order of their lines, if one of them is an error.

    Raises:
        FileError: There is an error among them.
    """
    if any(finding.severity is Severity.ERROR for finding in findings):
        raise FileError(in_order(findings))


def in_order(findings: Sequence[Finding]) -> list[Finding]:
    """Return findings by file and line, each once."""
    return sorted(dict.fromkeys(findings), key=lambda found: (found.path, found.line, found.column))


def select(data: Json, *pattern: str | int | None) -> Iterator[tuple[Place, Json]]:
    """Yield every place of `data` that fits a pattern, with its value; None stands for every key or position.

    Made for checks on data that may not have the right shape: what does not fit is passed over.
    """
    found: list[tuple[Place, Json]] = [((), data)]
    for step in pattern:
        found = [((*place, key), value) for place, parent in found for key, value in _children(parent, step)]
    yield from found


def select_texts(data: Json, *pattern: str | int | None) -> Iterator[tuple[Place, str]]:
    """Yield the places of `data` that fit a pattern and hold text."""
    return ((place, value) for place, value in select(data, *pattern) if isinstance(value, str))


def lookup(data: Json, place: Place) -> Json:
    """Return the value at `place`, or None where there is none."""
    for step in place:
        data = next((value for _, value in _children(data, step)), None)
    return data


def _children(parent: Json, step: str | int | None) -> Iterator[tuple[str | int, Json]]:
    if isinstance(parent, dict):
        if step is None:
            yield from parent.items()
        elif isinstance(step, str) and step in parent:
            yield step, parent[step]
    elif isinstance(parent, list):
        if step is None:
            yield from enumerate(parent)
        elif isinstance(step, int) and step < len(parent):
            yield step, parent[step]
