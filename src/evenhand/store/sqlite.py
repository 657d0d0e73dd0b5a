"""SQLite as the ledger needs it: settings set and read back on every connection, one writing process."""

import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.pool import NullPool

from evenhand.errors import LedgerError

BUSY_TIMEOUT_MS = 10_000
_WAL_SAFE_SINCE = (3, 51, 3)
_SETTINGS = {
    "journal_mode": "wal",
    "synchronous": 2,
    "busy_timeout": BUSY_TIMEOUT_MS,
    "foreign_keys": 1,
    "trusted_schema": 0,
}
"""Pragmas and the values they must read back as; synchronous 2 is FULL."""


def open_engine(path: Path) -> Engine:
    """Return an engine on the SQLite file at `path`; every connection is checked before it is used."""
    address = URL.create(
        "sqlite", database=str(path)
    )  # as text, a question mark in a folder's name would end it
    engine = create_engine(address, poolclass=NullPool, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin_immediately)
    return engine


def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None
    for name, value in _SETTINGS.items():
        connection.execute(f"PRAGMA {name} = {value}")
        (read_back,) = connection.execute(f"PRAGMA {name}").fetchone()
        if read_back != value:
            raise LedgerError(
                f"SQLite did not take {name} = {value} (it reads {read_back})",
                hint="keep the ledger on a local disk; network file systems are not safe for it",
            )


def _begin_immediately(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.info.get("writes") else "BEGIN")


def needs_single_writer() -> bool:
    """Tell whether this SQLite has the WAL race between two writing connections (fixed in 3.51.3)."""
    return sqlite3.sqlite_version_info < _WAL_SAFE_SINCE


@contextmanager
def writer_lock(path: Path) -> Iterator[None]:
    """Hold the right to write the ledger at `path`; one process at a time.

    Raises:
        LedgerError: Another process writes to it now, or the lock's file can not be made.
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
    try:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415 - exists on Windows only

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl  # noqa: PLC0415 - exists on POSIX only

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise LedgerError(
            f"another evenhand process is writing to {path}",
            hint="wait until it ends, or stop it; reports and explanations can be read meanwhile",
        ) from error
