"""Power loss without power: record what a run writes and syncs, and rebuild the disk as each cut could leave it.

    python -m benchmarks.crash.power --units 40 --seed 1

A process that commits units is traced by strace. For each moment between two of its syncs the files are rebuilt as if
the power went then: with every write that was not synced lost, with all of them kept, and with seeded parts of them
kept, down to single sectors. SQLite opens each, and must find the file sound and every unit in it that the process had
been told is stored.
"""

import argparse
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.crash.traced import CALLS, Event, read_trace

FULL = 2
"""SQLite's `synchronous` as the ledger sets it; with 0 the commits of a run would not outlive its power."""
_SECTOR = 512
_LEDGER = "ledger.sqlite"
_STORED = "SELECT unit FROM attempts WHERE reply IS NOT NULL"
_RATED = "SELECT unit FROM ratings"
_DURABLE = (_LEDGER, f"{_LEDGER}-wal", f"{_LEDGER}-journal")
ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Disk:
    """What is surely on disk of each file, and what was done since its last sync."""

    sure: dict[str, bytes] = field(default_factory=dict)
    since: dict[str, list[Event]] = field(default_factory=dict)

    def apply(self, event: Event) -> None:
        """Take one event into account; a sync makes everything before it sure."""
        if event.kind == "sync":
            for file in [event.file] if event.file else self._removed():
                self.sure[file] = self.content(file, lambda _event: True)
                self.since[file] = []
        else:
            self.since.setdefault(event.file, []).append(event)

    def _removed(self) -> list[str]:
        """Return the files that are gone once the folder is synced."""
        return [
            file for file, events in self.since.items() if any(event.kind == "remove" for event in events)
        ]

    def content(self, file: str, kept: Callable[[Event], bool]) -> bytes:
        """Return a file with the unsynced changes that are kept."""
        content = bytearray(self.sure.get(file, b""))
        for event in self.since.get(file, ()):
            if kept(event):
                _change(content, event)
        return bytes(content)

    def files(self) -> frozenset[str]:
        """Return the files that may be there."""
        return frozenset(self.sure.keys() | self.since.keys())


def _change(content: bytearray, event: Event) -> None:
    if event.kind == "remove":
        content.clear()
    elif event.kind == "truncate":
        del content[event.offset :]
        content.extend(bytes(event.offset - len(content)))
    else:
        content.extend(bytes(max(0, event.offset - len(content))))
        content[event.offset : event.offset + len(event.data)] = event.data


def sectors(event: Event) -> Iterator[Event]:
    """Split a write where a disk may stop in the middle of it."""
    if event.kind != "write":
        yield event
        return
    start = 0
    while start < len(event.data):
        end = start + _SECTOR - (event.offset + start) % _SECTOR
        yield Event(kind="write", file=event.file, offset=event.offset + start, data=event.data[start:end])
        start = end


@dataclass
class Told:
    """What the process had been told is on disk."""

    stored: set[int] = field(default_factory=set)
    """Units whose reply is."""
    rated: set[int] = field(default_factory=set)
    """Units whose rating is."""

    def hear(self, words: bytes) -> None:
        """Take in what the process said."""
        for line in words.splitlines():
            word, _, unit = line.partition(b" ")
            if word in {b"stored", b"rated"}:
                (self.stored if word == b"stored" else self.rated).add(int(unit))


@dataclass(kw_only=True)
class Found:
    """What all cuts showed."""

    syncs: int = 0
    cuts: int = 0
    """Disks rebuilt and opened."""
    units: int = 0
    """Replies and ratings that had been acknowledged, over all cuts."""
    lost: int = 0
    unsound: int = 0


def record(folder: Path, units: int, synchronous: int = FULL) -> list[Event]:
    """Trace a process that stores so many units."""
    trace, ledger = folder / "trace", folder / "ledger"
    ledger.mkdir()
    command = ["strace", "-f", "-y", "-xx", "-s", "1000000", "-e", f"trace={CALLS}", "-o", str(trace)]
    command += [
        sys.executable,
        "-m",
        "benchmarks.crash.power_writer",
        str(ledger),
        str(units),
        str(synchronous),
    ]
    subprocess.run(
        command, check=True, cwd=ROOT, stdout=subprocess.PIPE, env={**os.environ, "PYTHONUNBUFFERED": "1"}
    )
    return list(read_trace(trace, ledger))


def cut_everywhere(events: list[Event], folder: Path, seed: int, parts: int) -> Found:
    """Let the power go at each sync, before and after it, and look at what is left."""
    dice, disk, found, told = random.Random(seed), Disk(), Found(), Told()
    for event in events:
        if event.kind == "say":
            told.hear(event.data)
            continue
        if event.file not in _DURABLE and event.kind != "sync":
            continue
        if event.kind == "sync":
            found.syncs += 1
            _cut(disk, folder, told, found, dice, parts)
        for part in sectors(event):
            disk.apply(part)
    _cut(disk, folder, told, found, dice, parts)
    return found


def _cut(disk: Disk, folder: Path, told: Told, found: Found, dice: random.Random, parts: int) -> None:
    ways: list[Callable[[Event], bool]] = [lambda _event: False, lambda _event: True]
    ways += [lambda _event: dice.random() < 0.5] * parts
    for kept in ways:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for file in disk.files():
            if content := disk.content(file, kept):
                (folder / file).write_bytes(content)
        found.cuts += 1
        found.units += len(told.stored) + len(told.rated)
        _look(folder / _LEDGER, told, found)


def _look(path: Path, told: Told, found: Found) -> None:
    try:
        with closing(sqlite3.connect(path)) as connection:
            found.unsound += connection.execute("PRAGMA integrity_check").fetchall() != [("ok",)]
            for query, units in ((_STORED, told.stored), (_RATED, told.rated)):
                if units:
                    found.lost += len(units - {unit for (unit,) in connection.execute(query)})
    except sqlite3.DatabaseError:
        found.unsound += 1


def main() -> int:
    """Print what was found."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--units", type=int, default=40)
    parser.add_argument(
        "--parts", type=int, default=3, help="seeded parts of the unsynced writes, for each cut"
    )
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        events = record(Path(name), arguments.units)
        found = cut_everywhere(events, Path(name) / "cut", arguments.seed, arguments.parts)
    print(f"seed {arguments.seed}; {arguments.units} units stored, {found.syncs} syncs")
    print(f"acknowledged rows lost at a power cut    {found.lost} (n = {found.units} in {found.cuts} cuts)")
    print(f"files that fail SQLite's integrity check {found.unsound} (n = {found.cuts} cuts)")
    return 1 if found.lost or found.unsound or not found.units else 0


if __name__ == "__main__":
    sys.exit(main())
