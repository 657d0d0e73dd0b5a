"""`evenhand review status`: how a review stands."""

from dataclasses import dataclass
from typing import Annotated

import typer

from evenhand.cli.review_lines import show_quality, show_status
from evenhand.cli.review_options import DesignName
from evenhand.cli.session import session_of
from evenhand.workflows.review.status import ReviewQuality, ReviewStatus, open_status
from evenhand.workflows.review.verify import read_checkpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewStatusDocument:
    """How a review stands."""

    status: ReviewStatus
    quality: ReviewQuality | None
    """What may be asked about how people label; None unless --people was given."""


def review_status(
    context: typer.Context,
    *,
    design: DesignName = None,
    since: Annotated[
        str | None,
        typer.Option(
            "--since",
            metavar="N:HASH",
            help="A checkpoint kept elsewhere: a record cut short since then shows.",
        ),
    ] = None,
    people: Annotated[
        bool, typer.Option("--people", help="Also say what may be asked about how people label.")
    ] = False,
) -> int:
    """Show how a review stands: progress, minutes, the estimate so far, and how many labels are still worth it.

    The record of everything people did is verified each time. Exits with 3 where it was changed.
    """
    session = session_of(context)
    reader = open_status(session.workspace)
    found = reader.status(design, None if since is None else read_checkpoint(since))
    quality = reader.quality(design) if people else None
    session.screen.document("review-status/v1", ReviewStatusDocument(status=found, quality=quality))
    show_status(found, session.screen)
    if quality is not None:
        show_quality(quality, session.screen)
    return 3 if found.record.problems else 0
