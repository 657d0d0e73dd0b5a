"""An assignment with its item and its draw, and the questions the desk asks before it moves one on."""

import math
import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime

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
)
from evenhand.review.answers import in_frame
from evenhand.store.review.queue import Tally
from evenhand.store.review.reading import Reading


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
    """Return an assignment of a person who may review.

    Raises:
        UnknownNameError: There is none, or it is somebody else's; the two are not told apart.
        UsageError: The person may not review any more.
    """
    assignment = reading.assignment(name)
    if assignment.person != active_person(reading, person).name:
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
            "you have seen the judges on your last item since, so its first label stays",
            hint="change your mind on its page instead; both labels are kept",
        )
    if reading.adjudication_of(found.item.id) is not None:
        raise UsageError("your last item is settled already, so its labels stay")
    if reading.is_known_to(
        found.item.id, found.person
    ):  # also from another design, or from the item it repeats
        raise UsageError(
            "you have seen what others said on your last item since, or the judges, so your label stays"
        )


def require_reveal(reading: Reading, found: Assigned) -> None:
    """Make sure that a person may look at the judges on an item they labelled.

    Raises:
        UsageError: The draw does not allow it, or another item is open before them.
    """
    if not found.draw.reveal:
        raise UsageError("the judges stay hidden in this review")
    if reading.open_assignments(found.person):
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
        case=in_order(reading.content(item.content), assignment.order),
        principle=reading.principle(item.design, item.principle_id),
        draft=reading.draft(assignment.id),
        spent=reading.spent(assignment.id),
        done=tally.committed,
        left=_to_go(reading, found, tally.committed),
        session_done=tally.session_done,
        session_active_ms=tally.session_active_ms,
        can_undo=bool(reading.decisions(assignment.person, item.design, 1)),
    )


def _to_go(reading: Reading, found: Assigned, done: int) -> int:
    """Return about how many items are left for a person.

    Repeats and gold items count as they are expected, not as they come, and whatever is skipped is one less: a total
    that moved otherwise with one of them would tell which item it was.
    """
    person, draw = found.person, found.draw
    drawn = reading.left(person, draw.design) + reading.drawn_by(person, draw.design)
    expected = math.ceil(drawn * (1 + draw.repeats)) + reading.gold_items(draw.design)
    return max(1, expected - done - reading.skipped(person, draw.design))


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
    """Return a draft with its labels as they are stored: those of a pair in the frame of the case."""
    defensible = draft.defensible
    if defensible is not None:
        defensible = tuple(sorted(in_frame(label, order, principle.scale) for label in defensible))
    return replace(draft, label=in_frame(draft.label, order, principle.scale), defensible=defensible)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One reading of the clock, for everything that happens in one transaction."""

    now: float
    """In seconds since 1970."""
    lease_s: float
    """How long a place is kept for somebody who does nothing."""

    @property
    def expires(self) -> float:
        """Until when a place that is taken now is kept."""
        return self.now + self.lease_s

    @property
    def text(self) -> str:
        """The time as records hold it."""
        return datetime.fromtimestamp(self.now, UTC).isoformat(timespec="milliseconds")


def new_id(kind: str) -> str:
    """Return a random name that says nothing."""
    return f"{kind}-{secrets.token_hex(8)}"


def in_order(case: ShownCase, order: Order) -> ShownCase:
    """Return a case with the candidates of a pair in the order in which a person sees them."""
    if order is Order.GIVEN or len(case.outputs) < 2:
        return case
    return replace(case, outputs=tuple(reversed(case.outputs)))
