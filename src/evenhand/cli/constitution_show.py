"""`evenhand constitution show`: what a constitution says, and where each part of it is from."""

from dataclasses import dataclass
from typing import Annotated

import typer

from evenhand.cli.constitution_lines import show_constitution_lines, show_principle_lines
from evenhand.cli.session import session_of
from evenhand.constitution.shown import ShownConstitution
from evenhand.errors import UnknownNameError, UsageError
from evenhand.records.constitution import Constitution
from evenhand.workflows.constitution_show import show_constitution, write_effective
from evenhand.workflows.find_constitution import find_constitution


@dataclass(frozen=True, slots=True, kw_only=True)
class ConstitutionShowDocument:
    """A constitution as people look at it."""

    constitution: ShownConstitution
    effective: Constitution | None
    """All that it says, with everything it extends merged into it; None unless --effective was given."""


def constitution_show(
    context: typer.Context,
    file: Annotated[
        str, typer.Argument(metavar="[FILE]", help="A constitution's file, or its name in constitutions/.")
    ] = "",
    *,
    effective: Annotated[
        bool,
        typer.Option("--effective", help="Write the one file that is left when all it extends is merged."),
    ] = False,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="With --effective: in the Markdown spelling, not in YAML.")
    ] = False,
    principle: Annotated[
        str, typer.Option("--principle", metavar="ID", help="One principle, with its text and its examples.")
    ] = "",
) -> int:
    """Show a constitution: its principles in the order that decides conflicts, and where each one is from.

    Everything a constitution extends is merged first. The hash that is shown is over all that is left, and is what
    another constitution pins when it extends this one.
    """
    session = session_of(context)
    screen = session.screen
    if markdown and not effective:
        raise UsageError("--markdown says how the effective constitution is written", hint="add --effective")
    if effective and principle:
        raise UsageError("--effective writes the whole constitution", hint="leave out --principle")
    path = find_constitution(session.workspace, file)
    shown, whole = show_constitution(session.workspace, path)
    screen.document(
        "constitution-show/v1",
        ConstitutionShowDocument(constitution=shown, effective=whole if effective else None),
    )
    if screen.as_json:
        return 0
    if effective:
        screen.text(write_effective(session.workspace, path, "markdown" if markdown else "yaml"))
    elif principle:
        name = whole.current_id(principle)
        if name not in whole.by_id:
            raise UnknownNameError("principle", principle, whole.by_id, within=f"constitution {whole.id}")
        show_principle_lines(shown, whole.by_id[name], screen)
    else:
        show_constitution_lines(shown, screen)
    return 0
