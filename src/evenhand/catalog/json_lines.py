"""Files of one JSON object a line: a record for each line, or every bad line named."""

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Generic, NoReturn, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic import TypeAdapter as Adapter

from evenhand.catalog.json_text import parse_json
from evenhand.catalog.line_file import LineFile
from evenhand.catalog.locate import validate
from evenhand.catalog.source import Span
from evenhand.errors import FileError, Finding

MAX_FINDINGS = 50

Record = TypeVar("Record", bound=BaseModel)

Complaint = tuple[str, str, str]
"""A code, a sentence, and the key of the line that it is about."""

Check = Callable[[Record, int], Iterable[Complaint]]
"""Looks at a record and the number of its line."""


class JsonLines(Generic[Record]):
    """A file of records, read once from the start.

    Attributes:
        shown: File as the reader named it.
        number: Number of the line read last.
        head: The first line, where it is of a kind of its own; None until it was read.
    """

    def __init__(
        self,
        path: Path,
        record: type[Record],
        *,
        check: "Check[Record] | None" = None,
        head: type[BaseModel] | None = None,
        read_before: bool = False,
    ) -> None:
        """Prepare to read.

        Args:
            path: A JSONL file; `.gz` at the end of its name means gzip.
            record: What a line holds.
            check: Complains about records that have the right shape and are wrong all the same.
            head: What the first line holds, if that is something else.
            read_before: Whether this process has read all of it without a finding: duplicate keys need not be
                looked for again.
        """
        self._file = LineFile(path)
        self._record = record
        self._adapter = Adapter(record)
        self._check = check
        self._head = head
        self._read_before = read_before
        self.head: BaseModel | None = None
        self._findings: list[Finding] = []
        self.shown = self._file.shown
        self.number = 0

    @property
    def sha256(self) -> str:
        """`sha256:` and the digest of the file, once it was read to its end."""
        return self._file.sha256

    def __iter__(self) -> Iterator[Record]:
        """Yield the records in the order of their lines.

        After the first bad line nothing more is yielded, but the rest of the file is still read for its mistakes.

        Raises:
            FileError: Lines are wrong (the first fifty are named), or the file can not be read.
        """
        try:
            for number, content in self._file:
                self.number = number
                if self._head and self.head is None:
                    if not self._read_head(self._head, number, content):
                        break
                    continue
                record = self._read(number, content)
                if record is not None and not self._findings:
                    yield record
                if len(self._findings) >= MAX_FINDINGS:
                    break
        except FileError as error:
            raise FileError([*self._findings, *error.findings]) from error
        if self._findings:
            raise FileError(self._findings[:MAX_FINDINGS])

    def _read_head(self, kind: type[BaseModel], number: int, content: bytes) -> bool:
        """Read the first line; a file that starts with something else is of another kind, and not read on."""
        adapter = Adapter(kind)
        try:
            self.head = adapter.validate_json(content)
            _STRICT.decode(content.decode())
        except (ValidationError, ValueError, RecursionError):
            self._findings += self._explain(number, content, adapter, kind)
            return False
        return True

    def _read(self, number: int, content: bytes) -> Record | None:
        try:
            record = self._adapter.validate_json(content)
            if not self._read_before:
                _STRICT.decode(content.decode())
        except (ValidationError, ValueError, RecursionError):
            self._findings += self._explain(number, content, self._adapter, self._record)
            return None
        complaints = list(self._check(record, number)) if self._check else ()
        if complaints:
            self._findings += self._point_at(number, content, complaints)
        return record

    def _explain(self, number: int, content: bytes, adapter: "Adapter[Any]", record: Any) -> list[Finding]:
        """Read a bad line again, slowly, to say what is wrong with it and where."""
        document = parse_json(content.decode("utf-8", "replace"), self.shown, first_line=number)
        bad = _first_bad_byte(content)
        if bad is not None:
            span = Span(line=number, column=len(content[:bad].decode("utf-8", "replace")) + 1)
            message = f"byte 0x{content[bad]:02X} is not UTF-8"
            return [document.source.finding("D002", message, span, suggestion="save the file as UTF-8")]
        found = validate(adapter, record, document)[1]
        first = document.source.value_span(())
        return found or [document.source.finding("D003", "not JSON that can be read", first)]

    def _point_at(self, number: int, content: bytes, complaints: Iterable[Complaint]) -> list[Finding]:
        source = parse_json(content.decode(), self.shown, first_line=number).source
        return [source.finding(code, message, source.value_span((key,))) for code, message, key in complaints]


def _first_bad_byte(content: bytes) -> int | None:
    try:
        content.decode()
    except UnicodeDecodeError as error:
        return error.start
    return None


def _refuse_duplicates(pairs: list[tuple[str, object]]) -> None:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a key stands twice")


def _refuse_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is not JSON")


_STRICT = json.JSONDecoder(object_pairs_hook=_refuse_duplicates, parse_constant=_refuse_constant)
"""Sees what pydantic's reader lets pass: duplicate keys, NaN and Infinity."""
