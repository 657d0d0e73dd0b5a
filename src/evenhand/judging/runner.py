"""The runner: every open unit of a plan is taken to its terminal state, many calls at a time.

It feeds items in the order of the plan into a window (`open_items`), hands units to the lane of their account
(`lane`), and commits what comes back.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence

from evenhand.errors import BudgetError, EvenhandError, ProviderStopError, UsageError
from evenhand.judging.budget import Purse
from evenhand.judging.calling import CallingJudge, ask_unit
from evenhand.judging.decide import Decider
from evenhand.judging.lane import STRAIGHT_FAILURES, Lane
from evenhand.judging.offline.key import OfflineKeys
from evenhand.judging.open_items import OpenItems
from evenhand.judging.plan import Plan
from evenhand.judging.ports import Ledger, OfflineJudge
from evenhand.judging.progress import Progress
from evenhand.records.attempt import Settled
from evenhand.records.rating import FailedRating, FailureKind
from evenhand.records.run import Unit
from evenhand.records.suite import Item

_OFFLINE_CHUNK = 1_000
_SMALLEST_WINDOW = 512
_UNANSWERED = frozenset({FailureKind.UNREACHABLE, FailureKind.REJECTED})


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
        self._ledger = ledger
        self._offline = offline
        self._calling = calling
        self._keys = keys
        self._settled = settled
        self._purse = purse
        self._progress = progress
        workers = {caller.account: caller.concurrency for caller in calling.values()}
        self._lanes = {account: Lane(account, workers=count) for account, count in workers.items()}
        self._open = OpenItems(decider, most=max(_SMALLEST_WINDOW, 2 * sum(workers.values())))
        self._reasons: list[str] = []
        self._stopping = False

    def stop(self, reason: str) -> None:
        """Take no new units; calls in flight are finished and stored."""
        self._stopping = True
        self._note(reason)
        for lane in self._lanes.values():
            self._close(lane)
        self._open.wake()

    async def run(self) -> tuple[str, ...]:
        """Run until every unit is settled or nothing more can be done.

        Returns:
            Why units are left open; empty when none is.

        Raises:
            LedgerError: The ledger can not be written.
            UsageError: The cases can not be read any more.
        """
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._feed())
                for lane in self._lanes.values():
                    for _ in range(lane.workers):
                        group.create_task(self._work(lane))
        except* EvenhandError as errors:
            raise errors.exceptions[0] from None
        for lane in self._lanes.values():
            await self._settle(lane.release())
        return tuple(self._reasons)

    async def _feed(self) -> None:
        """Open items in order, rate offline units on the way, and hand the others to their account."""
        rated: list[Settled] = []
        for item, units in self._plan.questions():
            if len(rated) >= _OFFLINE_CHUNK or not self._open.has_room:
                await self._settle(rated)
                rated = []
            while not self._open.has_room and not self._stopping:
                await self._open.changed()
            if self._stopping:
                break
            rated += self._open_item(item, units)
        await self._settle(rated)
        for lane in self._lanes.values():
            lane.send_home()

    def _open_item(self, item: Item, units: Sequence[Unit]) -> list[Settled]:
        """Queue the item's open units and return those that need no call, rated."""
        if units[-1].seq >= len(self._settled):
            raise UsageError(
                "there are more cases than when the run began: their files change while it reads them"
            )
        askable = [unit for unit in units if not self._settled[unit.seq] and self._can_ask(unit)]
        if not askable:
            return []
        self._open.open(item, askable, whole=len(askable) == len(units))
        rated = []
        for unit in askable:
            if unit.judge.id in self._offline:
                rated.append(self._rate(unit))
            else:
                self._lane(unit).put(unit)
        return rated

    def _can_ask(self, unit: Unit) -> bool:
        return unit.judge.id not in self._calling or not self._lane(unit).closed

    def _lane(self, unit: Unit) -> Lane:
        return self._lanes[self._calling[unit.judge.id].account]

    def _rate(self, unit: Unit) -> Settled:
        return Settled(unit=unit, key=self._keys.key(unit), outcome=self._offline[unit.judge.id].rate(unit))

    async def _work(self, lane: Lane) -> None:
        while (unit := await lane.take()) is not None:
            try:
                await self._judge(unit, lane)
            except BudgetError as error:
                self._open.abandon(unit)
                self.stop(str(error))
            except ProviderStopError as error:
                self._open.abandon(unit)
                self._stop_lane(lane, str(error))

    async def _judge(self, unit: Unit, lane: Lane) -> None:
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
            self._hold_back(lane, settled, settled.outcome.detail)
        else:
            await self._settle([*lane.release(), settled])

    def _hold_back(self, lane: Lane, settled: Settled, detail: str) -> None:
        """Wait before calling a unit without an answer failed: in an outage it stays open, and resume asks it again."""
        if lane.hold_back(settled):
            self._stop_lane(
                lane, f"account {lane.account}: {STRAIGHT_FAILURES} units in a row got no answer ({detail})"
            )
        if lane.closed:
            self._abandon(each.unit for each in lane.release())

    async def _settle(self, settled: Sequence[Settled]) -> None:
        """Commit terminal states, and in the same commit the verdicts of the items they complete."""
        decided = [item for each in settled if (item := self._open.complete(each))]
        await self._ledger.settle(settled, decided)
        for each in settled:
            self._settled[each.unit.seq] = 1
            cost = sum(served.cost_nanousd for served in each.served)
            self._progress.settle(
                each.unit.judge.id, each.outcome, cost_nanousd=cost, reused=each.reused is not None
            )
        for each_item in decided:
            self._progress.decide(each_item.verdict)

    def _abandon(self, units: Iterable[Unit]) -> None:
        for unit in units:
            self._open.abandon(unit)

    def _stop_lane(self, lane: Lane, reason: str) -> None:
        self._note(reason)
        self._close(lane)

    def _close(self, lane: Lane) -> None:
        """Leave the account's queued and unanswered units open and send its workers home."""
        self._abandon(lane.close())

    def _note(self, reason: str) -> None:
        if reason not in self._reasons:
            self._reasons.append(reason)
