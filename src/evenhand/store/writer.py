"""The one writer of a ledger: a thread that gathers rows and commits them together.

Many units finish while one commit is synced to disk; their rows wait in a queue and make up the next commit. So the
price of a full sync is shared, and every caller still waits until its own rows are on disk.
"""

import asyncio
import os
import queue
import sqlite3
import threading
import time
from collections.abc import Awaitable, Sequence
from pathlib import Path

from sqlalchemy.exc import StatementError

from evenhand.errors import LedgerError
from evenhand.store.lease import WriteRight
from evenhand.store.prepared import Prepared, Values
from evenhand.store.sqlite import what_to_do

_MOST_PER_COMMIT = 5_000
_GATHER_S = 0.002
"""Seconds a commit waits for rows to share it: little beside a call, and it halves the number of commits."""
_MOST_QUEUED = 2_000
"""Callers that do not wait are made to, when so many of them are queued."""


_Batch = tuple[Sequence[tuple[int, Values]], asyncio.Future[None] | None]
"""Rows of one caller, each for one of the writer's statements, and what the caller waits for."""


class Writer:
    """Runs prepared statements in commits of many rows.

    Statements are given once, in the order in which their rows of one commit must be applied.
    """

    def __init__(self, path: Path, right: WriteRight, statements: Sequence[Prepared]) -> None:
        """Start the thread that writes the ledger at `path` as far as it has the right to."""
        self._path = path
        self._right = right
        self._opened: os.stat_result
        self._statements = tuple(statement.sql for statement in statements)
        self._queue: queue.SimpleQueue[_Batch | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="evenhand-ledger", daemon=True)
        self._broken: LedgerError | None = None
        self._closed = False
        self._thread.start()

    def commit(self, rows: Sequence[tuple[int, Values]]) -> Awaitable[None]:
        """Write rows as (statement number, values); what is returned is awaited until they are on disk.

        Awaiting raises a `LedgerError` where they could not be written; the writer takes nothing more after that.
        """
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self._broken:
            done.set_exception(self._broken)
        else:
            self._queue.put((rows, done))
        return done

    def hand_over(self, rows: Sequence[tuple[int, Values]]) -> bool:
        """Queue rows without waiting; they are on disk before anything that is committed later.

        Returns:
            Whether they were taken: not while so much is queued that the caller had better wait for a commit.

        Raises:
            LedgerError: Earlier rows could not be written.
        """
        if self._broken:
            raise self._broken
        if self._queue.qsize() > _MOST_QUEUED:
            return False
        self._queue.put((rows, None))
        return True

    def close(self) -> None:
        """Finish what is queued and end the thread."""
        if not self._closed:
            self._closed = True
            self._queue.put(None)
            self._thread.join()

    def _work(self) -> None:
        try:
            with self._right.connection() as connection:
                self._opened = self._path.stat()
                self._serve(connection)
        except Exception as error:  # noqa: BLE001 - callers wait for this thread: what ends it must reach them
            self._broken = self._broken or _explain(error)
            if not self._closed:
                self._serve(None)

    def _serve(self, connection: sqlite3.Connection | None) -> None:
        while batches := self._gather():
            self._write(connection, batches)
            _announce([done for _, done in batches if done], self._broken)

    def _gather(self) -> list[_Batch]:
        first = self._queue.get()
        if first is None:
            return []
        batches, rows = [first], len(first[0])
        if rows < _MOST_QUEUED:
            time.sleep(_GATHER_S)
        while rows < _MOST_PER_COMMIT and not self._queue.empty():
            batch = self._queue.get()
            if batch is None:
                self._queue.put(None)
                break
            batches.append(batch)
            rows += len(batch[0])
        return batches

    def _write(self, connection: sqlite3.Connection | None, batches: Sequence[_Batch]) -> None:
        if self._broken is None and connection is not None:
            try:
                self._check_place()
                with self._right.transaction(connection):
                    self._execute(connection, batches)
            except Exception as error:  # noqa: BLE001 - SQLite's driver also raises OverflowError and UnicodeError
                self._broken = _explain(error)

    def _check_place(self) -> None:
        """Make sure that the file written to is still the one people will read; SQLite itself would not notice."""
        if not os.path.samestat(self._path.stat(), self._opened):
            raise LedgerError(
                f"the ledger could not be written: another file took the place of {self._path}",
                hint="put the ledger back, then resume the run; nothing more is sent until then",
            )

    def _execute(self, connection: sqlite3.Connection, batches: Sequence[_Batch]) -> None:
        grouped: list[list[Values]] = [[] for _ in self._statements]
        for rows, _ in batches:
            for number, row in rows:
                grouped[number].append(row)
        for statement, values in zip(self._statements, grouped, strict=True):
            if values:
                connection.executemany(statement, values)


def _explain(error: Exception) -> LedgerError:
    if isinstance(error, LedgerError):
        return error
    cause = error.orig if isinstance(error, StatementError) else error
    return LedgerError(
        f"the ledger could not be written: {cause}",
        hint=what_to_do(str(cause)),
    )


def _announce(waiting: Sequence[asyncio.Future[None]], error: LedgerError | None) -> None:
    """Wake the callers, one wake-up per event loop."""
    by_loop: dict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = {}
    for done in waiting:
        by_loop.setdefault(done.get_loop(), []).append(done)
    for loop, mine in by_loop.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_resolve, mine, error)


def _resolve(waiting: Sequence[asyncio.Future[None]], error: LedgerError | None) -> None:
    for done in waiting:
        if done.done():
            continue
        if error is None:
            done.set_result(None)
        else:
            done.set_exception(error)
