"""The ledger of one run while it runs: attempts and replies are on disk when awaited, ratings when flushed."""

import hashlib
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict

from sqlalchemy import func, select, update
from sqlalchemy.dialects.sqlite import insert as insert_or

from evenhand.errors import CallError, LedgerError
from evenhand.records.attempt import NewAttempt, RawReply, Served, Settled, SettledItem, StoredReply
from evenhand.records.instrument import Instrument
from evenhand.records.pacing import PacingEvent
from evenhand.records.rated import RatedUnit
from evenhand.records.rating import Usage
from evenhand.records.run import AttemptState, Unit
from evenhand.store import tables
from evenhand.store.known_replies import KnownReplies
from evenhand.store.ledger import LedgerFile
from evenhand.store.prepared import Values
from evenhand.store.rows import outcome_values, pacing_values, read_unit, verdict_values
from evenhand.store.statements import Write, run_statements
from evenhand.store.writer import Writer

_attempts = tables.attempts
_SENT, _RECEIVED = AttemptState.SENT.value, AttemptState.RECEIVED.value
_FAILED, _PARSED = AttemptState.FAILED.value, AttemptState.PARSED.value

_MOST_HANDED_OVER = 32
"""So many terminal states at once are not waited for; more are a chunk of offline ratings, which must not pile up."""


