"""Queue for people what nobody vouches for, by the design that every review has."""

from pathlib import Path
from typing import Final

from evenhand.catalog.settings import find_workspace
from evenhand.feedback.card import ExportFacts
from evenhand.feedback.left_out import LeftOut
from evenhand.workflows.review.open_review import open_review
from evenhand.workflows.review.sample import sample_run
from evenhand.workflows.review.sample_design import draws_from
from evenhand.workflows.review.sample_wishes import SampledRun, SampleWishes

_FOR_PEOPLE: Final = (
    LeftOut.NOT_TRUSTED,
    LeftOut.UNDECIDED,
    LeftOut.INCONSISTENT,
    LeftOut.ABSTAINED,
    LeftOut.UNMEASURED,
)
"""Reasons that a person can mend."""


def queue_for_people(start: Path, facts: ExportFacts, items: float) -> SampledRun | None:
    """Draw items of an exported run for a review; None where every label of it is vouched for.

    Every item of the run may be drawn, and half of the draw goes where the panel is unsure: labels of the unsure items
    alone could say nothing of the threshold above which the panel decides. A design the run has is topped up.

    Args:
        start: Folder from which the workspace is looked for.
        facts: The export.
        items: How many, in expectation.

    Raises:
        UsageError: The number is none, or the text of a drawn item is not there.
        NothingSelectedError: The draw came out empty.
    """
    open_ones = sum(facts.left_out.get(reason, 0) for reason in _FOR_PEOPLE)
    if not open_ones and facts.trusted == facts.total:
        return None
    run = facts.provenance.run
    wishes = SampleWishes(items=items, top_up=_has_design(start, run))
    return sample_run(start, run, wishes)


def _has_design(start: Path, run: str) -> bool:
    if not find_workspace(start).review_path.exists():
        return False
    with open_review(start).read() as reading:
        return bool(draws_from(reading, run))


__all__ = ["queue_for_people"]
