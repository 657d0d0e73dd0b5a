"""The runner: every open unit of a plan is taken to its terminal state, many calls at a time.

Items are fed in the order of the plan, and only so many are open at once. A fast judge therefore never runs far ahead
of a slow one: memory stays flat, and a run that ends early has whole verdicts rather than one judge's share of all.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from evenhand.errors import BudgetError, EvenhandError, ProviderStopError, UsageError
from evenhand.judging.budget import Purse
from evenhand.judging.calling import CallingJudge, ask_unit
from evenhand.judging.decide import Decider
from evenhand.judging.offline.key import OfflineKeys
from evenhand.judging.plan import Plan
from evenhand.judging.ports import Ledger, OfflineJudge
from evenhand.judging.progress import Progress
from evenhand.records.attempt import Settled, SettledItem
from evenhand.records.rated import RatedUnit
from evenhand.records.rating import FailedRating, FailureKind
from evenhand.records.run import Unit
from evenhand.records.suite import Item

_OFFLINE_CHUNK = 1_000
_SMALLEST_WINDOW = 512
_STRAIGHT_FAILURES = 10
"""So many units in a row without an answer stop their account: an outage must not turn into thousands of failures."""
_UNANSWERED = frozenset({FailureKind.UNREACHABLE, FailureKind.REJECTED})


@dataclass(slots=True)
class _OpenItem:
    item: Item
    remaining: int
    """Units still to come."""
    whole: bool
    """Whether every unit of the item is settled by this runner; else its verdict is made afterwards."""
    units: dict[int, RatedUnit] = field(default_factory=dict)


class Runner:
    """Takes units from a plan to the ledger. One use: make it, run it."""

    def __init__(
        self,
        *,
        plan: Plan,
        decider: Decider,
        ledger: Ledger,
        offline: Mapping[str, OfflineJudge],
        calling: Mapping[str, CallingJudge],
        keys: OfflineKeys,
        settled: bytearray,
        purse: Purse,
        progress: Progress,
    ) -> None:
        """Hold the parts; `settled` has a 1 for each unit that has its terminal state."""
        self._plan = plan
        self._decider = decider
        self._ledger = ledger
        self._offline = offline
        self._calling = calling
        self._keys = keys
        self._settled = settled
        self._purse = purse
        self._progress = progress
        self._open: dict[int, _OpenItem] = {}
        self._workers = {caller.account: caller.concurrency for caller in calling.values()}
        """How many workers each account has."""
        self._queues: dict[str, asyncio.Queue[Unit | None]] = {}
        self._closed: set[str] = set()
        self._room = asyncio.Event()
        self._window = 0
        self._reasons: list[str] = []
        self._held: dict[str, list[Settled]] = {}
        """Units without an answer, by account, since its last answer."""
        self._stopping = False

    def stop(self, reason: str) -> None:
        """Take no new units; calls in flight are finished and stored."""
        self._stopping = True
        self._note(reason)
        for account in self._queues:
            self._close_account(account)
        self._room.set()

    async def run(self) -> tuple[str, ...]:
        """Run until every unit is settled or nothing more can be done.

        Returns:
            Why units are left open; empty when none is.

        Raises:
            LedgerError: The ledger can not be written.
            UsageError: The cases can not be read any more.
        """
        self._queues = {account: asyncio.Queue() for account in self._workers}
        self._window = max(_SMALLEST_WINDOW, 2 * sum(self._workers.values()))
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._feed())
                for account, workers in self._workers.items():
                    for _ in range(workers):
                        group.create_task(self._work(account, self._queues[account]))
        except* EvenhandError as errors:
            raise errors.exceptions[0] from None
        for account in list(self._held):
            await self._settle(self._held.pop(account))
        return tuple(self._reasons)

    async def _feed(self) -> None:
        """Open items in order, rate offline units on the way, and hand the others to their account."""
        rated: list[Settled] = []
        for item, units in self._plan.questions():
            if len(rated) >= _OFFLINE_CHUNK or not self._has_room():
                await self._settle(rated)
                rated = []
            await self._wait_for_room()
            if self._stopping:
                break
            rated += self._open_item(item, units)
        await self._settle(rated)
        for account in self._queues:
            self._send_home(account)

    def _has_room(self) -> bool:
        return len(self._open) < self._window

    async def _wait_for_room(self) -> None:
        while not self._has_room() and not self._stopping:
            self._room.clear()
            await self._room.wait()

    def _open_item(self, item: Item, units: Sequence[Unit]) -> list[Settled]:
        """Queue the item's open units and return those that need no call, rated."""
        if units[-1].seq >= len(self._settled):
            raise UsageError(
                "there are more cases than when the run began: their files change while it reads them"
            )
        askable = [unit for unit in units if not self._settled[unit.seq] and self._can_ask(unit)]
        if not askable:
            return []
        self._open[item.seq] = _OpenItem(item, remaining=len(askable), whole=len(askable) == len(units))
        rated = []
        for unit in askable:
            if unit.judge.id in self._offline:
                rated.append(self._rate(unit))
            else:
                self._queues[self._calling[unit.judge.id].account].put_nowait(unit)
        return rated

    def _can_ask(self, unit: Unit) -> bool:
        caller = self._calling.get(unit.judge.id)
        return caller is None or caller.account not in self._closed

    def _rate(self, unit: Unit) -> Settled:
        return Settled(unit=unit, key=self._keys.key(unit), outcome=self._offline[unit.judge.id].rate(unit))

    async def _work(self, account: str, queue: asyncio.Queue[Unit | None]) -> None:
        while (unit := await queue.get()) is not None:
            try:
                await self._judge(unit, account)
            except BudgetError as error:
                self._abandon(unit)
                self.stop(str(error))
            except ProviderStopError as error:
                self._abandon(unit)
                self._stop_account(account, str(error))

    async def _judge(self, unit: Unit, account: str) -> None:
        caller = self._calling[unit.judge.id]
        prompt = caller.prompter.render(unit)
        if isinstance(prompt, FailedRating):
            await self._settle([Settled(unit=unit, key=self._keys.key(unit), outcome=prompt)])
            return
        counters = self._progress.judges[unit.judge.id]
        counters.in_flight += 1
        try:
            settled = await ask_unit(unit, prompt, caller, self._ledger, self._purse)
        finally:
            counters.in_flight -= 1
        if isinstance(settled.outcome, FailedRating) and settled.outcome.kind in _UNANSWERED:
            self._hold_back(account, settled, settled.outcome.detail)
        else:
            await self._settle([*self._held.pop(account, ()), settled])

    def _hold_back(self, account: str, settled: Settled, detail: str) -> None:
        """Wait before calling a unit without an answer failed: in an outage it stays open, and resume asks it again."""
        held = self._held.setdefault(account, [])
        held.append(settled)
        if len(held) >= _STRAIGHT_FAILURES and account not in self._closed:
            self._stop_account(
                account, f"account {account}: {len(held)} units in a row got no answer ({detail})"
            )
        if account in self._closed:
            self._leave_open(account)

    def _leave_open(self, account: str) -> None:
        for settled in self._held.pop(account, ()):
            self._abandon(settled.unit)

    async def _settle(self, settled: Sequence[Settled]) -> None:
        """Commit terminal states, and in the same commit the verdicts of the items they complete."""
        decided = [item for each in settled if (item := self._complete(each))]
        await self._ledger.settle(settled, decided)
        for each in settled:
            self._settled[each.unit.seq] = 1
            cost = sum(served.cost_nanousd for served in each.served)
            self._progress.settle(
                each.unit.judge.id, each.outcome, cost_nanousd=cost, reused=each.reused is not None
            )
        for each_item in decided:
            self._progress.decide(each_item.verdict)

    def _complete(self, settled: Settled) -> SettledItem | None:
        """Add a terminal state to its item; return the item with its verdict when it was the last one."""
        unit = settled.unit
        open_item = self._open[unit.item.seq]
        open_item.units[unit.seq] = RatedUnit(
            judge=unit.judge.id, order=unit.order, repeat=unit.repeat, outcome=settled.outcome
        )
        if not self._count_down(open_item) or not open_item.whole:
            return None
        units = [open_item.units[seq] for seq in sorted(open_item.units)]
        verdict = self._decider.decide(open_item.item.principle_id, units)
        return SettledItem(seq=open_item.item.seq, verdict=verdict) if verdict else None

    def _abandon(self, unit: Unit) -> None:
        """Leave a unit open; its item can get no verdict in this run of the runner."""
        open_item = self._open[unit.item.seq]
        open_item.whole = False
        self._count_down(open_item)

    def _count_down(self, open_item: _OpenItem) -> bool:
        open_item.remaining -= 1
        if open_item.remaining:
            return False
        del self._open[open_item.item.seq]
        self._room.set()
        return True

    def _stop_account(self, account: str, reason: str) -> None:
        self._note(reason)
        self._close_account(account)

    def _close_account(self, account: str) -> None:
        """Leave the account's queued and unanswered units open and send its workers home."""
        self._closed.add(account)
        self._leave_open(account)
        queue = self._queues[account]
        while not queue.empty():
            if (unit := queue.get_nowait()) is not None:
                self._abandon(unit)
        self._send_home(account)

    def _send_home(self, account: str) -> None:
        """Let each worker of the account end when it has taken what is queued before."""
        for _ in range(self._workers[account]):
            self._queues[account].put_nowait(None)

    def _note(self, reason: str) -> None:
        if reason not in self._reasons:
            self._reasons.append(reason)
