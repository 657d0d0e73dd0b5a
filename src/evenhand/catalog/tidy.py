"""Tidy folders: items, verdicts of judges and labels of people as three gzipped tables, read strictly.

The text of every cell is kept exactly as it stands (`NA`, `None` and `007` are text); every bad row is named.
"""

import csv
import gzip
import math
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from evenhand.catalog.files import shown_path, unreadable
from evenhand.catalog.json_lines import JsonLines
from evenhand.catalog.line_file import FREE_BYTES, MAX_LINE_BYTES, MAX_RATIO
from evenhand.catalog.source import whole_file
from evenhand.errors import FileError, Finding, UsageError

ITEMS, VERDICTS, HUMANS = "items.jsonl.gz", "verdicts.csv.gz", "humans.csv.gz"
REPLIES = "raw_responses.jsonl.gz"
MAX_FINDINGS = 50
MAX_ID_CHARS = 300
_DEEPEST = 3

RaterColumn = Literal["judge", "annotator"]


class TidyItem(BaseModel):
    """One line of the items."""

    model_config = ConfigDict(frozen=True, extra="allow", strict=True, allow_inf_nan=False)

    item_id: str = Field(min_length=1, max_length=MAX_ID_CHARS)
    prompt: JsonValue = None
    candidates: tuple[JsonValue, ...] = ()
    reference: JsonValue = None
    meta: Mapping[str, JsonValue] | None = None


class TidyReply(BaseModel):
    """One line of the raw replies; the reply stands in `text` or `response`, or in two texts, one a candidate."""

    model_config = ConfigDict(frozen=True, extra="allow", strict=True, allow_inf_nan=False)

    item_id: str = Field(min_length=1, max_length=MAX_ID_CHARS)
    judge: str = Field(min_length=1)
    order: str = "original"
    stage: str = ""
    finish: str | None = None
    text: str | None = None
    response: str | None = None
    text_1: str | None = None
    text_2: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TidyRow:
    """One verdict of a judge, or one label of a person."""

    line: int
    """Line of the file the row ends on."""
    item: str
    rater: str
    criterion: str
    label: str
    """The label as it stands; empty means that no usable verdict was given."""
    score: float | None
    extra: Mapping[str, str]
    """The other columns."""


class TidyTable:
    """A table of verdicts or human labels; each iteration reads the file from its start."""

    def __init__(self, path: Path, rater: RaterColumn) -> None:
        """Prepare to read; `rater` is the column that names who gave a label."""
        self.path = path
        self.shown = shown_path(path)
        self._rater = rater

    def __iter__(self) -> Iterator[TidyRow]:
        """Yield the rows.

        Raises:
            FileError: The table can not be read, or rows are bad (the first fifty are named).
        """
        findings: list[Finding] = []
        reader = csv.reader(_exact_lines(self.path), strict=True)
        try:
            columns = self._columns(next(reader, []))
            for cells in reader:
                row = self._row(columns, cells, reader.line_num)
                if isinstance(row, TidyRow):
                    yield row
                    continue
                findings.append(row)
                if len(findings) == MAX_FINDINGS:
                    break
        except csv.Error as error:
            findings.append(self._finding("I001", f"not CSV: {error}", reader.line_num))
        if findings:
            raise FileError(findings)

    def extra_columns(self) -> tuple[str, ...]:
        """Return the columns beside the common ones, in the order of the file."""
        reader = csv.reader(_exact_lines(self.path), strict=True)
        columns = self._columns(next(reader, []))
        return tuple(name for name in columns if name not in self._common())

    def _common(self) -> tuple[str, ...]:
        return ("item_id", self._rater, "criterion", "label", "score")

    def _columns(self, header: list[str]) -> list[str]:
        missing = [name for name in self._common() if name not in header]
        if missing or len(set(header)) != len(header):
            problem = f"there is no column {missing[0]}" if missing else "a column stands twice"
            raise FileError([self._finding("I002", problem, 1)])
        return header

    def _row(self, columns: list[str], cells: list[str], line: int) -> TidyRow | Finding:
        if len(cells) != len(columns):
            return self._finding("I003", f"the row has {len(cells)} cells instead of {len(columns)}", line)
        named = dict(zip(columns, cells, strict=True))
        item, rater, criterion = named.pop("item_id"), named.pop(self._rater), named.pop("criterion")
        score = _number(named["score"])
        if not (item and rater and criterion) or len(item) > MAX_ID_CHARS:
            return self._finding("I004", f"item_id, {self._rater} or criterion is empty or too long", line)
        if score is None and named["score"]:
            return self._finding("I005", f"the score {named['score'][:40]!r} is not a finite number", line)
        del named["score"]
        label = named.pop("label")
        return TidyRow(
            line=line, item=item, rater=rater, criterion=criterion, label=label, score=score, extra=named
        )

    def _finding(self, code: str, message: str, line: int) -> Finding:
        return Finding(path=self.shown, line=line, column=1, code=code, message=message)


