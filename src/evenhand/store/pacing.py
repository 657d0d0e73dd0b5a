"""The history of a run's pace, read back."""

from sqlalchemy import Connection, select

from evenhand.records.pacing import PacingEvent
from evenhand.store import tables
from evenhand.store.rows import read_pacing


def pacing_events(connection: Connection, number: int) -> tuple[PacingEvent, ...]:
    """Return the changes of the pace of a run's accounts, the first one first."""
    pacing = tables.pacing.c
    query = select(tables.pacing).where(pacing.run == number).order_by(pacing.id)
    return tuple(read_pacing(row) for row in connection.execute(query))
