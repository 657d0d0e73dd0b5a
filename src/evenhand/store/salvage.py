"""Save what can still be read from a damaged ledger into a fresh one, so that nothing readable is paid for again."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError
from sqlalchemy import Column, Float, Integer, LargeBinary, Table, Text, func, select
from sqlalchemy.dialects.sqlite import insert as insert_or

from evenhand.errors import LedgerError
from evenhand.records.canonical import FileRecord
from evenhand.records.replay import RecordingsHead
from evenhand.records.run import AttemptState, Manifest, RunState
from evenhand.store import tables
from evenhand.store.ledger import LedgerFile, chunks, open_ledger
from evenhand.store.pages import FoundRow, Value, read_rows

_TABLES: Final = (
    tables.runs,
    tables.attempts,
    tables.labels,
    tables.instruments,
    tables.batches,
    tables.recordings,
    tables.recording_heads,
    tables.split_locks,
    tables.split_labels,
    tables.split_uses,
)
"""Tables whose rows are told by their shape; replies are told by their digest, the rest is computed again."""
_PYTHON: Final[Mapping[type, tuple[type, ...]]] = {
    Integer: (int,),
    Float: (int, float),
    Text: (str,),
    LargeBinary: (bytes,),
}
_PROGRESS: Final = ("sent", "unknown", "failed", "received", "parsed")
"""States of an attempt from the least known to the most; of two versions of one attempt the latter is right."""
_REASON: Final = "saved from a damaged ledger"
_DIGEST_BYTES: Final = 32
_ROWS_PER_COMMIT: Final = 2_000

Row = dict[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Salvaged:
    """What was saved."""

    runs: tuple[str, ...]
    """Names of the runs that can be resumed."""
    replies: int
    """Replies saved; each is what its digest says it is."""
    attempts: int
    replies_lost: int
    """Attempts whose reply could not be read any more."""
    labels: int
    """Human labels saved."""
    without_run: int
    """Replies saved whose run is lost: a new run of the same suite uses them as recordings."""


def salvage(damaged: Path, target: Path) -> Salvaged:
    """Read a damaged ledger page by page and write what is whole into a new one.

    Raises:
        LedgerError: The target exists, or nothing can be read.
    """
    if target.exists():
        raise LedgerError(f"{target} exists already", hint="name a file that does not exist yet")
    try:
        found = _Found.read(damaged)
    except OSError as error:
        raise LedgerError(
            f"{damaged} can not be read: {error.strerror}", hint="copy it to a good disk first"
        ) from error
    if not found.digests and not found.rows["labels"]:
        raise LedgerError(f"nothing of {damaged} can be read any more", hint="restore a copy")
    ledger = open_ledger(target, create=True)
    with ledger.writing():
        return found.write(ledger)


class _Found:
    """Rows that passed for rows of ours, the best version of each."""

    def __init__(self) -> None:
        self.digests: set[bytes] = set()
        self.rows: dict[str, dict[int, Row]] = {table.name: {} for table in _TABLES}
        self.path = Path()

    @classmethod
    def read(cls, path: Path) -> "_Found":
        found = cls()
        found.path = path
        for row in read_rows(path):
            found.take(row)
        return found

    def take(self, row: FoundRow) -> None:
        if is_reply(row):
            self.digests.add(bytes(row.values[0]))  # type: ignore[arg-type] # a reply begins with its digest
            return
        for table in _TABLES:
            values = _as_row(table, row)
            if values is not None:
                known = self.rows[table.name].get(row.id)
                if known is None or _rank(table, values) >= _rank(table, known):
                    self.rows[table.name][row.id] = values
                return

    def write(self, ledger: LedgerFile) -> Salvaged:
        replies = _write(ledger, tables.replies, self._replies())
        runs = self.rows["runs"]
        for run in runs.values():
            if run["state"] == RunState.RUNNING.value or run["state"] == RunState.FINISHED.value:
                run.update(state=RunState.STOPPED.value, reason=_REASON, finished="")
        attempts = self.rows["attempts"].values()
        mine = [self._attempt(row) for row in attempts if row["run"] in runs]
        strays = [row for row in attempts if row["run"] not in runs and row["reply"] in self.digests]
        recordings = [row for row in self.rows["recordings"].values() if row["reply"] in self.digests]
        batches = [row for row in self.rows["batches"].values() if row["run"] in runs]
        _write(ledger, tables.runs, runs.values())
        _write(ledger, tables.instruments, self.rows["instruments"].values())
        _write(ledger, tables.batches, batches)
        _write(ledger, tables.attempts, mine)
        _write(ledger, tables.labels, self.rows["labels"].values())
        _write(ledger, tables.recordings, recordings)
        _write(ledger, tables.recording_heads, self.rows["recording_heads"].values())
        _write(ledger, tables.recordings, (_recording(row) for row in strays))
        for table in (tables.split_locks, tables.split_labels, tables.split_uses):
            _write(ledger, table, self.rows[table.name].values())
        return Salvaged(
            runs=tuple(str(row["name"]) for row in runs.values()),
            replies=replies,
            attempts=len(mine),
            replies_lost=sum(
                row["reply"] is not None and row["reply"] not in self.digests for row in attempts
            ),
            labels=len(self.rows["labels"]),
            without_run=len(strays),
        )

    def _replies(self) -> Iterable[Row]:
        """Read the bodies once more: all of them would not fit into memory."""
        for row in read_rows(self.path):
            if is_reply(row):
                yield {"hash": row.values[0], "body": row.values[1]}

    def _attempt(self, row: Row) -> Row:
        """Return an attempt as it is without its reply where that is lost: paid for, and to be asked again."""
        if row["reply"] is None or row["reply"] in self.digests:
            return row
        if row["state"] == AttemptState.RECEIVED.value:
            return {**row, "reply": None, "state": AttemptState.UNKNOWN.value, "maybe_billed": 1}
        return {**row, "reply": None}


def is_reply(row: FoundRow) -> bool:
    """Tell whether a row is a reply, whole to the last byte."""
    if len(row.values) != 2:
        return False
    digest, body = row.values
    return isinstance(digest, bytes) and isinstance(body, bytes) and hashlib.sha256(body).digest() == digest


def _as_row(table: Table, row: FoundRow) -> Row | None:
    """Return a row by the names of a table's columns; None where it has not the shape of that table."""
    columns = list(table.columns)
    given, missing = columns[: len(row.values)], columns[len(row.values) :]
    if len(row.values) > len(columns) or not all(each.nullable or each.server_default for each in missing):
        return None
    values: Row = {each.name: _default(each) for each in missing}
    for column, value in zip(given, row.values, strict=True):
        if column.primary_key:
            values[column.name] = row.id
            if value is not None:
                return None
        elif value is None and column.nullable:
            values[column.name] = None
        elif isinstance(value, _PYTHON[type(column.type)]):
            values[column.name] = value
        else:
            return None
    return values if _is_plausible(table, values) else None