class RunLedger:
    """Writes one run. Give it to the runner as its ledger, and close it."""

    def __init__(self, ledger: LedgerFile, run: int, *, again: bool = False) -> None:
        """Start writing; the caller holds the right to write.

        Args:
            ledger: The ledger.
            run: The run to write.
            again: Whether every question is asked again, whatever earlier runs and recordings hold.
        """
        self._ledger = ledger
        self._run = run
        with ledger.read() as connection:
            self._next_attempt = int(connection.execute(select(func.max(_attempts.c.id))).scalar() or 0) + 1
        self._close_open_attempts()
        self._known = KnownReplies(ledger, run, earlier=not again)
        self._writer = Writer(ledger.path, ledger.right, run_statements())

    def _close_open_attempts(self) -> None:
        """Mark calls that were in flight when they were cut short: their outcome is unknown for ever."""
        open_ones = (_attempts.c.run == self._run) & (_attempts.c.state == AttemptState.SENT.value)
        open_ones &= _attempts.c.batch.is_(None)  # a batch goes on without us
        with self._ledger.write() as connection:
            connection.execute(
                update(_attempts).where(open_ones).values(state=AttemptState.UNKNOWN.value, maybe_billed=1)
            )

    def register(self, instrument: Instrument) -> int:
        """Return the number of an instrument, which the ledger learns of once."""
        row = asdict(instrument)
        same = [tables.instruments.c[name] == value for name, value in row.items()]
        with self._ledger.write() as connection:
            connection.execute(insert_or(tables.instruments).on_conflict_do_nothing(), row)
            return int(connection.execute(select(tables.instruments.c.id).where(*same)).scalar_one())

    async def begin(self, attempt: NewAttempt) -> int:
        """Commit `reserved` and `sent`; return the attempt's number."""
        number = self.number_attempt()
        await self._writer.commit([(Write.BEGIN, self._begun(number, attempt))])
        return number

    def number_attempt(self) -> int:
        """Return the number of the next attempt."""
        number = self._next_attempt
        self._next_attempt += 1
        return number

    def _begun(self, number: int, attempt: NewAttempt) -> Values:
        return (
            number,
            self._run,
            attempt.unit_seq,
            attempt.judge,
            attempt.number,
            attempt.key,
            attempt.nonce,
            _SENT,
            attempt.reserved_nanousd,
            time.time(),
            attempt.instrument,
            attempt.batch,
        )

    async def received(self, attempt: int, raw: RawReply) -> None:
        """Commit the reply's bytes."""
        await self._writer.commit(_received(attempt, raw))

    async def failed(self, attempt: int, error: CallError) -> None:
        """Commit that no reply came."""
        await self._writer.commit([(Write.FAILED, _failed(attempt, error))])

    async def begin_rows(self, rows: Sequence[tuple[int, NewAttempt]]) -> None:
        """Commit the rows of a batch as sent, in one commit."""
        await self._writer.commit([(Write.BEGIN, self._begun(number, row)) for number, row in rows])

    async def end_rows(
        self, ended: Sequence[tuple[int, RawReply | CallError]], extra: Sequence[tuple[int, NewAttempt]] = ()
    ) -> None:
        """Commit what came of the rows of a batch, in one commit; `extra` attempts are added first."""
        rows: list[tuple[int, Values]] = [(Write.BEGIN, self._begun(number, row)) for number, row in extra]
        for number, came in ended:
            if isinstance(came, CallError):
                rows.append((Write.FAILED, _failed(number, came)))
            else:
                rows += _received(number, came)
        await self._writer.commit(rows)

    async def settle(self, settled: Sequence[Settled], decided: Sequence[SettledItem]) -> None:
        """Write terminal states and verdicts; a unit or item that has one keeps it.

        A few are handed over and not waited for: they can be computed again from what is committed already, and
        nothing later is on disk before them. `flush` waits for all.
        """
        rows: list[tuple[int, Values]] = []
        for each in settled:
            rows.extend((Write.PARSED, _served_row(served)) for served in each.served)
            rows.append((Write.RATING, self._rating_row(each)))
        rows.extend((Write.VERDICT, verdict_values(self._run, item)) for item in decided)
        if len(settled) > _MOST_HANDED_OVER or not self._writer.hand_over(rows):
            await self._writer.commit(rows)

    async def flush(self) -> None:
        """Return when everything that was handed over is on disk."""
        await self._writer.commit([])

    async def served(self, served: Served) -> None:
        """Commit what a reply outside any unit said, such as one of preflight."""
        await self._writer.commit([(Write.PARSED, _served_row(served))])

    async def paced(self, events: Sequence[PacingEvent]) -> None:
        """Commit changes of the pace at which accounts are asked."""
        await self._writer.commit([(Write.PACE, pacing_values(self._run, event)) for event in events])

    def rated_units(self, units: Sequence[Unit]) -> Mapping[int, RatedUnit]:
        """Return the terminal states of those `units` of one item that have one, by position in the plan."""
        rated = tables.ratings
        span = rated.c.unit.between(units[0].seq, units[-1].seq)
        with self._ledger.read() as connection:
            rows = connection.execute(select(rated).where(rated.c.run == self._run, span)).all()
        return {row.unit: read_unit(row) for row in rows}

    @property
    def has_earlier(self) -> bool:
        """Whether there is any reply of an earlier run or of a recording that may be used."""
        return self._known.has_earlier

    def earlier_replies(self, sought: Sequence[tuple[Unit, bytes]]) -> Mapping[int, Sequence[StoredReply]]:
        """Return the replies of earlier runs and of recordings that were given to the keys of these units."""
        return self._known.earlier(sought)

    def own_replies(self, unit: Unit) -> Sequence[StoredReply]:
        """Return the replies that this run had of `unit` before it was interrupted."""
        return self._known.own(unit)

    def look_again(self) -> None:
        """Notice replies that came for units in batches."""
        self._known.look_again()

    def _rating_row(self, settled: Settled) -> Values:
        unit = settled.unit
        place = (self._run, unit.seq, unit.item.seq, unit.judge.id, unit.order.value, unit.repeat)
        return (*place, settled.key, *outcome_values(settled.outcome), settled.reused)

    def close(self) -> None:
        """Write what is queued, end the writer, and mark calls that were cut short."""
        self._writer.close()
        with suppress(LedgerError):  # a ledger that can not be written has said so; the next start marks them
            self._close_open_attempts()


def _received(attempt: int, raw: RawReply) -> list[tuple[int, Values]]:
    digest = hashlib.sha256(raw.body).digest()
    row = (_RECEIVED, time.time(), raw.request_id, digest, attempt)
    return [(Write.REPLY, (digest, raw.body)), (Write.RECEIVED, row)]


def _failed(attempt: int, error: CallError) -> Values:
    return (
        _FAILED,
        time.time(),
        error.request_id,
        error.call_class.value,
        str(error)[:2000],
        int(error.maybe_billed),
        attempt,
    )


def _served_row(served: Served) -> Values:
    usage: Usage = served.usage
    return (
        _PARSED,
        served.cost_nanousd,
        usage.input_tokens,
        usage.output_tokens,
        usage.cached_tokens,
        int(usage.estimated),
        served.served_model,
        served.fingerprint,
        served.attempt,
    )
