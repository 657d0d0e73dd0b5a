"""Command groups that load a command only when it is used, and help that is read from the table of commands."""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from evenhand.cli.commands import GROUPS, SECTIONS, Entry, entries
from evenhand.cli.session import shared_options
from evenhand.errors import UnknownNameError

if TYPE_CHECKING:
    from typer._click import Command, Context, HelpFormatter, Parameter

HELP_NAMES = {"help_option_names": ["-h", "--help"]}


class LazyGroup(TyperGroup):
    """A group whose commands are named in the table and loaded on use."""

    def __init__(self, prefix: str, *, help: str, params: "Sequence[Parameter]" = ()) -> None:  # noqa: A002 - the name the library gives it
        """Make the group of the commands whose path starts with `prefix`; an empty prefix takes all."""
        name = prefix or "evenhand"
        super().__init__(
            name=name,
            help=help,
            params=list(params),
            rich_markup_mode=None,
            no_args_is_help=True,
            context_settings=HELP_NAMES,
        )
        self._prefix = prefix
        self._known = _names_below(prefix)

    def list_commands(self, ctx: "Context") -> list[str]:
        """Return the names below this group."""
        del ctx
        return list(self._known)

    def get_command(self, ctx: "Context", cmd_name: str) -> "Command | None":
        """Load a command."""
        del ctx
        if cmd_name not in self._known:
            return None
        entry = self._known[cmd_name]
        return load_command(entry) if entry else load_group(f"{self._prefix} {cmd_name}".strip())

    def resolve_command(
        self, ctx: "Context", args: list[str]
    ) -> "tuple[str | None, Command | None, list[str]]":
        """Find the command that was typed.

        Raises:
            UnknownNameError: There is none of that name.
        """
        if args[0] not in self._known and not args[0].startswith("-") and not ctx.resilient_parsing:
            raise UnknownNameError("command", args[0], self._known)
        return super().resolve_command(ctx, args)

    def format_options(self, ctx: "Context", formatter: "HelpFormatter") -> None:
        """Write the commands under their headings, from the table alone, then the options."""
        for heading, section in SECTIONS.items():
            rows = list(_help_rows(section, self._prefix))
            if rows:
                with formatter.section(heading):
                    formatter.write_dl(rows)
        super().format_options(ctx, formatter)

    def format_commands(self, ctx: "Context", formatter: "HelpFormatter") -> None:
        """Write nothing: the commands stand before the options, so that none has to be loaded."""


class PlainCommand(TyperCommand):
    """A command whose usage line shows what must be given as it is typed, without braces."""

    def collect_usage_pieces(self, ctx: "Context") -> list[str]:
        """Return the parts of the usage line."""
        return [piece.strip("{}") for piece in super().collect_usage_pieces(ctx)]

    def invoke(self, ctx: "Context") -> object:
        """Run the command; an interrupt is told like any other end, which the library would do without a word.

        Raises:
            Abort: The user interrupted it.
        """
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as error:
            raise typer.Abort from error


def _names_below(prefix: str) -> Mapping[str, Entry | None]:
    """Return the next word of each path below `prefix`, with its entry where the path ends there."""
    words = prefix.split()
    found: dict[str, Entry | None] = {}
    for entry in entries():
        path = entry.path.split()
        if path[: len(words)] == words:
            found[path[len(words)]] = entry if len(path) == len(words) + 1 else None
    return found


def _help_rows(section: Sequence[Entry], prefix: str) -> "list[tuple[str, str]]":
    start = f"{prefix} " if prefix else ""
    return [(entry.path.removeprefix(start), entry.help) for entry in section if entry.path.startswith(start)]


@cache
def load_command(entry: Entry) -> "Command":
    """Import a command's module and make the command of its function."""
    module = import_module(f"evenhand.cli.{entry.module}")
    app = typer.Typer(rich_markup_mode=None, add_completion=False, pretty_exceptions_enable=False)
    register = app.command(name=entry.path.split()[-1], cls=PlainCommand, context_settings=HELP_NAMES)
    register(getattr(module, entry.module))
    command = get_command(app)
    command.params += shared_params()
    return command


@cache
def load_group(prefix: str) -> LazyGroup:
    """Make the group below `prefix`."""
    return LazyGroup(prefix, help=GROUPS[prefix], params=shared_params())


def shared_params() -> "list[Parameter]":
    """Return the options that every command has."""
    app = typer.Typer(rich_markup_mode=None, add_completion=False, pretty_exceptions_enable=False)
    app.command()(shared_options)
    return list(get_command(app).params)
