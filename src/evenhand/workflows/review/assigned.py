"""An assignment with its item and its draw, and the questions the desk asks before it moves one on."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from evenhand.errors import ReviewConflictError, UnknownNameError, UsageError
from evenhand.records.rating import Order
from evenhand.records.review import (
    Assignment,
    AssignmentState,
    Committed,
    Draft,
    OpenItem,
    PastDecision,
    Person,
    ReviewDraw,
    ReviewItem,
    ShownCase,
    ShownPrinciple,
    Spent,
    Visit,
)
from evenhand.review.answers import in_frame
from evenhand.store.review.change import Change
from evenhand.store.review.reading import Reading, Tally

_LONGEST_VISIT_NAME: Final = 40
_CLOCK_SLACK_MS: Final = 5_000
"""The clocks of a browser and a server differ by a little."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned:
    """An assignment with what belongs to it."""

    assignment: Assignment
    item: ReviewItem
    draw: ReviewDraw

    @property
    def id(self) -> str:
        """Name of the assignment."""
        return self.assignment.id

    @property
    def person(self) -> str:
        """Whose it is."""
        return self.assignment.person


def find_assigned(reading: Reading, person: str, name: str) -> Assigned:
    """Return an assignment of a person.

    Raises:
        UnknownNameError: There is none, or it is somebody else's; the two are not told apart.
    """
    assignment = reading.assignment(name)
    if assignment.person != person:
        raise UnknownNameError("assignment", name, ())
    item = reading.item(assignment.item)
    return Assigned(assignment=assignment, item=item, draw=reading.design(item.design))


def active_person(reading: Reading, name: str) -> Person:
    """Return a person who may review.

    Raises:
        UnknownNameError: Nobody has that name.
        UsageError: They may not review any more.
    """
    person = reading.person(name)
    if not person.active:
        raise UsageError(f"{name} may not review any more", hint="a lead can admit them again")
    return person


def put_back(change: Change, found: Assigned) -> None:
    """Close an item without a decision; the person meets it again first, where its place is still free."""
    assignment = replace(found.assignment, state=AssignmentState.RETURNED, turn=found.assignment.turn + 1)
    change.put_assignment(assignment, found.item.design)
    tally = change.tally(found.person, found.item.design) or Tally(cursor=0)
    change.put_tally(found.person, found.item.design, replace(tally, cursor=found.item.position - 1))
    change.append(found.person, "put_back", found.id)


def require_open(found: Assigned, turn: int | None = None) -> None:
    """Make sure that an item is open, and that a form is of its newest opening.

    Raises:
        ReviewConflictError: It is not.
    """
    assignment = found.assignment
    if assignment.state is not AssignmentState.OPEN:
        raise ReviewConflictError(
            f"this item is not open before you any more: it was {assignment.state}",
            hint="go on with the next one, or undo your last decision",
        )
    if turn is not None and turn != assignment.turn:
        raise ReviewConflictError(
            "this form is older than what is stored: the item was changed in another window",
            hint="load the page again; what is stored stays",
        )


def require_undoable(reading: Reading, found: Assigned) -> None:
    """Make sure that a decision can still be taken back.

    Raises:
        UsageError: It can not.
    """
    if found.assignment.revealed:
        raise UsageError(
            "you have seen the judges on this item since, so the first label stays",
            hint="change your mind on its page instead; both labels are kept",
        )
    if reading.adjudication_of(found.item.id) is not None:
        raise UsageError("this item is settled already, so its labels stay")


def require_reveal(reading: Reading, found: Assigned) -> None:
    """Make sure that a person may look at the judges on an item they labelled.

    Raises:
        UsageError: The draw does not allow it, or another item is open before them.
    """
    if not found.draw.reveal:
        raise UsageError("the judges stay hidden in this review")
    if reading.open_assignment(found.person) is not None:
        raise UsageError(
            "another item is open before you, and while one is open no judge is shown",
            hint="label it or put it back first",
        )


def is_sent_again(reading: Reading, found: Assigned, turn: int, draft: Draft) -> bool:
    """Tell whether a form was sent before, word for word, and its label is on disk."""
    assignment = found.assignment
    committed = assignment.state is AssignmentState.COMMITTED and turn == assignment.turn - 1
    return committed and reading.draft(assignment.id) == draft


def show(reading: Reading, found: Assigned) -> OpenItem:
    """Return everything a person is shown of an item."""
    assignment, item = found.assignment, found.item
    tally = reading.tally(assignment.person, item.design) or Tally(cursor=0)
    return OpenItem(
        assignment=assignment.id,
        turn=assignment.turn,
        suite=found.draw.suite,
        case=_ordered(reading.content(item.content), assignment.order),
        principle=reading.principle(item.design, item.principle_id),
        draft=reading.draft(assignment.id),
        spent=reading.spent(assignment.id),
        done=tally.committed,
        left=reading.left(assignment.person, item.design),
        session_done=tally.session_done,
        session_active_ms=tally.session_active_ms,
        can_undo=bool(reading.decisions(assignment.person, item.design, 1)),
    )


def past(reading: Reading, assignment: Assignment) -> PastDecision:
    """Return a decision as the person who made it sees it."""
    item = reading.item(assignment.item)
    label = reading.label_of(assignment.id)
    scale = reading.principle(item.design, item.principle_id).scale
    return PastDecision(
        assignment=assignment.id,
        state=assignment.state,
        label="" if label is None else in_frame(label.label, assignment.order, scale),
        case_id=item.case_id,
        principle_id=item.principle_id,
        revealed=assignment.revealed,
    )


def committed(found: Assigned, draft: Draft) -> Committed:
    """Say that a label is on disk."""
    return Committed(assignment=found.id, label=draft.label, may_reveal=found.draw.reveal)


def in_case_frame(draft: Draft, order: Order, principle: ShownPrinciple) -> Draft:
    """Return a draft with the labels of a pair in the frame of the case."""
    defensible = draft.defensible
    if defensible is not None:
        defensible = tuple(in_frame(label, order, principle.scale) for label in defensible)
    return replace(draft, label=in_frame(draft.label, order, principle.scale), defensible=defensible)


def bounded(assignment: Assignment, visit: Visit, now: float) -> Visit:
    """Return a visit that is no longer than its assignment has been there."""
    opened = datetime.fromisoformat(assignment.opened).timestamp()
    most = max(0, int((now - opened) * 1000) + _CLOCK_SLACK_MS)
    active = min(max(0, visit.spent.active_ms), most)
    idle = min(max(0, visit.spent.idle_ms), most - active)
    return Visit(id=visit.id[:_LONGEST_VISIT_NAME], spent=Spent(active_ms=active, idle_ms=idle))


def clean(text: str) -> str:
    """Return a typed text without half characters, which no file can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


def new_id(kind: str) -> str:
    """Return a random name that says nothing."""
    return f"{kind}-{secrets.token_hex(8)}"


def now_text(clock: Callable[[], float]) -> str:
    """Return the time as records hold it."""
    return datetime.fromtimestamp(clock(), UTC).isoformat(timespec="milliseconds")


def _ordered(case: ShownCase, order: Order) -> ShownCase:
    if order is Order.GIVEN or len(case.outputs) < 2:
        return case
    return replace(case, outputs=tuple(reversed(case.outputs)))
