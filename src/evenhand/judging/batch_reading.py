"""Batches back from the provider: taken up after a stop, asked after, and read when they have ended."""

import time

from evenhand.errors import CallError
from evenhand.judging.batch_desk import BatchDesk
from evenhand.judging.batch_rows import Harvest, Joiner
from evenhand.providers.batch_interface import BatchPhase, BatchStatus
from evenhand.records.batch import Batch, BatchStage

_ALL_REFUSED = 10
"""So many rows that are all refused speak for the account, not for themselves."""


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
                self._lose(batch, "given up")
            elif batch.stage is BatchStage.RESERVED:
                self._desk.end(batch, BatchStage.UNSENT, "stopped before it was sent")
            elif batch.stage is BatchStage.SENDING:
                await self._find(batch)
            else:
                self._desk.running[batch.id] = batch

    def _lose(self, batch: Batch, reason: str) -> None:
        count = self._desk.end(batch, BatchStage.LOST, reason)
        self._desk.progress.batches[batch.id].remarks = (
            f"{count:,} rows of it are possibly billed ({reason}), and asked again",
        )

    async def _find(self, batch: Batch) -> None:
        """Look for a batch whose id was never stored."""
        provider = self._desk.providers[batch.account]
        while True:
            try:
                found = await provider.find(self._desk.label(batch))
            except CallError as error:
                doubt = (
                    f"it can not be found out whether account {batch.account} took batch {batch.id}: {error}"
                )
                self._desk.close_account(batch.account, doubt)
                return
            if found.status:
                self._desk.keep(batch, found.status)
                return
            if not found.certain:
                self._lose(batch, "it can not be told from other batches of the account")
                return
            if not await self._may_turn_up(batch):
                self._desk.end(batch, BatchStage.UNSENT, "it never arrived")
                return

    async def _may_turn_up(self, batch: Batch) -> bool:
        """Wait while a batch just sent may still appear in the provider's list; tell whether to look again."""
        polling = self._desk.wishes.polling
        left = batch.created + polling.grace_s - time.time()
        if left <= 0 or self._desk.stopped.is_set():
            return False
        await self._desk.pause(min(left, polling.first_s))
        return True

    async def read_what_ends(self) -> bool:
        """Poll until a batch has ended, and read it; False when nothing more is waited for."""
        desk, polling = self._desk, self._desk.wishes.polling
        wait, silent_s = polling.first_s, 0.0
        while desk.running and not desk.stopped.is_set():
            polled = [(batch, await self._poll(batch)) for batch in list(desk.running.values())]
            ended = [(batch, status) for batch, status in polled if status and _has_ended(status)]
            for batch, status in ended:
                await self._take(batch, status)
            if ended:
                return True
            silent_s = 0.0 if any(status for _, status in polled) else silent_s + wait
            if silent_s > polling.patience_s:
                desk.note("the provider gave no answer about its batches for too long")
                return False
            await desk.pause(wait)
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
