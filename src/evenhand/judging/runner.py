"""The runner: every open unit of a plan is taken to its terminal state, many calls at a time.

It feeds items in the order of the plan into a window (`open_items`), hands units to the lane of their account
(`lane`), and commits what comes back. Units of an account that fails are put off and asked in a later round, so that
the other accounts go on.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from evenhand.errors import BudgetError, EvenhandError, ProviderStopError, PutOffError, UsageError
from evenhand.judging.budget import Purse
from evenhand.judging.calling import CallingJudge, ask_unit
from evenhand.judging.decide import Decider
from evenhand.judging.lane import Lane
from evenhand.judging.offline.key import OfflineKeys
from evenhand.judging.open_items import OpenItems, Turn
from evenhand.judging.plan import Plan
from evenhand.judging.ports import Ledger, OfflineJudge
from evenhand.judging.progress import Progress
from evenhand.judging.prompt import Prompt
from evenhand.judging.reader import Reader
from evenhand.judging.reuse import own_reply, seek_replies, wants_another
from evenhand.judging.unanswered import STRAIGHT_FAILURES
from evenhand.records.attempt import Settled
from evenhand.records.pacing import PaceChange, PacingEvent
from evenhand.records.rating import FailedRating, FailureKind
from evenhand.records.run import Unit
from evenhand.records.suite import Item

_OFFLINE_CHUNK = 1_000
_SOUGHT_CHUNK = 400
"""So many units are looked up in the store together."""
_SMALLEST_WINDOW = 512
_KEPT_CHARS = 20_000
"""A prompt that was made to look its unit up is kept until the call, unless it is longer than this."""
_FRUITLESS_ROUNDS = 3
"""After so many rounds in which nothing was settled, what is put off stays open."""
_SECONDS_BETWEEN_NOTES = 1.0
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
        replaying: Mapping[str, Reader] = MappingProxyType({}),
    ) -> None:
        """Hold the parts.

        Args:
            plan: What to judge.
            decider: What makes verdicts.
            ledger: Where everything is committed.
            offline: Judges that need no call.
            calling: Judges that are asked.
            keys: Makes the keys of units that need no call.
            settled: A 1 for each unit that has its terminal state.
            purse: What may be spent.
            progress: Counters to move.
            replaying: Judges that are answered from the store alone; what it does not hold stays open.
        """
        self._plan = plan
        self._ledger = ledger
        self._offline = offline
        self._calling = calling
        self._readers: Mapping[str, Reader] = {**calling, **replaying}
        self._keys = keys
        self._settled = settled
        self._purse = purse
        self._progress = progress
        self._lanes = {
            caller.account: Lane(caller.account, workers=caller.concurrency, throttle=caller.throttle)
            for caller in calling.values()
        }
        workers = sum(lane.workers for lane in self._lanes.values())
        self._open = OpenItems(decider, most=max(_SMALLEST_WINDOW, 2 * workers))
        self._ready: list[Turn] = []
        """Items found decided when they were opened, to be committed with the next terminal states."""
        self._reasons: list[str] = []
        self._stopping = False
        self._seeks = ledger.has_earlier
        self._rated: list[Settled] = []
        """Offline ratings that are not committed yet."""
        self._sought: list[Unit] = []
        """Units that are looked up in the store before anybody is asked."""
        self._prompts: dict[int, Prompt] = {}
        """Prompts that were made to look for a reply, until they are sent."""
        self._count = 0
        """Units settled so far."""
        self._events: list[PacingEvent] = []
        self._noted_at = float("-inf")
        progress.look = lambda: [lane.throttle.now() for lane in self._lanes.values()]

    def stop(self, reason: str) -> None:
        """Make no new call; calls in flight are finished and stored."""
        self._stopping = True
        self._note(reason)
        self._purse.stop(reason)
        for lane in self._lanes.values():
            lane.throttle.close(reason)
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
        for lane in self._lanes.values():
            lane.throttle.start(self._pace_changed)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._feed())
                for lane in self._lanes.values():
                    for _ in range(lane.workers):
                        group.create_task(self._work(lane))
        except* EvenhandError as errors:
            raise errors.exceptions[0] from None
        await self._note_pace()
        await self._ledger.flush()
        return tuple(self._reasons)

    async def _feed(self) -> None:
        """Go through the plan, and again as long as units were put off and that brings something."""
        fruitless = 0
        while not self._stopping:
            settled = self._count
            await self._go_through()
            await self._until_idle()
            fruitless = 0 if self._count > settled else fruitless + 1
            if not self._begin_round(last=fruitless >= _FRUITLESS_ROUNDS):
                break
        for lane in self._lanes.values():
            lane.send_home()

    async def _until_idle(self) -> None:
        """Wait until no unit is under way: what is in flight may be put off, or be the last of a step.

        Units without an answer are told apart when all else is over; one that is called failed may again be the last
        of a step.
        """
        while not self._stopping:
            if self._sought:
                await self._flush()
            elif not all(lane.is_idle for lane in self._lanes.values()):
                await self._open.changed()
            elif held := [lane for lane in self._lanes.values() if lane.unanswered and not lane.put_off]:
                await self._end_unanswered(held)
            else:
                break

    async def _end_unanswered(self, lanes: Sequence[Lane]) -> None:
        """Call units failed whose account answered others meanwhile; the rest may have met an outage and stays open."""
        failed: list[Settled] = []
        for lane in lanes:
            blamed, left = lane.unanswered.part()
            failed += blamed
            if left:
                self._note(_no_answer(lane.account, left))
                self._abandon(settled.unit for settled in left)
        await self._settle(failed)

    def _begin_round(self, *, last: bool) -> bool:
        """Tell whether another round has something to ask. What is held back then is asked in it too."""
        late = [lane for lane in self._lanes.values() if lane.put_off and not lane.closed]
        for lane in late:
            self._put_off(lane)
            lane.put_off = False
            if last:
                self._stop_lane(lane, f"account {lane.account!r} fails too often to answer all that is asked")
        return bool(late) and not last

    async def _go_through(self) -> None:
        """Open items in order; settle what needs no call on the way, and hand the rest to their account."""
        for item, units in self._plan.questions(self._settled):
            if self._is_chunk_full() or not self._open.has_room:
                await self._flush()
            while not self._open.has_room and not self._stopping:
                await (self._flush() if self._sought else self._open.changed())
            if self._stopping:
                break
            self._open_item(item, units)
        await self._flush()

    def _is_chunk_full(self) -> bool:
        return len(self._rated) >= _OFFLINE_CHUNK or len(self._sought) >= _SOUGHT_CHUNK

    def _open_item(self, item: Item, units: Sequence[Unit]) -> None:
        """Open an item: rate offline units, and queue the others for the store or for their account."""
        if units[-1].seq >= len(self._settled):
            raise UsageError(
                "there are more cases than when the run began: their files change while it reads them"
            )
        if self._open.steps:
            self._open_steps(item, units)
            return
        askable = [unit for unit in units if not self._settled[unit.seq] and self._can_ask(unit)]
        if not askable:
            return
        self._open.open(item, askable, whole=len(askable) == len(units))
        for unit in askable:
            if unit.judge.id in self._offline:
                self._rated.append(self._rate(unit))
            else:
                self._queue(unit)

    def _queue(self, unit: Unit) -> None:
        """Queue a unit for the store where that may know its answer, else for its account."""
        if self._seeks or unit.judge.id not in self._calling:
            self._sought.append(unit)
        else:
            self._lane(unit).put(unit)

    def _open_steps(self, item: Item, units: Sequence[Unit]) -> None:
        """Open an item of a cascade at the step it stands at, which the ledger knows."""
        settled = [unit for unit in units if self._settled[unit.seq]]
        if len(settled) == len(units):
            return
        turn = self._open.open_steps(item, units, self._ledger.rated_units(units) if settled else {})
        if turn.decided:
            self._ready.append(turn)
        self._rated += (self._rate(unit) for unit in turn.asked if unit.judge.id in self._offline)
        self._queue_step(turn)

    def _queue_step(self, turn: Turn) -> None:
        """Queue the units of a step that need more than an offline judge."""
        for unit in turn.asked:
            if unit.judge.id in self._offline:
                continue
            if self._can_ask(unit):
                self._queue(unit)
            else:
                self._open.abandon(unit)
        if self._sought:
            self._open.wake()

    async def _flush(self) -> None:
        """Look up what is sought, commit what that and the offline judges settled, and queue what has to be asked."""
        rated, sought, self._rated, self._sought = self._rated, self._sought, [], []
        found = seek_replies(sought, self._readers, self._ledger.earlier_replies, self._keys)
        await self._settle([*rated, *found.settled])
        for unit in sought:
            if prompt := found.prompts.get(unit.seq):
                await self._pass_on(unit, prompt)

    async def _pass_on(self, unit: Unit, prompt: Prompt) -> None:
        """Queue a unit that no earlier reply answers; where nobody is asked, its own replies are all there is."""
        if unit.judge.id not in self._calling:
            await self._replay_own(unit, prompt)
        elif not self._can_ask(unit):
            self._open.abandon(unit)
        else:
            if sum(len(turn.content) for turn in prompt.request.turns) <= _KEPT_CHARS:
                self._prompts[unit.seq] = prompt
            self._lane(unit).put(unit)

    async def _replay_own(self, unit: Unit, prompt: Prompt) -> None:
        own = own_reply(unit, prompt, self._readers[unit.judge.id], self._ledger)
        if own is None or wants_another(own.outcome):
            self._open.abandon(unit)
        else:
            await self._settle([own])

    def _can_ask(self, unit: Unit) -> bool:
        name = unit.judge.id
        if name not in self._calling:
            return name in self._offline or name in self._readers
        lane = self._lane(unit)
        lane.put_off = lane.put_off or not lane.takes_units
        return lane.takes_units

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
            except PutOffError:
                self._open.abandon(unit)
                lane.put_off = True
            lane.done(unit)
            if lane.is_idle:
                self._open.wake()

    async def _judge(self, unit: Unit, lane: Lane) -> None:
        caller = self._calling[unit.judge.id]
        prompt = self._prompts.pop(unit.seq, None) or caller.prompter.render(unit)
        if isinstance(prompt, FailedRating):
            await self._settle([Settled(unit=unit, key=self._keys.key(unit), outcome=prompt)])
            return
        counters = self._progress.judges[unit.judge.id]
        counters.in_flight += 1
        try:
            settled = await ask_unit(unit, prompt, caller, self._ledger, self._purse, lane.unanswered)
        finally:
            counters.in_flight -= 1
        if isinstance(settled.outcome, FailedRating) and settled.outcome.kind in _UNANSWERED:
            self._hold_back(lane, settled, settled.outcome.detail)
        else:
            await self._settle([*lane.unanswered.release_answered(), settled])

    def _hold_back(self, lane: Lane, settled: Settled, detail: str) -> None:
        """Wait before calling a unit without an answer failed: in an outage it is put off, or stays open for resume."""
        straight = lane.unanswered.hold(settled)
        if lane.closed or lane.throttle.is_open:
            self._put_off(lane)
        elif straight:
            self._stop_lane(
                lane, f"account {lane.account!r}: {STRAIGHT_FAILURES} units in a row got no answer ({detail})"
            )

    def _put_off(self, lane: Lane) -> None:
        """Leave what waits and what is held back for a later round."""
        units = lane.clear()
        lane.put_off = lane.put_off or bool(units)
        self._abandon(units)

    def _pace_changed(self, event: PacingEvent) -> None:
        """Remember a change of an account's pace, and keep the others going where it is an outage."""
        self._events.append(event)
        lane = self._lanes[event.account]
        if event.why is PaceChange.OPENED:
            self._put_off(lane)
        elif event.why is PaceChange.GIVEN_UP:
            self._stop_lane(lane, lane.throttle.reason)

    async def _note_pace(self) -> None:
        """Commit what changed in the pace of the accounts."""
        self._noted_at = asyncio.get_running_loop().time()
        events, self._events = self._events, []
        if events:
            await self._ledger.paced(events)

    async def _settle(self, settled: Sequence[Settled]) -> None:
        """Commit terminal states, and in the same commit the verdicts of the items they complete."""
        turns = [turn for each in settled if (turn := self._open.complete(each))]
        if self._open.steps:
            settled, turns = self._walk_on(settled, turns)
        decided = [turn.decided for turn in turns if turn.decided]
        await self._ledger.settle(settled, decided)
        for each in settled:
            self._settled[each.unit.seq] = 1
            self._count += 1
            self._progress.settle(each)
        for item in decided:
            self._progress.decide(item.verdict)
        for turn in turns:
            self._queue_step(turn)
        if self._events and asyncio.get_running_loop().time() - self._noted_at >= _SECONDS_BETWEEN_NOTES:
            await self._note_pace()

    def _walk_on(self, settled: Sequence[Settled], turns: Sequence[Turn]) -> tuple[list[Settled], list[Turn]]:
        """Take items of a cascade as far as they go without a call.

        Units of offline judges are rated, which may bring the next turn, and spared units join what is committed. The
        calls of the next step come after that commit, so that none is made for a step the ledger does not lead to.
        """
        rows, walked = list(settled), [*self._ready, *turns]
        self._ready = []
        for turn in walked:
            rows += turn.spared
            for unit in turn.asked:
                if unit.judge.id in self._offline:
                    rows.append(self._rate(unit))
                    if following := self._open.complete(rows[-1]):
                        walked.append(following)
        return rows, walked

    def _abandon(self, units: Iterable[Unit]) -> None:
        for unit in units:
            self._prompts.pop(unit.seq, None)
            self._open.abandon(unit)
        self._open.wake()

    def _stop_lane(self, lane: Lane, reason: str) -> None:
        self._note(reason)
        self._close(lane)

    def _close(self, lane: Lane) -> None:
        """Leave the account's queued and unanswered units open and send its workers home."""
        self._abandon(lane.close())

    def _note(self, reason: str) -> None:
        if reason not in self._reasons:
            self._reasons.append(reason)


def _no_answer(account: str, left: Sequence[Settled]) -> str:
    """Say why units at the end of a run are open."""
    last = left[-1].outcome
    detail = f" ({last.detail})" if isinstance(last, FailedRating) else ""
    units = "unit" if len(left) == 1 else f"{len(left)} units"
    return f"account {account!r}: the last {units} it was asked got no answer{detail}"
