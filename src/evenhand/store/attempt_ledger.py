"""The attempts of one run while it runs: what is paid for is on disk when its await returns."""

import hashlib
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict

from sqlalchemy import func, select, update
from sqlalchemy.dialects.sqlite import insert as insert_or

from evenhand.errors import CallError, LedgerError
from evenhand.records.attempt import NewAttempt, RawReply, Served
from evenhand.records.instrument import Instrument
from evenhand.records.pacing import PacingEvent
from evenhand.records.rating import Usage
from evenhand.records.run import AttemptState
from evenhand.store import tables
from evenhand.store.ledger import LedgerFile
from evenhand.store.prepared import Values
from evenhand.store.rows import pacing_values
from evenhand.store.statements import Write, run_statements
from evenhand.store.writer import Writer

_attempts = tables.attempts
_SENT, _RECEIVED = AttemptState.SENT.value, AttemptState.RECEIVED.value
_FAILED, _PARSED = AttemptState.FAILED.value, AttemptState.PARSED.value


class AttemptLedger:
    """Writes the attempts of one run; what they are for is known to those that extend it. Close it."""

    def __init__(self, ledger: LedgerFile, run: int) -> None:
        """Start writing; the caller holds the right to write.

        Args:
            ledger: The ledger.
            run: The run to write.
        """
        self._ledger = ledger
        self._run = run
        with ledger.read() as connection:
            self._next_attempt = int(connection.execute(select(func.max(_attempts.c.id))).scalar() or 0) + 1
        self._close_open_attempts()
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
        await self._writer.commit(received_rows(attempt, raw))

    async def failed(self, attempt: int, error: CallError) -> None:
        """Commit that no reply came."""
        await self._writer.commit([(Write.FAILED, failed_row(attempt, error))])

    async def flush(self) -> None:
        """Return when everything that was handed over is on disk."""
        await self._writer.commit([])

    async def served(self, served: Served) -> None:
        """Commit what a reply outside any unit said, such as one of preflight."""
        await self._writer.commit([(Write.PARSED, served_row(served))])

    async def paced(self, events: Sequence[PacingEvent]) -> None:
        """Commit changes of the pace at which accounts are asked."""
        await self._writer.commit([(Write.PACE, pacing_values(self._run, event)) for event in events])

    def close(self) -> None:
        """Write what is queued, end the writer, and mark calls that were cut short."""
        self._writer.close()
        with suppress(LedgerError):  # a ledger that can not be written has said so; the next start marks them
            self._close_open_attempts()


def received_rows(attempt: int, raw: RawReply) -> list[tuple[int, Values]]:
    """Return the rows that store a reply: its bytes, and that the attempt has it."""
    digest = hashlib.sha256(raw.body).digest()
    row = (_RECEIVED, time.time(), raw.request_id, digest, attempt)
    return [(Write.REPLY, (digest, raw.body)), (Write.RECEIVED, row)]


def failed_row(attempt: int, error: CallError) -> Values:
    """Return the row that says why an attempt has no reply."""
    return (
        _FAILED,
        time.time(),
        error.request_id,
        error.call_class.value,
        str(error)[:2000],
        int(error.maybe_billed),
        attempt,
    )


def served_row(served: Served) -> Values:
    """Return the row that says what a reply's envelope told."""
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
