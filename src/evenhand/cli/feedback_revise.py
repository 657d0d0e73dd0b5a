"""`evenhand feedback revise`: critique and revise replies by the constitution, judged before and after."""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from evenhand.cli.common_options import (
    EVERY_FORMAT,
    AllowAlias,
    PlanOnly,
    Replay,
    ReportFolder,
    ReportFormats,
    Yes,
)
from evenhand.cli.cost_check import agree_to_work
from evenhand.cli.generation_progress import GenerationWatch
from evenhand.cli.output import Mark, Screen, Style, plural
from evenhand.cli.progress import RunWatch
from evenhand.cli.report import read_formats
from evenhand.cli.revision_lines import show_effects, show_revision_plan, writing_line
from evenhand.cli.run_outcome import exit_code, show_run
from evenhand.cli.session import Session, session_of
from evenhand.feedback.effect_results import RevisionEffects
from evenhand.judging.budget import NANOUSD
from evenhand.judging.progress import Progress
from evenhand.records.run import Run, RunState
from evenhand.workflows.feedback.find_feedback import find_feedback
from evenhand.workflows.feedback.plan_cost import RevisionCost, plan_cost
from evenhand.workflows.feedback.plan_revisions import PlannedRevisions, plan_revisions
from evenhand.workflows.feedback.revise import RevisionOptions, RevisionResult, Watches, revise
from evenhand.workflows.feedback.write_revisions import write_revisions