@dataclass(frozen=True, slots=True, kw_only=True)
class TidyFolder:
    """A folder that holds the layout."""

    path: Path
    items: JsonLines[TidyItem]
    verdicts: TidyTable | None
    humans: TidyTable | None
    replies: JsonLines[TidyReply] | None


def tidy_folders(source: Path) -> tuple[TidyFolder, ...]:
    """Return `source`, or else its sub-folders, as far as they hold the layout.

    Raises:
        UsageError: Nothing there holds the layout.
    """
    if not source.is_dir():
        raise UsageError(f"{shown_path(source)} is not a folder")
    if (source / ITEMS).is_file():
        return (_folder(source),)
    below = sorted(path.parent for path in source.rglob(ITEMS) if _is_near(path, source))
    if not below:
        found = ", ".join(sorted(entry.name for entry in source.iterdir())[:6]) or "nothing"
        raise UsageError(
            f"{shown_path(source)} does not hold the tidy layout: {ITEMS} with {VERDICTS} or {HUMANS}",
            hint=f"it holds {found}",
        )
    return tuple(_folder(path) for path in below)


def _is_near(path: Path, source: Path) -> bool:
    parts = path.relative_to(source).parts
    return len(parts) <= _DEEPEST and not path.parent.is_symlink()


def _folder(path: Path) -> TidyFolder:
    verdicts, humans, replies = path / VERDICTS, path / HUMANS, path / REPLIES
    if not verdicts.is_file() and not humans.is_file():
        raise UsageError(f"{shown_path(path)} has items, but neither {VERDICTS} nor {HUMANS}")
    return TidyFolder(
        path=path,
        items=JsonLines(path / ITEMS, TidyItem),
        verdicts=TidyTable(verdicts, "judge") if verdicts.is_file() else None,
        humans=TidyTable(humans, "annotator") if humans.is_file() else None,
        replies=JsonLines(replies, TidyReply) if replies.is_file() else None,
    )


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _exact_lines(path: Path) -> Iterator[str]:
    """Yield the lines of a gzipped UTF-8 file with their line ends as they are.

    Raises:
        FileError: It can not be read, is no gzip or no UTF-8, a line is too long, or it inflates too much.
    """
    shown, inflated = shown_path(path), 0
    try:
        allowed = FREE_BYTES + MAX_RATIO * path.stat().st_size
        with gzip.open(path, "rb") as stream:
            for number, line in enumerate(iter(lambda: stream.readline(MAX_LINE_BYTES + 1), b""), start=1):
                inflated += len(line)
                if len(line) > MAX_LINE_BYTES:
                    raise FileError([_too_long(shown, number)])
                if inflated > allowed:
                    message = f"it inflates to more than {MAX_RATIO} times its size"
                    raise FileError([whole_file(shown, "D009", message)])
                yield _text(line, shown, number)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise FileError([whole_file(shown, "D008", f"not a whole gzip file: {error}")]) from error
    except OSError as error:
        raise FileError([unreadable(path, error)]) from error


def _too_long(shown: str, number: int) -> Finding:
    message = f"the line is longer than {MAX_LINE_BYTES:,} bytes"
    return Finding(path=shown, line=number, column=1, code="D001", message=message)


def _text(line: bytes, shown: str, number: int) -> str:
    try:
        return line.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError as error:
        message = f"byte 0x{line[error.start]:02X} is not UTF-8"
        raise FileError(
            [Finding(path=shown, line=number, column=error.start + 1, code="D002", message=message)]
        ) from error
