"""Run a suite, or go on with a run: from files to stored verdicts."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from evenhand.catalog.files import digest_file
from evenhand.catalog.labels import read_labels
from evenhand.catalog.settings import find_workspace
from evenhand.errors import MeasureError, UsageError
from evenhand.judging.budget import NANOUSD, Purse
from evenhand.judging.candidate_flags import item_flags
from evenhand.judging.progress import Progress
from evenhand.records.feedback import PreferenceSettings
from evenhand.records.narrow import Wishes
from evenhand.records.rated import RunAccount
from evenhand.records.run import Manifest, Run, RunState
from evenhand.store.ledger import LedgerFile, open_ledger
from evenhand.store.reading import (
    run_account,
    settled_units,
)
from evenhand.store.run_ledger import RunLedger
from evenhand.workflows.execution import Execution, expect_answers, progress_of
from evenhand.workflows.interrupting import interruptible, run_until_stopped
from evenhand.workflows.leftover_verdicts import settle_leftover_items
from evenhand.workflows.long_work import run_long
from evenhand.workflows.prepare import WHOLE_SUITE, Prepared, prepare
from evenhand.workflows.reach_models import Reach, reach_models
from evenhand.workflows.replay_models import Replay, replay_models
from evenhand.workflows.run_batches import NO_BATCHES, BatchOptions, open_work
from evenhand.workflows.stopping import stopped_by_errors

Watch = Callable[[Run, Progress], None]
"""Told once when a run starts; the progress record it gets keeps moving."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """What a user may say about one execution."""

    max_usd: float | None = None
    """Cap in US dollars, below or above the suite's own. The run keeps it until it is given another."""
    fresh_preflight: bool = False
    """Whether endpoints are looked at again even if an earlier run did."""
    allow_alias: bool = False
    """Whether judges may ask for a floating alias, whatever their files say."""
    replay: bool = False
    """Whether only replies that are in the ledger are used: no provider is opened and no key is read."""
    again: bool = False
    """Whether every question is asked again, whatever earlier runs and recordings hold; their replies are kept."""
    readings: int = 1
    """How often the whole panel is asked, to see how often judges change their mind; `resume_run` keeps the run's."""
    batches: BatchOptions = NO_BATCHES
    """Whether and how judges are asked in batches."""
    preference: PreferenceSettings | None = None
    """How the ratings are read as preference labels, where the run is started for them."""
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
    needs_cap: bool = False
    """Whether ratings are left open for want of money: going on takes a higher cap."""

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
    prepared = prepare(start, suite, wishes, readings=options.readings)
    return run_prepared(prepared, options, watch)


def run_prepared(prepared: Prepared, options: RunOptions, watch: Watch) -> RunResult:
    """Start a run of a suite that is loaded, as `run_suite`.

    Raises:
        ValueError: It was prepared for another number of readings than `options` ask for.
    """
    if prepared.plan.readings.count != options.readings:
        raise ValueError(f"prepared for {prepared.plan.readings.count} readings, not {options.readings}")
    if not (options.allow_alias or options.replay):
        prepared.refuse_aliases()
    manifest = prepared.manifest(command=options.command, again=options.again)
    manifest = manifest.model_copy(update={"max_usd": options.max_usd, "preference": options.preference})
    ledger = open_ledger(prepared.workspace.ledger_path, create=True)
    with ledger.writing():
        run = ledger.start_run(manifest)
        with stopped_by_errors(run.id, ledger):
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
        return _result(run, ledger, progress_of(prepared, run, ledger, run_account(ledger, run)))
    with ledger.writing(), stopped_by_errors(run.id, ledger):
        planned = run.manifest.planned_items
        ledger.add_items(ledger.run_number(run.id), prepared.plan.items(), planned=planned, flags=item_flags)
        _add_labels(prepared, run.manifest, ledger)
        if options.max_usd is not None:
            run = replace(run, manifest=run.manifest.model_copy(update={"max_usd": options.max_usd}))
            ledger.set_manifest(run.id, run.manifest)
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
    suite, readings = workspace.root / run.manifest.suite_path, run.manifest.readings
    prepared = prepare(start, suite, wishes, going_on=run, readings=readings)
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
            "fit",
            "judges",
            "templates",
            "prices",
            "narrow",
            "planned_items",
            "readings",
            "asked_once",
        )
        if old.get(name) != new.get(name)
    ]
    pins = {(file.role, file.path): file.sha256 for file in then.files}
    files = [file.path for file in now.files if pins.get((file.role, file.path)) != file.sha256]
    return [*parts, *files] or ["files"]


