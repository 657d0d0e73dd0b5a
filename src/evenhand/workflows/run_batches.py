"""Live calls and batches of one run, side by side: which judge is asked in which way, and how batches are taken up."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Final

from evenhand.errors import EvenhandError, UsageError
from evenhand.judging.batch_desk import PATIENT, BatchDesk, BatchWishes, Polling
from evenhand.judging.batching import Batcher
from evenhand.judging.calling import CallingJudge
from evenhand.judging.offline.key import OfflineKeys
from evenhand.judging.runner import Runner
from evenhand.providers.batch_interface import BatchProvider
from evenhand.providers.registry import has_batches, open_batches
from evenhand.records.settings import Account
from evenhand.store.batches import BatchLedger
from evenhand.store.reading import settled_units
from evenhand.workflows.execution import Execution
from evenhand.workflows.interrupting import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchOptions:
    """What a user may say about batches."""

    use: bool | None = None
    """Whether judges are asked in batches where that is possible; None goes on as the run began, which is live."""
    forget: bool = False
    """Whether batches under way are given up and their rows asked again."""
    most_rows: int = 1_000_000
    """Most rows of a batch."""
    polling: Polling = PATIENT
    """How often a batch is asked after."""


NO_BATCHES: Final = BatchOptions()
"""Go on as the run began."""


@asynccontextmanager
async def open_work(execution: Execution, options: BatchOptions) -> AsyncIterator[Work]:
    """Open what a run needs: a runner, and a batcher where there are batches.

    Raises:
        UsageError: Batches are wished for, and no judge's account has a batch API.
    """
    batches = BatchLedger(execution.ledger, execution.ledger.run_number(execution.run.id), execution.writer)
    under_way = batches.open_batches()
    in_batches = batches.has_any() if options.use is None else options.use
    settled = settled_units(execution.ledger, execution.run)
    if not in_batches and not under_way:
        yield execution.runner(settled, calling=execution.judges)
        return
    batched = _batched_judges(execution, {batch.account for batch in under_way})
    if not batched and not under_way and options.use is None:
        yield execution.runner(settled, calling=execution.judges)
        return
    if in_batches and not batched:
        raise UsageError(
            "no judge of the suite can be asked in batches: no account of theirs has a batch API",
            hint="run without --batch",
        )
    if in_batches and execution.prepared.loaded.panel.cascade:
        raise UsageError(
            "the panel asks its judges in steps, each for what the step before left; batches ask all at once",
            hint="run without --batch, or with a panel that has no cascade",
        )
    async with AsyncExitStack() as closing:
        providers = {
            name: open_batches(name, account, os.environ)
            for name, account in _accounts(execution, batched).items()
        }
        for provider in providers.values():
            closing.push_async_callback(provider.close)
        pending = _pending(batches, len(settled))
        make_batcher = partial(_batcher, execution, options, batches, providers, batched)
        if in_batches:
            live = {name: judge for name, judge in execution.judges.items() if name not in batched}
            yield SideBySide(
                execution.runner(bytearray(settled), calling=live), make_batcher(settled, submits=True)
            )
        else:
            skipped = _either(settled, pending)
            not_mine = _either(settled, bytearray(1 - mark for mark in pending))
            runner = execution.runner(skipped, calling=execution.judges)
            left = partial(_live_rest, execution)
            yield SideBySide(runner, make_batcher(not_mine, submits=False), afterwards=left)


def _batched_judges(execution: Execution, under_way: Collection[str]) -> Mapping[str, CallingJudge]:
    """Return the judges that are asked in batches, or still have answers in one at an account `under_way`."""
    found = {}
    for judge in execution.prepared.model_judges:
        name, account = execution.prepared.account(judge)
        if has_batches(account) or name in under_way:
            found[judge.id] = execution.judges[judge.id]
    return found


def _accounts(execution: Execution, batched: Mapping[str, CallingJudge]) -> Mapping[str, Account]:
    judges = [judge for judge in execution.prepared.model_judges if judge.id in batched]
    return dict(map(execution.prepared.account, judges))


def _pending(batches: BatchLedger, units: int) -> bytearray:
    """Return a 1 for each unit that is in a batch under way."""
    found = bytearray(units)
    for batch in batches.open_batches():
        for unit in batches.units_of(batch.id):
            found[unit] = 1
    return found


def _either(first: bytearray, second: bytearray) -> bytearray:
    return bytearray(one | other for one, other in zip(first, second, strict=True))


def _live_rest(execution: Execution) -> Runner:
    return execution.runner(settled_units(execution.ledger, execution.run), calling=execution.judges)


def _batcher(
    execution: Execution,
    options: BatchOptions,
    ledger: BatchLedger,
    providers: Mapping[str, BatchProvider],
    judges: Mapping[str, CallingJudge],
    settled: bytearray,
    *,
    submits: bool,
) -> Batcher:
    loaded = execution.prepared.loaded
    desk = BatchDesk(
        run=execution.run.id,
        providers=providers,
        ledger=ledger,
        purse=execution.purse,
        progress=execution.progress,
        wishes=BatchWishes(
            submits=submits, forgets=options.forget, most_rows=options.most_rows, polling=options.polling
        ),
        pending=bytearray(len(settled)),
        closed={name for name, account in _accounts(execution, judges).items() if not has_batches(account)},
    )
    return Batcher(
        desk=desk,
        plan=execution.prepared.plan,
        judges=judges,
        keys=OfflineKeys(loaded.judges, loaded.constitution),
        settled=settled,
        open_file=partial(_open_file, execution.prepared.workspace.ledger_path.parent),
    )


def _open_file(folder: Path) -> IO[bytes]:
    """Open a file that vanishes with this process: it holds what candidates said."""
    return TemporaryFile(dir=folder)


class SideBySide:
    """A runner and a batcher at work on different units of one run."""

    def __init__(
        self, runner: Runner, batcher: Batcher, *, afterwards: Callable[[], Runner] | None = None
    ) -> None:
        """Hold both; `afterwards` makes the runner that asks live what the batches left."""
        self._runner = runner
        self._batcher = batcher
        self._afterwards = afterwards
        self._is_stopped = False

    def stop(self, reason: str) -> None:
        """Begin nothing new; batches go on at the provider."""
        self._is_stopped = True
        self._runner.stop(reason)
        self._batcher.stop(reason)

    async def run(self) -> tuple[str, ...]:
        """Run both, then what is left; return why units are left open."""
        try:
            async with asyncio.TaskGroup() as group:
                live = group.create_task(self._runner.run())
                batched = group.create_task(self._batcher.run())
        except* EvenhandError as errors:
            raise errors.exceptions[0] from None
        reasons = dict.fromkeys((*live.result(), *batched.result()))
        if self._afterwards and not reasons and not self._is_stopped:
            self._runner = self._afterwards()
            return await self._runner.run()
        return tuple(reasons)
