"""`evenhand resume`: go on with a run that stopped."""

from typing import Annotated

import typer

from evenhand.cli.batch_options import BatchRows, PollSeconds, batch_options
from evenhand.cli.common_options import Replay
from evenhand.cli.progress import RunWatch
from evenhand.cli.run_outcome import show_outcome
from evenhand.cli.session import session_of
from evenhand.workflows.find_divided import find_divided
from evenhand.workflows.find_flips import find_flips
from evenhand.workflows.run_suite import RunOptions, resume_run


def resume(
    context: typer.Context,
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="The run, as `evenhand runs` shows it.")
    ] = "latest",
    *,
    max_usd: Annotated[
        float | None,
        typer.Option(
            "--max-usd",
            metavar="USD",
            min=0,
            help="Stop before more is spent in all, earlier calls included; without it, the run's last cap holds.",
        ),
    ] = None,
    fresh_preflight: Annotated[
        bool,
        typer.Option("--fresh-preflight", help="Ask the endpoints again what they can do (a few calls)."),
    ] = False,
    replay: Replay = False,
    batch: Annotated[
        bool | None,
        typer.Option(
            "--batch/--live",
            show_default=False,
            help="Ask what is left in batches, or one by one; without either, as the run began.",
        ),
    ] = None,
    batch_rows: BatchRows = None,
    poll_seconds: PollSeconds = 60.0,
    forget_batches: Annotated[
        bool,
        typer.Option(
            "--forget-batches",
            help="Cancel batches under way and ask all their rows again: what was answered is paid for twice.",
        ),
    ] = False,
) -> int:
    """Go on with a run that stopped or was killed: only what has no answer yet is asked."""
    session = session_of(context)
    options = RunOptions(
        max_usd=max_usd,
        fresh_preflight=fresh_preflight,
        replay=replay,
        command=session.command_line,
        batches=batch_options(use=batch, rows=batch_rows, poll_seconds=poll_seconds, forget=forget_batches),
    )
    with RunWatch(session.screen) as watch:
        result = resume_run(session.workspace, run, options, watch.watch)
    divided = find_divided(session.workspace, result.run.id)
    flips = find_flips(session.workspace, result.run.id)
    return show_outcome(result, session.screen, document="resume/v1", divided=divided, flips=flips)