def _execute(
    prepared: Prepared, run: Run, ledger: LedgerFile, options: RunOptions, watch: Watch
) -> RunResult:
    cap = run.manifest.cap_usd
    purse = Purse(None if cap is None else round(cap * NANOUSD))
    reasons, interrupted, progress = run_long(_run(prepared, run, ledger, purse, options, watch))
    _refuse_drift(prepared, run)
    settle_leftover_items(run, ledger, progress)
    state = RunState.STOPPED if reasons else RunState.FINISHED
    ledger.set_state(run.id, state, "; ".join(reasons))
    result = _result(ledger.run(run.id), ledger, progress, reasons, interrupted=interrupted)
    return replace(result, needs_cap=purse.is_short and bool(result.account.open) and not interrupted)


def _refuse_drift(prepared: Prepared, run: Run) -> None:
    """Refuse to call a run finished whose files were rewritten while it read them.

    Raises:
        MeasureError: A file is not what the manifest pins.
    """
    drifted = [
        file.path
        for file in run.manifest.files
        if file.role != "base"  # read whole before the run began
        and digest_file(prepared.workspace.root / file.path) != file.sha256
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


async def _run(
    prepared: Prepared, run: Run, ledger: LedgerFile, purse: Purse, options: RunOptions, watch: Watch
) -> tuple[tuple[str, ...], bool, Progress]:
    account = run_account(ledger, run)
    purse.spent_nanousd = account.possibly_spent_nanousd
    writer = RunLedger(ledger, ledger.run_number(run.id), again=run.manifest.again)
    execution = Execution(
        prepared=prepared,
        run=run,
        ledger=ledger,
        writer=writer,
        purse=purse,
        progress=progress_of(prepared, run, ledger, account),
    )
    try:
        if options.replay:
            return await _replay(execution, watch)
        return await _ask(execution, account, options, watch)
    finally:
        writer.close()


async def _ask(
    execution: Execution, account: RunAccount, options: RunOptions, watch: Watch
) -> tuple[tuple[str, ...], bool, Progress]:
    """Reach the models and ask for everything that is open."""
    run, ledger, progress = execution.run, execution.ledger, execution.progress
    reach = await reach_models(
        execution.prepared, run, ledger, execution.writer, execution.purse, fresh=options.fresh_preflight
    )
    try:
        run = replace(run, manifest=_with_findings(run.manifest, reach))
        ledger.set_manifest(run.id, run.manifest)
        expect_answers(run, account, progress)
        execution = replace(execution, run=run, judges=reach.judges)
        async with open_work(execution, options.batches) as work:
            watch(run, progress)
            with interruptible(work) as signals:
                return await run_until_stopped(work, signals), bool(signals), progress
    finally:
        await reach.close()


async def _replay(execution: Execution, watch: Watch) -> tuple[tuple[str, ...], bool, Progress]:
    """Take what the ledger holds and leave the rest open."""
    run, ledger, progress = execution.run, execution.ledger, execution.progress
    replay = replay_models(execution.prepared, run, ledger)
    ledger.set_manifest(run.id, run.manifest.model_copy(update={"endpoints": replay.endpoints}))
    runner = execution.runner(settled_units(ledger, run), replaying=replay.readers)
    watch(run, progress)
    with interruptible(runner) as signals:
        reasons = await run_until_stopped(runner, signals)
    missing = () if signals else tuple(_missing(progress, replay))
    return (*reasons, *missing), bool(signals), progress


def _missing(progress: Progress, replay: Replay) -> Iterator[str]:
    """Say what no recording answers."""
    for judge, counters in progress.judges.items():
        if judge in replay.unknown:
            yield f"judge {judge}: nothing is recorded about its endpoint, so none of its replies can be found"
        elif missing := counters.planned - counters.settled:
            yield f"judge {judge}: {missing:,} of {counters.planned:,} ratings have no recording that can be read"


def _with_findings(manifest: Manifest, reach: Reach) -> Manifest:
    """Pin what preflight found: a resumed run must ask in the same way, and the next run need not look again."""
    versions = {**manifest.versions, **reach.versions}
    return manifest.model_copy(update={"endpoints": reach.endpoints, "versions": versions})


def _add_labels(prepared: Prepared, manifest: Manifest, ledger: LedgerFile) -> None:
    specs = [(prepared.relative(path), path, spec) for spec, path in prepared.loaded.labels()]
    for file in manifest.files:
        renamed = manifest.constitution.renamed
        mine = [read_labels(path, spec, renamed) for name, path, spec in specs if name == file.path]
        if file.role == "labels":
            ledger.add_labels(manifest.label_source(file), chain.from_iterable(mine))
