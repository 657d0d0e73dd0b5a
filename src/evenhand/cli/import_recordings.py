"""`evenhand import recordings`: replies that another workspace exported."""

from pathlib import Path
from typing import Annotated

import typer

from evenhand.cli.output import Mark, Style, plural
from evenhand.cli.session import session_of
from evenhand.workflows.import_recordings import import_recordings as import_file


def import_recordings(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A file that `evenhand export recordings` wrote.")
    ],
) -> int:
    """Take the recorded replies of another workspace into the ledger, where `evenhand run --replay` finds them.

    Every line is checked before any is kept. A recording is as good as whoever gave it to you: its replies are read
    as strictly as fresh ones, but nobody can tell from a file whether a model wrote them.
    """
    session = session_of(context)
    done = import_file(session.workspace, file)
    session.screen.document("import-recordings/v1", done)
    known = f", {done.replies - done.added:,} of them known" if done.added < done.replies else ""
    judges = ", ".join(done.judges)
    session.screen.result(
        plural(done.replies, "recording"),
        " of suite ",
        Mark(done.suite, Style.STRONG),
        f" by {judges}{known}",
    )
    session.screen.say("next:  ", Mark(f"evenhand run {done.suite} --replay", Style.NAME))
    return 0
