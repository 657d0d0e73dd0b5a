"""`evenhand constitution diff`: what changed between two constitutions, and what that does."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

import typer

from evenhand.cli.constitution_diff_lines import show_comparison
from evenhand.cli.output import Mark, Style
from evenhand.cli.session import Session, session_of
from evenhand.constitution.changes import ConstitutionDiff, Effect, Fate
from evenhand.constitution.comparison import Comparison
from evenhand.constitution.words import conclusion, told_warnings
from evenhand.errors import UnknownNameError, UsageError
from evenhand.workflows.constitution_diff.compare import Compared, compare, compare_since
from evenhand.workflows.constitution_diff.find_stale import find_stale

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
    new: tuple[str, ...]
    """Files that the revision of `--since` does not have."""
    failed: tuple[str, ...]
    """What made the command fail, of what `--fail-on` names."""
    exit_code: int


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
    """
    session = session_of(context)
    screen = session.screen
    reasons = _read_reasons(fail_on)
    compared, new = _compare(session, constitutions or (), since)
    comparisons = tuple(_look_at(session, each, stale=stale) for each in compared)
    failed = tuple(reason for reason in reasons if any(_is_met(reason, each.diff) for each in comparisons))
    code = _FAILED if failed else 0
    screen.document(
        "constitution-diff/v1",
        ConstitutionDiffDocument(compared=comparisons, new=new, failed=failed, exit_code=code),
    )
    if markdown and not screen.as_json:
        _write_markdown(session, comparisons)
    else:
        for each in comparisons:
            show_comparison(screen, each)
    for name in new:
        screen.say(f"{name} is not at {since}: there is nothing to compare it with")
    for reason in failed:
        screen.problem(Mark("failed: ", Style.BAD), _FAILURES[reason])
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


def _look_at(session: Session, compared: Compared, *, stale: bool) -> Comparison:
    found = find_stale(session.workspace, compared) if stale else None
    return Comparison(headline=conclusion(compared.diff, found), diff=compared.diff, staleness=found)


def _write_markdown(session: Session, comparisons: Sequence[Comparison]) -> None:
    from evenhand.reporting.constitution.markdown import render_markdown  # noqa: PLC0415 - for Markdown only

    for line in render_markdown(comparisons).rstrip("\n").split("\n"):
        session.screen.result(line)
