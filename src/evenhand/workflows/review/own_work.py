"""What a person may look at of their own work. Nothing here opens an item, keeps its place or changes anything."""

from evenhand.errors import ReviewConflictError
from evenhand.records.review import AssignmentState, Committed, OpenItem
from evenhand.store.review.ledger import ReviewLedger
from evenhand.workflows.review.assigned import committed, find_assigned, show


def own_item(ledger: ReviewLedger, person: str, assignment: str) -> OpenItem:
    """Return an item of a person as it is shown to them, whatever became of it.

    Raises:
        UnknownNameError: This person has no such assignment.
    """
    with ledger.read() as reading:
        return show(reading, find_assigned(reading, person, assignment))


def open_before(ledger: ReviewLedger, person: str) -> tuple[str, ...]:
    """Return the assignments that are open before a person: of each design one at most."""
    with ledger.read() as reading:
        return tuple(each.id for each in reading.open_assignments(person))


def require_nothing_open(ledger: ReviewLedger, person: str) -> None:
    """Make sure that a person has no item open, before they are shown what others said.

    Raises:
        ReviewConflictError: They have one.
    """
    if open_before(ledger, person):
        raise ReviewConflictError(
            "an item is open before you, and while one is open nothing is shown that others or the judges said",
            hint="label it first, or put it back: that stands under Skip",
        )


def was_revealed(ledger: ReviewLedger, person: str, assignment: str) -> bool:
    """Tell whether a person has seen the judges on an item of theirs.

    Raises:
        UnknownNameError: This person has no such assignment.
    """
    with ledger.read() as reading:
        return find_assigned(reading, person, assignment).assignment.revealed


def last_label(ledger: ReviewLedger, person: str, design: str | None = None) -> Committed | None:
    """Return what a person labelled just before; None where they skipped it, or saw the judges on it already."""
    with ledger.read() as reading:
        last = reading.decisions(person, reading.design(design).design, 1)
        if not last or last[0].state is not AssignmentState.COMMITTED or last[0].revealed:
            return None
        return committed(find_assigned(reading, person, last[0].id), reading.draft(last[0].id))


def content_tags(ledger: ReviewLedger, design: str | None = None) -> tuple[str, ...]:
    """Return the content tags of a design, so that people can opt out of them."""
    with ledger.read() as reading:
        return reading.content_tags(reading.design(design).design)
