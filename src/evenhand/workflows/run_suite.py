"""Run a suite, or go on with a run: from files to stored verdicts."""

import asyncio
import math
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from pathlib import Path

from evenhand.catalog.files import digest_file
from evenhand.catalog.labels import read_labels
from evenhand.catalog.settings import find_workspace
from evenhand.errors import EvenhandError, LedgerError, MeasureError, UsageError
from evenhand.judging.budget import NANOUSD, Purse
from evenhand.judging.calling import CallingJudge
from evenhand.judging.candidate_flags import item_flags
from evenhand.judging.offline.key import OfflineKeys
from evenhand.judging.progress import JudgeProgress, Progress
from evenhand.judging.reader import Reader
from evenhand.judging.runner import Runner
from evenhand.records.attempt import SettledItem
from evenhand.records.narrow import Wishes
from evenhand.records.rated import RunAccount
from evenhand.records.rating import RATED, SPARED
from evenhand.records.run import Manifest, Run, RunState
from evenhand.store.ledger import LedgerFile, open_ledger
from evenhand.store.reading import (
    items_to_decide,
    rated_item,
    rated_items,
    run_account,
    settled_counts,
    settled_units,
)
from evenhand.store.run_ledger import RunLedger
from evenhand.workflows.long_work import run_long
from evenhand.workflows.offline_judges import offline_judges
from evenhand.workflows.prepare import WHOLE_SUITE, Prepared, prepare
from evenhand.workflows.reach_models import Reach, reach_models
from evenhand.workflows.read_run import decider_of
from evenhand.workflows.replay_models import Replay, replay_models
from evenhand.workflows.run_batches import NO_BATCHES, BatchOptions, Parts, Work, open_work

_DRAIN_SECONDS = 3.0
"""How long calls in flight may go on after an interrupt."""

_FEW_ITEMS = 200
"""So many items are read one by one; for more the whole run is read through once."""

_NO_CALLING: Mapping[str, CallingJudge] = {}
_NO_REPLAYING: Mapping[str, Reader] = {}

