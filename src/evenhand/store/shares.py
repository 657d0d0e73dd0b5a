"""The calls of a run in groups that are alike: what each was for, what made it and who answered. One query."""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, and_, case, exists, func, literal, select
from sqlalchemy.engine import Row
from sqlalchemy.sql import ColumnElement

from evenhand.records.instrument import CallShare, Instrument, Purpose
from evenhand.records.rating import RATED
from evenhand.records.run import AttemptState
from evenhand.store import tables

_attempts = tables.attempts.c
_ratings = tables.ratings.c
_recordings = tables.recordings.c
_PARSED = AttemptState.PARSED.value
_UNPRICED = (AttemptState.SENT.value, AttemptState.RECEIVED.value, AttemptState.UNKNOWN.value)
"""States of calls that may have been billed and whose price is not stored: in flight, not read yet, or lost."""


def call_shares(connection: Connection, run: int) -> tuple[CallShare, ...]:
    """Return the calls of the run with this number, then those of earlier runs and recordings it took replies from."""
    instruments = read_instruments(connection)
    return (
        *_own(connection, run, instruments),
        *_reused(connection, run, instruments),
        *_imported(connection, run),
    )


def _own(
    connection: Connection, run: int, instruments: Mapping[int | None, Instrument]
) -> Iterator[CallShare]:
    settled = and_(_ratings.run == _attempts.run, _ratings.unit == _attempts.unit)
    purpose = _purpose().label("purpose")
    groups = (*_IDENTITY, purpose, _attempts.state)
    query = (
        select(*groups, *_SUMS)
        .select_from(tables.attempts.outerjoin(tables.ratings, settled))
        .where(_attempts.run == run)
        .group_by(*groups)
    )
    for row in connection.execute(query):
        yield CallShare(
            **_identity(row, instruments),
            purpose=Purpose(row.purpose),
            state=AttemptState(row.state),
            batched=row.batched,
            input_tokens=row.read,
            output_tokens=row.written,
            estimated=row.estimated,
            cost_nanousd=row.cost,
            at_risk_nanousd=row.at_risk,
            unsure_nanousd=row.unsure,
        )


def _reused(
    connection: Connection, run: int, instruments: Mapping[int | None, Instrument]
) -> Iterator[CallShare]:
    """Yield replies of earlier runs under the judge that took them, which may be another than the one that asked."""
    groups = (_ratings.judge, *_IDENTITY[1:])
    query = (
        select(*groups, func.count().label("calls"), func.min(_ratings.unit).label("first"))
        .select_from(tables.ratings.join(tables.attempts, _attempts.id == _ratings.reused))
        .where(_ratings.run == run)
        .group_by(*groups)
    )
    for row in connection.execute(query):
        yield CallShare(**_identity(row, instruments), purpose=Purpose.REUSED, state=AttemptState.PARSED)


def _imported(connection: Connection, run: int) -> Iterator[CallShare]:
    """Yield recordings that answered units of the run; what they were made with is not known here."""
    groups = (_ratings.judge, _recordings.served_model, _recordings.fingerprint)
    query = (
        select(*groups, func.count().label("calls"), func.min(_ratings.unit).label("first"))
        .select_from(tables.ratings.join(tables.recordings, _recordings.id == -_ratings.reused))
        .where(_ratings.run == run, _ratings.reused < 0)
        .group_by(*groups)
    )
    for row in connection.execute(query):
        yield CallShare(
            judge=row.judge,
            purpose=Purpose.IMPORTED,
            state=AttemptState.PARSED,
            instrument=None,
            served_model=row.served_model,
            fingerprint=row.fingerprint,
            calls=row.calls,
            first_unit=row.first,
        )


def _purpose() -> ColumnElement[Any]:
    later = tables.attempts.alias("later")
    asked_again = exists().where(
        later.c.run == _attempts.run,
        later.c.unit == _attempts.unit,
        later.c.id > _attempts.id,
        later.c.state == _PARSED,
    )
    return case(
        (_attempts.unit < 0, literal(Purpose.PREFLIGHT.value)),
        (_attempts.state == AttemptState.FAILED.value, literal(Purpose.UNANSWERED.value)),
        (_attempts.state == AttemptState.UNKNOWN.value, literal(Purpose.UNKNOWN.value)),
        (_attempts.state != _PARSED, literal(Purpose.OPEN.value)),
        (asked_again, literal(Purpose.ASKED_AGAIN.value)),
        (_ratings.state == RATED, literal(Purpose.RATED.value)),
        (_ratings.state.is_not(None), literal(Purpose.FAILED.value)),
        else_=literal(Purpose.OPEN.value),
    )


_IDENTITY = (_attempts.judge, _attempts.instrument, _attempts.served_model, _attempts.fingerprint)
_unpriced = _attempts.state.in_(_UNPRICED) | (_attempts.maybe_billed == 1)
_estimated = and_(_attempts.usage_estimated == 1, _attempts.reserved_nanousd > _attempts.cost_nanousd)
_SUMS = (
    func.count().label("calls"),
    func.min(_attempts.unit).label("first"),
    func.count(_attempts.batch).label("batched"),
    func.coalesce(func.sum(_attempts.input_tokens), 0).label("read"),
    func.coalesce(func.sum(_attempts.output_tokens), 0).label("written"),
    func.coalesce(func.sum(_attempts.usage_estimated), 0).label("estimated"),
    func.coalesce(func.sum(_attempts.cost_nanousd), 0).label("cost"),
    func.coalesce(func.sum(_attempts.reserved_nanousd).filter(_unpriced), 0).label("at_risk"),
    func.coalesce(func.sum(_attempts.reserved_nanousd - _attempts.cost_nanousd).filter(_estimated), 0).label(
        "unsure"
    ),
)


def _identity(row: Row[Any], instruments: Mapping[int | None, Instrument]) -> dict[str, Any]:
    return {
        "judge": row.judge,
        "instrument": instruments.get(row.instrument),
        "served_model": row.served_model,
        "fingerprint": row.fingerprint,
        "calls": row.calls,
        "first_unit": row.first,
    }


def read_instruments(connection: Connection) -> Mapping[int | None, Instrument]:
    """Return every instrument by the number the ledger knows it by."""
    names = [field.name for field in fields(Instrument)]
    return {
        row.id: Instrument(**{name: getattr(row, name) for name in names})
        for row in connection.execute(select(tables.instruments))
    }
