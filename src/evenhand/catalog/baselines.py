"""Baseline files: written whole or not at all, and read strictly, each wrong line named."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from evenhand.catalog.baseline_cases import CaseReader
from evenhand.catalog.baseline_head import read_head
from evenhand.catalog.baseline_layout import CASES_LINE, baseline_lines
from evenhand.catalog.files import shown_path
from evenhand.catalog.line_file import LineFile
from evenhand.catalog.source import Source, Span
from evenhand.catalog.whole_file import replace_file
from evenhand.errors import FileError, Finding
from evenhand.records.baseline import Baseline, BaselineCase, BaselineHead

MAX_FINDINGS: Final = 50
RESTORE: Final = "restore it with: git checkout -- FILE"
_CONFLICT: Final = (b"<<<<<<<", b"|||||||", b"=======", b">>>>>>>")
_MAX_HEAD_LINES: Final = 20_000


def write_baseline(path: Path, baseline: Baseline) -> None:
    """Write a baseline; what stood there is replaced in one step, and stays whole where that fails.

    Raises:
        UsageError: It can not be written.
    """
    replace_file(path, baseline_lines(baseline), hint="name another file under gate.baseline of the suite")


def read_baseline(path: Path) -> Baseline:
    """Return the baseline of a file.

    Raises:
        FileError: There is none, or lines of it are wrong; the first fifty are named.
    """
    return _File(path).read()


@contextmanager
def _no_collections() -> Iterator[None]:
    """Leave the collector of cycles out: reading makes a million objects and not one cycle."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class _File:
    """A baseline's file, read once from the start."""

    def __init__(self, path: Path) -> None:
        self.shown = shown_path(path)
        self._lines = iter(LineFile(path))
        self._number = 0
        self._findings: list[Finding] = []

    def read(self) -> Baseline:
        head = self._head()
        with _no_collections():
            cases = self._cases(CaseReader(head, self.shown))
        return Baseline(head=head, cases=cases)

    def _head(self) -> BaselineHead:
        lines: list[bytes] = []
        for content in self._next():
            if content == CASES_LINE.encode():
                return read_head(lines, self.shown)
            lines.append(content)
            self._refuse_other_layout(lines)
        if not lines:
            raise FileError([self._finding("B002", "the file is empty", b"", RESTORE)])
        raise self._truncated(lines[-1])

    def _refuse_other_layout(self, lines: list[bytes]) -> None:
        """Stop where this is not laid out as it was written: such as by a formatter, or in one line."""
        first, last = lines[0], lines[-1]
        if first != b"{" or last.replace(b" ", b"").startswith(b'"cases":') or len(lines) > _MAX_HEAD_LINES:
            message = "the file is not laid out as a baseline is, with one line a case"
            hint = f"keep formatters away from it, and {RESTORE}"
            raise FileError([self._finding("B003", message, last, hint)])

    def _cases(self, reader: CaseReader) -> dict[str, BaselineCase]:
        cases: dict[str, BaselineCase] = {}
        comma = True
        last = b""
        for content in self._next():
            last = content
            if content == b"}" or len(self._findings) >= MAX_FINDINGS:
                break
            if not comma:
                self._note("D003", "not JSON: a comma is missing at the end of the line before", content)
            comma = content.endswith(b",")
            self._add(cases, reader, content)
        else:
            raise self._truncated(last)
        if self._findings:
            raise FileError(self._findings[:MAX_FINDINGS])
        self._end(last, is_comma_left=comma and bool(cases))
        return cases

    def _add(self, cases: dict[str, BaselineCase], reader: CaseReader, content: bytes) -> None:
        case = reader.read(content)
        if case is None:
            self._findings += reader.explain(self._number, content)
        elif case.id in cases:
            self._note("D004", "the case stands twice", content, "keep one of the lines")
        else:
            cases[case.id] = case

    def _end(self, last: bytes, *, is_comma_left: bool) -> None:
        """Refuse what does not end as it should: `}` after the last case, and `}` after all."""
        if is_comma_left:
            hint = "remove the comma at the end of the line before"
            raise FileError([self._finding("D003", "not JSON: another case is expected here", last, hint)])
        rest = list(self._next())
        if not rest:
            raise self._truncated(last)
        if rest != [b"}"]:
            message = "something stands after the end of the baseline"
            raise FileError([self._finding("D003", f"not JSON: {message}", rest[-1], RESTORE)])

    def _next(self) -> Iterator[bytes]:
        """Yield the lines that are left.

        Raises:
            FileError: One is the mark of a merge conflict, or too long, or the file can not be read.
        """
        for number, content in self._lines:
            self._number = number
            if content.startswith(_CONFLICT):
                message = "a merge conflict was left in the file"
                hint = "take one side with: git checkout --ours FILE, or --theirs; or judge again and accept that run"
                raise FileError([*self._findings, self._finding("B001", message, content, hint)])
            yield content

    def _truncated(self, last: bytes) -> FileError:
        """Return the error of a file that is cut off; what is wrong in its last line only follows from that."""
        before = [found for found in self._findings if found.line < self._number]
        message = "the file ends in the middle"
        return FileError([*before, self._finding("B002", message, last, RESTORE, column=len(last))])

    def _note(self, code: str, message: str, content: bytes, hint: str = "") -> None:
        self._findings.append(self._finding(code, message, content, hint))

    def _finding(self, code: str, message: str, content: bytes, hint: str, *, column: int = 1) -> Finding:
        number = max(1, self._number)
        source = Source(path=self.shown, lines=[content.decode("utf-8", "replace")], first_line=number)
        hint = hint.replace("FILE", self.shown)
        return source.finding(code, message, Span(line=number, column=max(1, column)), suggestion=hint)
