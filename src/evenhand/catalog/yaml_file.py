"""YAML as people write settings and rules in it: the core schema of YAML 1.2 without its traps.

What a plain word means is what JSON says it means: `true`, `false`, `null` and JSON numbers are values, and
everything else is text (`yes`, `010`, `12:30`, `2026-11-20`). Aliases, anchors, tags, merge keys, duplicate keys
and several documents in one file are refused; size, depth and number of values are capped.
"""

import json
import math
import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from evenhand.catalog.source import Document, Json, Place, Source, Span
from evenhand.errors import Finding

MAX_DEPTH = 50
MAX_VALUES = 200_000
MAX_FINDINGS = 100
_MAX_DIGITS = 400

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_WORDS: dict[str, Json] = {"true": True, "false": False, "null": None, "~": None, "": None}
_WHOLE_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)")

UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
"""Characters no text file may hold as they are: controls, and line ends that programs disagree about."""

_SYNTAX_HINTS = (
    (
        "cannot start any token",
        "a tab or a reserved character starts a word",
        "indent with spaces; quote the text",
    ),
    (
        "mapping values are not allowed",
        "a colon and a space stand inside plain text",
        "put the text in quotes",
    ),
    ("could not find expected ':'", "a line has no colon after its key", "write `key: value`"),
    ("did not find expected key", "the indentation or a quote does not fit the lines above", ""),
    ("did not find expected '-' indicator", "an item of the list has no dash, or another indentation", ""),
    ("unexpected end of stream", "a quote or a bracket is never closed", ""),
)


class _StopReadingError(Exception):
    """Nothing after this point can be read."""


def parse_yaml(text: str, path: str, *, first_line: int = 1) -> Document:
    """Read YAML into plain data, with a position for every key and value.

    Args:
        text: The YAML.
        path: File as the reader named it.
        first_line: Line of the file `text` starts at, where it is a part of one.
    """
    source = Source(path=path, lines=text.split("\n"), first_line=first_line)
    composer = _Composer(source)
    readable = True
    try:
        composer.check_characters(text)
        for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            composer.take(event)
    except yaml.MarkedYAMLError as error:
        composer.report_syntax(error)
        readable = False
    except yaml.YAMLError as error:
        composer.report_unreadable(str(error))
        readable = False
    except _StopReadingError:
        readable = False
    return Document(data=composer.root, source=source, findings=tuple(composer.findings), readable=readable)


@dataclass(slots=True, kw_only=True)
class _Frame:
    """A list or mapping that is being read."""

    place: Place
    value: "list[Json] | dict[str, Json]"
    key: str | None = None
    """The key whose value comes next."""
    lines: dict[str, int] = field(default_factory=dict)
    """Line of each key so far."""

    def next_place(self) -> Place:
        return (*self.place, len(self.value) if self.key is None else self.key)


