"""`evenhand init`: a workspace to start from."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from evenhand.cli.output import Mark, Style, plural
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
        screen.say(Mark("wrote  ", Style.GOOD), path)
    for path in made.kept:
        screen.detail(Mark("kept   ", Style.FAINT), path)
    screen.say(f"{plural(len(made.written), 'file')} written, {len(made.kept)} kept as they were")
    enter = f"cd {shlex.quote(str(folder))} && " if folder else ""
    screen.say("next:  ", Mark(f"{enter}evenhand lint", Style.NAME))
    screen.say("next:  ", Mark("evenhand run demo", Style.NAME))
    return 0
