"""Write the report of a revision run: HTML, Markdown and JSON, all from one record."""

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Final

from evenhand.catalog.settings import Workspace
from evenhand.feedback.revision_report import RevisionReport
from evenhand.reporting.feedback.revisions import render_html, render_json, render_markdown
from evenhand.workflows.report_files import write_report
from evenhand.workflows.report_run import FORMATS

_RENDERERS: Final[Mapping[str, Callable[[RevisionReport, str], str]]] = {
    "html": lambda report, stem: render_html(report, stem=stem),
    "md": lambda report, _stem: render_markdown(report),
    "json": lambda report, _stem: render_json(report),
}


def write_revisions(
    workspace: Workspace,
    report: RevisionReport,
    *,
    folder: Path | None = None,
    formats: Collection[str] = FORMATS,
) -> tuple[Path, ...]:
    """Write the report of a revision run, and return its files.

    Args:
        workspace: The workspace.
        report: What it says.
        folder: Where to write; by default the reports folder of the workspace.
        formats: Which of `FORMATS` to write.

    Raises:
        UsageError: The folder can not be written.
    """
    target = folder or workspace.reports_path
    stem = f"{report.stamp.feedback}-{report.stamp.run}-revised"
    return write_report(target, stem, _RENDERERS, report, formats)