_FINISHED, _COULD_NOT_MEASURE, _INTERRUPTED = 0, 3, 130


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionPlanDocument:
    """What revising would take."""

    feedback: str
    replies: int
    """Replies that are revised."""
    without_principle: int
    left_out: int
    revisions: int
    cost: RevisionCost
    warnings: tuple[str, ...]
    """What to know before anybody is paid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionDocument:
    """How revising ended, and what it came to."""

    feedback: str
    run: str
    """The generation run."""
    judged_by: str
    """The run that judged before and after; empty where it has not begun."""
    state: RunState
    """Of the half that was reached."""
    interrupted: bool
    reasons: tuple[str, ...]
    """Why something is left open; empty when nothing is."""
    effects: RevisionEffects | None
    """Null where not everything was judged."""
    own_family: tuple[str, ...]
    notes: tuple[str, ...]
    files: tuple[str, ...]
    """Files of the report."""
    usd: float
    """What all calls of both runs cost."""
    exit_code: int
    next: tuple[str, ...]
    """Commands to go on with."""


def feedback_revise(
    context: typer.Context,
    feedback: Annotated[
        str,
        typer.Argument(metavar="FEEDBACK", help="A feedback file, or NAME of suites/NAME.feedback.yaml."),
    ],
    *,
    run: Annotated[
        str,
        typer.Option(
            "--run",
            metavar="RUN",
            help="The run from which violated principles are drawn; by default the newest of the suite.",
        ),
    ] = "",
    plan_only: PlanOnly = False,
    max_usd: Annotated[
        float | None,
        typer.Option(
            "--max-usd",
            metavar="USD",
            min=0,
            help="Stop before more is spent on writing and judging; what is done is kept.",
        ),
    ] = None,
    yes: Yes = False,
    replay: Replay = False,
    again: Annotated[
        bool,
        typer.Option("--again", help="Write everything again; earlier texts are kept, and not used."),
    ] = False,
    retry_failed: Annotated[
        bool,
        typer.Option(
            "--retry-failed", help="Ask again for what failed; all other texts are taken over for free."
        ),
    ] = False,
    allow_alias: AllowAlias = False,
    out: ReportFolder = None,
    formats: ReportFormats = EVERY_FORMAT,
) -> int:
    """Critique and revise replies by the constitution, and have the panel judge them before and after.

    The judges do not know which is which. The report says what improved under each principle, what suffered under the
    others, and how length and refusals changed. The same command again goes on where it stopped; at its end it asks
    nobody. Ends with 0, or 3 where something is left open or too much failed, or 130 where it was interrupted.
    """
    session = session_of(context)
    wanted = read_formats(formats)
    planned = plan_revisions(session.workspace, find_feedback(session.workspace, feedback), run=run)
    agreed = yes or replay
    cost = plan_cost(planned, look_up=plan_only or not agreed, retry_failed=retry_failed)
    warnings = tuple(planned.own_family_notices())
    for warning in warnings:
        session.screen.problem(Mark("warning: ", Style.WARNING), warning)
    if plan_only:
        session.screen.document("feedback-plan/v1", _plan_document(planned, cost, warnings))
        show_revision_plan(planned, cost, session.screen)
        session.screen.say("next:  ", Mark(f"evenhand feedback revise {shlex.quote(feedback)}", Style.NAME))
        return _FINISHED
    if not agreed:
        what = f"{plural(cost.generator.texts, 'text')} and {plural(cost.ratings, 'rating')}"
        agree_to_work(session, cost.usd, cap=max_usd, what=what)
    options = RevisionOptions(
        max_usd=max_usd,
        replay=replay,
        again=again,
        retry_failed=retry_failed,
        allow_alias=allow_alias,
        command=session.command_line,
    )
    result = _execute(planned, cost, options, session.screen)
    files = (
        write_revisions(planned.workspace, result.report, folder=out, formats=wanted) if result.report else ()
    )
    return _show(session, result, feedback, files)


def _plan_document(
    planned: PlannedRevisions, cost: RevisionCost, warnings: tuple[str, ...]
) -> RevisionPlanDocument:
    return RevisionPlanDocument(
        feedback=planned.feedback.id,
        replies=len(planned.draws),
        without_principle=planned.without_principle,
        left_out=planned.left_out,
        revisions=planned.turns,
        cost=cost,
        warnings=warnings,
    )


def _execute(
    planned: PlannedRevisions, cost: RevisionCost, options: RevisionOptions, screen: Screen
) -> RevisionResult:
    if cost.ended:
        screen.say(f"revise {planned.feedback.id}: every text is in run {cost.run}; none is asked for again")
    else:
        _say_begin(planned, cost, screen)
    with GenerationWatch(screen) as writing, RunWatch(screen) as judging:

        def judge(run: Run, progress: Progress) -> None:
            writing.close()
            judging.watch(run, progress)

        return revise(planned, options, Watches(generation=writing.watch, judging=judge))


def _say_begin(planned: PlannedRevisions, cost: RevisionCost, screen: Screen) -> None:
    screen.say(
        f"revise {planned.feedback.id}: {plural(cost.generator.texts, 'text')}, {plural(cost.ratings, 'rating')}; "
        "what they would take: --plan-only"
    )


# -- How it ended ----------------------------------------------------------------------------------


def _show(session: Session, result: RevisionResult, feedback: str, files: tuple[Path, ...]) -> int:
    code, commands = _exit_code(result), tuple(_next(result, feedback))
    screen = session.screen
    screen.document("feedback-revise/v1", _document(result, files, code, commands))
    run = result.generation.run
    screen.result("revisions ", Mark(run.id, Style.STRONG), f" of {run.manifest.title}: {run.state.value}")
    screen.result("  writing   ", writing_line(result.generation.account))
    for reason in result.generation.reasons:
        screen.problem(Mark("stopped: ", Style.WARNING), reason)
    if result.judged is not None:
        show_run(result.judged, screen)
    if result.report is not None:
        show_effects(result.report, screen)
    for path in files:
        screen.result(str(path))
    if result.generation.needs_cap:
        screen.say("The run keeps its cap, so going on takes a higher one.")
    for command in commands:
        screen.say("next:  ", Mark(command, Style.NAME))
    return code


def _document(
    result: RevisionResult, files: tuple[Path, ...], code: int, commands: tuple[str, ...]
) -> RevisionDocument:
    judged, report = result.judged, result.report
    spent = result.generation.account.cost_nanousd + (judged.account.cost_nanousd if judged else 0)
    return RevisionDocument(
        feedback=result.planned.feedback.id,
        run=result.generation.run.id,
        judged_by=judged.run.id if judged else "",
        state=(judged or result.generation).run.state,
        interrupted=result.interrupted,
        reasons=(*result.generation.reasons, *(judged.reasons if judged else ())),
        effects=report.effects if report else None,
        own_family=tuple(result.planned.own_family_notices()),
        notes=report.notes if report else (),
        files=tuple(map(str, files)),
        usd=spent / NANOUSD,
        exit_code=code,
        next=commands,
    )


def _exit_code(result: RevisionResult) -> int:
    if result.interrupted:
        return _INTERRUPTED
    return _COULD_NOT_MEASURE if result.judged is None else exit_code(result.judged)


def _next(result: RevisionResult, feedback: str) -> Iterator[str]:
    if result.report is None:
        again = f"evenhand feedback revise {shlex.quote(feedback)}"
        yield f"{again} --max-usd USD" if result.needs_cap else again
        return
    if result.report.effects.chains.failed:
        yield f"evenhand feedback revise {shlex.quote(feedback)} --retry-failed"
    yield f"evenhand feedback show {result.generation.run.id}"
    yield f"evenhand review sample {result.report.stamp.judged_by}"
