"""Take a generation job to its end, or go on with it: from chains of questions to texts in the ledger."""

import math
from dataclasses import replace

from evenhand.errors import UsageError
from evenhand.generation.progress import GenerationProgress
from evenhand.generation.runner import ChainRunner
from evenhand.judging.budget import NANOUSD, Purse
from evenhand.records.generation import GenerationRun
from evenhand.records.run import RunState
from evenhand.store.generations import (
    generation_account,
    generation_number,
    read_generation,
    same_generation,
    set_generation_manifest,
    start_generation,
)
from evenhand.store.ledger import LedgerFile, open_ledger
from evenhand.store.step_ledger import StepLedger
from evenhand.workflows.generation.job import (
    GenerationJob,
    GenerationOptions,
    GenerationResult,
    Watch,
)
from evenhand.workflows.generation.reach_generator import reach_generator, replay_generator
from evenhand.workflows.interrupting import interruptible, run_until_stopped
from evenhand.workflows.long_work import run_long
from evenhand.workflows.stopping import stopped_by_errors


def generate(job: GenerationJob, options: GenerationOptions, watch: Watch) -> GenerationResult:
    """Ask for every text of a job and return when all chains are at their end or nothing more can be done.

    A run of the same job that stopped is gone on with, and one that is finished is given back without a call, unless
    `options.again`. Replies of other runs to the same questions are used again.

    Raises:
        UsageError: The account, the price or the key is unknown, the cap is no amount, or the model floats.
        MeasureError: Nothing could be asked: no ledger, no endpoint, or nothing to replay.
    """
    if options.max_usd is not None and not 0 <= options.max_usd * NANOUSD < math.inf:
        raise UsageError(
            f"a cap of {options.max_usd} US dollars is no amount", hint="leave it out for no cap"
        )
    if not options.replay:
        job.refuse_alias()
    manifest = job.manifest(command=options.command, again=options.again)
    manifest = manifest.model_copy(update={"max_usd": options.cap_usd})
    ledger = open_ledger(job.workspace.ledger_path, create=True)
    earlier = None if options.again else same_generation(ledger, manifest)
    if earlier is not None and earlier.state is RunState.FINISHED and not options.retry_failed:
        return GenerationResult(run=earlier, account=generation_account(ledger, earlier))
    if earlier is not None and earlier.state is RunState.FINISHED:
        earlier = None  # its texts are taken over, and what failed in it is asked again
    with ledger.writing():
        run = earlier or start_generation(ledger, manifest)
        with stopped_by_errors(run.id, ledger):
            if earlier is not None:
                run = _gone_on_with(earlier, ledger, options)
            return _execute(job, run, ledger, options, watch)


def _gone_on_with(run: GenerationRun, ledger: LedgerFile, options: GenerationOptions) -> GenerationRun:
    """Give a run that stopped its new cap, and say that it goes on."""
    if options.max_usd is not None:
        run = replace(run, manifest=run.manifest.model_copy(update={"max_usd": options.cap_usd}))
        set_generation_manifest(ledger, run.id, run.manifest)
    ledger.set_state(run.id, RunState.RUNNING)
    return run


def _execute(
    job: GenerationJob, run: GenerationRun, ledger: LedgerFile, options: GenerationOptions, watch: Watch
) -> GenerationResult:
    cap = run.manifest.max_usd
    purse = Purse(None if cap is None else round(cap * NANOUSD))
    purse.spent_nanousd = generation_account(ledger, run).possibly_spent_nanousd
    reasons, interrupted = run_long(_run(job, run, ledger, purse, options, watch))
    state = RunState.STOPPED if reasons else RunState.FINISHED
    ledger.set_state(run.id, state, "; ".join(reasons))
    run = read_generation(ledger, run.id)
    return GenerationResult(
        run=run,
        account=generation_account(ledger, run),
        reasons=reasons,
        interrupted=interrupted,
        needs_cap=purse.is_short and bool(reasons) and not interrupted,
    )


async def _run(
    job: GenerationJob,
    run: GenerationRun,
    ledger: LedgerFile,
    purse: Purse,
    options: GenerationOptions,
    watch: Watch,
) -> tuple[tuple[str, ...], bool]:
    steps = StepLedger(ledger, generation_number(ledger, run.id), again=run.manifest.again)
    try:
        if options.replay:
            reach = replay_generator(job, run, ledger)
        else:
            reach = await reach_generator(job, run, ledger, steps, purse)
        endpoint = reach.writer.prompter.endpoint
        run = replace(run, manifest=run.manifest.model_copy(update={"endpoint": endpoint}))
        set_generation_manifest(ledger, run.id, run.manifest)
        progress = GenerationProgress(chains=job.planned)
        runner = ChainRunner(
            chains=job.chains(),
            most_steps=job.most_steps,
            writer=reach.writer,
            ledger=steps,
            purse=purse,
            progress=progress,
        )
        try:
            watch(run, progress)
            with interruptible(runner) as signals:
                return await run_until_stopped(runner, signals), bool(signals)
        finally:
            await reach.close()
    finally:
        steps.close()
