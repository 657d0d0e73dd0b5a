"""`evenhand export recordings`: the replies of a run, to replay it elsewhere."""

from pathlib import Path
from typing import Annotated

import typer

from evenhand.cli.output import Mark, Style, plural
from evenhand.cli.session import session_of
from evenhand.workflows.export_recordings import export_recordings as export


def export_recordings(
    context: typer.Context,
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="The run, as `evenhand runs` shows it, or latest.")
    ],
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="File to write; a name that ends in .gz is packed.")
    ],
    *,
    everything: Annotated[
        bool,
        typer.Option(
            "--all", help="Write replies that were no ratings too, for an audit; a replay never uses those."
        ),
    ] = False,
) -> int:
    """Write the replies of a run, so that another workspace can replay it without a call.

    The file holds what the endpoints answered, and with it passages of the texts that were judged. It holds no key.
    """
    session = session_of(context)
    done = export(session.workspace, run, file, everything=everything)
    session.screen.document("export-recordings/v1", done)
    session.screen.result(
        plural(done.replies, "recording"), " of run ", Mark(done.run, Style.STRONG), f" in {done.path}"
    )
    if done.left_out:
        session.screen.problem(
            Mark("left out: ", Style.WARNING), f"{plural(done.left_out, 'reply')} longer than a line may be"
        )
    session.screen.say(
        "next:  ", Mark(f"evenhand import recordings {done.path}", Style.NAME), ", in the other workspace"
    )
    return 0
