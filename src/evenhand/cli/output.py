"""The one place that writes to the terminal: results to stdout, everything for people to stderr.

Whatever is written passes `one_line` here, so candidate text, judge text and imported names can neither act on a
terminal nor forge a line, and no other module has to remember it. Colour is never part of a text: it is given
beside it, as a `Mark`.
"""

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TextIO

from evenhand.cli.plain_json import plain
from evenhand.records.reveal import reveal

_LINE_END = "⏎"
_GUTTER = "│ "
_RESET = "\x1b[0m"
_LONGEST_LINE = 1 << 16
"""Bytes of a line that is read at once."""


class Style(StrEnum):
    """How a stretch of text is set off, as the code a terminal takes for it."""

    STRONG = "1"
    FAINT = "2"
    GOOD = "32"
    WARNING = "33"
    BAD = "1;31"
    NAME = "36"


@dataclass(frozen=True, slots=True)
class Mark:
    """Text that is set off on a terminal with colours."""

    text: str
    style: Style


Part = str | Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table."""

    title: str
    right: bool = False
    """Whether its cells stand to the right, as numbers do."""
    gives_way: bool = False
    """Whether it is cut when a terminal is too narrow; elsewhere nothing is ever cut."""


def one_line(text: str) -> str:
    """Return `text` on one line, with every character drawn that a terminal would act on instead of showing it."""
    return reveal(text.replace("\r\n", "\n")).replace("\n", _LINE_END).replace("\t", " ")


def plural(count: int, word: str) -> str:
    """Return a count with what it counts, such as `1 item` or `2,000 items`."""
    return f"{count:,} {word}{'' if count == 1 else 's'}"


class ReaderLeftError(Exception):
    """Whoever read stdout went away; there is nothing more to do."""

    def __init__(self) -> None:
        super().__init__("the reader of stdout went away")
        _stop_writing(sys.stdout)


class Screen:
    """Where a command writes."""

    def __init__(
        self, *, as_json: bool = False, quiet: bool = False, verbose: int = 0, color: bool = True
    ) -> None:
        """Say how much is shown.

        Args:
            as_json: Whether stdout takes one JSON document and nothing else.
            quiet: Whether stderr takes problems only.
            verbose: How many levels of detail stderr takes.
            color: Whether terminals get colours.
        """
        self.as_json = as_json
        self._quiet = quiet
        self._verbose = verbose
        self._color = color

    def result(self, *parts: Part) -> None:
        """Write one line of the command's result."""
        if not self.as_json:
            self._write(sys.stdout, parts)

    def block(self, text: str, *, indent: str = "") -> None:
        """Write text of several lines to the result, each behind a bar, so that none can pass for ours."""
        for line in text.replace("\r\n", "\n").split("\n"):
            self.result(indent, Mark(_GUTTER, Style.FAINT), line)

    def say(self, *parts: Part) -> None:
        """Tell people something."""
        if not self._quiet:
            self._write(sys.stderr, parts)

    def detail(self, *parts: Part) -> None:
        """Tell people who asked for more."""
        if self._verbose:
            self._write(sys.stderr, parts)

    def problem(self, *parts: Part) -> None:
        """Tell people what is wrong, however quiet they want it."""
        self._write(sys.stderr, parts)

    def document(self, name: str, body: Any) -> None:
        """Write the command's result as its JSON document, where one was asked for.

        Args:
            name: Name and version of the document, such as "run/v1".
            body: A record or a mapping.
        """
        if self.as_json:
            content = {"schema": f"evenhand/{name}", **plain(body)}
            _put(sys.stdout, _ascii_json(content) + "\n")

    def raw_json(self, content: Mapping[str, Any]) -> None:
        """Write JSON that is itself the result, such as a JSON Schema."""
        _put(sys.stdout, _ascii_json(content) + "\n")

    def line(self, line: str) -> None:
        """Write a line that is itself the result, such as one of JSON in ASCII; it is written as it is.

        Raises:
            ValueError: It holds a character that a terminal acts on.
        """
        if not (line.isascii() and line.removesuffix("\n").isprintable()):
            raise ValueError("a line of a result is printable ASCII")
        _put(sys.stdout, line)

    def text(self, text: str) -> None:
        """Write text that is itself the result, such as a file: as it is into a pipe or a file, drawn on a terminal."""
        if sys.stdout.isatty():
            for line in text.removesuffix("\n").split("\n"):
                self.result(line)
        else:
            _put(sys.stdout, text)

    def table(self, columns: Sequence[Column], rows: Iterable[Sequence[Part]]) -> None:
        """Write a table to the result: two spaces between columns, no lines. A row of one part stands above others."""
        if self.as_json:
            return
        head: list[Part] = [Mark(column.title, Style.STRONG) for column in columns]
        cells = [head, *([_clean(cell) for cell in row] for row in rows)]
        whole = [row for row in cells if len(row) == len(columns)]
        widths = _fit([max(_width(_text(row[at])) for row in whole) for at in range(len(columns))], columns)
        for row in cells:
            self.result(*(row if len(row) == 1 else _aligned(row, columns, widths)))

    @property
    def is_live(self) -> bool:
        """Whether progress can be drawn over itself."""
        return sys.stderr.isatty() and not self._quiet

    @property
    def can_ask(self) -> bool:
        """Whether a person can answer a question."""
        return sys.stdin.isatty() and sys.stderr.isatty()

    def ask(self, question: str) -> bool:
        """Ask a yes-or-no question; anything but yes is no."""
        try:
            _put(sys.stderr, one_line(question) + " [y/N] ")
            answer = sys.stdin.readline()
        except KeyboardInterrupt:
            _put(sys.stderr, "\n")
            raise
        return answer.strip().lower() in {"y", "yes"}

    def read_line(self, prompt: str) -> str | None:
        """Read a line that a person types, after a prompt on a terminal, or that comes from a pipe; None at its end."""
        try:
            if sys.stdin.isatty():
                _put(sys.stderr, one_line(prompt))
            line = sys.stdin.buffer.readline(_LONGEST_LINE)
        except KeyboardInterrupt:
            _put(sys.stderr, "\n")
            raise
        return line.decode("utf-8", "replace").rstrip("\r\n") if line else None

    def has_color(self, stream: TextIO) -> bool:
        """Tell whether `stream` gets colours."""
        return self._color and stream.isatty()

    def _write(self, stream: TextIO, parts: Sequence[Part]) -> None:
        colored = self.has_color(stream)
        _put(stream, "".join(_rendered(part, colored=colored) for part in parts).rstrip(" ") + "\n")


