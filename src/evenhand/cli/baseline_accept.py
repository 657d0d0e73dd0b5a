"""`evenhand baseline accept`: make a run the baseline of its suite."""

import os
from typing import Annotated

import typer

from evenhand.cli.baseline_options import RunName, SuiteName
from evenhand.cli.output import Mark, Style, plural
from evenhand.cli.session import session_of
from evenhand.workflows.baseline.accept import Acceptance, accept_run


def baseline_accept(
    context: typer.Context,
    suite: SuiteName = "",
    run: RunName = "",
    *,
    reason: Annotated[
        str,
        typer.Option("--reason", metavar="TEXT", help="Why; it is kept in the file and shown in reports."),
    ],
    by: Annotated[
        str, typer.Option("--by", metavar="NAME", help="Who accepts it; by default whom git knows.")
    ] = "",
    force: Annotated[
        bool,
        typer.Option(
            "--force",
            help="Overrule failed ratings over the limit, a mixed instrument, rejected cells and CI; it is recorded.",
        ),
    ] = False,
) -> int:
    """Make a run the baseline of its suite, to be committed. Nothing else ever writes a baseline.

    A run that is not complete, or that judged a part of the suite, is refused whatever is said. In CI (the variable CI
    is set) nothing is written unless forced. The old file is replaced in one step.
    """
    session = session_of(context)
    screen = session.screen
    said = Acceptance(reason=reason, by=by, force=force, environment=os.environ)
    done = accept_run(session.workspace, suite, run, said)
    screen.document("baseline-accept/v1", done)
    for why in done.overruled:
        screen.problem(Mark("overruled: ", Style.WARNING), why)
    screen.result(Mark(done.path, Style.STRONG), f" is run {done.run} now, accepted by {done.accepted.by}")
    if done.first:
        screen.say(f"{plural(done.cells, 'cell')}; it is the first baseline of suite {done.suite}")
    else:
        screen.say(f"{plural(done.changed, 'changed cell')}, {done.reviewed:,} of them reviewed")
    screen.say(f"commit it: git add {done.path}")
    return 0
