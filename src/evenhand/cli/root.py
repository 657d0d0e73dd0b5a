"""The command `evenhand` itself."""

from typing import Annotated

import typer
from typer.main import get_command

from evenhand.cli.documents import VersionDocument
from evenhand.cli.group import LazyGroup, shared_params
from evenhand.cli.session import session_of

_HELP = """Judge model outputs by a written constitution with a panel of model judges, kept honest against people.

Start with `evenhand demo`: it needs no key and no network. Results go to stdout, everything else to stderr.
"""


def _show_version(context: typer.Context, value: bool) -> None:  # noqa: FBT001 - a callback of the library
    if not value:
        return
    from evenhand import __version__  # noqa: PLC0415 - the package's root names what lies above this module

    screen = session_of(context).screen
    screen.result(f"evenhand {__version__}")
    screen.document("version/v1", VersionDocument(version=__version__))
    raise typer.Exit


def _root_options(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Show the version.", callback=_show_version, is_eager=True, expose_value=False
        ),
    ] = False,
) -> None:
    """Carry the options of `evenhand` itself; never called."""


def root_group() -> LazyGroup:
    """Return the group of all commands."""
    app = typer.Typer(rich_markup_mode=None, add_completion=False, pretty_exceptions_enable=False)
    app.command()(_root_options)
    return LazyGroup("", help=_HELP, params=[*get_command(app).params, *shared_params()])
