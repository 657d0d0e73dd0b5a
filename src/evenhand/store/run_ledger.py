"""The ledger of one run while it runs: attempts, replies and ratings, each await returning after its commit."""

import hashlib
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as insert_or

from evenhand.errors import CallError, LedgerError
from evenhand.records.attempt import NewAttempt, RawReply, Served, Settled, SettledItem, StoredReply
from evenhand.records.rating import Usage
from evenhand.records.run import AttemptState, Unit
from evenhand.store import tables
from evenhand.store.ledger import LedgerFile
from evenhand.store.rows import RATED, outcome_values, verdict_values
from evenhand.store.writer import Row, Writer

_attempts = tables.attempts
_by_id = update(_attempts).where(_attempts.c.id == bindparam("attempt"))

_BEGIN, _REPLY, _RECEIVED, _FAILED, _PARSED, _RATING, _VERDICT = range(7)
_STATEMENTS = (
    insert(_attempts),
    insert_or(tables.replies).on_conflict_do_nothing(),
    _by_id.values(
        state=AttemptState.RECEIVED.value,
        reply=bindparam("reply_hash"),
        ended_at=bindparam("at"),
        request_id=bindparam("request"),
    ),
    _by_id.values(
        state=AttemptState.FAILED.value,
        ended_at=bindparam("at"),
        request_id=bindparam("request"),
        error_class=bindparam("class"),
        error=bindparam("message"),
        maybe_billed=bindparam("billed"),
    ),
    _by_id.values(
        state=AttemptState.PARSED.value,
        cost_nanousd=bindparam("cost"),
        input_tokens=bindparam("read"),
        output_tokens=bindparam("written"),
        cached_tokens=bindparam("cached"),
        usage_estimated=bindparam("estimated"),
        served_model=bindparam("model"),
        fingerprint=bindparam("print"),
    ),
    insert_or(tables.ratings).on_conflict_do_nothing(),
    insert_or(tables.verdicts).on_conflict_do_nothing(),
)


