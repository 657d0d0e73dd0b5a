"""What a run writes while it runs, as prepared statements; the rows beside them are tuples in the order told here."""

from enum import IntEnum
from functools import cache
from typing import Final

from sqlalchemy import bindparam, insert, update
from sqlalchemy.dialects.sqlite import insert as insert_or
from sqlalchemy.sql.expression import ClauseElement

from evenhand.store import tables
from evenhand.store.prepared import Prepared, prepare
from evenhand.store.rows import ITEM_COLUMNS, OUTCOME_COLUMNS, PACING_COLUMNS, VERDICT_COLUMNS


class Write(IntEnum):
    """What one row is; rows of one commit are applied in this order."""

    BEGIN = 0
    REPLY = 1
    RECEIVED = 2
    FAILED = 3
    PARSED = 4
    RATING = 5
    VERDICT = 6
    PACE = 7
    STEP = 8


_BEGIN: Final = (
    "id",
    "run",
    "unit",
    "judge",
    "number",
    "key",
    "nonce",
    "state",
    "reserved_nanousd",
    "sent_at",
    "instrument",
    "batch",
)
_RECEIVED: Final = ("state", "ended_at", "request_id", "reply")
_FAILED: Final = ("state", "ended_at", "request_id", "error_class", "error", "maybe_billed")
_PARSED: Final = (
    "state",
    "cost_nanousd",
    "input_tokens",
    "output_tokens",
    "cached_tokens",
    "usage_estimated",
    "served_model",
    "fingerprint",
)
_STEP: Final = (
    "run",
    "seq",
    "chain",
    "place",
    "kind",
    "principle_id",
    "key",
    "state",
    "text",
    "detail",
    "reused",
)
_RATING: Final = ("run", "unit", "item", "judge", "order", "repeat", "key", *OUTCOME_COLUMNS, "reused")


@cache
def run_statements() -> tuple[Prepared, ...]:
    """Return the statements, by `Write`."""
    return (
        prepare(insert(tables.attempts), _BEGIN),
        prepare(insert_or(tables.replies).on_conflict_do_nothing(), ("hash", "body")),
        _attempt_update(_RECEIVED),
        _attempt_update(_FAILED),
        _attempt_update(_PARSED),
        prepare(insert_or(tables.ratings).on_conflict_do_nothing(), _RATING),
        add_verdict(),
        prepare(insert(tables.pacing), PACING_COLUMNS),
        prepare(insert_or(tables.steps).on_conflict_do_nothing(), _STEP),
    )


@cache
def add_item() -> Prepared:
    """Return the statement that adds an item where there is none."""
    return prepare(insert_or(tables.items).on_conflict_do_nothing(), ITEM_COLUMNS)


@cache
def add_verdict() -> Prepared:
    """Return the statement that adds a verdict where there is none."""
    return prepare(insert_or(tables.verdicts).on_conflict_do_nothing(), VERDICT_COLUMNS)


def _attempt_update(columns: tuple[str, ...]) -> Prepared:
    """Return an update of one attempt: the new values, then the attempt's number."""
    attempts = tables.attempts
    change: ClauseElement = (
        update(attempts)
        .where(attempts.c.id == bindparam("attempt"))
        .values({name: bindparam(f"new_{name}") for name in columns})
    )
    return prepare(change, (*(f"new_{name}" for name in columns), "attempt"))
