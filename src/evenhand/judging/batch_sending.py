"""Units into batches: one file for each account and model, handed over when it is full or nothing more comes."""

from evenhand.errors import CallError
from evenhand.judging.batch_desk import BatchDesk
from evenhand.judging.batch_file import BatchFile
from evenhand.judging.batch_ports import OpenFile
from evenhand.judging.batch_rows import custom_id
from evenhand.judging.budget import NANOUSD, worst_case_nanousd
from evenhand.judging.calling import CallingJudge
from evenhand.judging.progress import BatchProgress
from evenhand.judging.prompt import Prompt
from evenhand.providers.batch_interface import BatchUpload
from evenhand.records.attempt import NewAttempt
from evenhand.records.batch import Batch, BatchStage
from evenhand.records.run import Unit

_NOT_THERE = frozenset({404, 405})


class BatchSender:
    """Writes and sends batches."""

    def __init__(self, desk: BatchDesk, open_file: OpenFile) -> None:
        """Send for `desk`, by files that `open_file` opens."""
        self._desk = desk
        self._open_file = open_file
        self._files: dict[tuple[str, str], BatchFile] = {}
        self.too_dear = ""
        """Why nothing more fits under the cap; empty while it does."""

    async def add(self, unit: Unit, prompt: Prompt, judge: CallingJudge) -> bool:
        """Put a unit into the batch of its account and model, and set its worst price aside.

        Returns:
            Whether it fits under the cap.
        """
        price = judge.price.in_batch() if judge.price else None
        worst = worst_case_nanousd(price, prompt.request)
        if not self._fits_the_cap(worst):
            return False
        self._desk.purse.spend_ahead(worst)  # before anything is awaited: live calls take from the same purse
        number = self._desk.ledger.number_row()
        file, row = await self._place(judge, number, prompt)
        attempt = NewAttempt(
            unit_seq=unit.seq,
            judge=unit.judge.id,
            number=self._desk.fruitless[unit.seq] + 1,
            key=prompt.key,
            nonce=prompt.nonce,
            reserved_nanousd=worst,
            instrument=judge.instrument,
            batch=file.batch,
        )
        file.add(row, number, attempt)
        self._desk.pending[unit.seq] = 1
        return True

    def _fits_the_cap(self, worst: int) -> bool:
        purse = self._desk.purse
        if not (self.too_dear or purse.has_room(worst)):
            self.too_dear = (
                f"the next row of a batch may cost up to {worst / NANOUSD:.4f} USD and does not fit under the cap "
                f"({purse.spent_nanousd / NANOUSD:.4f} USD spent or set aside)"
            )
        return not self.too_dear

    async def commit(self) -> None:
        """Commit the rows written since the last time, before any of them can leave."""
        for file in self._files.values():
            await self._desk.ledger.begin_rows(file.uncommitted())

    async def send_all(self) -> None:
        """Hand over what is written, but to an account that takes nothing now."""
        for place, file in list(self._files.items()):
            if self._desk.takes(file.account):
                await self._send(self._files.pop(place))

    async def drop_all(self) -> None:
        """Give up what is written and was not sent."""
        await self.commit()
        for file in self._files.values():
            file.close()
            self._desk.end(self._batch(file), BatchStage.UNSENT, "stopped before it was sent")
        self._files.clear()

    async def _place(self, judge: CallingJudge, number: int, prompt: Prompt) -> tuple[BatchFile, bytes]:
        """Return the file a row fits into, and the row; a file that is full is sent first."""
        place = (judge.account, prompt.request.model)
        file = self._files.get(place) or self._begin(place)
        row = self._row(file, number, prompt)
        if file.rows and not file.fits(row):
            await self._send(self._files.pop(place))
            file = self._begin(place)
            row = self._row(file, number, prompt)
        return file, row

    def _begin(self, place: tuple[str, str]) -> BatchFile:
        account, model = place
        batch = self._desk.ledger.begin_batch(account, model)
        self._desk.progress.batches[batch] = BatchProgress(account=account, rows=0, word="being written")
        self._files[place] = BatchFile(
            batch,
            account=account,
            model=model,
            form=self._desk.providers[account].form,
            most_rows=self._desk.wishes.most_rows,
            file=self._open_file(),
        )
        return self._files[place]

    def _row(self, file: BatchFile, number: int, prompt: Prompt) -> bytes:
        name = custom_id(self._desk.run, file.batch, number, prompt.key)
        return self._desk.providers[file.account].row(name, prompt.request)

    async def _send(self, file: BatchFile) -> None:
        desk = self._desk
        await desk.ledger.begin_rows(file.uncommitted())
        file.finish()
        shown = desk.progress.batches[file.batch]
        shown.rows, shown.word = file.rows, "being sent"
        desk.ledger.sending(file.batch, model=file.model, rows=file.rows)
        batch, provider = self._batch(file), desk.providers[file.account]
        upload = BatchUpload(
            label=desk.label(batch), endpoint=provider.endpoint, file=file.file, size=file.size
        )
        try:
            status = await provider.submit(upload)
        except CallError as error:
            self._not_taken(batch, error)
        else:
            desk.keep(batch, status)
        finally:
            file.close()

    def _batch(self, file: BatchFile) -> Batch:
        return next(batch for batch in self._desk.ledger.open_batches() if batch.id == file.batch)

    def _not_taken(self, batch: Batch, error: CallError) -> None:
        """The provider did not take a batch, or did and could not say so: that is found out before another is sent."""
        account = batch.account
        if error.maybe_billed:
            self._desk.doubt(batch)
            self._desk.progress.batches[batch.id].remarks = (f"it had to be looked for: {error}",)
            return
        self._desk.end(batch, BatchStage.UNSENT, str(error))
        hint = "; has it a batch API? see `batch` of accounts" if error.status in _NOT_THERE else ""
        self._desk.close_account(account, f"account {account} did not take batch {batch.id}: {error}{hint}")
