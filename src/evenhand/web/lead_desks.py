"""What the pages of adjudicators and leads work through, beside the desk of reviewers."""

from dataclasses import dataclass
from pathlib import Path

from evenhand.errors import MeasureError
from evenhand.workflows.review.adjudicate import AdjudicationDesk
from evenhand.workflows.review.desk import ReviewDesk
from evenhand.workflows.review.status import StatusReader
from evenhand.workflows.review.status_estimate import JudgedRun, read_judged_run


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadDesks:
    """Adjudication and status."""

    adjudication: AdjudicationDesk
    status: StatusReader


def open_lead_desks(desk: ReviewDesk, start: Path | None = None) -> LeadDesks:
    """Open them over the ledger of a desk.

    Args:
        desk: The desk of reviewers.
        start: Folder from which the workspace is looked for, for the verdicts of runs; without it none is read.
    """

    def judged_run(name: str) -> JudgedRun:
        if start is None:
            raise MeasureError("the pages are served without a workspace")
        return read_judged_run(start, name)

    return LeadDesks(
        adjudication=AdjudicationDesk(desk.ledger, desk.judged),
        status=StatusReader(desk.ledger, desk.judged, judged_run),
    )
