"""Strict JSON with positions: the slow reader that explains a line the fast one refused."""

import json
import math
import re
from typing import NoReturn

from evenhand.catalog.source import Document, Json, Place, Source, Span
from evenhand.errors import Finding

MAX_DEPTH = 50
MAX_VALUES = 100_000

_BLANK = re.compile(r"[ \t\n\r]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_WORD = re.compile(r"-?[A-Za-z]+")
_WORDS: dict[str, Json] = {"true": True, "false": False, "null": None}
_SURROGATE = re.compile("[\ud800-\udfff]")
_MAX_DIGITS = 400
_TEXT_PROBLEMS = {
    "Unterminated string starting at": "the text is never closed",
    "Invalid control character at": "a control character stands in the text as it is",
}
_STRINGS = json.JSONDecoder()


class _StopReadingError(Exception):
    """Nothing after this point can be read."""


def parse_json(text: str, path: str, *, first_line: int = 1) -> Document:
    """Read one line of JSON into plain data, with a position for every key and value, and say what is wrong.

    Args:
        text: The line.
        path: File as the reader named it.
        first_line: Number of the line in its file.
    """
    reader = _Reader(text, Source(path=path, lines=[text], first_line=first_line))
    try:
        data, readable = reader.read_all(), True
    except _StopReadingError:
        data, readable = None, False
    return Document(data=data, source=reader.source, findings=tuple(reader.findings), readable=readable)


class _Reader:
    """A recursive-descent reader; depth is capped well below Python's own limit."""

    def __init__(self, text: str, source: Source) -> None:
        self.text = text
        self.source = source
        self.findings: list[Finding] = []
        self._at = 0

    def read_all(self) -> Json:
        value = self._value(())
        self._skip_blanks()
        if self._at < len(self.text):
            self._stop(
                "D003", "not JSON: something stands after the end of the value", "write one value a line"
            )
        return value

    def _value(self, place: Place) -> Json:
        self._skip_blanks()
        start = self._at
        value = self._any(place, self.text[start : start + 1])
        self.source.values[place] = self._span(start, self._at)
        return value

    def _any(self, place: Place, first: str) -> Json:
        if len(self.source.values) > MAX_VALUES:
            self._stop("D011", f"more than {MAX_VALUES} values in one line")
        if len(place) > MAX_DEPTH:
            self._stop("D006", f"nested deeper than {MAX_DEPTH} levels")
        if first == "{":
            return self._object(place)
        if first == "[":
            return self._list(place)
        if first == '"':
            return self._string()
        return self._number_or_word()

    def _object(self, place: Place) -> Json:
        found: dict[str, Json] = {}
        self._at += 1
        while not self._closes("}", first=not found):
            start = self._at
            if self._peek() != '"':
                self._stop("D003", "not JSON: a key in double quotes is expected")
            key = self._string()
            self.source.keys.setdefault((*place, key), self._span(start, self._at))
            if key in found:
                self._report("D004", f"key {json.dumps(key)[:62]} stands twice", start, "keep one of them")
            self._expect(":")
            value = self._value((*place, key))
            found.setdefault(key, value)
        return found

    def _list(self, place: Place) -> Json:
        found: list[Json] = []
        self._at += 1
        while not self._closes("]", first=not found):
            found.append(self._value((*place, len(found))))
        return found

    def _closes(self, bracket: str, *, first: bool) -> bool:
        """Step over the comma or the closing bracket; tell whether it was the bracket."""
        if self._peek() == bracket:
            self._at += 1
            return True
        if not first:
            self._expect(",")
            self._skip_blanks()
        return False

    def _expect(self, mark: str) -> None:
        if self._peek() != mark:
            self._stop("D003", f"not JSON: {mark!r} is expected here")
        self._at += 1

    def _string(self) -> str:
        start = self._at
        try:
            value, self._at = _STRINGS.raw_decode(self.text, start)
        except json.JSONDecodeError as error:
            self._at = min(error.pos, len(self.text))
            self._stop("D003", f"not JSON: {_TEXT_PROBLEMS.get(error.msg, 'an escape is none of JSON')}")
        if _SURROGATE.search(value):
            self._report(
                "D005",
                "the text holds half a character (a lone surrogate)",
                start,
                "write the whole character",
            )
            value = _SURROGATE.sub("\ufffd", value)
        return str(value)

    def _number_or_word(self) -> Json:
        start = self._at
        if number := _NUMBER.match(self.text, start):
            self._at = number.end()
            return self._number(number)
        word = _WORD.match(self.text, start)
        if word is None or word[0] not in {*_WORDS, "NaN", "Infinity", "-Infinity"}:
            self._stop("D003", "not JSON: a value is expected here", 'put text in double quotes: "text"')
        self._at = start + len(word[0])
        if word[0] not in _WORDS:
            self._report("D007", f"{word[0]} is not a finite number", start, "leave it out, or write null")
        return _WORDS.get(word[0], 0)

    def _number(self, number: re.Match[str]) -> Json:
        if len(number[0]) <= _MAX_DIGITS:
            if not (number[1] or number[2]):
                return int(number[0])
            if math.isfinite(value := float(number[0])):
                return value
        self._report("D007", "the number is too large", number.start(), "quote it if it is text")
        return 0

    def _peek(self) -> str:
        self._skip_blanks()
        return self.text[self._at : self._at + 1]

    def _skip_blanks(self) -> None:
        blanks = _BLANK.match(self.text, self._at)
        self._at = blanks.end() if blanks else self._at

    def _span(self, start: int, end: int) -> Span:
        return Span(line=self.source.first_line, column=start + 1, width=max(1, end - start))

    def _report(self, code: str, message: str, start: int, suggestion: str = "") -> None:
        span = self._span(start, self._at)
        self.findings.append(self.source.finding(code, message, span, suggestion=suggestion))

    def _stop(self, code: str, message: str, suggestion: str = "") -> NoReturn:
        self._report(code, message, self._at, suggestion)
        raise _StopReadingError
