"""`evenhand constitution export`: a constitution in a format that others read."""

from pathlib import Path
from typing import Annotated

import typer

from evenhand.catalog.interchange.formats_out import FORMATS_OUT
from evenhand.cli.output import Mark, Style, plural
from evenhand.cli.session import session_of
from evenhand.workflows.export_constitution import export_constitution


def constitution_export(
    context: typer.Context,
    format_name: Annotated[
        str,
        typer.Argument(
            metavar="FORMAT", help="; ".join(f"{name}: {each.what}" for name, each in FORMATS_OUT.items())
        ),
    ],
    constitution: Annotated[
        str, typer.Argument(metavar="CONSTITUTION", help="A file, or its name in constitutions/.")
    ],
    *,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="FILE", help="File to write; without it, stdout, with hidden characters drawn."
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write a file that exists again.")] = False,
) -> int:
    """Write a constitution in a format that others read, and say what the format has no place for."""
    session = session_of(context)
    screen = session.screen
    done = export_constitution(format_name, constitution, start=session.workspace, out=out, force=force)
    screen.document("constitution-export/v1", done)
    if done.file:
        screen.result(
            plural(done.principles, "principle"), f" from {done.source} in ", Mark(done.file, Style.STRONG)
        )
    else:
        for line in done.text.removesuffix("\n").split("\n"):
            screen.result(line)
    for each in done.left_out:
        screen.say(Mark("left out ", Style.WARNING), f"{each.what} ({each.count:,})")
    return 0
