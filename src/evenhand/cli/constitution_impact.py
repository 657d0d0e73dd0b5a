"""Judge again what changed, from the command line: the cost first, then the run, then what flips."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from evenhand.cli.cost_check import agree_to_cost
from evenhand.cli.progress import RunWatch
from evenhand.cli.run_outcome import exit_code, next_commands
from evenhand.cli.session import Session
from evenhand.constitution.impact_results import Impact
from evenhand.workflows.constitution_diff.compare import Compared
from evenhand.workflows.plan_suite import RunPlan, plan_run
from evenhand.workflows.run_suite import RunOptions

if TYPE_CHECKING:
    from evenhand.workflows.constitution_diff.impact import PreparedImpact


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpactWishes:
    """What is asked of an impact."""

    run: str
    plan_only: bool
    max_usd: float | None
    yes: bool
    replay: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpactFound:
    """What came of it."""

    impact: Impact | None = None
    plan: RunPlan | None = None
    """What it would take, where nobody was to be asked."""
    rejudged: int = 0
    """Principles that would be, or were, judged again."""
    exit_code: int = 0
    next: tuple[str, ...] = ()
    """Commands to go on with, where the run did not come to its end."""


def look_at_impact(session: Session, compared: Compared, wishes: ImpactWishes) -> ImpactFound:
    """Judge again what changed of a run, or say what that would take."""
    from evenhand.workflows.constitution_diff.impact import judge_impact, prepare_impact  # noqa: PLC0415 - statistics

    ready = prepare_impact(session.workspace, compared, wishes.run)
    if wishes.plan_only:
        return ImpactFound(plan=plan_run(ready.prepared, look_up=True), rejudged=len(ready.rejudged))
    if not (wishes.yes or wishes.replay):
        agree_to_cost(session, ready.prepared, cap=wishes.max_usd)
    with RunWatch(session.screen) as progress:
        judged = judge_impact(session.workspace, ready, _options(session, ready, wishes), progress.watch)
    for reason in judged.result.reasons:
        session.screen.problem("stopped: ", reason)
    is_open = bool(judged.result.account.open)
    return ImpactFound(
        impact=judged.impact,
        rejudged=len(ready.rejudged),
        exit_code=exit_code(judged.result),
        next=next_commands(judged.result, "") if is_open else (),
    )


def _options(session: Session, ready: "PreparedImpact", wishes: ImpactWishes) -> RunOptions:
    manifest = ready.stored.manifest
    return RunOptions(
        max_usd=wishes.max_usd,
        replay=wishes.replay,
        allow_alias=bool(manifest.aliases),  # the run that is compared asked by that name too
        readings=manifest.readings,
        command=session.command_line,
    )
