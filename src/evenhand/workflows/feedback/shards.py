"""Files of rows: bounded in size, named by their split, the same rows giving the same bytes."""

import gzip
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, Protocol, cast

from evenhand.catalog.files import digest_file
from evenhand.catalog.parquet_shard import Cell, ParquetShard
from evenhand.feedback.card import ExportedFile
from evenhand.workflows.feedback.spool import SpooledRow

_ROWS_PER_GROUP: Final = 2_000
ROWS, BESIDE = "data", "columns"
"""Folders of the files a trainer reads, and of the columns beside them."""


class Shard(Protocol):
    """A file that takes rows."""

    def write(self, line: bytes) -> None:
        """Add a row."""

    def close(self) -> None:
        """End the file."""


class LineShard:
    """A file of JSON lines, packed where its name says so."""

    def __init__(self, path: Path) -> None:
        self._stack = ExitStack()
        plain: BinaryIO = self._stack.enter_context(path.open("wb"))
        self._stream = plain
        if path.name.endswith(".gz"):  # without a name or a time, so that the same lines give the same bytes
            packed = gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=plain, mtime=0)
            self._stream = cast("BinaryIO", self._stack.enter_context(packed))

    def write(self, line: bytes) -> None:
        """Add a row."""
        self._stream.write(line)

    def close(self) -> None:
        """End the file."""
        self._stack.close()


class FlatShard:
    """A Parquet file of flat columns; a prompt of several turns is JSON beside its text."""

    def __init__(self, path: Path, columns: Mapping[str, Cell]) -> None:
        self._file = ParquetShard(path, columns)
        self._rows: list[Mapping[str, Any]] = []

    def write(self, line: bytes) -> None:
        """Add a row."""
        self._rows.append(json.loads(line))
        if len(self._rows) == _ROWS_PER_GROUP:
            self._flush()

    def close(self) -> None:
        """End the file."""
        self._flush()
        self._file.close()

    def _flush(self) -> None:
        if self._rows:
            self._file.write(self._rows)
            self._rows = []


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardKind:
    """What files are written, and how large."""

    most_bytes: int
    """Bytes of the rows of one file, as JSON; a file holds at least one row."""
    packed: bool = False
    """Whether JSON lines are packed with gzip."""
    flat: Mapping[str, Cell] | None = None
    """Columns of Parquet files; None means JSON lines."""

    @property
    def ending(self) -> str:
        """End of the names of the files."""
        return ".parquet" if self.flat else ".jsonl.gz" if self.packed else ".jsonl"

    def open(self, path: Path) -> Shard:
        """Begin a file."""
        return FlatShard(path, self.flat) if self.flat else LineShard(path)


@dataclass(slots=True, kw_only=True)
class _Open:
    """The files of a split that take rows: one, or two with the same rows in the same order."""

    shards: Mapping[str, Shard]
    """By path."""
    rows: int = 0
    size: int = 0


class ShardWriter:
    """Files below a folder, those of each split open at a time."""

    def __init__(self, folder: Path, kind: ShardKind) -> None:
        self._folder = folder
        self._kind = kind
        self._open: dict[str, _Open] = {}
        self._numbers: Counter[str] = Counter()
        self._done: list[tuple[str, str, int]] = []

    def write(self, row: SpooledRow) -> None:
        """Add a row to the files of its split, new ones where those are full."""
        size = sum(map(len, row.lines))
        there = self._open.get(row.split)
        if there is not None and there.size + size > self._kind.most_bytes:
            self._close(row.split)
            there = None
        there = there or self._begin(row.split, len(row.lines))
        for shard, line in zip(there.shards.values(), row.lines, strict=True):
            shard.write(line)
        there.rows += 1
        there.size += size

    def close(self) -> None:
        """End all files."""
        for split in list(self._open):
            self._close(split)

    def files(self, below: str) -> Iterator[ExportedFile]:
        """Yield the files of one folder, split by split and in their order."""
        for path, split, rows in sorted(self._done):
            if path.startswith(f"{below}/"):
                there = self._folder / path
                yield ExportedFile(
                    path=path, split=split, rows=rows, size=there.stat().st_size, sha256=digest_file(there)
                )

    def _begin(self, split: str, lines: int) -> _Open:
        name = f"{split}-{self._numbers[split]:05d}{self._kind.ending}"
        self._numbers[split] += 1
        for below in (ROWS, BESIDE)[:lines]:
            (self._folder / below).mkdir(exist_ok=True)
        paths = [f"{below}/{name}" for below in (ROWS, BESIDE)[:lines]]
        self._open[split] = _Open(shards={path: self._kind.open(self._folder / path) for path in paths})
        return self._open[split]

    def _close(self, split: str) -> None:
        there = self._open.pop(split)
        for path, shard in there.shards.items():
            shard.close()
            self._done.append((path, split, there.rows))


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenShards:
    """Files that were written."""

    files: tuple[ExportedFile, ...]
    beside: tuple[ExportedFile, ...]


def write_shards(rows: Iterable[SpooledRow], folder: Path, kind: ShardKind) -> WrittenShards:
    """Write rows into files below a folder; the columns beside them into files with the same rows in the same order."""
    writer = ShardWriter(folder, kind)
    try:
        for row in rows:
            writer.write(row)
    finally:
        writer.close()
    return WrittenShards(files=tuple(writer.files(ROWS)), beside=tuple(writer.files(BESIDE)))


__all__ = ["BESIDE", "ROWS", "ShardKind", "WrittenShards", "write_shards"]
