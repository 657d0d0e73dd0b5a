"""Batches back from the provider: taken up after a stop, asked after, and read when they have ended."""

import time

from evenhand.errors import CallError
from evenhand.judging.batch_desk import BatchDesk
from evenhand.judging.batch_rows import Harvest, Joiner
from evenhand.providers.batch_interface import BatchPhase, BatchStatus
from evenhand.records.batch import Batch, BatchStage

_ALL_REFUSED = 10
"""So many rows that are all refused speak for the account, not for themselves."""
_LONGEST_BATCH_S = 26 * 3600.0
"""Batches end within a day, and those that have ended can be told apart by their rows."""


class BatchReader:
    """Asks after batches and reads them."""

    def __init__(self, desk: BatchDesk) -> None:
        """Read for `desk`."""
        self._desk = desk

    async def recover(self) -> None:
        """Take up the batches that earlier executions left."""
        for batch in self._desk.ledger.open_batches():
            self._desk.take_up(batch)
            if self._desk.wishes.forgets:
                await self._give_up(batch)
            elif batch.stage is BatchStage.RESERVED:
                self._desk.end(batch, BatchStage.UNSENT, "stopped before it was sent")
            elif batch.stage is BatchStage.SENDING:
                self._desk.doubt(batch)
            else:
                self._desk.running[batch.id] = batch
        await self._seek_doubted()

    async def _give_up(self, batch: Batch) -> None:
        """Have the provider stop a batch, so that it bills no more of it, and its rows asked again."""
        reason = "given up"
        if batch.provider_id:
            try:
                await self._desk.providers[batch.account].cancel(batch.provider_id)
            except CallError as error:
                reason = f"given up, and not cancelled: {error}"
        self._lose(batch, reason)

    def _lose(self, batch: Batch, reason: str) -> None:
        count = self._desk.end(batch, BatchStage.LOST, reason)
        self._desk.progress.batches[batch.id].remarks = (
            f"{count:,} rows of it are possibly billed ({reason}), and asked again",
        )

    async def _seek_doubted(self) -> bool:
        """Look for the batches that may have arrived; tell whether it is known now of one."""
        known = [await self._seek(batch, since) for batch, since in list(self._desk.doubted.values())]
        return any(known)

    async def _seek(self, batch: Batch, since: float) -> bool:
        """Look once for a batch whose id was never stored; lists lag, so not to see it proves nothing at first."""
        desk = self._desk
        waited_s = time.monotonic() - since
        try:
            found = await desk.providers[batch.account].find(desk.label(batch))
        except CallError as error:
            del desk.doubted[batch.id]
            doubt = f"it is not known whether account {batch.account} took batch {batch.id}: {error}"
            desk.close_account(batch.account, doubt)
            return False
        if found.status:
            desk.keep(batch, found.status)
        elif found.certain and waited_s >= desk.wishes.polling.grace_s:
            desk.fruitless.update(desk.ledger.units_of(batch.id))
            desk.end(batch, BatchStage.UNSENT, "it never arrived")
        elif not found.certain and waited_s >= _LONGEST_BATCH_S:
            self._lose(batch, "it can not be told from other batches of the account")
        else:
            return False
        del desk.doubted[batch.id]
        return True

    async def read_what_ends(self) -> bool:
        """Poll until a batch has ended, and read it, or until it is known of one whether it arrived.

        Returns:
            Whether there is something new; False when nothing more is waited for.
        """
        desk, polling = self._desk, self._desk.wishes.polling
        wait, silent_s = polling.first_s, 0.0
        while (desk.running or desk.doubted) and not desk.stopped.is_set():
            if await self._seek_doubted():
                return True
            polled = [(batch, await self._poll(batch)) for batch in list(desk.running.values())]
            ended = [(batch, status) for batch, status in polled if status and _has_ended(status)]
            for batch, status in ended:
                await self._take(batch, status)
            if ended:
                return True
            is_silent = polled and not any(status for _, status in polled)
            silent_s = silent_s + wait if is_silent else 0.0
            if silent_s > polling.patience_s:
                desk.note("the provider gave no answer about its batches for too long")
                return False
            await desk.pause(polling.first_s if desk.doubted else wait)
            wait = min(wait * polling.growth, polling.longest_s)
        return False

    async def _poll(self, batch: Batch) -> BatchStatus | None:
        provider_id = self._desk.progress.batches[batch.id].provider_id
        try:
            status = await self._desk.providers[batch.account].poll(provider_id)
        except CallError as error:
            if error.call_class.stops_account:
                del self._desk.running[batch.id]
                self._desk.note(f"account {batch.account} does not say how batch {batch.id} stands: {error}")
            return None
        self._desk.show(batch, status)
        return status

    async def _take(self, batch: Batch, status: BatchStatus) -> None:
        """Read a batch that has ended; if that fails it stays open, and what came is kept."""
        desk = self._desk
        if status.phase is BatchPhase.REFUSED:
            desk.end(batch, BatchStage.REFUSED, status.complaint)
            complaint = f"account {batch.account} refused batch {batch.id} ({status.id}): {status.complaint}"
            desk.close_account(batch.account, complaint)
            return
        joiner = Joiner(desk.run, batch.id, desk.ledger)
        try:
            await joiner.join(desk.providers[batch.account].results(status))
        except CallError as error:
            del desk.running[batch.id]
            desk.note(f"the results of batch {batch.id} ({status.id}) can not be read to their end: {error}")
            return
        missing = desk.end(batch, BatchStage.READ, "in no result file")
        desk.progress.batches[batch.id].remarks = joiner.harvest.remarks(missing)
        unanswered = desk.ledger.units_of(batch.id, unanswered=True)
        desk.fruitless.update(unanswered)
        self._blame(batch, joiner.harvest, whole=len(unanswered) == batch.rows)

    def _blame(self, batch: Batch, harvest: Harvest, *, whole: bool) -> None:
        """Close an account whose errors are not those of single rows."""
        first = harvest.first_error
        is_one_refusal = (
            whole and harvest.errors >= _ALL_REFUSED and first and not first.call_class.retry_may_help
        )
        error = harvest.stop or (first if is_one_refusal else None)
        if error:
            self._desk.ledger.excuse_rows(batch.id)
            self._desk.close_account(batch.account, f"account {batch.account}: {error}")


def _has_ended(status: BatchStatus) -> bool:
    return status.phase is not BatchPhase.RUNNING
