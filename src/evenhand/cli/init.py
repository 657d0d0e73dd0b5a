"""`evenhand init`: a workspace to start from."""

from pathlib import Path
from typing import Annotated

import typer

from evenhand.cli.output import Mark, Style
from evenhand.cli.session import session_of
from evenhand.workflows.init_workspace import init_workspace


def init(
    context: typer.Context,
    folder: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="The folder; by default the current one.")
    ] = None,
) -> int:
    """Make a workspace: example constitutions, judges and suites, settings, and JSON Schemas for editors.

    Nothing that is there is overwritten; what is missing is added.
    """
    session = session_of(context)
    made = init_workspace(folder or session.workspace)
    screen = session.screen
    screen.document("init/v1", made)
    for path in made.written:
        screen.result(Mark("wrote  ", Style.GOOD), path)
    for path in made.kept:
        screen.detail(Mark("kept   ", Style.FAINT), path)
    screen.say(f"{len(made.written)} files written, {len(made.kept)} kept as they were")
    for command in ("evenhand lint", "evenhand run demo"):
        screen.say("next:  ", Mark(command, Style.NAME))
    return 0
