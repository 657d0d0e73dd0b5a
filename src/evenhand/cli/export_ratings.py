"""`evenhand export ratings`: what a run came to, as lines that can be compared byte for byte."""

from pathlib import Path
from typing import Annotated

import typer

from evenhand.cli.output import Mark, Style, plural
from evenhand.cli.session import session_of
from evenhand.errors import UsageError
from evenhand.workflows.export_ratings import export_ratings as export
from evenhand.workflows.export_ratings import rating_lines


def export_ratings(
    context: typer.Context,
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="The run, as `evenhand runs` shows it, or latest.")
    ],
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FILE]",
            help="File to write; a name that ends in .gz is packed. Without it the lines go to stdout.",
            show_default=False,
        ),
    ] = None,
) -> int:
    """Write the terminal state of every rating and every verdict of a run as JSON lines.

    Nothing in it depends on when the run was made or on who paid for its replies: a run and its replay give the same
    bytes.
    """
    session = session_of(context)
    if file is None:
        if session.as_json:
            raise UsageError(
                "with --json the lines need a file", hint="evenhand export ratings RUN FILE --json"
            )
        for line in rating_lines(session.workspace, run):
            session.screen.line(line)
        return 0
    done = export(session.workspace, run, file)
    session.screen.document("export-ratings/v1", done)
    session.screen.result(
        plural(done.ratings, "rating"),
        f" and {plural(done.verdicts, 'verdict')} of run ",
        Mark(done.run, Style.STRONG),
        f" in {done.path}",
    )
    return 0