def _default(column: Column[Any]) -> Value:
    return None if column.server_default is None else ""


def _is_plausible(table: Table, values: Row) -> bool:
    if table is tables.attempts:
        reply = values.get("reply")
        has_key = isinstance(values["key"], bytes) and len(values["key"]) == _DIGEST_BYTES
        return has_key and values["state"] in _PROGRESS and (reply is None or _is_digest(reply))
    if table is tables.runs:
        return values["state"] in set(RunState) and _is_record(Manifest, values["manifest"])
    if table is tables.recording_heads:
        return _is_record(RecordingsHead, values["head"])
    if table is tables.split_labels:
        return values["split"] in set(range(3))
    if table is tables.split_uses:
        return values["split"] in {"optimise", "gate", "sealed"}
    return True


def _is_digest(value: Value) -> bool:
    return isinstance(value, bytes) and len(value) == _DIGEST_BYTES


def _is_record(kind: type[FileRecord], text: Value) -> bool:
    try:
        kind.model_validate_json(str(text))
    except ValidationError:
        return False
    return True


def _rank(table: Table, values: Row) -> tuple[int, int]:
    """Rank versions of one row: the one that knows more, and of equals the one found later."""
    if table is tables.attempts:
        return _PROGRESS.index(str(values["state"])), 0
    if table is tables.runs:
        return len(json.loads(str(values["manifest"])).get("endpoints", ())), 0
    return 0, 0


def _recording(attempt: Row) -> Row:
    """Return the reply of a lost run as a recording: found by its key, whoever asks the same question."""
    kept = ("key", "reply", "nonce", "judge", "served_model", "fingerprint", "request_id")
    counts = ("input_tokens", "output_tokens", "cached_tokens")
    unknown = dict.fromkeys(("case_id", "candidate_id", "principle_id", "order", "protocol", "model"), "")
    return {**{name: attempt[name] for name in (*kept, *counts)}, **unknown, "repeat": 0, "source": _REASON}


def _write(ledger: LedgerFile, table: Table, rows: Iterable[Mapping[str, Any]]) -> int:
    """Add rows, each once; return how many the table then has."""
    statement = insert_or(table).on_conflict_do_nothing()
    for chunk in chunks(rows, _ROWS_PER_COMMIT):
        with ledger.write() as connection:
            connection.execute(statement, chunk)
    with ledger.read() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())
