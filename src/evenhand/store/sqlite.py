"""SQLite as the ledger needs it: settings set and read back on every connection, one writing process."""

import os
import sqlite3
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.pool import NullPool

from evenhand.errors import LedgerError

BUSY_TIMEOUT_MS = 10_000
HAS_BEGUN = "has begun"
"""Set in the `info` of a connection whose transaction was begun below SQLAlchemy."""
_HAND_OVER_SECONDS = 10.0
_WAL_SAFE_SINCE = (3, 51, 3)
SETTINGS: dict[str, str | int] = {
    "journal_mode": "wal",
    "synchronous": 2,
    "busy_timeout": BUSY_TIMEOUT_MS,
    "foreign_keys": 1,
    "trusted_schema": 0,
}
"""Pragmas and the values they must read back as; synchronous 2 is FULL."""
REVIEW_SETTINGS: dict[str, str | int] = {**SETTINGS, "journal_mode": "truncate"}
"""The same for a file that several processes write, each in short transactions.

A journal that is cut off is synced, one that is deleted is not: after a power cut it could come back and undo the last
commit. It is quicker too.
"""


def open_engine(path: Path, settings: Mapping[str, str | int] = SETTINGS) -> Engine:
    """Return an engine on the SQLite file at `path`; every connection is set so and checked before it is used."""
    address = URL.create(
        "sqlite", database=str(path)
    )  # as text, a question mark in a folder's name would end it
    engine = create_engine(address, poolclass=NullPool, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000})
    event.listen(engine, "connect", partial(_prepare, settings))
    event.listen(engine, "begin", _begin_immediately)
    return engine


def _prepare(settings: Mapping[str, str | int], connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None
    for name, value in settings.items():
        connection.execute(f"PRAGMA {name} = {value}")
        (read_back,) = connection.execute(f"PRAGMA {name}").fetchone()
        if read_back != value:
            raise LedgerError(
                f"SQLite did not take {name} = {value} (it reads {read_back})",
                hint="keep the ledger on a local disk; network file systems are not safe for it",
            )


def _begin_immediately(connection: Any) -> None:
    if connection.info.pop(HAS_BEGUN, False):
        return
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.info.get("writes") else "BEGIN")


def what_to_do(cause: str, steps: Mapping[str, str] | None = None) -> str:
    """Return the next step for a reader who meets an error of SQLite.

    Args:
        cause: What SQLite says.
        steps: Words of SQLite's errors with what to do about them; those of the run ledger where none are given.
    """
    for words, step in (_NEXT_STEPS if steps is None else steps).items():
        if words in cause:
            return step
    return "check the disk and its permissions; `evenhand doctor` looks at both"


_NEXT_STEPS = {
    "malformed": "the file is damaged: restore a copy, or save the replies with: evenhand doctor --salvage OUT",
    "not a database": "the file is damaged: restore a copy, or save the replies with: evenhand doctor --salvage OUT",
    "disk is full": "free space on the disk, then resume the run; nothing more is sent until then",
    "readonly": "make the file and its folder writable, then resume the run; nothing more is sent until then",
    "locked": "another process stands still in the middle of a write: let it go on, or end it",
    "disk I/O error": "the disk fails or is full: free or repair it, then resume the run",
}
"""Words of SQLite's errors, and what to do about them."""


def needs_single_writer() -> bool:
    """Tell whether this SQLite has the WAL race between two writing connections (fixed in 3.51.3)."""
    return sqlite3.sqlite_version_info < _WAL_SAFE_SINCE


def driver_connection(connection: Connection) -> sqlite3.Connection:
    """Return the driver's connection below one of SQLAlchemy's."""
    found = connection.connection.driver_connection
    assert isinstance(found, sqlite3.Connection)
    return found


@contextmanager
def hand_over(path: Path) -> Iterator[None]:
    """Keep others from taking or giving back the right to write the ledger at `path` at the same moment.

    Raises:
        LedgerError: Another process does so for too long (one of evenhand 0.1 as long as it writes), or the lock's
            file can not be made.
    """
    handle = _open_lock(path.with_name(path.name + ".lock"))
    try:
        _lock(handle, path)
        yield
    finally:
        os.close(handle)


def _open_lock(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise LedgerError(
            f"the ledger's lock {path} can not be opened: {error.strerror}",
            hint="writing needs a folder that can be written; reports and explanations only read",
        ) from error


def _lock(handle: int, path: Path) -> None:
    deadline = time.monotonic() + _HAND_OVER_SECONDS
    while not _try_lock(handle):
        if time.monotonic() > deadline:
            raise LedgerError(
                f"another evenhand process is writing to {path}",
                hint="wait until it ends, or stop it; reports and explanations can be read meanwhile",
            )
        time.sleep(0.05)


def _try_lock(handle: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415 - exists on Windows only

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl  # noqa: PLC0415 - exists on POSIX only

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
