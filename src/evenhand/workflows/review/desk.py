"""The desk at which people review: one item at a time, blind, every step on disk when it returns.

Pages and the terminal work through this alone. What they are given of an item is an `OpenItem`, which has no place for
a rating, another person's label, a stratum or a producer.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from evenhand.errors import ReviewConflictError, UsageError
from evenhand.records.review import (
    AssignmentKind,
    AssignmentState,
    Committed,
    Draft,
    OpenItem,
    PastDecision,
    Revealed,
    ReviewItem,
    ReviewLabel,
    Visit,
)
from evenhand.review.answers import check_draft, in_frame, spelled_as_kept
from evenhand.store.review.change import Change
from evenhand.store.review.ledger import ReviewLedger
from evenhand.store.review.reading import Reading
from evenhand.store.review.rows import plain
from evenhand.workflows.review.assigned import (
    Assigned,
    Moment,
    active_person,
    committed,
    find_assigned,
    in_case_frame,
    is_sent_again,
    past,
    require_open,
    require_reveal,
    require_undoable,
    show,
)
from evenhand.workflows.review.judged import JudgedItem, shown_to
from evenhand.workflows.review.labelling import add_label, add_second_label, skip, take_back
from evenhand.workflows.review.opening import (
    keep_place,
    open_next,
    put_back,
    reopen,
    start_session,
    still_open,
)
from evenhand.workflows.review.typed import bounded, clean_draft, clean_names, clean_text

LEASE_SECONDS: Final = 30 * 60.0
"""How long a place is kept for somebody who does nothing; every draft that is saved renews it."""

Judged = Callable[[ReviewItem], JudgedItem]
"""Reads what the judges said on an item."""


class ReviewDesk:
    """What a person may do with the items of a review. Safe to be used from several threads."""

    def __init__(
        self,
        ledger: ReviewLedger,
        judged: Judged,
        *,
        via: str = "web",
        lease_s: float = LEASE_SECONDS,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Open the desk.

        Args:
            ledger: The review ledger.
            judged: Reads the judges' answers, only ever asked once the person's label is on disk.
            via: Where labels are given, as they are stamped.
            lease_s: How long a place is kept without a sign of life.
            clock: Tells the time in seconds since 1970.
        """
        self.ledger = ledger
        self._judged = judged
        self._via = via
        self._lease_s = lease_s
        self._clock = clock

    @property
    def judged(self) -> Judged:
        """What reads the judges' answers on an item; to be asked only where they may be shown."""
        return self._judged

    # -- Items -------------------------------------------------------------------------------------

    def next_item(self, person: str, design: str | None = None) -> OpenItem | None:
        """Return the item that is open before a person, or open the next one; None where nothing is left for them.

        Raises:
            UnknownNameError: There is no such person or design.
            UsageError: The person may not review any more.
        """
        at = self._moment()
        with self.ledger.change() as change:
            who, draw = active_person(change, person), change.design(design)
            start_session(change, who, draw, at)
            found = still_open(change, who, draw, at) or open_next(change, who, draw, at)
            return None if found is None else show(change, found)

    def item(self, person: str, assignment: str) -> OpenItem:
        """Return an item that is open before a person, and keep its place for longer.

        Raises:
            UnknownNameError: This person has no such assignment.
            ReviewConflictError: It is decided, or its time ran out and somebody else has its place.
        """
        with self.ledger.change() as change:
            found = find_assigned(change, person, assignment)
            require_open(found)
            held = keep_place(change, found, self._moment())
            if held is not None:
                return show(change, held)
        raise _lost_place()

    def save_draft(self, person: str, assignment: str, turn: int, draft: Draft, visit: Visit) -> None:
        """Keep what was entered so far, and the place.

        Raises:
            UnknownNameError: This person has no such assignment.
            UsageError: A text in it is too long.
            ReviewConflictError: The form is stale, or somebody else has the place; then the draft is kept all the same.
        """
        draft, at = clean_draft(draft), self._moment()
        with self.ledger.change() as change:
            found = find_assigned(change, person, assignment)
            require_open(found, turn)
            told = _put_draft(change, found, draft, visit, at)
            change.append(person, "draft", assignment, {"draft": plain(draft), "visit": plain(told)})
            held = keep_place(change, found, at)
        if held is None:
            raise _lost_place()

    def commit(self, person: str, assignment: str, turn: int, draft: Draft, visit: Visit) -> Committed:
        """Give a label. The same form sent twice gives one label.

        Raises:
            UnknownNameError: This person has no such assignment.
            UsageError: The label is no answer of the scale, or a quote is not in the text.
            ReviewConflictError: The form is stale, or somebody else has the place; then the draft is kept.
        """
        draft, at = clean_draft(draft), self._moment()
        with self.ledger.change() as change:
            found = find_assigned(change, person, assignment)
            principle = change.principle(found.item.design, found.item.principle_id)
            draft = spelled_as_kept(draft, principle)
            if is_sent_again(change, found, turn, draft):
                return committed(found, draft)
            require_open(found, turn)
            check_draft(draft, principle, change.content(found.item.content))
            told = _put_draft(change, found, draft, visit, at)
            held = keep_place(change, found, at)
            if held is not None:
                kept = in_case_frame(draft, held.assignment.order, principle)
                add_label(change, held, kept, at, via=self._via)
                return committed(held, draft)
            change.append(person, "draft", assignment, {"draft": plain(draft), "visit": plain(told)})
        raise _lost_place()

    def skip(self, person: str, assignment: str, turn: int, reason: str = "") -> None:
        """Leave an item to others.

        Raises:
            UnknownNameError: This person has no such assignment.
            ReviewConflictError: The form is stale.
        """
        reason = clean_text(reason, "reason")
        with self.ledger.change() as change:
            found = find_assigned(change, person, assignment)
            if found.assignment.state is AssignmentState.SKIPPED and turn == found.assignment.turn - 1:
                return  # sent again
            require_open(found, turn)
            skip(change, found, reason)

    def put_back(self, person: str, assignment: str) -> None:
        """Close an item without a decision; it comes again, with its draft.

        Raises:
            UnknownNameError: This person has no such assignment.
        """
        with self.ledger.change() as change:
            found = find_assigned(change, person, assignment)
            if found.assignment.state is AssignmentState.OPEN:
                put_back(change, found)

    def flag(self, person: str, assignment: str, text: str) -> None:
        """Tell the lead something about an item.

        Raises:
            UnknownNameError: This person has no such assignment.
        """
        text = clean_text(text, "word to the lead")
        with self.ledger.change() as change:
            found = find_assigned(change, person, assignment)
            change.add_flag(found.item.id, person, text)

    def undo(self, person: str, design: str | None = None) -> OpenItem:
        """Take the last decision back and open its item again; asked again, the one before it.

        Raises:
            UsageError: There is none, the person has seen the judges since, or the item is settled.
            ReviewConflictError: It was a skip, and others have the item now; the skip is undone all the same.
        """
        at = self._moment()
        with self.ledger.change() as change:
            who, draw = active_person(change, person), change.design(design)
            last = change.decisions(who.name, draw.design, 1)
            if not last:
                raise UsageError("there is nothing to undo")
            found = find_assigned(change, person, last[0].id)
            require_undoable(change, found)
            if (other := change.open_assignment(person, draw.design)) is not None:
                put_back(change, find_assigned(change, person, other.id))
            take_back(change, found)
            reopened = reopen(change, found, at)
            if found.assignment.kind is AssignmentKind.REPEAT or change.is_free(found.item, person, at.now):
                return show(change, reopened)
            put_back(change, reopened)
        raise ReviewConflictError(
            "that item is with others by now",
            hint="undo again for the decision before it, or go on with the next item",
        )

    # -- After the label ---------------------------------------------------------------------------

    def reveal(self, person: str, assignment: str) -> Revealed:
        """Return what the judges said on an item this person has labelled.

        Raises:
            UnknownNameError: This person has no such assignment.
            UsageError: The label is not given yet, another item is open, or the draw does not allow it.
        """
        with self.ledger.read() as reading:
            found, _ = _to_reveal(reading, person, assignment)
        judged = self._judged(found.item)
        with self.ledger.change() as change:
            found, label = _to_reveal(change, person, assignment)
            if not found.assignment.revealed:
                change.put_assignment(replace(found.assignment, revealed=True), found.item.design)
                change.mark_seen(person, found.item)
                change.drop_repeat(person, found.item.id)
                change.append(person, "reveal", assignment)
        return shown_to(judged, assignment, found.assignment.order, found.item, label.label)

    def change_mind(self, person: str, assignment: str, label: str, comment: str) -> None:
        """Add a second label after a look at the judges; the first stays, and the second enters no calibration.

        Raises:
            UnknownNameError: This person has no such assignment.
            UsageError: The judges were not shown, the label is no answer of the scale, or there is no reason.
        """
        comment = clean_text(comment, "reason")
        with self.ledger.change() as change:
            found = find_assigned(change, person, assignment)
            first = change.label_of(assignment)
            if first is None or not found.assignment.revealed:
                raise UsageError(
                    "a second label follows a look at the judges", hint="undo the first one instead"
                )
            if not comment.strip():
                raise UsageError("say why you changed your mind")
            principle = change.principle(found.item.design, found.item.principle_id)
            draft = spelled_as_kept(clean_draft(Draft(label=label)), principle)
            check_draft(draft, principle, change.content(found.item.content))
            second = in_frame(draft.label, found.assignment.order, principle.scale)
            add_second_label(change, first, second, comment, self._moment(), via=self._via)

    def recent(self, person: str, most: int, design: str | None = None) -> tuple[PastDecision, ...]:
        """Return what a person decided last, the newest first."""
        with self.ledger.read() as reading:
            draw = reading.design(design)
            return tuple(past(reading, each) for each in reading.decisions(person, draw.design, most))

    # -- The person --------------------------------------------------------------------------------

    def take_break(self, person: str, design: str | None = None) -> None:
        """Start to count items and minutes anew."""
        with self.ledger.change() as change:
            who, draw = active_person(change, person), change.design(design)
            tally = change.tally(who.name, draw.design)
            if tally is not None:
                change.put_tally(person, draw.design, replace(tally, session_done=0, session_active_ms=0))
            change.append(person, "break", draw.design)

    def opt_out(self, person: str, tags: tuple[str, ...]) -> None:
        """Give a person no item with one of these content tags any more; one that is open goes back."""
        tags = clean_names(tags, "tag")
        with self.ledger.change() as change:
            change.put_person(replace(active_person(change, person), opts_out=tags), by=person)
            for each in change.open_assignments(person):
                found = find_assigned(change, person, each.id)
                if set(found.item.sensitive) & set(tags):
                    put_back(change, found)

    # -- Help --------------------------------------------------------------------------------------

    def _moment(self) -> Moment:
        return Moment(now=self._clock(), lease_s=self._lease_s)


def _lost_place() -> ReviewConflictError:
    return ReviewConflictError(
        "your time with this item ran out, and somebody else has it now",
        hint="go on with the next one; what you entered is kept and comes back with the item if it is needed",
    )


def _put_draft(change: Change, found: Assigned, draft: Draft, visit: Visit, at: Moment) -> Visit:
    told = bounded(found.assignment, visit, change.visits(found.id), at.now)
    change.put_draft(found.id, draft, told)
    return told


def _to_reveal(reading: Reading, person: str, assignment: str) -> tuple[Assigned, ReviewLabel]:
    """Return an assignment on which a person may look at the judges, with the label they gave."""
    found = find_assigned(reading, person, assignment)
    label = reading.label_of(assignment)
    if label is None:
        raise UsageError("the judges are shown once the label is given", hint="label the item first")
    require_reveal(reading, found)
    return found, label
