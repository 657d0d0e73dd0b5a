"""The one writer of a ledger: a thread that gathers rows and commits them together.

Many units finish while one commit is synced to disk; their rows wait in a queue and make up the next commit. So the
price of a full sync is shared, and every caller still waits until its own rows are on disk.
"""

import asyncio
import os
import queue
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import StatementError
from sqlalchemy.sql.expression import Executable

from evenhand.errors import LedgerError

Row = Mapping[str, Any]
_MOST_PER_COMMIT = 5_000


@dataclass(slots=True)
class _Batch:
    """Rows of one caller, each for one of the writer's statements, and who waits for them."""

    rows: Sequence[tuple[int, Row]]
    loop: asyncio.AbstractEventLoop
    done: asyncio.Future[None]
    error: LedgerError | None = field(default=None)


class Writer:
    """Runs prepared statements in commits of many rows.

    Statements are given once, in the order in which their rows of one commit must be applied.
    """

    def __init__(self, engine: Engine, statements: Sequence[Executable]) -> None:
        """Start the thread."""
        self._engine = engine
        self._path = Path(engine.url.database or "")
        self._opened: os.stat_result
        self._statements = tuple(statements)
        self._queue: queue.SimpleQueue[_Batch | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="evenhand-ledger", daemon=True)
        self._broken: LedgerError | None = None
        self._closed = False
        self._thread.start()

    async def commit(self, rows: Sequence[tuple[int, Row]]) -> None:
        """Write rows as (statement number, parameters) and return when they are on disk.

        Raises:
            LedgerError: They could not be written. The writer takes nothing more after that.
        """
        if self._broken:
            raise self._broken
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        self._queue.put(_Batch(rows, loop, done))
        await done

    def close(self) -> None:
        """Finish what is queued and end the thread."""
        if not self._closed:
            self._closed = True
            self._queue.put(None)
            self._thread.join()

    def _work(self) -> None:
        try:
            with self._engine.connect() as connection:
                connection.info["writes"] = True
                self._opened = self._path.stat()
                self._serve(connection)
        except Exception as error:  # noqa: BLE001 - callers wait for this thread: what ends it must reach them
            self._broken = self._broken or _explain(error)
            if not self._closed:
                self._serve(None)

    def _serve(self, connection: Connection | None) -> None:
        while batches := self._gather():
            self._write(connection, batches)
            _announce(batches)

    def _gather(self) -> list[_Batch]:
        first = self._queue.get()
        if first is None:
            return []
        batches, rows = [first], len(first.rows)
        while rows < _MOST_PER_COMMIT and not self._queue.empty():
            batch = self._queue.get()
            if batch is None:
                self._queue.put(None)
                break
            batches.append(batch)
            rows += len(batch.rows)
        return batches

    def _write(self, connection: Connection | None, batches: Sequence[_Batch]) -> None:
        if self._broken is None and connection is not None:
            try:
                self._check_place()
                with connection.begin():
                    self._execute(connection, batches)
            except Exception as error:  # noqa: BLE001 - SQLite's driver also raises OverflowError and UnicodeError
                self._broken = _explain(error)
        for batch in batches:
            batch.error = self._broken

    def _check_place(self) -> None:
        """Make sure that the file written to is still the one people will read; SQLite itself would not notice."""
        if not os.path.samestat(self._path.stat(), self._opened):
            raise LedgerError(
                f"the ledger could not be written: another file took the place of {self._path}",
                hint="put the ledger back, then resume the run; nothing more is sent until then",
            )

    def _execute(self, connection: Connection, batches: Sequence[_Batch]) -> None:
        grouped: list[list[Row]] = [[] for _ in self._statements]
        for batch in batches:
            for number, row in batch.rows:
                grouped[number].append(row)
        for statement, rows in zip(self._statements, grouped, strict=True):
            if rows:
                connection.execute(statement, rows)


def _explain(error: Exception) -> LedgerError:
    if isinstance(error, LedgerError):
        return error
    cause = error.orig if isinstance(error, StatementError) else error
    return LedgerError(
        f"the ledger could not be written: {cause}",
        hint="free or repair the disk, then resume the run; nothing more is sent until then",
    )


def _announce(batches: Sequence[_Batch]) -> None:
    """Wake the callers, one wake-up per event loop."""
    by_loop: dict[asyncio.AbstractEventLoop, list[_Batch]] = {}
    for batch in batches:
        by_loop.setdefault(batch.loop, []).append(batch)
    for loop, waiting in by_loop.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_resolve, waiting)


def _resolve(waiting: Sequence[_Batch]) -> None:
    for batch in waiting:
        if batch.done.done():
            continue
        if batch.error is None:
            batch.done.set_result(None)
        else:
            batch.done.set_exception(batch.error)
