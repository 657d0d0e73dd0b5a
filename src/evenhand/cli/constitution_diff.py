"""`evenhand constitution diff`: what changed between two constitutions, and what that does."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

import typer

from evenhand.cli.common_options import Replay, Yes
from evenhand.cli.constitution_diff_lines import show_comparison
from evenhand.cli.constitution_impact import ImpactFound, ImpactWishes, look_at_impact
from evenhand.cli.constitution_impact_lines import show_plan
from evenhand.cli.output import Mark, Style
from evenhand.cli.session import Session, session_of
from evenhand.constitution.changes import ConstitutionDiff, Effect, Fate
from evenhand.constitution.comparison import Comparison
from evenhand.constitution.impact_results import Impact
from evenhand.constitution.impact_words import impact_clause
from evenhand.constitution.words import conclusion, told_warnings
from evenhand.errors import UnknownNameError, UsageError
from evenhand.workflows.constitution_diff.compare import Compared, compare, compare_since
from evenhand.workflows.constitution_diff.find_stale import find_stale
from evenhand.workflows.plan_suite import RunPlan

_FAILED = 1
_FAILURES: Final = {
    "version": "the version does not say what changed",
    "binding": "a principle asks something else, or is gone",
    "warning": "something is wrong with how a constitution was changed",
}
"""What `--fail-on` may name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConstitutionDiffDocument:
    """What changed between constitutions."""

    compared: tuple[Comparison, ...]
    plan: RunPlan | None
    """What judging again would take, with `--plan-only`."""
    new: tuple[str, ...]
    """Files that the revision of `--since` does not have."""
    failed: tuple[str, ...]
    """What made the command fail, of what `--fail-on` names."""
    exit_code: int
    next: tuple[str, ...]
    """Commands to go on with, where judging again did not come to its end."""


def constitution_diff(
    context: typer.Context,
    constitutions: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="CONSTITUTION",
            help="The earlier and the later one: a file, run@NAME (what a run pinned), or REV:PATH (as git has it).",
        ),
    ] = None,
    *,
    since: Annotated[
        str,
        typer.Option(
            "--since", metavar="REV", help="Compare each file named with what it was at this revision of git."
        ),
    ] = "",
    stale: Annotated[
        bool,
        typer.Option(
            "--stale/--no-stale", help="Whether to look for verdicts, ratings and labels that are stale."
        ),
    ] = True,
    impact: Annotated[
        str,
        typer.Option(
            "--impact",
            metavar="RUN",
            help="Judge again what changed of this run, and say which verdicts flip. Calls models.",
        ),
    ] = "",
    plan_only: Annotated[
        bool, typer.Option("--plan-only", help="Say what --impact would take, and ask nobody.")
    ] = False,
    max_usd: Annotated[
        float | None,
        typer.Option("--max-usd", metavar="USD", min=0, help="Stop judging before more is spent."),
    ] = None,
    yes: Yes = False,
    replay: Replay = False,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Write Markdown for a pull request to stdout.")
    ] = False,
    fail_on: Annotated[
        str,
        typer.Option(
            "--fail-on",
            metavar="LIST",
            help="Exit with 1 where the version does not say what changed (version), a principle asks something else "
            "(binding), or something is wrong with the change (warning).",
        ),
    ] = "",
) -> int:
    """Show what changed between two constitutions, principle by principle.

    Every change is classed by what it does: a binding one asks something else, so that verdicts and labels are stale;
    one that is shown changes how judges are asked; the rest is advice. Runs, label files of suites and the review are
    looked at for what is stale. The exit code is 0 whatever changed, unless `--fail-on` says otherwise.

    `--impact RUN` judges the principles that changed again, with the judges, panel and cases of that run, and says
    which verdicts flip and how agreement with people changes. It is a run of its own: `evenhand resume` goes on with
    it.
    """
    session = session_of(context)
    screen = session.screen
    reasons = _read_reasons(fail_on)
    compared, new = _compare(session, constitutions or (), since)
    found = _look_for_impact(
        session,
        compared,
        ImpactWishes(run=impact, plan_only=plan_only, max_usd=max_usd, yes=yes, replay=replay),
    )
    comparisons = tuple(_look_at(session, each, found.impact, stale=stale) for each in compared)
    failed = tuple(reason for reason in reasons if any(_is_met(reason, each.diff) for each in comparisons))
    code = found.exit_code or (_FAILED if failed else 0)
    screen.document(
        "constitution-diff/v1",
        ConstitutionDiffDocument(
            compared=comparisons,
            plan=found.plan,
            new=new,
            failed=failed,
            exit_code=code,
            next=found.next,
        ),
    )
    if markdown and not screen.as_json:
        _write_markdown(session, comparisons)
    else:
        for each in comparisons:
            show_comparison(screen, each)
    if found.plan:
        show_plan(screen, found.plan, found.rejudged)
    for name in new:
        screen.say(f"{name} is not at {since}: there is nothing to compare it with")
    for reason in failed:
        screen.problem(Mark("failed: ", Style.BAD), _FAILURES[reason])
    for command in found.next:
        screen.say("next:  ", Mark(command, Style.NAME))
    return code


def _read_reasons(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    for name in names:
        if name not in _FAILURES:
            raise UnknownNameError("reason to fail on", name, _FAILURES)
    return names


def _compare(
    session: Session, names: Sequence[str], since: str
) -> tuple[tuple[Compared, ...], tuple[str, ...]]:
    if since:
        return compare_since(session.workspace, since, tuple(names))
    if len(names) != 2:
        raise UsageError(
            f"two constitutions are compared, not {len(names)}",
            hint="name the earlier and the later one, such as HEAD:constitutions/NAME.md constitutions/NAME.md, or "
            "--since REV and the files",
        )
    return (compare(session.workspace, names[0], names[1]),), ()


def _is_met(reason: str, diff: ConstitutionDiff) -> bool:
    if reason == "version":
        return not diff.version_rule.holds
    if reason == "binding":
        return bool(diff.with_effect(Effect.BINDING) or diff.with_fate(Fate.REMOVED))
    return any(told_warnings(diff))


def _look_for_impact(session: Session, compared: Sequence[Compared], wishes: ImpactWishes) -> ImpactFound:
    """Judge again what changed, where that is asked for.

    Raises:
        UsageError: There is not one comparison, or an option has no meaning without a run.
    """
    if not wishes.run:
        if wishes.plan_only or wishes.replay or wishes.max_usd is not None:
            raise UsageError(
                "--plan-only, --max-usd and --replay are about judging again", hint="name a run: --impact RUN"
            )
        return ImpactFound()
    if len(compared) != 1:
        raise UsageError("--impact needs one constitution to compare", hint="name one file")
    return look_at_impact(session, compared[0], wishes)


def _look_at(session: Session, compared: Compared, impact: Impact | None, *, stale: bool) -> Comparison:
    found = find_stale(session.workspace, compared) if stale else None
    clauses = (impact_clause(impact),) if impact else ()
    return Comparison(
        headline=conclusion(compared.diff, found, *clauses),
        diff=compared.diff,
        staleness=found,
        impact=impact,
    )


def _write_markdown(session: Session, comparisons: Sequence[Comparison]) -> None:
    from evenhand.reporting.constitution.markdown import render_markdown  # noqa: PLC0415 - for Markdown only

    for line in render_markdown(comparisons).rstrip("\n").split("\n"):
        session.screen.result(line)
