"""From an older ledger to today's tables: one function a version, in order, each in the commit that numbers it."""

from collections.abc import Callable, Mapping
from typing import Final

from sqlalchemy import Connection, text

from evenhand.store import tables


def create_all(connection: Connection) -> None:
    """Make today's tables in an empty file."""
    tables.metadata.create_all(connection)
    _set_version(connection, tables.SCHEMA_VERSION)


def migrate(connection: Connection, version: int) -> None:
    """Bring a ledger of an older version to today's; the caller holds the right to write and commits."""
    for number in range(version + 1, tables.SCHEMA_VERSION + 1):
        _STEPS[number](connection)
        _set_version(connection, number)


def _add_engine_tables(connection: Connection) -> None:
    """2: what asked, batches, pacing, imported recordings, leases, the steps of cascades, and flags of items."""
    for table in (
        tables.instruments,
        tables.batches,
        tables.pacing,
        tables.recordings,
        tables.recording_heads,
        tables.leases,
    ):
        table.create(connection, checkfirst=True)
    connection.execute(text("ALTER TABLE items ADD COLUMN flags TEXT"))
    connection.execute(text("ALTER TABLE attempts ADD COLUMN instrument INTEGER"))
    connection.execute(text("ALTER TABLE attempts ADD COLUMN batch INTEGER"))
    connection.execute(text("ALTER TABLE ratings ADD COLUMN step INTEGER"))
    connection.execute(text("ALTER TABLE verdicts ADD COLUMN road TEXT"))


def _add_calibration(connection: Connection) -> None:
    """3: how labels came about, the sources of cases, and how labels are divided and used."""
    for table in (tables.split_locks, tables.split_labels, tables.split_uses):
        table.create(connection, checkfirst=True)
    connection.execute(text("ALTER TABLE items ADD COLUMN source TEXT"))
    connection.execute(text("ALTER TABLE labels ADD COLUMN detail TEXT"))


def _add_contents(connection: Connection) -> None:
    """4: digests of the texts of items, and the tags of their cases, so that runs can be compared without the files."""
    connection.execute(text("ALTER TABLE items ADD COLUMN content BLOB"))
    connection.execute(text("ALTER TABLE items ADD COLUMN tags TEXT"))


def _add_generation(connection: Connection) -> None:
    """5: runs that write instead of judging, and what they wrote."""
    connection.execute(text("ALTER TABLE runs ADD COLUMN kind TEXT NOT NULL DEFAULT 'judge'"))
    tables.steps.create(connection, checkfirst=True)


_STEPS: Final[Mapping[int, Callable[[Connection], None]]] = {
    2: _add_engine_tables,
    3: _add_calibration,
    4: _add_contents,
    5: _add_generation,
}


def _set_version(connection: Connection, version: int) -> None:
    connection.execute(text(f"PRAGMA user_version = {int(version)}"))
