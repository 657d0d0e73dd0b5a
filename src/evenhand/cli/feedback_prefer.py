"""`evenhand feedback prefer`: AI preference labels for pairs."""

from typing import Annotated

import typer

from evenhand.cli.batch_options import BatchRows, PollSeconds, batch_options
from evenhand.cli.common_options import EVERY_FORMAT, AllowAlias, Replay, ReportFolder, ReportFormats, Yes
from evenhand.cli.cost_check import agree_to_cost
from evenhand.cli.preference_lines import show_preferences
from evenhand.cli.progress import RunWatch
from evenhand.cli.report import read_formats
from evenhand.cli.run_outcome import exit_code, show_outcome
from evenhand.cli.session import Session, session_of
from evenhand.errors import UsageError
from evenhand.workflows.feedback.find_feedback import find_feedback
from evenhand.workflows.feedback.prefer import prepare_preferences
from evenhand.workflows.feedback.report_preferences import report_preferences
from evenhand.workflows.run_suite import RunOptions, RunResult, run_prepared


def feedback_prefer(
    context: typer.Context,
    feedback: Annotated[
        str,
        typer.Argument(
            metavar="FEEDBACK",
            help="A feedback file, or NAME of suites/NAME.feedback.yaml.",
            show_default=False,
        ),
    ] = "",
    *,
    of: Annotated[
        str,
        typer.Option(
            "--of", metavar="RUN", help="Ask nobody: report the labels of a run that compared pairs."
        ),
    ] = "",
    max_usd: Annotated[
        float | None,
        typer.Option(
            "--max-usd", metavar="USD", min=0, help="Stop before more is spent; what is done is kept."
        ),
    ] = None,
    yes: Yes = False,
    replay: Replay = False,
    allow_alias: AllowAlias = False,
    batch: Annotated[
        bool,
        typer.Option(
            "--batch",
            help="Ask through the vendors' batch APIs, at half the price and within a day; the others live.",
        ),
    ] = False,
    batch_rows: BatchRows = None,
    poll_seconds: PollSeconds = 60.0,
    out: ReportFolder = None,
    formats: ReportFormats = EVERY_FORMAT,
) -> int:
    """Label pairs by the constitution: which of two candidates keeps to the principles drawn for them, how surely.

    The pairs are judged by an ordinary run of the suite that the feedback file names, in both orders. A run that
    stopped goes on with `evenhand resume`, and `--of RUN` reports its labels. Ties, abstentions, pairs whose answer
    flips with the order, splits and unmeasured pairs are kept apart; none becomes a half.
    """
    session = session_of(context)
    if bool(feedback) == bool(of):
        raise UsageError(
            "name a feedback file to label its pairs, or a run with --of", hint="one of them, not both"
        )
    chosen = read_formats(formats)
    code = 0
    if feedback:
        options = RunOptions(
            max_usd=max_usd,
            replay=replay,
            allow_alias=allow_alias,
            batches=batch_options(use=batch, rows=batch_rows, poll_seconds=poll_seconds),
            command=session.command_line,
        )
        result = _judge(session, feedback, options, yes=yes)
        of, code = result.run.id, exit_code(result)
    written = report_preferences(session.workspace, of, folder=out, formats=chosen)
    show_preferences(written, session.screen, code, alone=not feedback)
    return code


def _judge(session: Session, feedback: str, options: RunOptions, *, yes: bool) -> RunResult:
    """Judge the pairs, and say on stderr and stdout how the run ended."""
    made = prepare_preferences(session.workspace, find_feedback(session.workspace, feedback))
    if not (yes or options.replay):
        agree_to_cost(session, made.prepared, cap=options.max_usd, batch=bool(options.batches.use))
    with RunWatch(session.screen) as progress:
        result = run_prepared(made.prepared, made.with_settings(options), progress.watch)
    if not session.as_json:
        show_outcome(result, session.screen, document="run/v1", divided="")
    return result