class RunLedger:
    """Writes one run. Give it to the runner as its ledger, and close it."""

    def __init__(self, ledger: LedgerFile, run: int) -> None:
        """Start writing; the caller holds the writer's lock."""
        self._ledger = ledger
        self._run = run
        with ledger.read() as connection:
            self._next_attempt = int(connection.execute(select(func.max(_attempts.c.id))).scalar() or 0) + 1
            earlier = select(_attempts.c.id).where(_attempts.c.run != run).limit(1)
            self._has_earlier_runs = connection.execute(earlier).first() is not None
        self._resumed = self._close_open_attempts()
        self._writer = Writer(ledger.engine, _STATEMENTS)

    def _close_open_attempts(self) -> bool:
        """Mark calls that were in flight when they were cut short: their outcome is unknown for ever."""
        open_ones = (_attempts.c.run == self._run) & (_attempts.c.state == AttemptState.SENT.value)
        with self._ledger.write() as connection:
            connection.execute(
                update(_attempts).where(open_ones).values(state=AttemptState.UNKNOWN.value, maybe_billed=1)
            )
            any_attempt = select(_attempts.c.id).where(_attempts.c.run == self._run).limit(1)
            return connection.execute(any_attempt).first() is not None

    async def begin(self, attempt: NewAttempt) -> int:
        """Commit `reserved` and `sent`; return the attempt's number."""
        number = self._next_attempt
        self._next_attempt += 1
        row = {
            "id": number,
            "run": self._run,
            "unit": attempt.unit_seq,
            "judge": attempt.judge,
            "number": attempt.number,
            "key": attempt.key,
            "nonce": attempt.nonce,
            "state": AttemptState.SENT.value,
            "reserved_nanousd": attempt.reserved_nanousd,
            "sent_at": time.time(),
        }
        await self._writer.commit([(_BEGIN, row)])
        return number

    async def received(self, attempt: int, raw: RawReply) -> None:
        """Commit the reply's bytes."""
        digest = hashlib.sha256(raw.body).digest()
        received = {"attempt": attempt, "reply_hash": digest, "at": time.time(), "request": raw.request_id}
        await self._writer.commit([(_REPLY, {"hash": digest, "body": raw.body}), (_RECEIVED, received)])

    async def failed(self, attempt: int, error: CallError) -> None:
        """Commit that no reply came."""
        row = {
            "attempt": attempt,
            "at": time.time(),
            "request": error.request_id,
            "class": error.call_class.value,
            "message": str(error)[:2000],
            "billed": int(error.maybe_billed),
        }
        await self._writer.commit([(_FAILED, row)])

    async def settle(self, settled: Sequence[Settled], decided: Sequence[SettledItem]) -> None:
        """Commit terminal states and verdicts; a unit or item that has one keeps it."""
        rows: list[tuple[int, Row]] = []
        for each in settled:
            rows.extend((_PARSED, _served_row(served)) for served in each.served)
            rows.append((_RATING, self._rating_row(each)))
        rows.extend((_VERDICT, verdict_values(self._run, item)) for item in decided)
        await self._writer.commit(rows)

    async def served(self, served: Served) -> None:
        """Commit what a reply outside any unit said, such as one of preflight."""
        await self._writer.commit([(_PARSED, _served_row(served))])

    def stored_replies(self, unit: Unit, key: bytes) -> Iterable[StoredReply]:
        """Return replies already paid for that answer `unit`, this run's first."""
        if self._resumed:
            mine = (_attempts.c.run == self._run) & (_attempts.c.unit == unit.seq)
            yield from self._replies(mine, unit, own=True)
        if self._has_earlier_runs:
            others = (_attempts.c.run != self._run) & (_attempts.c.key == key)
            yield from self._replies(others, unit, own=False)

    def _replies(self, condition: Any, unit: Unit, *, own: bool) -> list[StoredReply]:
        """Return replies; where several units ask the same, those of the same judge and place come first."""
        likeness = (_attempts.c.judge == unit.judge.id, _attempts.c.unit == unit.seq)
        query = (
            select(_attempts.c.id, _attempts.c.nonce, _attempts.c.key, tables.replies.c.body)
            .join(tables.replies, tables.replies.c.hash == _attempts.c.reply)
            .where(condition)
            .order_by(*(each.desc() for each in likeness), _attempts.c.id)
        )
        if not own:
            rated = tables.ratings
            same_unit = (rated.c.run == _attempts.c.run) & (rated.c.unit == _attempts.c.unit)
            query = query.join(rated, same_unit).where(rated.c.state == RATED)
        with self._ledger.read() as connection:
            return [
                StoredReply(attempt=row.id, body=row.body, nonce=row.nonce, key=row.key, from_this_run=own)
                for row in connection.execute(query)
            ]

    def _rating_row(self, settled: Settled) -> dict[str, Any]:
        unit = settled.unit
        return {
            "run": self._run,
            "unit": unit.seq,
            "item": unit.item.seq,
            "judge": unit.judge.id,
            "order": unit.order.value,
            "repeat": unit.repeat,
            "key": settled.key,
            "reused": settled.reused,
            **outcome_values(settled.outcome),
        }

    def close(self) -> None:
        """Write what is queued, end the writer, and mark calls that were cut short."""
        self._writer.close()
        with suppress(LedgerError):  # a ledger that can not be written has said so; the next start marks them
            self._close_open_attempts()


def _served_row(served: Served) -> dict[str, Any]:
    usage: Usage = served.usage
    return {
        "attempt": served.attempt,
        "cost": served.cost_nanousd,
        "read": usage.input_tokens,
        "written": usage.output_tokens,
        "cached": usage.cached_tokens,
        "estimated": int(usage.estimated),
        "model": served.served_model,
        "print": served.fingerprint,
    }
