"""What a user asks of every command, and where the command writes."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer

from evenhand.cli.output import Screen


@dataclass(slots=True)
class Session:
    """The options of every command; filled while the command line is read."""

    as_json: bool = False
    quiet: bool = False
    verbose: int = 0
    no_color: bool = False
    debug: bool = False
    workspace: Path = field(default_factory=Path)
    """Folder the workspace is looked for from, upwards."""
    command_line: str = "evenhand"
    """What was typed, for the manifest."""

    @property
    def screen(self) -> Screen:
        """Where to write."""
        return Screen(as_json=self.as_json, quiet=self.quiet, verbose=self.verbose, color=not self.no_color)


def start_session(arguments: Sequence[str], environment: Mapping[str, str]) -> Session:
    """Return the session of a command line, before it is read.

    `--json` is looked for in advance, so that an error in the command line itself is told as JSON too.
    """
    options = arguments[: arguments.index("--")] if "--" in arguments else arguments
    return Session(
        as_json="--json" in options,
        debug="--debug" in options,
        no_color=bool(environment.get("NO_COLOR")) or environment.get("TERM") == "dumb",
        command_line=" ".join(["evenhand", *arguments]),
    )


def session_of(context: typer.Context) -> Session:
    """Return the session of the running command."""
    session = context.find_object(Session)
    return session or start_session([], os.environ)


def _note(context: typer.Context, param: typer.CallbackParam, value: int | Path | None) -> None:
    """Keep an option in the session, wherever on the command line it stood."""
    if value and param.name:
        setattr(session_of(context), param.name, value)


def shared_options(
    *,
    as_json: Annotated[
        bool,
        typer.Option(
            "--json",
            help="Write one JSON document to stdout and nothing else.",
            callback=_note,
            expose_value=False,
        ),
    ] = False,
    workspace: Annotated[
        Path | None,
        typer.Option(
            "--workspace",
            "--project",
            metavar="DIR",
            help="Work in the workspace of this folder.",
            callback=_note,
            expose_value=False,
        ),
    ] = None,
    quiet: Annotated[
        bool,
        typer.Option("--quiet", "-q", help="Say only what is wrong.", callback=_note, expose_value=False),
    ] = False,
    verbose: Annotated[
        int,
        typer.Option(
            "--verbose",
            "-v",
            count=True,
            show_default=False,
            help="Say more.",
            callback=_note,
            expose_value=False,
        ),
    ] = 0,
    no_color: Annotated[
        bool,
        typer.Option(
            "--no-color", help="No colours (as with NO_COLOR set).", callback=_note, expose_value=False
        ),
    ] = False,
    debug: Annotated[
        bool,
        typer.Option(
            "--debug", help="Show where an unexpected error came from.", callback=_note, expose_value=False
        ),
    ] = False,
) -> None:
    """Carry the options that every command has; never called."""
