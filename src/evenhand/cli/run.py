"""`evenhand run`: judge a suite."""

from typing import Annotated

import typer

from evenhand.cli.batch_options import BatchRows, PollSeconds, batch_options
from evenhand.cli.common_options import AllowAlias, Replay, Yes
from evenhand.cli.cost_check import agree_to_cost
from evenhand.cli.narrowing import Disagreed, Failed, Of, Only, Sample, Seed, Times, read_wishes
from evenhand.cli.progress import RunWatch
from evenhand.cli.run_outcome import exit_code, show_outcome
from evenhand.cli.session import Session, session_of
from evenhand.cli.watching import run_watching
from evenhand.errors import UsageError
from evenhand.workflows.find_divided import find_divided
from evenhand.workflows.find_flips import find_flips
from evenhand.workflows.find_suite import find_suite
from evenhand.workflows.prepare import Prepared, prepare
from evenhand.workflows.run_suite import RunOptions, RunResult, run_prepared


def run(
    context: typer.Context,
    suite: Annotated[str, typer.Argument(metavar="SUITE", help="A suite file, or its name in suites/.")],
    *,
    max_usd: Annotated[
        float | None,
        typer.Option(
            "--max-usd", metavar="USD", min=0, help="Stop before more is spent; what is done is kept."
        ),
    ] = None,
    yes: Yes = False,
    fresh_preflight: Annotated[
        bool,
        typer.Option("--fresh-preflight", help="Ask the endpoints again what they can do (a few calls)."),
    ] = False,
    allow_alias: AllowAlias = False,
    replay: Replay = False,
    again: Annotated[
        bool,
        typer.Option("--again", help="Ask everything again; earlier replies are kept, and not used."),
    ] = False,
    only: Only = None,
    sample: Sample = None,
    seed: Seed = None,
    failed: Failed = False,
    disagreed: Disagreed = False,
    of: Of = "",
    readings: Times = 1,
    watch: Annotated[
        bool,
        typer.Option(
            "--watch",
            help="Run again whenever a file changes that the run rests on; only what changed is asked.",
        ),
    ] = False,
    batch: Annotated[
        bool,
        typer.Option(
            "--batch",
            help="Ask through the vendors' batch APIs, at half the price and within a day; the others live.",
        ),
    ] = False,
    batch_rows: BatchRows = None,
    poll_seconds: PollSeconds = 60.0,
) -> int:
    """Judge a suite with its panel, or a part of it.

    Everything paid for is in the ledger before it is read: a run that was interrupted goes on with `evenhand
    resume`, and a second run takes what did not change from the ledger. A run of a part of the suite says so in
    every report.
    """
    session = session_of(context)
    wishes = read_wishes(only, sample=sample, seed=seed, failed=failed, disagreed=disagreed, of=of)
    path = find_suite(session.workspace, suite)
    options = RunOptions(
        max_usd=max_usd,
        fresh_preflight=fresh_preflight,
        allow_alias=allow_alias,
        replay=replay,
        again=again,
        readings=readings,
        batches=batch_options(use=batch, rows=batch_rows, poll_seconds=poll_seconds),
        command=session.command_line,
    )

    def load() -> Prepared:
        return prepare(session.workspace, path, wishes, readings=readings)

    def execute(prepared: Prepared) -> RunResult:
        if not (yes or replay):
            agree_to_cost(session, prepared, cap=max_usd, look_up=not again, batch=batch)
        return _execute(session, prepared, options)

    if not watch:
        return exit_code(execute(load()))
    if again or session.as_json:
        raise UsageError(
            "--watch runs many times and asks only what changed",
            hint="leave out --again and --json, or --watch",
        )
    return run_watching(session, path, load, execute)


def _execute(session: Session, prepared: Prepared, options: RunOptions) -> RunResult:
    with RunWatch(session.screen) as progress:
        result = run_prepared(prepared, options, progress.watch)
    divided = find_divided(session.workspace, result.run.id)
    flips = find_flips(session.workspace, result.run.id)
    show_outcome(result, session.screen, document="run/v1", divided=divided, flips=flips)
    return result
