"""`evenhand review import`: labels that people gave in another tool."""

from pathlib import Path
from typing import Annotated

import typer

from evenhand.cli.output import Mark, Screen, Style, plural
from evenhand.cli.review_export import read_format, read_pairs
from evenhand.cli.session import session_of
from evenhand.errors import UsageError
from evenhand.review.exchange.formats import FACTS
from evenhand.review.exchange.records import Format
from evenhand.workflows.review.import_labels import ImportedReview
from evenhand.workflows.review.import_labels import import_labels as add_labels
from evenhand.workflows.review.read_exchange import Names

_FORMATS = ", ".join(format_ for format_ in Format if FACTS[format_].comes_back)


def review_import(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What the tool exported.", show_default=False)],
    *,
    format_: Annotated[
        str, typer.Option("--format", metavar="FORMAT", help=f"One of {_FORMATS}.", show_default=False)
    ],
    people: Annotated[
        list[str] | None,
        typer.Option(
            "--as",
            metavar="NAME",
            help="Who labelled: a name, or THEIRS=OURS for each person of the file; may be repeated.",
        ),
    ] = None,
    others_hidden: Annotated[
        bool,
        typer.Option(
            "--others-hidden",
            help="Label Studio hid everybody's annotations from the others; else later ones are not blind.",
        ),
    ] = False,
    keep_stored: Annotated[
        bool,
        typer.Option(
            "--keep-stored", help="Pass over answers that differ from a stored one of the same person."
        ),
    ] = False,
) -> int:
    """Add labels from another tool to the review: all of a file, or nothing where something in it is wrong.

    Labels are joined by the id of the review item, checked against the scale, the wording of the principle and the
    text they quote, and added once however often a file is imported.
    """
    session = session_of(context)
    done = add_labels(
        session.workspace,
        file,
        read_format(format_),
        _names(people or []),
        others_hidden=others_hidden,
        keep_stored=keep_stored,
    )
    session.screen.document("review-import/v1", done)
    _show(done, session.screen)
    return 0


def _names(texts: list[str]) -> Names:
    everyone = [text for text in texts if "=" not in text]
    if len(everyone) > 1:
        raise UsageError(
            f"--as names {' and '.join(everyone)}, and only one can be everybody",
            hint="write --as THEIRS=OURS for each",
        )
    pairs = read_pairs([text for text in texts if "=" in text])
    return Names(everyone=everyone[0] if everyone else "", people=pairs)


def _show(done: ImportedReview, screen: Screen) -> None:
    screen.result(Mark(plural(done.labels, "new label"), Style.STRONG), f" from {done.file}")
    for name, count in sorted(done.people.items()):
        screen.result(f"  {count:,} by ", name)
    if done.decisions:
        screen.result(plural(done.decisions, "new adjudication"))
    notes = {
        "there already": done.known,
        "different from what is stored, which was kept": done.kept,
        **done.left_out,
    }
    for why, count in notes.items():
        if count:
            screen.say(f"passed over: {count:,} ({why})")
    if done.not_blind:
        screen.say(
            Mark("note ", Style.WARNING),
            f"{plural(done.not_blind, 'label')} not blind: the judges or other people's answers were in sight",
        )
