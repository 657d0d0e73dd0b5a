"""Write the report of a tuning, and the proposal of an accepted candidate."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from evenhand.catalog.settings import find_workspace
from evenhand.reporting.tuning.render import RENDERERS
from evenhand.tuning.accept import Outcome
from evenhand.workflows.report_files import write_report
from evenhand.workflows.tuning.proposal import write_proposal
from evenhand.workflows.tuning.tune import Tuned


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenTuning:
    """What was written of a tuning."""

    reports: tuple[Path, ...]
    proposal: tuple[Path, ...]
    """Files of the accepted candidate; none where nothing was accepted or it is a file of the workspace already."""


def write_tuning(
    start: Path, tuned: Tuned, formats: Collection[str], *, out: Path | None = None
) -> WrittenTuning:
    """Write the report into the reports folder, and the proposal beside it or into `out`.

    Args:
        start: Folder from which the workspace is looked for.
        tuned: The tuning.
        formats: Which of html, md and json to write.
        out: Folder of the proposal; by default one of its own beside the report.

    Raises:
        UsageError: A folder can not be written, or a file of the proposal is there already.
    """
    folder = find_workspace(start).reports_path
    stem = f"{tuned.result.suite}-{tuned.result.chosen.run}-tuning"
    hint = "see `reports` in evenhand.toml"
    reports = write_report(folder, stem, RENDERERS, tuned.result, formats, hint=hint)
    accepted = tuned.result.outcome is Outcome.ACCEPTED
    proposal = write_proposal(tuned, out or folder / f"{stem}-proposal") if accepted else ()
    return WrittenTuning(reports=reports, proposal=proposal)
