"""The review ledger of a workspace: a file beside the run ledger.

It is a file of its own because people write for days while runs hold the one right to write the run ledger. Every
change is one short transaction; the server and commands may write side by side, so it is kept with a rollback journal
(two writers on a write-ahead log can damage it before SQLite 3.51.3) and every commit is on disk when it returns.
"""

import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, RootTransaction, text

from evenhand.errors import LedgerError
from evenhand.store.ledger import explained
from evenhand.store.review import tables
from evenhand.store.review.audit import Audit
from evenhand.store.review.change import Change
from evenhand.store.review.reading import Reading
from evenhand.store.sqlite import BUSY_TIMEOUT_MS, HAS_BEGUN, REVIEW_SETTINGS, driver_connection, open_engine

_LONGEST_WAIT_S: Final = 60.0
"""How long a writer waits for others."""
_PAUSE_S: Final = 0.01
_DAMAGED = "the file is damaged: restore a copy of it; the runs are in another file and unharmed"
_FULL = "free space on the disk, then do the same again; what was stored before is all there"
_NEXT_STEPS: Final[Mapping[str, str]] = {
    "malformed": _DAMAGED,
    "not a database": _DAMAGED,
    "disk is full": _FULL,
    "disk I/O error": _FULL,
    "readonly": "make the file and its folder writable, then do the same again",
    "unable to open": "make its folder readable and writable, then do the same again",
    "locked": "another process stands still in the middle of a write: let it go on, or end it",
}
"""Words of SQLite's errors, and what to do about them."""


class ReviewLedger:
    """A review ledger on disk; any process may read and write."""

    def __init__(self, path: Path, engine: Engine) -> None:
        """Hold an opened ledger; use `open_review_ledger`."""
        self.path = path
        self._engine = engine
        self._turn = threading.Lock()
        """Threads of one process wait here, where waiting is fair, and not in SQLite, where it is not."""

    @contextmanager
    def read(self) -> Iterator[Reading]:
        """Read one consistent state."""
        with explained(self.path, _NEXT_STEPS), self._engine.connect() as connection:
            yield Reading(connection)

    @contextmanager
    def audit(self) -> Iterator[Audit]:
        """Look at one consistent state for what was changed behind its back."""
        with explained(self.path, _NEXT_STEPS), self._engine.connect() as connection:
            yield Audit(connection)

    @contextmanager
    def change(self) -> Iterator[Change]:
        """Change everything that is done inside in one commit, or nothing of it.

        Raises:
            LedgerError: It can not be written.
        """
        with (
            explained(self.path, _NEXT_STEPS),
            self._turn,
            self._engine.connect() as connection,
            _begun(connection),
        ):
            yield Change(connection)


def open_review_ledger(path: Path, *, create: bool = False) -> ReviewLedger:
    """Open the review ledger at `path`.

    Raises:
        LedgerError: There is none and `create` is False; it is damaged; or a newer evenhand wrote it.
    """
    if not path.exists() and not create:
        raise LedgerError(
            "nothing was drawn for review in this workspace yet",
            hint="draw items for people with: evenhand review sample RUN",
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LedgerError(f"the folder of the review ledger can not be made: {error}") from error
    ledger = ReviewLedger(path, open_engine(path, REVIEW_SETTINGS))
    with explained(path, _NEXT_STEPS), ledger._engine.connect() as connection:  # noqa: SLF001 - this module's own
        version = connection.execute(text("PRAGMA user_version")).scalar_one()
    if version > tables.SCHEMA_VERSION:
        raise LedgerError(
            f"{path} was written by a newer evenhand "
            f"(review ledger version {version}, this one knows {tables.SCHEMA_VERSION})",
            hint="upgrade evenhand",
        )
    if version == 0:
        _make_tables(ledger)
    return ledger


def _begun(connection: Connection) -> RootTransaction:
    """Begin to write as soon as no other process does.

    SQLite alone asks again ten times a second, and loses against processes that come back at once; asking more often
    gives everybody a turn.
    """
    driver, deadline = driver_connection(connection), time.monotonic() + _LONGEST_WAIT_S
    driver.execute("PRAGMA busy_timeout = 0")
    while not _try_to_begin(driver, is_last=time.monotonic() > deadline):
        time.sleep(_PAUSE_S)
    driver.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    connection.info[HAS_BEGUN] = True
    return connection.begin()


def _try_to_begin(driver: sqlite3.Connection, *, is_last: bool) -> bool:
    try:
        driver.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if is_last or "locked" not in str(error):
            raise
        return False
    return True


def _make_tables(ledger: ReviewLedger) -> None:
    with explained(ledger.path, _NEXT_STEPS), ledger._engine.connect() as connection:  # noqa: SLF001 - this module's own
        connection.info["writes"] = True
        with connection.begin():
            _create(connection)


def _create(connection: Connection) -> None:
    if connection.execute(text("PRAGMA user_version")).scalar_one() == 0:  # nobody else was quicker
        tables.metadata.create_all(connection)
        connection.execute(text(f"PRAGMA user_version = {tables.SCHEMA_VERSION}"))