def _put(stream: TextIO, text: str) -> None:
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError as error:
        if stream is sys.stdout:
            raise ReaderLeftError from error
        _stop_writing(stream)  # nobody listens, but the work goes on


def _stop_writing(stream: TextIO) -> None:
    """Lead what is still buffered nowhere, or the interpreter would complain about it at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def _rendered(part: Part, *, colored: bool) -> str:
    text = one_line(_text(part))
    return f"\x1b[{part.style.value}m{text}{_RESET}" if colored and isinstance(part, Mark) and text else text


def _ascii_json(content: Mapping[str, Any]) -> str:
    """JSON in ASCII holds no character that a terminal acts on, DEL included."""
    return json.dumps(content, indent=2, allow_nan=False).replace("\x7f", "\\u007f")


# -- Tables ----------------------------------------------------------------------------------------


def _text(part: Part) -> str:
    return part.text if isinstance(part, Mark) else part


def _clean(part: Part) -> Part:
    text = one_line(_text(part))
    return Mark(text, part.style) if isinstance(part, Mark) else text


def _width(text: str) -> int:
    from rich.cells import cell_len  # noqa: PLC0415 - tables only; help and errors do without

    return len(text) if text.isascii() else cell_len(text)


def _fit(widths: list[int], columns: Sequence[Column]) -> list[int]:
    """Narrow the columns that give way until the table fits a terminal."""
    if not sys.stdout.isatty():
        return widths
    from shutil import get_terminal_size  # noqa: PLC0415 - terminals only

    excess = sum(widths) + 2 * (len(widths) - 1) - get_terminal_size().columns
    for at, column in enumerate(columns):
        if excess > 0 and column.gives_way:
            kept = max(len(column.title), 8, widths[at] - excess)
            excess -= widths[at] - min(widths[at], kept)
            widths[at] = min(widths[at], kept)
    return widths


def _aligned(row: Sequence[Part], columns: Sequence[Column], widths: Sequence[int]) -> list[Part]:
    line: list[Part] = []
    for at, (cell, column, width) in enumerate(zip(row, columns, widths, strict=True)):
        shown = _cut(cell, width)
        space = " " * (width - _width(_text(shown)))
        gap = "  " if at else ""
        line += [gap + space, shown] if column.right else [gap, shown, space]
    return line


def _cut(part: Part, width: int) -> Part:
    text = _text(part)
    if _width(text) <= width:
        return part
    while _width(text) > width - 1:
        text = text[:-1]
    return Mark(text + "…", part.style) if isinstance(part, Mark) else text + "…"
