"""`evenhand import tidy`: cases, recorded verdicts and human labels out of tables."""

from pathlib import Path
from typing import Annotated

import typer

from evenhand.cli.output import Mark, Screen, Style
from evenhand.cli.session import session_of
from evenhand.records.tidy import ImportedSet, Quirk
from evenhand.workflows.import_tidy import NO_MAPPING
from evenhand.workflows.import_tidy import import_tidy as import_folder
from evenhand.workflows.read_mapping import read_mapping
from evenhand.workflows.workspace_root import workspace_root

_JUDGES_NAMED = 8


def import_tidy(
    context: typer.Context,
    source: Annotated[
        Path,
        typer.Argument(
            metavar="DIR", help="A folder with items.jsonl.gz and its tables, or one that holds such folders."
        ),
    ],
    *,
    name: Annotated[
        str, typer.Option("--name", metavar="NAME", help="Name of the suite; by default the folder's.")
    ] = "",
    constitution: Annotated[
        str,
        typer.Option(
            "--constitution",
            metavar="FILE",
            help="Constitution to judge by, as a path from the workspace; by default one is written.",
        ),
    ] = "",
    mapping: Annotated[
        Path | None,
        typer.Option("--mapping", metavar="FILE", help="What the folder's words mean in the constitution."),
    ] = None,
    judge: Annotated[
        list[str] | None,
        typer.Option("--judge", metavar="NAME", help="Import this judge only; may be repeated."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write files that exist again.")] = False,
) -> int:
    """Import recorded verdicts of judges and labels of people as suites with recorded judges."""
    session = session_of(context)
    report = import_folder(
        source,
        workspace_root(session.workspace),
        name=name,
        constitution=constitution,
        mapping=read_mapping(mapping) if mapping else NO_MAPPING,
        judges=judge or (),
        force=force,
    )
    session.screen.document("import-tidy/v1", report)
    for each in report.sets:
        _show_set(each, session.screen)
    if runnable := next((each.name for each in report.sets if each.judges), None):
        session.screen.say("next:  ", Mark(f"evenhand run {runnable}", Style.NAME))
    return 0


def _show_set(each: ImportedSet, screen: Screen) -> None:
    screen.result(Mark(each.name, Style.STRONG), f" from {each.source} ({each.mode})")
    for title, text in _counts(each):
        screen.result(f"  {title:<10}", text)
    for quirk in each.quirks:
        _show_quirk(quirk, screen)
    for path in each.files:
        screen.detail("  wrote      ", path)


def _counts(each: ImportedSet) -> list[tuple[str, str]]:
    people = f", {each.people:,} people" if each.people else ""
    settled = f", settled by {', '.join(each.resolved)}" if each.resolved else ""
    return [
        ("items", f"{each.items:,}"),
        ("verdicts", _verdicts(each)),
        ("labels", f"{each.human_rows:,} rows = {each.label_lines:,} written{people}{settled}"),
        ("replies", f"{each.reply_lines:,} written"),
        ("judges", _judges(each)),
    ]


def _verdicts(each: ImportedSet) -> str:
    parts = {
        "recorded": each.rating_lines,
        "repeated": each.duplicate_rows,
        "for unknown items": each.unknown_verdicts,
        "of judges left out": each.left_out_verdicts,
    }
    shown = " + ".join(f"{count:,} {what}" for what, count in parts.items() if count or what == "recorded")
    empty = f"; {each.empty_verdicts:,} without a label become failed ratings" if each.empty_verdicts else ""
    return f"{each.verdict_rows:,} rows = {shown}{empty}"


def _judges(each: ImportedSet) -> str:
    names = list(each.judges)
    more = f" and {len(names) - _JUDGES_NAMED} more" if len(names) > _JUDGES_NAMED else ""
    return f"{len(names)}: {', '.join(names[:_JUDGES_NAMED])}{more}" if names else "none"


def _show_quirk(quirk: Quirk, screen: Screen) -> None:
    examples = f" ({'; '.join(quirk.examples[:3])})" if quirk.examples else ""
    screen.result(
        "  ", Mark("note ", Style.WARNING), f"{quirk.kind}, {quirk.count:,}: {quirk.message}{examples}"
    )
