"""`evenhand gate`: whether a judge, or what it judges, got worse; for CI."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from evenhand.cli.common_options import Replay, ReportFolder, Yes
from evenhand.cli.cost_check import agree_to_cost
from evenhand.cli.gate_host import HOST_FORMATS, JobTold, pause_host, read_host, tell_job
from evenhand.cli.gate_lines import show_gate
from evenhand.cli.progress import RunWatch
from evenhand.cli.session import Session, session_of
from evenhand.errors import UnknownNameError
from evenhand.gate.results import (
    FloorResult,
    GateResult,
    PrincipleResult,
    RuleResult,
    Status,
    TestResult,
)
from evenhand.integrations.comments import CommentMode
from evenhand.reporting.gate.render import ALWAYS, Format
from evenhand.workflows.find_suite import find_suite, known_suites
from evenhand.workflows.gate.check_gate import CheckedGate, GateWishes, check_gate
from evenhand.workflows.gate.run_gate import judge_and_check, share_asked_again
from evenhand.workflows.gate.write_gate import write_gate
from evenhand.workflows.prepare import prepare
from evenhand.workflows.run_suite import RunOptions

_FAILED, _UNDECIDED = 1, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class GateDocument:
    """What a gate says, in short; the JSON report has all of it."""

    run: str
    suite: str
    status: Status
    exit_code: int
    """What the command exits with."""
    headline: str
    """The outcome in one sentence."""
    reasons: tuple[str, ...]
    """Why, most important first."""
    rules_changed: tuple[str, ...]
    """What decides the gate and is other than when the baseline was made."""
    principles: tuple[PrincipleResult, ...]
    tests: tuple[TestResult, ...]
    floors: tuple[FloorResult, ...]
    rules: tuple[RuleResult, ...]
    files: tuple[str, ...]
    """Files written."""
    comment: str
    """What became of the comment; empty where none was asked for."""


def gate(
    context: typer.Context,
    target: Annotated[
        str,
        typer.Argument(
            metavar="SUITE|RUN",
            help="A suite file, or its name in suites/: it is judged first. Or a run, as `evenhand runs` shows it.",
        ),
    ] = "latest",
    *,
    baseline: Annotated[
        Path | None,
        typer.Option("--baseline", metavar="FILE", help="Baseline to compare with; by default the suite's."),
    ] = None,
    base_run: Annotated[
        str, typer.Option("--base-run", metavar="RUN", help="Compare with a run of the ledger instead.")
    ] = "",
    undecided: Annotated[
        str,
        typer.Option(
            "--undecided", metavar="WHAT", help="What an undecided gate exits with: exit4, pass or fail."
        ),
    ] = "exit4",
    exit_zero: Annotated[
        bool, typer.Option("--exit-zero", help="Report only: exit with 0 whatever the outcome.")
    ] = False,
    replay: Replay = False,
    max_usd: Annotated[
        float | None,
        typer.Option("--max-usd", metavar="USD", min=0, help="Stop judging before more is spent."),
    ] = None,
    yes: Yes = False,
    open_sealed: Annotated[
        bool,
        typer.Option(
            "--open-sealed", help="Read the labels of the sealed split too; each opening is counted."
        ),
    ] = False,
    out: ReportFolder = None,
    formats: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="LIST",
            help="What to write: html, md, json, comment, summary, annotations, junit, sarif; or all.",
        ),
    ] = ",".join(ALWAYS),
    comment_on: Annotated[
        str,
        typer.Option(
            "--comment-on",
            metavar="HOST",
            help="Keep one comment on the pull or merge request of this job: github or gitlab.",
        ),
    ] = "",
    comment: Annotated[
        str,
        typer.Option(
            "--comment", metavar="WHEN", help="When to comment: on-change, on-failure, always or never."
        ),
    ] = CommentMode.ON_CHANGE,
) -> int:
    """Decide whether a judge, or what it judges, got worse than its baseline, and say when that can not be known.

    Exit codes: 0 passed, 1 failed, 4 undecided, 3 could not measure, 2 usage, 5 nothing to gate. Every file is written,
    and the comment is posted, before the command ends.
    """
    session = session_of(context)
    wanted = _read_formats(formats, comment_on)
    _refuse("undecided", undecided, ("exit4", "pass", "fail"))
    host = read_host(comment_on)
    _refuse("mode", comment, tuple(CommentMode))
    wishes = GateWishes(
        baseline=baseline, base_run=base_run, open_sealed=open_sealed, command=session.command_line
    )
    options = RunOptions(max_usd=max_usd, replay=replay, command=session.command_line)
    token = pause_host(session, host)
    checked = _check(session, target, options, wishes, yes=yes or replay)
    files = _write(session, checked, wanted, out)
    code = _exit_code(checked.result, undecided, exit_zero=exit_zero)
    told = tell_job(session, checked.result, files, host, mode=CommentMode(comment), token=token)
    _show(session, checked.result, tuple(files.values()), code, told)
    return code


def _write(
    session: Session, checked: CheckedGate, wanted: frozenset[Format], out: Path | None
) -> Mapping[Format, Path]:
    """Write the files; where that fails the outcome is shown all the same, and then the failure.

    Raises:
        Exception: They could not be written.
    """
    try:
        return write_gate(session.workspace, checked, wanted, folder=out)
    except Exception:
        show_gate(checked.result, session.screen, ())
        raise


def _check(
    session: Session, target: str, options: RunOptions, wishes: GateWishes, *, yes: bool
) -> CheckedGate:
    """Decide the gate of a run, or of a suite that is judged first."""
    suite = _suite_of(session, target)
    if suite is None:
        return _check_run(session, target, wishes)
    prepared = prepare(session.workspace, suite)
    if not yes:
        agree_to_cost(session, prepared, cap=options.max_usd, again=share_asked_again(prepared))
    with RunWatch(session.screen) as progress:
        return judge_and_check(session.workspace, prepared, options, wishes, progress.watch).checked


def _check_run(session: Session, name: str, wishes: GateWishes) -> CheckedGate:
    """Decide the gate of a run.

    Raises:
        UnknownNameError: There is neither a run nor a suite of that name.
    """
    try:
        return check_gate(session.workspace, name, wishes)
    except UnknownNameError as error:
        if error.name != name:
            raise
        raise UnknownNameError(
            "run and no suite", name, ("latest", *known_suites(session.workspace))
        ) from error


def _suite_of(session: Session, target: str) -> Path | None:
    """Return the suite that is meant, a file or the name of one in suites/; None where a run is."""
    try:
        return find_suite(session.workspace, target)
    except UnknownNameError:
        if target.endswith((".yaml", ".yml")):
            raise
        return None


def _read_formats(text: str, comment_on: str) -> frozenset[Format]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    if "all" in names:
        return frozenset(Format)
    for name in names:
        _refuse("format", name, (*Format, "all"))
    wanted = frozenset(Format(name) for name in names) or frozenset(ALWAYS)
    return wanted | HOST_FORMATS if comment_on else wanted


def _refuse(kind: str, name: str, known: tuple[str, ...]) -> None:
    if name not in known:
        raise UnknownNameError(kind, name, known)


def _exit_code(result: GateResult, undecided: str, *, exit_zero: bool) -> int:
    """Return what the command exits with: the outcome's code, as the options change it."""
    if exit_zero:
        return 0
    if result.status is Status.UNDECIDED:
        return {"pass": 0, "fail": _FAILED}.get(undecided, _UNDECIDED)
    return result.exit_code


def _show(session: Session, result: GateResult, files: tuple[Path, ...], code: int, told: JobTold) -> None:
    session.screen.document(
        "gate/v1",
        GateDocument(
            run=result.run,
            suite=result.suite,
            status=result.status,
            exit_code=code,
            headline=result.headline,
            reasons=result.reasons,
            rules_changed=result.rules_changed,
            principles=result.principles,
            tests=result.tests,
            floors=result.floors,
            rules=result.rules,
            files=tuple(str(path) for path in files),
            comment=told.comment,
        ),
    )
    show_gate(result, session.screen, files)
    if told.comment:
        session.screen.say("comment ", told.comment)
    for line in told.last_lines:
        session.screen.result(line)
