"""What a person decided on changed cells, kept beside the ledger until a baseline is accepted.

Every decision is on disk before the next cell is shown, so an interruption loses nothing; the baseline itself is not
touched. A decision is about one change: it holds as long as the cell, what was said of it before and now, and the texts
are those it was made on.
"""

import json
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from enum import StrEnum
from hashlib import blake2b
from pathlib import Path
from typing import Final

from evenhand.catalog.settings import find_workspace
from evenhand.errors import UsageError
from evenhand.gate.baseline_diff import CellChange
from evenhand.records.canonical import ascii_line, canonical_json
from evenhand.workflows.baseline.find import SuitePlace

_FOLDER: Final = "baseline-review"
_MOST_BYTES: Final = 200_000_000


class Decision(StrEnum):
    """What a person says of a change."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    OPEN = "open"
    """Taken back, or put off."""


class Decisions:
    """The decisions on the changes of one suite."""

    def __init__(self, start: Path, place: SuitePlace) -> None:
        """Read what was decided before."""
        ledger = find_workspace(start).ledger_path
        self.path = ledger.parent / _FOLDER / f"{place.suite.id}.jsonl"
        self._made = self._read()

    def of(self, change: CellChange) -> Decision:
        """Return what was decided on a change."""
        return self._made.get(_key(change), Decision.OPEN)

    def decide(self, changes: Iterable[CellChange], decision: Decision) -> None:
        """Keep a decision; it is on disk when this returns.

        Raises:
            UsageError: It can not be written.
        """
        lines = [(_key(change), _line(change, decision)) for change in changes]
        if not lines:
            return
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("ab") as stream:
                stream.write(b"".join(line for _, line in lines))
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            raise UsageError(f"{self.path} can not be written: {error.strerror}") from error
        self._made.update((key, decision) for key, _ in lines)

    def forget(self) -> None:
        """Drop all of them, once a baseline was accepted."""
        with suppress(FileNotFoundError):
            self.path.unlink()
        self._made = {}

    def _read(self) -> dict[str, Decision]:
        """Read the lines that are whole; a kill may have cut the last one."""
        try:
            content = self.path.read_bytes()[:_MOST_BYTES]
        except OSError:
            return {}
        made: dict[str, Decision] = {}
        for line in content.split(b"\n"):
            with suppress(ValueError, TypeError, KeyError):
                found: Mapping[str, str] = json.loads(line)
                made[str(found["change"])] = Decision(found["decision"])
        return made


def _line(change: CellChange, decision: Decision) -> bytes:
    """Return a decision as a line that a person can read too."""
    return b"\n" + ascii_line(
        {
            "case": change.case,
            "candidate": change.candidate,
            "principle": change.principle,
            "old": change.old,
            "new": change.new,
            "change": _key(change),
            "decision": decision.value,
        }
    ).encode("ascii")


def _key(change: CellChange) -> str:
    content = [
        change.case, change.candidate, change.principle, change.old, change.new, change.prompt, change.output,
    ]  # fmt: skip
    return blake2b(canonical_json(content), digest_size=16).hexdigest()
