"""Revise the replies of a suite by its constitution, and have its own panel judge them before and after."""

from dataclasses import dataclass, replace
from pathlib import Path

from evenhand.feedback.revision_report import RevisionReport
from evenhand.judging.budget import NANOUSD
from evenhand.records.run import RunState
from evenhand.store.ledger import open_ledger
from evenhand.workflows import run_suite
from evenhand.workflows.feedback.find_refusals import find_refusals
from evenhand.workflows.feedback.plan_revisions import PlannedRevisions
from evenhand.workflows.feedback.read_effects import read_effects
from evenhand.workflows.feedback.revised_suite import RevisedSuite
from evenhand.workflows.feedback.stamp import stamp_revisions
from evenhand.workflows.generation.generate import generate
from evenhand.workflows.generation.job import GenerationOptions, GenerationResult
from evenhand.workflows.generation.job import Watch as WatchGeneration
from evenhand.workflows.prepare import prepare
from evenhand.workflows.read_run import read_run
from evenhand.workflows.run_suite import RunOptions, RunResult, resume_run, run_prepared


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionOptions:
    """What a user may say about one execution."""

    max_usd: float | None = None
    """Cap in US dollars for writing and judging together."""
    replay: bool = False
    """Whether only replies in the ledger are used, of generator and judges."""
    again: bool = False
    """Whether every text is asked for again, whatever earlier runs hold."""
    retry_failed: bool = False
    """Whether chains that failed in a run that is at its end are asked again; the others are taken over for free."""
    allow_alias: bool = False
    """Whether judges may ask for a floating alias, whatever their files say."""
    command: str = "revise() called from Python"
    """The command line, for the manifests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watches:
    """Who is told when each half begins."""

    generation: WatchGeneration
    judging: run_suite.Watch


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionResult:
    """How an execution ended."""

    planned: PlannedRevisions
    generation: GenerationResult
    judged: RunResult | None = None
    """None where the generator did not come to its end."""
    report: RevisionReport | None = None
    """None where the judges did not come to theirs."""

    @property
    def interrupted(self) -> bool:
        """Whether somebody stopped it."""
        return self.generation.interrupted or (self.judged is not None and self.judged.interrupted)

    @property
    def needs_cap(self) -> bool:
        """Whether going on takes a higher cap."""
        return self.generation.needs_cap or (self.judged is not None and self.judged.needs_cap)


def revise(planned: PlannedRevisions, options: RevisionOptions, watches: Watches) -> RevisionResult:
    """Take revisions as far as they go: written, judged before and after, measured.

    The same revisions taken up again go on where they stopped, and where they came to their end nobody is asked.

    Raises:
        FileError: A judge asks for a floating alias that nobody allowed.
        UsageError: An account, a price or a key is unknown, or the generator's model floats.
        MeasureError: Nothing could be measured: no endpoint, nothing to replay, or every chain ended in a failed step.
    """
    _refuse_what_judging_would(planned, options)
    refusals = find_refusals(planned.workspace)
    generation = generate(
        planned.job(),
        GenerationOptions(
            max_usd=options.max_usd,
            wall_usd=planned.feedback.limits.usd,
            replay=options.replay,
            again=options.again,
            retry_failed=options.retry_failed,
            command=options.command,
        ),
        watches.generation,
    )
    if generation.run.state is not RunState.FINISHED:
        return RevisionResult(planned=planned, generation=generation)
    revised = RevisedSuite(planned, generation.run)
    judged = _judge(planned, revised.write(), _judging_options(options, generation), watches.judging)
    result = RevisionResult(planned=planned, generation=generation, judged=judged)
    if judged.run.state is not RunState.FINISHED:
        return result
    stored = read_run(planned.workspace.root, judged.run.id)
    effects = read_effects(planned, stored, revised.replies, revised.chains, refusals)
    return replace(result, report=stamp_revisions(planned, generation, stored, effects))


def _refuse_what_judging_would(planned: PlannedRevisions, options: RevisionOptions) -> None:
    """Find out what would stop the judges before the generator is paid."""
    if not (options.allow_alias or options.replay):
        planned.suite.refuse_aliases()
    planned.suite.manifest(command="")


# -- Judging -----------------------------------------------------------------------------------------


def _judging_options(options: RevisionOptions, generation: GenerationResult) -> RunOptions:
    spent = generation.account.possibly_spent_nanousd / NANOUSD
    left = None if options.max_usd is None else max(0.0, options.max_usd - spent)
    return RunOptions(
        max_usd=left, allow_alias=options.allow_alias, replay=options.replay, command=options.command
    )


def _judge(planned: PlannedRevisions, suite: Path, options: RunOptions, watch: run_suite.Watch) -> RunResult:
    """Judge the suite, or go on with a run of it, or take the one that is finished."""
    root = planned.workspace.root
    prepared = prepare(root, suite)
    earlier = open_ledger(prepared.workspace.ledger_path).same_run(prepared.manifest(command=""))
    return resume_run(root, earlier.id, options, watch) if earlier else run_prepared(prepared, options, watch)
