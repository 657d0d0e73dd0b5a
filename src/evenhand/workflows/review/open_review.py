"""Open the review of a workspace."""

from pathlib import Path

from evenhand.catalog.settings import find_workspace
from evenhand.store.review.ledger import ReviewLedger, open_review_ledger
from evenhand.workflows.review.desk import ReviewDesk
from evenhand.workflows.review.judged import judged_items


def open_review(start: Path, *, create: bool = False) -> ReviewLedger:
    """Open the review ledger of the workspace around `start`.

    Raises:
        LedgerError: There is none and `create` is False, or it can not be used.
    """
    return open_review_ledger(find_workspace(start).review_path, create=create)


def open_desk(start: Path, *, via: str) -> ReviewDesk:
    """Open the desk of the workspace around `start`.

    Args:
        start: Folder from which the workspace is looked for.
        via: Where labels are given: "web" or "terminal".

    Raises:
        LedgerError: Nothing was drawn yet, or the review ledger can not be used.
    """
    return ReviewDesk(open_review(start), judged_items(start), via=via)
