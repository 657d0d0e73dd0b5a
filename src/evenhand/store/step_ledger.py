"""The ledger of a generation run while it runs: attempts and replies are on disk when awaited, steps when flushed."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, select

from evenhand.records.attempt import Served, StoredReply
from evenhand.records.generation import Step
from evenhand.store import tables
from evenhand.store.attempt_ledger import AttemptLedger, served_row
from evenhand.store.ledger import LedgerFile
from evenhand.store.prepared import Values
from evenhand.store.statements import Write
from evenhand.store.step_rows import read_step, step_values

_attempts, _steps = tables.attempts.c, tables.steps.c


class StepLedger(AttemptLedger):
    """Writes one generation run. Give it to the chain runner, and close it."""

    def __init__(self, ledger: LedgerFile, run: int, *, again: bool = False) -> None:
        """Start writing; the caller holds the right to write.

        Args:
            ledger: The ledger.
            run: The run to write.
            again: Whether every question is asked again, whatever earlier runs hold.
        """
        super().__init__(ledger, run)
        with ledger.read() as connection:
            self._goes_on = _any(connection, select(_attempts.id).where(_attempts.run == run)) or _any(
                connection, select(_steps.seq).where(_steps.run == run)
            )
            self._has_earlier = not again and _any(
                connection, select(_attempts.id).where(_attempts.run != run)
            )

    def settled_steps(self, first: int, last: int) -> Mapping[int, Step]:
        """Return the steps of this run from `first` to `last` that have a terminal state, by their number."""
        if not self._goes_on:
            return {}
        query = select(tables.steps).where(_steps.run == self._run, _steps.seq.between(first, last))
        with self._ledger.read() as connection:
            return {row.seq: read_step(row) for row in connection.execute(query)}

    def own_replies(self, seq: int, key: bytes) -> Sequence[StoredReply]:
        """Return the replies that this run had of a step before it was interrupted, the first one first."""
        if not self._goes_on:
            return ()
        mine = (_attempts.run == self._run, _attempts.unit == seq, _attempts.key == key)
        return self._stored(_replies_of(*mine).order_by(_attempts.id))

    def earlier_replies(self, seq: int, key: bytes) -> Sequence[StoredReply]:
        """Return the replies of other runs to the same question: to a step of the same number first, then the newest.

        Several replies to one step stay in their order, for the first readable one counted.
        """
        if not self._has_earlier:
            return ()
        query = _replies_of(_attempts.run != self._run, _attempts.key == key)
        order = ((_attempts.unit == seq).desc(), _attempts.run.desc(), _attempts.id)
        return self._stored(query.order_by(*order))

    def _stored(self, query: Select[Any]) -> Sequence[StoredReply]:
        with self._ledger.read() as connection:
            return [
                StoredReply(
                    attempt=row.id,
                    body=row.body,
                    nonce=row.nonce,
                    key=row.key,
                    reserved_nanousd=row.reserved_nanousd,
                )
                for row in connection.execute(query)
            ]

    async def settle(self, step: Step, served: Sequence[Served]) -> None:
        """Write a terminal state; a step that has one keeps it.

        It may still be on its way to disk when this returns; `flush` waits for it.
        """
        rows: list[tuple[int, Values]] = [(Write.PARSED, served_row(each)) for each in served]
        rows.append((Write.STEP, (self._run, *step_values(step))))
        if not self._writer.hand_over(rows):
            await self._writer.commit(rows)


def _any(connection: Any, query: Select[Any]) -> bool:
    return connection.execute(query.limit(1)).first() is not None


def _replies_of(*conditions: Any) -> Select[Any]:
    replies = tables.replies.c
    return (
        select(_attempts.id, _attempts.key, _attempts.nonce, _attempts.reserved_nanousd, replies.body)
        .join_from(tables.attempts, tables.replies, replies.hash == _attempts.reply)
        .where(*conditions)
    )
