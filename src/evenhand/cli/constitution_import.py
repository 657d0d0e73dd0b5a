"""`evenhand constitution import`: a constitution from the format of another tool."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from evenhand.catalog.interchange.draft import Guess
from evenhand.catalog.interchange.formats import FORMATS
from evenhand.cli.output import Mark, Screen, Style, plural
from evenhand.cli.session import session_of
from evenhand.workflows.import_constitution import ImportedConstitution
from evenhand.workflows.import_constitution import import_constitution as bring_in

_SHOWN = 5
"""Guesses of one reason that are shown without --verbose."""


def constitution_import(
    context: typer.Context,
    format_name: Annotated[
        str,
        typer.Argument(
            metavar="FORMAT", help="; ".join(f"{name}: {each.what}" for name, each in FORMATS.items())
        ),
    ],
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="The file to read. Nothing it names is opened.")
    ],
    *,
    out: Annotated[
        Path,
        typer.Option("--out", metavar="FILE", help="The file to write: Markdown (.md) or YAML (.yaml)."),
    ],
    force: Annotated[bool, typer.Option("--force", help="Write a file that exists again.")] = False,
) -> int:
    """Bring a constitution from the format of another tool, as a draft.

    Everything the file did not say in so many words is told as a guess, with its line and the reason: read them before
    you judge by it.
    """
    session = session_of(context)
    done = bring_in(format_name, file, out, force=force)
    session.screen.document("constitution-import/v1", done)
    _show(done, session.screen)
    return 0


def _show(done: ImportedConstitution, screen: Screen) -> None:
    parts = [plural(done.principles, "principle")]
    parts += [plural(done.examples, "example")] * bool(done.examples)
    parts += [plural(done.scales, "scale")] * bool(done.scales)
    screen.result(", ".join(parts), f" from {done.source} in ", Mark(done.file, Style.STRONG))
    for what, count in done.found.items():
        screen.result(f"  {count:,} {what}")
    show_guesses(done.guesses, screen)
    screen.say("next:  ", Mark(f"evenhand lint {done.file}", Style.NAME))


def show_guesses(guesses: Sequence[Guess], screen: Screen) -> None:
    """Tell people what was guessed: reasons in the order of the file, below each what was taken and where."""
    screen.say(
        Mark("guessed", Style.WARNING), f" ({len(guesses):,}); read this before you judge by the file:"
    )
    reasons: dict[str, dict[str, list[int]]] = {}
    for guess in guesses:
        reasons.setdefault(guess.why, {}).setdefault(guess.what, []).append(guess.line)
    for why, taken in reasons.items():
        screen.say(f"  {why}:")
        for at, (what, lines) in enumerate(taken.items()):
            write = screen.say if at < _SHOWN else screen.detail
            write("    ", what, Mark(_places(lines), Style.FAINT))
        if len(taken) > _SHOWN:
            screen.say(f"    {len(taken):,} of this kind; --verbose shows them all")


def _places(lines: Sequence[int]) -> str:
    """Return where something was guessed, in brackets; nothing for the file as a whole."""
    known = list(dict.fromkeys(line for line in lines if line))
    if not known:
        return ""
    shown = ", ".join(str(line) for line in known[:_SHOWN]) + ", …" * (len(known) > _SHOWN)
    times = f"{len(lines)} times, " if len(lines) > 1 else ""
    return f"  ({times}line{'s' if len(known) > 1 else ''} {shown})"
