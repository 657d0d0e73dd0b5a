"""`evenhand report`: a run on paper."""

from dataclasses import dataclass
from typing import Annotated

import typer

from evenhand.cli.common_options import EVERY_FORMAT, ReportFolder, ReportFormats
from evenhand.cli.output import Mark, Style, plural
from evenhand.cli.session import session_of
from evenhand.errors import UnknownNameError
from evenhand.workflows.report_run import FORMATS, report_run


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDocument:
    """A report on disk."""

    run: str
    files: tuple[str, ...]
    """Files written, the report itself first, then its item pages."""
    warnings: tuple[str, ...]
    """What a reader must know before any number."""


def report(
    context: typer.Context,
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="The run, as `evenhand runs` shows it.")
    ] = "latest",
    *,
    out: ReportFolder = None,
    formats: ReportFormats = EVERY_FORMAT,
) -> int:
    """Write the report of a run: self-contained HTML, Markdown and JSON with the same numbers."""
    session = session_of(context)
    written = report_run(session.workspace, run, folder=out, formats=read_formats(formats))
    screen = session.screen
    warnings = written.summary.warnings
    files = tuple(str(path) for path in written.paths)
    screen.document(
        "report/v1", ReportDocument(run=written.summary.stamp.run, files=files, warnings=warnings)
    )
    for path in written.reports:
        screen.result(str(path))
    if pages := len(written.pages):
        screen.say(f"and {plural(pages, 'item page')} beside the HTML report")
    for warning in warnings:
        screen.say(Mark("note:  ", Style.WARNING), warning)
    return 0


def read_formats(text: str) -> tuple[str, ...]:
    """Return the formats of a list with commas between them; all of them where it is empty.

    Raises:
        UnknownNameError: There is no such format.
    """
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    for name in names:
        if name not in FORMATS:
            raise UnknownNameError("format", name, FORMATS)
    return names or FORMATS
