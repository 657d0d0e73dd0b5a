"""Rating by batches: units go up in files, results come back hours later, and the ledger remembers in between.

One pass over the plan settles what the ledger can answer and puts the rest into new batches. Then the batches under way
are asked after; when one has ended its rows are committed as they come, and the next pass begins. Everything a pass
needs is in the ledger, so it does not matter whether the process that reads a batch is the one that sent it.
"""

from collections.abc import Mapping, Sequence

from evenhand.errors import CallClass, CallError, UsageError
from evenhand.judging.batch_desk import BatchDesk
from evenhand.judging.batch_ports import OpenFile
from evenhand.judging.batch_reading import BatchReader
from evenhand.judging.batch_sending import BatchSender
from evenhand.judging.calling import CallingJudge, failed_call
from evenhand.judging.offline.key import OfflineKeys
from evenhand.judging.plan import Plan
from evenhand.judging.prompt import Prompt
from evenhand.judging.reuse import own_reply, seek_replies, wants_another
from evenhand.records.attempt import Served, Settled
from evenhand.records.batch import BatchStage
from evenhand.records.run import Unit

_CHUNK = 400
"""So many units are looked up, asked and committed together."""

Refusals = Mapping[int, tuple[str, str]]
"""Class and message of the refusal of a row, by unit."""


class Batcher:
    """Takes the units of batched judges to the ledger. One use: make it, run it."""

    def __init__(
        self,
        *,
        desk: BatchDesk,
        plan: Plan,
        judges: Mapping[str, CallingJudge],
        keys: OfflineKeys,
        settled: bytearray,
        open_file: OpenFile,
    ) -> None:
        """Hold the parts.

        Args:
            desk: The batches of the run.
            plan: What to judge.
            judges: Judges that are rated in batches.
            keys: Makes the keys of units that need no call.
            settled: A 1 for each unit that has its terminal state.
            open_file: Opens the file a batch is written to.
        """
        self._desk = desk
        self._plan = plan
        self._judges = judges
        self._keys = keys
        self._settled = settled
        self._sender = BatchSender(desk, open_file)
        self._reader = BatchReader(desk)
        self._left = 0
        """Units the last pass left open."""

    def stop(self, reason: str) -> None:
        """Send and read nothing more; batches under way go on at the provider."""
        self._desk.note(reason)
        self._desk.stopped.set()

    async def run(self) -> tuple[str, ...]:
        """Run until every unit is settled or nothing more can be done.

        Returns:
            Why units are left open; empty when none is.

        Raises:
            LedgerError: The ledger can not be written.
            UsageError: The cases can not be read any more.
        """
        await self._reader.recover()
        while not self._desk.stopped.is_set():
            await self._pass()
            if not await self._reader.read_what_ends():
                break
        await self._sender.drop_all()
        await self._desk.ledger.replies.flush()
        self._explain()
        return tuple(self._desk.reasons)

    async def _pass(self) -> None:
        """Settle what the ledger can answer and put the rest into batches."""
        self._left, self._sender.too_dear = 0, ""
        refused = self._desk.ledger.refused_rows()
        chunk: list[Unit] = []
        for unit in self._plan.units():
            if self._desk.stopped.is_set():
                return
            if self._wants(unit):
                chunk.append(unit)
            if len(chunk) >= _CHUNK:
                await self._handle(chunk, refused)
                chunk = []
        await self._handle(chunk, refused)
        await self._sender.send_all()

    def _wants(self, unit: Unit) -> bool:
        if unit.seq >= len(self._settled):
            raise UsageError(
                "there are more cases than when the run began: their files change while it reads them"
            )
        is_open = not self._settled[unit.seq] and not self._desk.pending[unit.seq]
        return is_open and unit.judge.id in self._judges

    async def _handle(self, units: Sequence[Unit], refused: Refusals) -> None:
        found = seek_replies(units, self._judges, self._desk.ledger.replies.earlier_replies, self._keys)
        settled, asked = list(found.settled), []
        for unit in units:
            if prompt := found.prompts.get(unit.seq):
                if done := self._answered(unit, prompt, refused):
                    settled.append(done)
                else:
                    asked.append((unit, prompt))
        await self._settle(settled)
        for unit, prompt in asked:
            judge = self._judges[unit.judge.id]
            is_sent = self._may_ask(unit, judge) and await self._sender.add(unit, prompt, judge)
            self._left += not is_sent
        await self._sender.commit()

    def _answered(self, unit: Unit, prompt: Prompt, refused: Refusals) -> Settled | None:
        """Return a unit's terminal state where its replies, or the refusal of its row, give one."""
        judge = self._judges[unit.judge.id]
        own = own_reply(unit, prompt, judge, self._desk.ledger.replies)
        if own and (not wants_another(own.outcome) or len(own.served) > judge.judge.answer.reasks):
            return own
        if unit.seq in refused and judge.account not in self._desk.closed:
            call_class, message = refused[unit.seq]
            failed = failed_call(CallError(message, call_class=CallClass(call_class)))
            return Settled(unit=unit, key=prompt.key, outcome=failed, served=own.served if own else ())
        return own if own and self._is_given_up(unit, judge) else None

    def _may_ask(self, unit: Unit, judge: CallingJudge) -> bool:
        desk = self._desk
        return desk.wishes.submits and desk.takes(judge.account) and not self._is_given_up(unit, judge)

    def _is_given_up(self, unit: Unit, judge: CallingJudge) -> bool:
        """Whether a unit came back without an answer as often as a live one is tried."""
        return self._desk.fruitless[unit.seq] >= judge.judge.attempts

    async def _settle(self, settled: Sequence[Settled]) -> None:
        if not settled:
            return
        desk = self._desk
        await desk.ledger.replies.settle(settled, ())
        for each in settled:
            self._settled[each.unit.seq] = 1
            for served in each.served:
                self._pay(served)
            desk.progress.settle(each)

    def _pay(self, served: Served) -> None:
        """Replace the worst price of a row by what it cost; where tokens are estimated the worst price stays."""
        ahead, purse = served.reserved_nanousd, self._desk.purse
        if not ahead:
            purse.spend_ahead(served.cost_nanousd)
        elif not served.usage.estimated:
            purse.settle_ahead(ahead, served.cost_nanousd)

    def _explain(self) -> None:
        """Say why units are left open."""
        desk = self._desk
        for batch in desk.ledger.open_batches():
            if batch.stage is BatchStage.RUNNING:
                provider_id = desk.progress.batches[batch.id].provider_id
                desk.note(
                    f"batch {batch.id} ({provider_id}) goes on at account {batch.account}: "
                    f"`evenhand resume {desk.run}` takes up its results"
                )
            elif batch.id in desk.doubted:
                desk.note(
                    f"it is not known yet whether account {batch.account} took batch {batch.id}: "
                    f"`evenhand resume {desk.run}` finds out"
                )
        if self._sender.too_dear:
            desk.note(f"{self._left:,} ratings are left open: {self._sender.too_dear}")
        elif self._left and desk.wishes.submits and not desk.reasons:
            desk.note(
                f"{self._left:,} ratings got no answer in batches; "
                f"`evenhand resume --live {desk.run}` asks them one by one"
            )