Watch = Callable[[Run, Progress], None]
"""Told once when a run starts; the progress record it gets keeps moving."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """What a user may say about one execution."""

    max_usd: float | None = None
    """Cap in US dollars, below or above the suite's own."""
    fresh_preflight: bool = False
    """Whether endpoints are looked at again even if an earlier run did."""
    allow_alias: bool = False
    """Whether judges may ask for a floating alias, whatever their files say."""
    replay: bool = False
    """Whether only replies that are in the ledger are used: no provider is opened and no key is read."""
    again: bool = False
    """Whether every question is asked again, whatever earlier runs and recordings hold; their replies are kept."""
    batches: BatchOptions = NO_BATCHES
    """Whether and how judges are asked in batches."""
    command: str = "run_suite() called from Python"
    """The command line, for the manifest."""

    def __post_init__(self) -> None:
        """Refuse a cap that is no amount, and wishes that exclude each other.

        Raises:
            UsageError: The cap is negative or not finite, or a replay is to ask somebody.
        """
        if self.replay and (self.again or self.fresh_preflight):
            raise UsageError(
                "a replay asks nobody, so it can not ask again",
                hint="leave out --replay, or the other option",
            )
        if self.replay and self.batches.use:
            raise UsageError("a replay asks nobody, so there is nothing to batch", hint="leave out --batch")
        if self.max_usd is not None and not 0 <= self.max_usd * NANOUSD < math.inf:
            raise UsageError(
                f"a cap of {self.max_usd} US dollars is no amount", hint="leave it out for no cap"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """How an execution ended."""

    run: Run
    account: RunAccount
    reasons: tuple[str, ...]
    """Why units are left open; empty when none is."""
    interrupted: bool
    progress: Progress

    @property
    def failed_share(self) -> float:
        """Share of failed ratings among the units that were not spared."""
        return self.account.failed_share


def run_suite(
    start: Path, suite: Path, options: RunOptions, watch: Watch, wishes: Wishes = WHOLE_SUITE
) -> RunResult:
    """Start a run of `suite`, or of the part of it that is wanted, and take it as far as it goes.

    Raises:
        FileError: A file has findings, or a judge asks for a floating alias that nobody allowed.
        UsageError: The parts do not fit together, or a price is unknown.
        MeasureError: Nothing could be measured: no ledger, no key, no endpoint.
    """
    return run_prepared(prepare(start, suite, wishes), options, watch)


def run_prepared(prepared: Prepared, options: RunOptions, watch: Watch) -> RunResult:
    """Start a run of a suite that is loaded, as `run_suite`."""
    if not (options.allow_alias or options.replay):
        prepared.refuse_aliases()
    manifest = prepared.manifest(command=options.command, again=options.again)
    ledger = open_ledger(prepared.workspace.ledger_path, create=True)
    with ledger.writing():
        run = ledger.start_run(manifest)
        with _stopped_by_errors(run, ledger):
            ledger.add_items(ledger.run_number(run.id), prepared.plan.items(), flags=item_flags)
            _add_labels(prepared, manifest, ledger)
            return _execute(prepared, run, ledger, options, watch)


def resume_run(start: Path, name: str, options: RunOptions, watch: Watch) -> RunResult:
    """Go on with a run: only what has no terminal state is asked, and nothing where there is none.

    Raises:
        UsageError: A file the run rests on has changed.
        UnknownNameError: There is no such run.
        LedgerError: The ledger is damaged or in use.
    """
    prepared, run, ledger = prepare_for_run(start, name)
    if run.state is RunState.FINISHED:
        return _result(run, ledger, _progress(prepared, run, ledger, run_account(ledger, run)))
    with ledger.writing(), _stopped_by_errors(run, ledger):
        planned = run.manifest.planned_items
        ledger.add_items(ledger.run_number(run.id), prepared.plan.items(), planned=planned, flags=item_flags)
        _add_labels(prepared, run.manifest, ledger)
        ledger.set_state(run.id, RunState.RUNNING)
        return _execute(prepared, run, ledger, options, watch)


def prepare_for_run(start: Path, name: str) -> tuple[Prepared, Run, LedgerFile]:
    """Load the files of an earlier run and make sure that they are what they were.

    Raises:
        UsageError: One has changed.
    """
    workspace = find_workspace(start)
    ledger = open_ledger(workspace.ledger_path)
    run = ledger.run(name)
    narrow = run.manifest.narrow
    wishes = narrow.wishes() if narrow else WHOLE_SUITE
    prepared = prepare(start, workspace.root / run.manifest.suite_path, wishes, going_on=run)
    now = prepared.manifest(command="", earlier=run.manifest)
    if now.inputs_hash() != run.manifest.inputs_hash():
        raise UsageError(
            f"the files of run {run.id} have changed since it started: {', '.join(_changes(run.manifest, now))}",
            hint=f"start a new run of {run.manifest.suite_path}; what did not change is taken from the ledger for free",
        )
    return prepared, run, ledger


def _changes(then: Manifest, now: Manifest) -> list[str]:
    """Name what differs between two manifests."""
    old, new = then.canonical(), now.canonical()
    parts = [
        name
        for name in (
            "suite",
            "constitution",
            "panel",
            "calibration",
            "judges",
            "templates",
            "prices",
            "narrow",
            "planned_items",
        )
        if old.get(name) != new.get(name)
    ]
    pins = {(file.role, file.path): file.sha256 for file in then.files}
    files = [file.path for file in now.files if pins.get((file.role, file.path)) != file.sha256]
    return [*parts, *files] or ["files"]


def _execute(
    prepared: Prepared, run: Run, ledger: LedgerFile, options: RunOptions, watch: Watch
) -> RunResult:
    reasons, interrupted, progress = run_long(_run(prepared, run, ledger, options, watch))
    _refuse_drift(prepared, run)
    _settle_leftover_items(run, ledger, progress)
    state = RunState.STOPPED if reasons else RunState.FINISHED
    ledger.set_state(run.id, state, "; ".join(reasons))
    return _result(ledger.run(run.id), ledger, progress, reasons, interrupted=interrupted)


def _refuse_drift(prepared: Prepared, run: Run) -> None:
    """Refuse to call a run finished whose files were rewritten while it read them.

    Raises:
        MeasureError: A file is not what the manifest pins.
    """
    drifted = [
        file.path
        for file in run.manifest.files
        if digest_file(prepared.workspace.root / file.path) != file.sha256
    ]
    if drifted:
        raise MeasureError(
            f"{', '.join(drifted)} changed while the run read it: its ratings may be of other text than was pinned",
            hint="start a new run; what did not change is taken from the ledger for free",
        )


def _result(
    run: Run,
    ledger: LedgerFile,
    progress: Progress,
    reasons: tuple[str, ...] = (),
    *,
    interrupted: bool = False,
) -> RunResult:
    account = run_account(ledger, run)
    return RunResult(run=run, account=account, reasons=reasons, interrupted=interrupted, progress=progress)


@contextmanager
def _stopped_by_errors(run: Run, ledger: LedgerFile) -> Iterator[None]:
    """Leave no run behind that claims to be running."""
    try:
        yield
    except BaseException as error:
        with suppress(LedgerError):  # it can not be written, which is what `error` says
            ledger.set_state(run.id, RunState.STOPPED, _reason(error))
        raise


def _reason(error: BaseException) -> str:
    """Say why a run ended, without the texts of errors that are not ours: they may hold anything."""
    if isinstance(error, EvenhandError):
        return str(error)
    return f"a defect ({type(error).__name__})" if isinstance(error, Exception) else "interrupted"


async def _run(
    prepared: Prepared, run: Run, ledger: LedgerFile, options: RunOptions, watch: Watch
) -> tuple[tuple[str, ...], bool, Progress]:
    cap = options.max_usd if options.max_usd is not None else prepared.loaded.suite.limits.usd
    purse = Purse(None if cap is None else round(cap * NANOUSD))
    account = run_account(ledger, run)
    purse.spent_nanousd = account.possibly_spent_nanousd
    progress = _progress(prepared, run, ledger, account)
    writer = RunLedger(ledger, ledger.run_number(run.id), again=run.manifest.again)
    try:
        if options.replay:
            return await _replay(prepared, run, ledger, writer, purse, progress, watch)
        reach = await reach_models(prepared, run, ledger, writer, purse, fresh=options.fresh_preflight)
        try:
            run = replace(run, manifest=_with_findings(run.manifest, reach))
            ledger.set_manifest(run.id, run.manifest)
            _expect_answers(run, account, progress)
            parts = Parts(
                prepared=prepared,
                run=run,
                ledger=ledger,
                writer=writer,
                purse=purse,
                progress=progress,
                judges=reach.judges,
                make_runner=partial(_live_runner, prepared, run, writer, purse, progress),
            )
            async with open_work(parts, options.batches) as work:
                watch(run, progress)
                with _interruptible(work) as signals:
                    return await _run_until_stopped(work, signals), bool(signals), progress
        finally:
            await reach.close()
    finally:
        writer.close()


async def _replay(
    prepared: Prepared,
    run: Run,
    ledger: LedgerFile,
    writer: RunLedger,
    purse: Purse,
    progress: Progress,
    watch: Watch,
) -> tuple[tuple[str, ...], bool, Progress]:
    """Take what the ledger holds and leave the rest open."""
    replay = replay_models(prepared, run, ledger)
    ledger.set_manifest(run.id, run.manifest.model_copy(update={"endpoints": replay.endpoints}))
    settled = settled_units(ledger, run)
    runner = _runner(prepared, run, writer, purse, progress, settled, replaying=replay.readers)
    watch(run, progress)
    with _interruptible(runner) as signals:
        reasons = await _run_until_stopped(runner, signals)
    missing = () if signals else tuple(_missing(progress, replay))
    return (*reasons, *missing), bool(signals), progress


def _missing(progress: Progress, replay: Replay) -> Iterator[str]:
    """Say what no recording answers."""
    for judge, counters in progress.judges.items():
        if judge in replay.unknown:
            yield f"judge {judge}: nothing is recorded about its endpoint, so none of its replies can be found"
        elif missing := counters.planned - counters.settled:
            yield f"judge {judge}: {missing:,} of {counters.planned:,} ratings have no recording that can be read"


async def _run_until_stopped(work: Work, signals: Sequence[str]) -> tuple[str, ...]:
    """Run; an interrupt that cuts calls in flight short is an end like another, and what they brought is stored."""
    try:
        return await work.run()
    except asyncio.CancelledError:
        if not signals:
            raise
        return (f"interrupted by {signals[0]}, calls in flight were cut short",)


def _expect_answers(run: Run, account: RunAccount, progress: Progress) -> None:
    """Let every judge be answered by whom preflight saw, and by whom the run's earlier replies are."""
    for identity in account.identities(run.manifest):
        answering = progress.judges[identity.judge].answering
        answering.served_model = next(iter(identity.models), "")
        answering.fingerprint = next(iter(identity.fingerprints), "")


def _with_findings(manifest: Manifest, reach: Reach) -> Manifest:
    """Pin what preflight found: a resumed run must ask in the same way, and the next run need not look again."""
    versions = {**manifest.versions, **reach.versions}
    return manifest.model_copy(update={"endpoints": reach.endpoints, "versions": versions})


def _live_runner(
    prepared: Prepared,
    run: Run,
    writer: RunLedger,
    purse: Purse,
    progress: Progress,
    calling: Mapping[str, CallingJudge],
    settled: bytearray,
) -> Runner:
    return _runner(prepared, run, writer, purse, progress, settled, calling=calling)


def _runner(
    prepared: Prepared,
    run: Run,
    writer: RunLedger,
    purse: Purse,
    progress: Progress,
    settled: bytearray,
    *,
    calling: Mapping[str, CallingJudge] = _NO_CALLING,
    replaying: Mapping[str, Reader] = _NO_REPLAYING,
) -> Runner:
    return Runner(
        plan=prepared.plan,
        decider=decider_of(run.manifest),
        ledger=writer,
        offline=offline_judges(prepared),
        calling=calling,
        replaying=replaying,
        keys=OfflineKeys(prepared.loaded.judges, prepared.loaded.constitution),
        settled=settled,
        purse=purse,
        progress=progress,
    )


def _progress(prepared: Prepared, run: Run, ledger: LedgerFile, account: RunAccount) -> Progress:
    """Return counters that start where the run stands."""
    counts = settled_counts(ledger, run)
    per_judge = prepared.plan.units_by_judge()
    judges = {
        judge: JudgeProgress(planned=run.manifest.planned_items * units) for judge, units in per_judge.items()
    }
    for (judge, state), count in counts.items():
        if state == RATED:
            judges[judge].rated += count
        elif state == SPARED:
            judges[judge].spared += count
        else:
            judges[judge].failed[state] += count
    for judge, calls in account.calls.items():
        judges[judge].cost_nanousd = calls.cost_nanousd
        judges[judge].reused = calls.reused
    return Progress(judges=judges)


def _add_labels(prepared: Prepared, manifest: Manifest, ledger: LedgerFile) -> None:
    specs = [(prepared.relative(path), path, spec) for spec, path in prepared.loaded.labels()]
    for file in manifest.files:
        mine = [read_labels(path, spec) for name, path, spec in specs if name == file.path]
        if file.role == "labels":
            ledger.add_labels(manifest.label_source(file), chain.from_iterable(mine))


def _settle_leftover_items(run: Run, ledger: LedgerFile, progress: Progress) -> None:
    """Decide items that more than one execution or way of asking worked on; all it needs is in the ledger."""
    open_ones = frozenset(items_to_decide(ledger, run))
    if open_ones:
        ledger.add_verdicts(ledger.run_number(run.id), _decided(run, ledger, open_ones, progress))


def _decided(
    run: Run, ledger: LedgerFile, wanted: frozenset[int], progress: Progress
) -> Iterator[SettledItem]:
    decide = decider_of(run.manifest).decide
    few = len(wanted) < _FEW_ITEMS
    items = (
        (rated_item(ledger, run, seq, decide=decide) for seq in sorted(wanted))
        if few
        else rated_items(ledger, run, decide=decide)
    )
    for item in items:
        if item and item.seq in wanted and item.verdict:
            progress.decide(item.verdict)
            yield SettledItem(seq=item.seq, verdict=item.verdict)


@contextmanager
def _interruptible(work: Work) -> Iterator[list[str]]:
    """Let Ctrl-C and SIGTERM end the run: calls in flight get a few seconds, a second signal none.

    Yields:
        A list that is empty until a signal came.
    """
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    signals: list[str] = []
    assert task is not None

    with ExitStack() as restore:

        def interrupt(name: str) -> None:
            if signals:
                task.cancel()
            else:
                restore.callback(loop.call_later(_DRAIN_SECONDS, task.cancel).cancel)
            signals.append(name)
            work.stop(f"interrupted by {name}")

        for each in (signal.SIGINT, signal.SIGTERM):
            try:
                loop.add_signal_handler(each, interrupt, each.name)
            except (NotImplementedError, RuntimeError, ValueError):
                continue  # Windows, or not the main thread: the default handling stays
            restore.callback(loop.remove_signal_handler, each)
        yield signals
