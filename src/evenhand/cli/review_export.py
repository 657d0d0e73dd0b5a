"""`evenhand review export`: items for people who label elsewhere, or the labels that were given."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from evenhand.cli.output import Mark, Screen, Style, plural
from evenhand.cli.review_options import DesignName
from evenhand.cli.session import session_of
from evenhand.errors import UnknownNameError, UsageError
from evenhand.review.exchange.formats import FACTS, LOST
from evenhand.review.exchange.records import Format
from evenhand.workflows.review.export_labels import ExportedReview, Wanted
from evenhand.workflows.review.export_labels import export_labels as write_labels
from evenhand.workflows.review.export_labels import export_tasks as write_tasks
from evenhand.workflows.review.judged import judged_items

_FORMATS = ", ".join(Format)


def review_export(
    context: typer.Context,
    *,
    format_: Annotated[
        str, typer.Option("--format", metavar="FORMAT", help=f"One of {_FORMATS}.", show_default=False)
    ],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="File to write.", show_default=False)],
    tasks: Annotated[bool, typer.Option("--tasks", help="Write the items that still want labels.")] = False,
    labels: Annotated[bool, typer.Option("--labels", help="Write the labels that were given.")] = False,
    design: DesignName = None,
    principle: Annotated[
        str, typer.Option("--principle", metavar="ID", help="Only items of this principle.")
    ] = "",
    with_judges: Annotated[
        bool,
        typer.Option(
            "--with-judges",
            help="Show the judges' answers to people too. No label that comes back is blind then.",
        ),
    ] = False,
    users: Annotated[
        list[str] | None,
        typer.Option(
            "--as",
            metavar="THEIRS=OURS",
            help="With --labels: name of a person in the tool; may be repeated.",
        ),
    ] = None,
) -> int:
    """Write review items to be labelled in another tool, blind, or every label with all that estimates need.

    Items carry the text, the principle and the answers there are, and nothing that says what judges or other people
    answered, how an item was drawn, or who wrote it.
    """
    session = session_of(context)
    if tasks == labels:
        raise UsageError(
            "say what to export", hint="--tasks for items to be labelled, or --labels for labels"
        )
    if labels and with_judges:
        raise UsageError("--with-judges goes with --tasks: labels are exported without the judges")
    if tasks and users:
        raise UsageError("--as goes with --labels: items to be labelled name nobody")
    wanted = Wanted(
        format=read_format(format_),
        design=design,
        principle=principle,
        users={ours: theirs for theirs, ours in read_pairs(users or ()).items()},
    )
    if tasks:
        judged = judged_items(session.workspace) if with_judges else None
        done = write_tasks(session.workspace, out, wanted, judged=judged)
    else:
        done = write_labels(session.workspace, out, wanted)
    session.screen.document("review-export/v1", done)
    _show(done, session.screen)
    return 0


def read_format(name: str) -> Format:
    """Return the format of a name.

    Raises:
        UnknownNameError: There is none.
    """
    if name not in set(Format):
        raise UnknownNameError("format", name, list(Format))
    return Format(name)


def read_pairs(texts: list[str] | tuple[()]) -> Mapping[str, str]:
    """Return pairs that were typed as THEIRS=OURS.

    Raises:
        UsageError: One is no pair.
    """
    pairs = {}
    for text in texts:
        theirs, mark, ours = text.rpartition("=")
        if not (theirs and mark and ours):
            raise UsageError(f"{text!r} does not say who is who", hint="write it as --as THEIRS=OURS")
        pairs[theirs] = ours
    return pairs


def _show(done: ExportedReview, screen: Screen) -> None:
    what = plural(done.labels, "label") + f" on {plural(done.items, 'item')}"
    if not done.labels:
        what = f"{plural(done.items, 'item')} that still {'want' if done.items != 1 else 'wants'} labels"
    screen.result(what, " of ", Mark(done.design, Style.STRONG), f" for {FACTS[done.format].title}:")
    for path in done.files:
        screen.result("  ", path)
    for why, count in done.left_out.items():
        screen.say(f"left out: {count:,} ({why})")
    if done.labels and LOST[done.format]:
        screen.detail("not in it: ", ", ".join(LOST[done.format]))
    if not done.blind:
        screen.say(
            Mark("note ", Style.WARNING),
            "the judges' answers are in it, so no label that comes back is blind",
        )
    screen.say(f"checkpoint {done.checkpoint}: keep it with the file, for `evenhand review status --since`")
