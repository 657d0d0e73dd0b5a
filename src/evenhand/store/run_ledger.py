"""The ledger of one run while it runs: attempts and replies are on disk when awaited, ratings when flushed."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from evenhand.errors import CallError
from evenhand.records.attempt import NewAttempt, RawReply, Settled, SettledItem, StoredReply
from evenhand.records.rated import RatedUnit
from evenhand.records.run import Unit
from evenhand.store import tables
from evenhand.store.attempt_ledger import AttemptLedger, failed_row, received_rows, served_row
from evenhand.store.known_replies import KnownReplies
from evenhand.store.ledger import LedgerFile
from evenhand.store.prepared import Values
from evenhand.store.rows import outcome_values, read_unit, verdict_values
from evenhand.store.statements import Write

_MOST_HANDED_OVER = 32
"""So many terminal states at once are not waited for; more are a chunk of offline ratings, which must not pile up."""


class RunLedger(AttemptLedger):
    """Writes one run of judges. Give it to the runner as its ledger, and close it."""

    def __init__(self, ledger: LedgerFile, run: int, *, again: bool = False) -> None:
        """Start writing; the caller holds the right to write.

        Args:
            ledger: The ledger.
            run: The run to write.
            again: Whether every question is asked again, whatever earlier runs and recordings hold.
        """
        super().__init__(ledger, run)
        self._known = KnownReplies(ledger, run, earlier=not again)

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
                rows.append((Write.FAILED, failed_row(number, came)))
            else:
                rows += received_rows(number, came)
        await self._writer.commit(rows)

    async def settle(self, settled: Sequence[Settled], decided: Sequence[SettledItem]) -> None:
        """Write terminal states and verdicts; a unit or item that has one keeps it.

        A few are handed over and not waited for: they can be computed again from what is committed already, and
        nothing later is on disk before them. `flush` waits for all.
        """
        rows: list[tuple[int, Values]] = []
        for each in settled:
            rows.extend((Write.PARSED, served_row(served)) for served in each.served)
            rows.append((Write.RATING, self._rating_row(each)))
        rows.extend((Write.VERDICT, verdict_values(self._run, item)) for item in decided)
        if len(settled) > _MOST_HANDED_OVER or not self._writer.hand_over(rows):
            await self._writer.commit(rows)

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
