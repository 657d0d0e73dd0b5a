"""The right to write a ledger: one process at a time, known by a fence that grows with every holder.

The holder's fence is checked inside each of its transactions, before it writes. A process that was stopped for longer
than its lease therefore can not commit after another one has taken over, whatever it believes: what it began is rolled
back. A holder that is known to have ended is replaced at once.

While the right is free, a single transaction needs no lease: nobody else can write during it.
"""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from evenhand.errors import LedgerError
from evenhand.store.holder import Holder, read_holder, this_process

LEASE_SECONDS: Final = 30.0
_READ: Final = "SELECT holder, fence, expires FROM leases WHERE name = 'writer'"
_TAKE: Final = "INSERT OR REPLACE INTO leases (name, holder, fence, expires) VALUES ('writer', ?, ?, ?)"
_RENEW: Final = "UPDATE leases SET expires = ? WHERE name = 'writer' AND fence = ?"
_RELEASE: Final = "UPDATE leases SET holder = ?, expires = 0 WHERE name = 'writer' AND fence = ?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The row of the lease as the ledger holds it."""

    holder: Holder | None
    """Who took it last; None after an orderly release."""
    fence: int
    """How often it was taken."""
    expires: float
    """Until when it holds, in seconds since 1970."""

    @property
    def is_live(self) -> bool:
        """Whether its holder may write now."""
        return self.holder is not None and time.time() < self.expires and not self.holder.is_gone()


def read_lease(connection: sqlite3.Connection) -> Lease:
    """Return the lease of an opened ledger."""
    row = connection.execute(_READ).fetchone()
    if row is None:
        return Lease(holder=None, fence=0, expires=0.0)
    return Lease(holder=read_holder(row[0]), fence=row[1], expires=row[2])


class WriteRight:
    """What this process may do with one ledger file; shared by everything in it that writes."""

    def __init__(self, engine: Engine, path: Path, *, seconds: float) -> None:
        """Hold no lease yet; one that is taken lasts so many seconds and is renewed while the process runs."""
        self._engine = engine
        self._path = path
        self._seconds = seconds
        self.turn = threading.Lock()
        """SQLite before 3.51.3 must not see two connections write or checkpoint at once, not even of one process."""
        self._mine: Lease | None = None

    @property
    def is_held(self) -> bool:
        """Whether this process has taken the lease and not given it back."""
        return self._mine is not None

    @contextmanager
    def transaction(self, connection: sqlite3.Connection) -> Iterator[None]:
        """Commit what is done inside; nothing of it where this process may not write (any more).

        Raises:
            LedgerError: Another process holds the lease.
        """
        with self.turn:
            connection.execute("BEGIN IMMEDIATE")
            try:
                self.check(connection)
                yield
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def take(self) -> None:
        """Take the lease.

        Raises:
            LedgerError: Another process holds it; then nothing was written.
        """
        with self.connection() as connection:
            self.refuse_second(connection)
            me = this_process()
            with self.transaction(connection):
                fence = read_lease(connection).fence + 1
                expires = time.time() + self._seconds
                connection.execute(_TAKE, (me.text(), fence, expires))
            self._mine = Lease(holder=me, fence=fence, expires=expires)

    def release(self, *, in_order: bool) -> bool:
        """Give the lease back; return whether that could be written, and in order.

        Without order the row goes on naming this process, which tells the next one to look at the file first.
        """
        mine, self._mine = self._mine, None
        if mine is None or mine.holder is None:
            return False
        holder = "" if in_order else mine.holder.text()
        try:
            with self.connection() as connection, self.turn:
                changed = connection.execute(_RELEASE, (holder, mine.fence)).rowcount
        except (LedgerError, DBAPIError, sqlite3.Error):
            return False  # whoever held it has heard that it can not be written; the lease ends by itself
        return in_order and changed == 1

    @contextmanager
    def renewed(self) -> Iterator[None]:
        """Keep the lease alive in a thread of its own, however long nothing is written."""
        done = threading.Event()
        thread = threading.Thread(target=self._keep, args=(done,), name="evenhand-lease", daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def _keep(self, done: threading.Event) -> None:
        while not done.wait(self._seconds / 3):
            try:
                with self.connection() as connection, self.transaction(connection):
                    pass  # the check renews
            except LedgerError:
                return  # lost for good: the next write says so to whoever makes it
            except (DBAPIError, sqlite3.Error):
                continue  # busy or full: whoever writes hears of it

    def check(self, connection: sqlite3.Connection) -> None:
        """Make sure that this process may write, inside the transaction that does; renew the lease when it is due."""
        now = read_lease(connection)
        if self._mine is None:
            _refuse_live(now, self._path)
            return
        if now.fence != self._mine.fence:
            self._refuse_stale(now)
        if now.expires - time.time() < self._seconds * 2 / 3:
            connection.execute(_RENEW, (time.time() + self._seconds, self._mine.fence))

    def refuse_second(self, connection: sqlite3.Connection) -> None:
        """Only read.

        Raises:
            LedgerError: Another process holds the lease.
        """
        _refuse_live(read_lease(connection), self._path)

    def _refuse_stale(self, lease: Lease) -> None:
        raise LedgerError(
            f"this process may not write to {self._path} any more: it stood still for longer than its lease of "
            f"{self._seconds:g} s, and {lease.holder or 'another process'} has taken over",
            hint="nothing was committed after that; the other process, or `evenhand resume`, goes on with the run",
        )

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """Open a connection of the driver itself."""
        with closing(self._engine.raw_connection()) as pooled:
            connection = pooled.driver_connection
            assert isinstance(connection, sqlite3.Connection)
            yield connection


def _refuse_live(lease: Lease, path: Path) -> None:
    if lease.is_live:
        raise LedgerError(
            f"another evenhand process is writing to {path}: {lease.holder}",
            hint="wait until it ends, or stop it; reports and explanations can be read meanwhile",
        )
