"""The runner: every open unit of a plan is taken to its terminal state, many calls at a time."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from evenhand.errors import BudgetError, MeasureError, ProviderStopError
from evenhand.judging.budget import Purse
from evenhand.judging.calling import CallingJudge, ask_unit
from evenhand.judging.offline.key import OfflineKeys
from evenhand.judging.plan import Plan
from evenhand.judging.ports import Ledger, OfflineJudge
from evenhand.judging.progress import Progress
from evenhand.records.attempt import Settled
from evenhand.records.rating import FailedRating, FailureKind
from evenhand.records.run import Unit

_OFFLINE_CHUNK = 200
_STRAIGHT_FAILURES = 10
"""So many units in a row without any reply stop their account: an outage must not turn into thousands of failures."""


class Runner:
    """Takes units from a plan to the ledger. One use: make it, run it."""

    def __init__(
        self,
        *,
        plan: Plan,
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
        self._reasons: list[str] = []
        self._stopped_accounts: set[str] = set()
        self._straight_failures: dict[str, int] = {}
        self._stopping = False

    def stop(self, reason: str) -> None:
        """Take no new units; calls in flight are finished and stored."""
        self._stopping = True
        self._note(reason)

    async def run(self) -> tuple[str, ...]:
        """Run until every unit is settled or nothing more can be done.

        Returns:
            Why units are left open; empty when none is.

        Raises:
            LedgerError: The ledger can not be written.
        """
        by_account: dict[str, list[str]] = {}
        for name, caller in self._calling.items():
            by_account.setdefault(caller.account, []).append(name)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._rate_offline())
                for account, judges in by_account.items():
                    self._serve(group, account, judges)
        except* MeasureError as errors:
            raise errors.exceptions[0] from None
        return tuple(self._reasons)

    def _serve(self, group: asyncio.TaskGroup, account: str, judges: Sequence[str]) -> None:
        """Start the workers of an account; they share one pass over the plan."""
        units = self._open_units(judges)
        concurrency = self._calling[judges[0]].throttle.concurrency
        for _ in range(concurrency):
            group.create_task(self._work(account, units))

    def _open_units(self, judges: Iterable[str]) -> Iterator[Unit]:
        names = frozenset(judges)
        return (unit for unit in self._plan.units() if unit.judge.id in names and not self._settled[unit.seq])

    async def _work(self, account: str, units: Iterator[Unit]) -> None:
        while not self._stopping and account not in self._stopped_accounts:
            unit = next(units, None)
            if unit is None:
                return
            try:
                await self._judge(unit, account)
            except BudgetError as error:
                self.stop(str(error))
            except ProviderStopError as error:
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
        await self._settle([settled])
        self._watch_outage(account, settled)

    def _watch_outage(self, account: str, settled: Settled) -> None:
        outcome = settled.outcome
        unreachable = isinstance(outcome, FailedRating) and outcome.kind is FailureKind.UNREACHABLE
        self._straight_failures[account] = self._straight_failures.get(account, 0) + 1 if unreachable else 0
        if isinstance(outcome, FailedRating) and self._straight_failures[account] >= _STRAIGHT_FAILURES:
            reason = f"{_STRAIGHT_FAILURES} units in a row got no reply ({outcome.detail})"
            self._stop_account(account, f"account {account}: {reason}")

    async def _rate_offline(self) -> None:
        units = self._open_units(self._offline)
        while not self._stopping and (chunk := list(islice(units, _OFFLINE_CHUNK))):
            await self._settle(
                [
                    Settled(
                        unit=unit, key=self._keys.key(unit), outcome=self._offline[unit.judge.id].rate(unit)
                    )
                    for unit in chunk
                ]
            )

    async def _settle(self, settled: Sequence[Settled]) -> None:
        await self._ledger.settle(settled)
        for each in settled:
            self._settled[each.unit.seq] = 1
            self._progress.settle(
                each.unit.judge.id,
                each.outcome,
                cost_nanousd=sum(served.cost_nanousd for served in each.served),
                reused=each.reused is not None,
            )

    def _stop_account(self, account: str, reason: str) -> None:
        self._stopped_accounts.add(account)
        self._note(reason)

    def _note(self, reason: str) -> None:
        if reason not in self._reasons:
            self._reasons.append(reason)
