"""The batches of one run: how far each is, and what became of its rows."""

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, case, func, insert, select, update

from evenhand.errors import CallError
from evenhand.records.attempt import NewAttempt, RawReply
from evenhand.records.batch import OPEN_STAGES, Batch, BatchedAttempt, BatchStage
from evenhand.records.run import AttemptState
from evenhand.store import tables
from evenhand.store.ledger import LedgerFile
from evenhand.store.run_ledger import RunLedger

_attempts, _batches, _ratings = tables.attempts.c, tables.batches.c, tables.ratings.c
_SENT = AttemptState.SENT.value


class BatchLedger:
    """Writes the batches of one run; the attempts in them go through the writer of the run."""

    def __init__(self, ledger: LedgerFile, run: int, writer: RunLedger) -> None:
        """Write beside `writer`; the caller holds the right to write."""
        self._ledger = ledger
        self._run = run
        self._writer = writer

    @property
    def replies(self) -> RunLedger:
        """Where replies are found and terminal states committed."""
        return self._writer

    # -- Batches -------------------------------------------------------------------------------------

    def open_batches(self) -> tuple[Batch, ...]:
        """Return the batches of the run that something is still to come of."""
        stages = [stage.value for stage in OPEN_STAGES]
        query = select(tables.batches).where(_batches.run == self._run, _batches.state.in_(stages))
        with self._ledger.read() as connection:
            return tuple(_batch(row) for row in connection.execute(query.order_by(_batches.id)))

    def has_any(self) -> bool:
        """Tell whether the run has ever had a batch."""
        query = select(_batches.id).where(_batches.run == self._run).limit(1)
        with self._ledger.read() as connection:
            return connection.execute(query).first() is not None

    def taken_ids(self, account: str) -> frozenset[str]:
        """Return the ids at the provider of every batch of an account that the ledger knows, of any run."""
        query = select(_batches.provider_id).where(_batches.account == account, _batches.provider_id != "")
        with self._ledger.read() as connection:
            return frozenset(connection.execute(query).scalars())

    def begin_batch(self, account: str, model: str) -> int:
        """Add a batch of which nothing has left; return its number."""
        row = {
            "run": self._run,
            "account": account,
            "state": BatchStage.RESERVED.value,
            "created": time.time(),
            "detail": json.dumps({"model": model}),
        }
        with self._ledger.write() as connection:
            return int(connection.execute(insert(tables.batches).returning(_batches.id), row).scalar_one())

    def sending(self, batch: int, *, model: str, rows: int) -> None:
        """Commit that a batch is about to leave."""
        detail = json.dumps({"model": model, "rows": rows})
        self._change(batch, state=BatchStage.SENDING.value, created=time.time(), detail=detail)

    def running(self, batch: int, provider_id: str) -> None:
        """Commit the provider's id, before anybody asks how the batch stands."""
        self._change(batch, state=BatchStage.RUNNING.value, provider_id=provider_id)

    def end(self, batch: int, stage: BatchStage, reason: str) -> int:
        """Close a batch, and with it the rows that nothing came of.

        In a batch that was read or lost they may have been billed; else they surely were not.

        Returns:
            How many rows that are.
        """
        billed = stage in {BatchStage.READ, BatchStage.LOST}
        state = AttemptState.UNKNOWN if billed else AttemptState.FAILED
        left = (_attempts.run == self._run) & (_attempts.batch == batch) & (_attempts.state == _SENT)
        now = time.time()
        closed = update(tables.attempts).where(left)
        values = {
            "state": state.value,
            "ended_at": now,
            "maybe_billed": int(billed),
            "error_class": "transient",
            "error": reason[:2000],
        }
        ended = update(tables.batches).where(_batches.id == batch).values(state=stage.value, ended=now)
        with self._ledger.write() as connection:
            count = connection.execute(closed.values(**values)).rowcount
            connection.execute(ended)
        return int(count)

    def _change(self, batch: int, **values: Any) -> None:
        with self._ledger.write() as connection:
            connection.execute(update(tables.batches).where(_batches.id == batch).values(**values))

    # -- Rows ----------------------------------------------------------------------------------------

    def number_row(self) -> int:
        """Return the number of the next attempt."""
        return self._writer.number_attempt()

    async def begin_rows(self, rows: Sequence[tuple[int, NewAttempt]]) -> None:
        """Commit rows as sent, in one commit."""
        if rows:
            await self._writer.begin_rows(rows)

    async def end_rows(
        self,
        ended: Sequence[tuple[int, RawReply | CallError]],
        extra: Sequence[tuple[int, NewAttempt]] = (),
    ) -> None:
        """Commit what came of rows, in one commit; `extra` attempts are added first."""
        if ended:
            await self._writer.end_rows(ended, extra)

    def attempts(self, numbers: Iterable[int]) -> Mapping[int, BatchedAttempt]:
        """Return these attempts of the run, by their number."""
        columns = [tables.attempts.c[name] for name in BatchedAttempt.__dataclass_fields__]
        query = select(*columns).where(_attempts.run == self._run, _attempts.id.in_(list(numbers)))
        with self._ledger.read() as connection:
            return {row.id: _attempt(row) for row in connection.execute(query)}

    def reply_hashes(self, batch: int, units: Iterable[int]) -> dict[int, set[bytes]]:
        """Return the digests of the replies a batch has brought for these units."""
        query = select(_attempts.unit, _attempts.reply).where(
            _attempts.run == self._run,
            _attempts.unit.in_(list(units)),
            _attempts.batch == batch,
            _attempts.reply.is_not(None),
        )
        found: dict[int, set[bytes]] = {}
        with self._ledger.read() as connection:
            for row in connection.execute(query):
                found.setdefault(row.unit, set()).add(row.reply)
        return found

    def units_of(self, batch: int, *, unanswered: bool = False) -> list[int]:
        """Return the units of a batch; of those without an answer only the ones it brought no reply for."""
        query = select(_attempts.unit).where(_attempts.run == self._run, _attempts.batch == batch)
        if unanswered:
            query = query.where(_attempts.reply.is_(None))
        with self._ledger.read() as connection:
            return list(connection.execute(query).scalars())

    def refused_rows(self) -> Mapping[int, tuple[str, str]]:
        """Return class and message of the refusals of single rows, by unit, where the unit is open."""
        rated = (_ratings.run == _attempts.run) & (_ratings.unit == _attempts.unit)
        query = (
            select(_attempts.unit, _attempts.error_class, _attempts.error)
            .join_from(tables.attempts, tables.ratings, rated, isouter=True)
            .where(
                _attempts.run == self._run,
                _attempts.batch.is_not(None),
                _attempts.state == AttemptState.FAILED.value,
                _attempts.error_class.in_(("filtered", "too_long", "malformed", "unsupported")),
                _ratings.unit.is_(None),
            )
            .order_by(_attempts.id)
        )
        with self._ledger.read() as connection:
            return {row.unit: (row.error_class, row.error) for row in connection.execute(query)}

    def excuse_rows(self, batch: int) -> None:
        """Note that the errors of a batch are not those of its rows, which are to be asked again."""
        mine = (_attempts.run == self._run) & (_attempts.batch == batch)
        failed = mine & (_attempts.state == AttemptState.FAILED.value)
        with self._ledger.write() as connection:
            connection.execute(update(tables.attempts).where(failed).values(error_class="config"))

    def unbilled_nanousd(self, batch: int) -> int:
        """Return what was set aside for the rows of a batch that surely cost nothing."""
        nothing = (_attempts.state == AttemptState.FAILED.value) & (_attempts.maybe_billed == 0)
        total = func.coalesce(func.sum(case((nothing, _attempts.reserved_nanousd), else_=0)), 0)
        query = select(total).where(_attempts.run == self._run, _attempts.batch == batch)
        with self._ledger.read() as connection:
            return int(connection.execute(query).scalar_one())


def _batch(row: Row[Any]) -> Batch:
    detail = json.loads(row.detail)
    return Batch(
        id=row.id,
        account=row.account,
        model=detail.get("model", ""),
        provider_id=row.provider_id,
        stage=BatchStage(row.state),
        created=row.created,
        rows=detail.get("rows", 0),
    )


def _attempt(row: Row[Any]) -> BatchedAttempt:
    values = row._asdict()
    return BatchedAttempt(**{**values, "state": AttemptState(row.state)})
