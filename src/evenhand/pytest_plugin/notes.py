"""What the processes of one session tell each other: a small file that is also the lock under which they judge."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

NOTES_FILE = "session.sqlite"
_SECONDS_PER_TRY = 0.2


class Notes:
    """Notes of a session, written and read by one process at a time."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Hold a connection that has locked the file; use `locked_notes`."""
        self._connection = connection

    def add(self, kind: str, content: Any) -> None:
        """Add a note, as plain values."""
        self._connection.execute(
            "INSERT INTO notes (kind, content) VALUES (?, ?)", (kind, json.dumps(content))
        )

    def all(self, kind: str) -> list[Any]:
        """Return every note of a kind, in order."""
        rows = self._connection.execute("SELECT content FROM notes WHERE kind = ? ORDER BY id", (kind,))
        return [json.loads(content) for (content,) in rows]


@contextmanager
def locked_notes(folder: Path) -> Iterator[Notes]:
    """Wait until no other process of the session holds its notes, and hold them.

    What is added is kept when the block ends in order, and is nowhere when it does not. A process that dies gives way.
    """
    with closing(
        sqlite3.connect(folder / NOTES_FILE, timeout=_SECONDS_PER_TRY, isolation_level=None)
    ) as connection:
        while not _begun(connection):
            pass  # in short waits, between which Ctrl-C is heard
        try:
            connection.execute(
                "CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, content TEXT NOT NULL)"
            )
            yield Notes(connection)
            connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")


def _begun(connection: sqlite3.Connection) -> bool:
    try:
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            return False
        raise
    return True
