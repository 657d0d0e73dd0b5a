"""Write what came of inferring principles: a report, and proposals for people, all from one record."""

from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from evenhand.catalog.settings import find_workspace
from evenhand.constitution.amendments import inferred_proposals
from evenhand.constitution.inverse.results import Inference
from evenhand.reporting.constitution.inference import render_html, render_json, render_markdown
from evenhand.workflows.amend_constitution import WrittenAmendments, add_to_amendments
from evenhand.workflows.read_run import read_run
from evenhand.workflows.report_files import write_report
from evenhand.workflows.report_run import FORMATS

_RENDERERS: Mapping[str, Callable[[Inference, str], str]] = {
    "html": lambda inference, stem: render_html(inference, stem=stem),
    "md": lambda inference, _stem: render_markdown(inference),
    "json": lambda inference, _stem: render_json(inference),
}


def write_inference(
    start: Path, inference: Inference, *, folder: Path | None = None, formats: Collection[str] = FORMATS
) -> tuple[Path, ...]:
    """Write the report and return its files.

    Args:
        start: Folder from which the workspace is looked for.
        inference: What came of it.
        folder: Where to write; by default the workspace's reports.
        formats: Which of `FORMATS` to write.

    Raises:
        UsageError: The folder can not be written.
    """
    target = folder or find_workspace(start).reports_path
    return write_report(target, f"{inference.run}-inferred", _RENDERERS, inference, formats)


def propose_amendments(start: Path, inference: Inference, out: Path) -> WrittenAmendments:
    """Add what is put before people to a file of proposed amendments; what people decided in it stays.

    Args:
        start: Folder from which the workspace is looked for.
        inference: What came of it.
        out: YAML, to which proposals are added, or Markdown (.md), which is written anew.

    Raises:
        FileError: What stands at `out` has findings.
        UsageError: Something else stands at `out`, or it can not be written.
    """
    constitution = read_run(start, inference.run).manifest.constitution
    return add_to_amendments(out, constitution, inferred_proposals(inference))