class _Composer:
    """Builds data from parser events, one after the other, on a stack of its own."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.findings: list[Finding] = []
        self.root: Json = None
        self._frames: list[_Frame] = []
        self._values = 0
        self._documents = 0

    def check_characters(self, text: str) -> None:
        """Report characters no text file may hold."""
        self.findings += find_unprintable(text, self.source)
        if self.findings:
            raise _StopReadingError

    def report_syntax(self, error: yaml.MarkedYAMLError) -> None:
        """Report where the notation breaks."""
        problem = error.problem or "it can not be read"
        words, hint = next(((words, hint) for key, words, hint in _SYNTAX_HINTS if key in problem), ("", ""))
        self._report("Y001", f"not YAML: {words or problem}", self._broken_at(error), hint)

    def _broken_at(self, error: yaml.MarkedYAMLError) -> Span:
        """Return where it breaks; where that is the end of the file, what was left open."""
        marks = [mark for mark in (error.problem_mark, error.context_mark) if mark is not None]
        inside = [
            mark for mark in marks if self.source.line(self.source.first_line + mark.line)[mark.column :]
        ]
        chosen = next(iter(inside or marks), None)
        return self._span(chosen, chosen) if chosen else Span(line=self.source.first_line, column=1)

    def report_unreadable(self, problem: str) -> None:
        """Report a problem the parser gives no place for."""
        first = Span(line=self.source.first_line, column=1)
        self._report("Y001", f"not YAML: {' '.join(problem.split())[:200]}", first)

    def take(self, event: Any) -> None:
        """Take the next event of the parser; enough mistakes end the reading."""
        if len(self.findings) >= MAX_FINDINGS:
            raise _StopReadingError
        if isinstance(event, yaml.DocumentStartEvent):
            self._start_document(event)
        elif isinstance(event, yaml.AliasEvent):
            self._report(
                "Y004",
                f"alias *{event.anchor}: aliases are not read",
                self._mark(event),
                "write the value again",
            )
            self._add(event, None)
        elif isinstance(event, yaml.ScalarEvent):
            self._refuse_properties(event)
            self._scalar(event)
        elif isinstance(event, yaml.SequenceStartEvent | yaml.MappingStartEvent):
            self._refuse_properties(event)
            self._open(event)
        elif isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
            self._frames.pop()
            self._value_done()

    def _start_document(self, event: Any) -> None:
        self._documents += 1
        if self._documents > 1:
            self._stop("Y008", "a second document starts here", event, "keep one document in a file")

    def _refuse_properties(self, event: Any) -> None:
        if event.anchor is not None:
            self._report(
                "Y005", f"anchor &{event.anchor}: anchors are not read", self._mark(event), "remove it"
            )
        if event.tag is not None:
            self._report("Y006", f"tag {event.tag}: tags are not read", self._mark(event), "remove it")

    def _scalar(self, event: Any) -> None:
        frame = self._frames[-1] if self._frames else None
        if frame is not None and isinstance(frame.value, dict) and frame.key is None:
            self._key(frame, event)
        else:
            self._add(event, self._read(event))

    def _key(self, frame: _Frame, event: Any) -> None:
        key, span = event.value, self._mark(event)
        if event.implicit[0] and not _is_text_or_whole_number(key):
            self._report("Y010", f"{key or 'nothing'} is not text, so it is no key", span, f'write "{key}"')
        if event.implicit[0] and key == "<<":
            self._report("Y007", "merge key <<: merging is not read", span, "write the keys again")
        if key in frame.lines:
            self._report(
                "Y003",
                f'key "{key[:60]}" stands twice, first in line {frame.lines[key]}',
                span,
                "keep one of them",
            )
        frame.lines.setdefault(key, span.line)
        frame.key = key
        self.source.keys.setdefault(frame.next_place(), span)

    def _read(self, event: Any) -> Json:
        text: str = event.value
        if not event.implicit[0]:
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _NOT_FINITE.fullmatch(text):
            self._report(
                "Y009", f"{text} is not a finite number", self._mark(event), "quote it if it is text"
            )
            return 0
        number = _NUMBER.fullmatch(text)
        return self._number(event, is_whole=not (number[1] or number[2])) if number else text

    def _number(self, event: Any, *, is_whole: bool) -> Json:
        text: str = event.value
        value = math.inf if len(text) > _MAX_DIGITS else json.loads(text)
        if is_whole and value != math.inf:
            return int(text)
        if not math.isfinite(value):
            self._report("Y009", "the number is too large", self._mark(event), "quote it if it is text")
            return 0
        return float(value)

    def _open(self, event: Any) -> None:
        frame = self._frames[-1] if self._frames else None
        if frame is not None and isinstance(frame.value, dict) and frame.key is None:
            self._stop("Y010", "a list or mapping can not be a key", event, "write the key as text")
        if len(self._frames) >= MAX_DEPTH:
            self._stop("Y011", f"nested deeper than {MAX_DEPTH} levels", event, "")
        place = frame.next_place() if frame else ()
        value: list[Json] | dict[str, Json] = [] if isinstance(event, yaml.SequenceStartEvent) else {}
        self._store(event, value)
        self._frames.append(_Frame(place=place, value=value))

    def _add(self, event: Any, value: Json) -> None:
        self._store(event, value)
        self._value_done()

    def _store(self, event: Any, value: Json) -> None:
        self._values += 1
        if self._values > MAX_VALUES:
            self._stop("Y012", f"more than {MAX_VALUES} values", event, "split the file")
        if not self._frames:
            self.source.values[()] = self._mark(event)
            self.root = value
            return
        frame = self._frames[-1]
        self.source.values.setdefault(frame.next_place(), self._mark(event))
        if isinstance(frame.value, list):
            frame.value.append(value)
        else:
            assert frame.key is not None or self.findings
            frame.value.setdefault(frame.key or "", value)

    def _value_done(self) -> None:
        if self._frames:
            self._frames[-1].key = None

    def _mark(self, event: Any) -> Span:
        return self._span(event.start_mark, event.end_mark)

    def _span(self, start: Any, end: Any) -> Span:
        line = self.source.first_line + start.line
        rest = len(self.source.line(line)) - start.column
        width = end.column - start.column if end.line == start.line else rest
        return Span(line=line, column=start.column + 1, width=max(1, width))

    def _report(self, code: str, message: str, span: Span, suggestion: str = "") -> None:
        self.findings.append(self.source.finding(code, message, span, suggestion=suggestion))

    def _stop(self, code: str, message: str, event: Any, suggestion: str) -> None:
        self._report(code, message, self._mark(event), suggestion)
        raise _StopReadingError


def _is_text_or_whole_number(key: str) -> bool:
    if _WHOLE_NUMBER.fullmatch(key):
        return True
    return key not in _WORDS and not _NUMBER.fullmatch(key) and not _NOT_FINITE.fullmatch(key)


def find_unprintable(text: str, source: Source) -> list[Finding]:
    """Return a finding for the first character of each line that no text file may hold; at most fifty."""
    if not UNPRINTABLE.search(text):
        return []
    lines = enumerate(text.split("\n"), start=source.first_line)
    bad = [(number, match) for number, line in lines if (match := UNPRINTABLE.search(line))]
    return [
        source.finding(
            "Y002",
            f"character U+{ord(match[0]):04X} may not stand in a text file",
            Span(line=number, column=match.start() + 1),
            suggestion="remove it, or write it as an escape in double quotes",
        )
        for number, match in bad[:50]
    ]
