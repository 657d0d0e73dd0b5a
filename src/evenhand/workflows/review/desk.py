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
    Assignment,
    AssignmentKind,
    AssignmentState,
    Committed,
    Draft,
    OpenItem,
    PastDecision,
    Person,
    Revealed,
    ReviewDraw,
    ReviewItem,
    ReviewLabel,
    ReviewLabelKind,
    Spent,
    Visit,
)
from evenhand.review.answers import check_draft, in_frame
from evenhand.review.chance import chance, side_order
from evenhand.review.repeats import repeat_due
from evenhand.store.review.change import Change
from evenhand.store.review.ledger import ReviewLedger
from evenhand.store.review.reading import Tally
from evenhand.store.review.rows import plain
from evenhand.workflows.review.assigned import (
    Assigned,
    active_person,
    bounded,
    clean,
    committed,
    find_assigned,
    in_case_frame,
    is_sent_again,
    new_id,
    now_text,
    past,
    put_back,
    require_open,
    require_reveal,
    require_undoable,
    show,
)
from evenhand.workflows.review.judged import JudgedItem, shown_to

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

    # -- Items -------------------------------------------------------------------------------------

    def next_item(self, person: str, design: str | None = None) -> OpenItem | None:
        """Return the item that is open before a person, or open the next one; None where nothing is left for them.

        Raises:
            UnknownNameError: There is no such person or design.
            UsageError: The person may not review any more.
        """
        with self.ledger.change() as change:
            who, draw = active_person(change, person), change.design(design)
            found = self._still_open(change, who, draw) or self._open_next(change, who, draw)
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
            held = self._keep_place(change, found)
            if held is not None:
                return show(change, held)
        raise _lost_place()

    def save_draft(self, person: str, assignment: str, turn: int, draft: Draft, visit: Visit) -> None:
        """Keep what was entered so far, and the place.

        Raises:
            UnknownNameError: This person has no such assignment.
            ReviewConflictError: The form is stale, or somebody else has the place; then the draft is kept all the same.
        """
        with self.ledger.change() as change:
            found = find_assigned(change, person, assignment)
            require_open(found, turn)
            self._put_draft(change, found, draft, visit)
            change.append(person, "draft", assignment, {"draft": plain(draft), "visit": plain(visit)})
            held = self._keep_place(change, found)
        if held is None:
            raise _lost_place()

    def commit(self, person: str, assignment: str, turn: int, draft: Draft, visit: Visit) -> Committed:
        """Give a label. The same form sent twice gives one label.

        Raises:
            UnknownNameError: This person has no such assignment.
            UsageError: The label is no answer of the scale, or a quote is not in the text.
            ReviewConflictError: The form is stale, or somebody else has the place; then the draft is kept.
        """
        draft = replace(draft, comment=clean(draft.comment))
        with self.ledger.change() as change:
            found = find_assigned(change, person, assignment)
            if is_sent_again(change, found, turn, draft):
                return committed(found, draft)
            require_open(found, turn)
            principle = change.principle(found.item.design, found.item.principle_id)
            check_draft(draft, principle, change.content(found.item.content))
            self._put_draft(change, found, draft, visit)
            held = self._keep_place(change, found)
            if held is not None:
                self._add_label(change, held, in_case_frame(draft, held.assignment.order, principle))
                return committed(held, draft)
        raise _lost_place()

    def skip(self, person: str, assignment: str, turn: int, reason: str = "") -> None:
        """Leave an item to others.

        Raises:
            UnknownNameError: This person has no such assignment.
            ReviewConflictError: The form is stale.
        """
        with self.ledger.change() as change:
            found = find_assigned(change, person, assignment)
            if found.assignment.state is AssignmentState.SKIPPED and turn == found.assignment.turn - 1:
                return
            require_open(found, turn)
            event = change.append(person, "skip", assignment, {"reason": clean(reason)})
            skipped = replace(found.assignment, state=AssignmentState.SKIPPED, turn=turn + 1)
            change.put_assignment(skipped, found.item.design, decided=event.number)
            self._forget_repeat(change, found)

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
        with self.ledger.change() as change:
            found = find_assigned(change, person, assignment)
            event = change.append(person, "flag", assignment, {"item": found.item.id, "text": clean(text)})
            change.add_flag(found.item.id, person, clean(text), event.at)

    def undo(self, person: str, design: str | None = None) -> OpenItem:
        """Take the last decision back and open its item again; asked again, the one before it.

        Raises:
            UsageError: There is none, the person has seen the judges since, or the item is settled.
        """
        with self.ledger.change() as change:
            draw = change.design(design)
            last = change.decisions(person, draw.design, 1)
            if not last:
                raise UsageError("there is nothing to undo")
            found = find_assigned(change, person, last[0].id)
            require_undoable(change, found)
            if (other := change.open_assignment(person, draw.design)) is not None:
                put_back(change, find_assigned(change, person, other.id))
            return show(change, self._reopened(change, found))

    # -- After the label ---------------------------------------------------------------------------

    def reveal(self, person: str, assignment: str) -> Revealed:
        """Return what the judges said on an item this person has labelled.

        Raises:
            UnknownNameError: This person has no such assignment.
            UsageError: The label is not given yet, another item is open, or the draw does not allow it.
        """
        with self.ledger.change() as change:
            found = find_assigned(change, person, assignment)
            label = change.label_of(assignment)
            if label is None:
                raise UsageError("the judges are shown once the label is given", hint="label the item first")
            require_reveal(change, found)
            if not found.assignment.revealed:
                change.put_assignment(replace(found.assignment, revealed=True), found.item.design)
                change.mark_seen(person, found.item)
                change.drop_repeat(person, found.item.id)
                change.append(person, "reveal", assignment)
        judged = self._judged(found.item)
        return shown_to(judged, assignment, found.assignment.order, found.item, label.label)

    def change_mind(self, person: str, assignment: str, label: str, comment: str) -> None:
        """Add a second label after a look at the judges; the first stays, and the second enters no calibration.

        Raises:
            UnknownNameError: This person has no such assignment.
            UsageError: The judges were not shown, the label is no answer of the scale, or there is no reason.
        """
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
            check_draft(Draft(label=label), principle, change.content(found.item.content))
            second = replace(
                first,
                id=new_id("rl"),
                kind=ReviewLabelKind.REVEALED,
                label=in_frame(label, found.assignment.order, principle.scale),
                comment=clean(comment),
                blind=False,
                at=now_text(self._clock),
                evidence=(),
                defensible=None,
                spent=Spent(),
            )
            event = change.append(person, "change", assignment, plain(second))
            change.add_label(second, event.number)

    def recent(self, person: str, most: int, design: str | None = None) -> tuple[PastDecision, ...]:
        """Return what a person decided last, the newest first."""
        with self.ledger.read() as reading:
            draw = reading.design(design)
            return tuple(past(reading, each) for each in reading.decisions(person, draw.design, most))

    # -- The person --------------------------------------------------------------------------------

    def take_break(self, person: str, design: str | None = None) -> None:
        """Start to count items and minutes anew."""
        with self.ledger.change() as change:
            draw = change.design(design)
            tally = change.tally(person, draw.design)
            if tally is not None:
                change.put_tally(person, draw.design, replace(tally, session_done=0, session_active_ms=0))
            change.append(person, "break", draw.design)

    def opt_out(self, person: str, tags: tuple[str, ...]) -> None:
        """Give a person no item with one of these content tags any more; one that is open goes back."""
        with self.ledger.change() as change:
            who = change.person(person)
            change.put_person(replace(who, opts_out=tuple(sorted(set(tags)))), by=person)
            open_one = change.open_assignment(person)
            if open_one is not None:
                found = find_assigned(change, person, open_one.id)
                if set(found.item.sensitive) & set(tags):
                    put_back(change, found)

    # -- Steps -------------------------------------------------------------------------------------

    def _still_open(self, change: Change, who: Person, draw: ReviewDraw) -> Assigned | None:
        """Return the item a person has open; where its time ran out and its place is gone, it is put back."""
        open_one = change.open_assignment(who.name, draw.design)
        return (
            None
            if open_one is None
            else self._keep_place(change, find_assigned(change, who.name, open_one.id))
        )

    def _keep_place(self, change: Change, found: Assigned) -> Assigned | None:
        """Keep a person's place at an item for longer; None, and the item put back, where somebody else took it."""
        assignment, now = found.assignment, self._clock()
        is_free = assignment.expires > now or assignment.kind is AssignmentKind.REPEAT
        if not is_free and not change.is_free(found.item, assignment.person, now):
            put_back(change, found)
            return None
        held = replace(assignment, expires=now + self._lease_s)
        change.put_assignment(held, found.item.design)
        return replace(found, assignment=held)

    def _open_next(self, change: Change, who: Person, draw: ReviewDraw) -> Assigned | None:
        tally = change.tally(who.name, draw.design)
        if tally is None:
            tally = Tally(cursor=int(chance(draw.seed, "start", who.name) * draw.drawn))
        repeat = self._due_repeat(change, who, draw, tally)
        if repeat is not None:
            return self._opened(change, who, draw, repeat, AssignmentKind.REPEAT)
        item = change.next_item(
            who.name, draw.design, cursor=tally.cursor, opts_out=who.opts_out, now=self._clock()
        )
        if item is None:
            return None
        change.put_tally(who.name, draw.design, replace(tally, cursor=item.position))
        return self._opened(change, who, draw, item, AssignmentKind.FIRST)

    def _due_repeat(self, change: Change, who: Person, draw: ReviewDraw, tally: Tally) -> ReviewItem | None:
        name = change.due_repeat(who.name, draw.design, tally.committed)
        item = None if name is None else change.item(name)
        return None if item is None or set(item.sensitive) & set(who.opts_out) else item

    def _opened(
        self, change: Change, who: Person, draw: ReviewDraw, item: ReviewItem, kind: AssignmentKind
    ) -> Assigned:
        before = change.assignment_of(item.id, who.name, kind)
        expires = self._clock() + self._lease_s
        if before is not None:
            assignment = replace(
                before, state=AssignmentState.OPEN, expires=expires, revisits=before.revisits + 1
            )
        else:
            assignment = Assignment(
                id=new_id("ra"),
                item=item.id,
                person=who.name,
                kind=kind,
                state=AssignmentState.OPEN,
                order=side_order(draw.seed, who.name, f"{item.id} {kind}"),
                opened=now_text(self._clock),
                expires=expires,
            )
        change.put_assignment(assignment, draw.design, decided=0)
        body = {"item": item.id, "kind": kind.value, "order": assignment.order.value}
        change.append(who.name, "open", assignment.id, body)
        return Assigned(assignment=assignment, item=item, draw=draw)

    def _put_draft(self, change: Change, found: Assigned, draft: Draft, visit: Visit) -> None:
        change.put_draft(found.id, draft, bounded(found.assignment, visit, self._clock()))

    def _add_label(self, change: Change, found: Assigned, draft: Draft) -> None:
        """Add the label of a draft, whose labels are in the frame of the case."""
        assignment, item = found.assignment, found.item
        is_repeat = assignment.kind is AssignmentKind.REPEAT
        label = ReviewLabel(
            id=new_id("rl"),
            item=item.id,
            assignment=assignment.id,
            person=assignment.person,
            kind=ReviewLabelKind.REPEAT if is_repeat else ReviewLabelKind.FIRST,
            label=draft.label,
            sure=draft.sure,
            defensible=draft.defensible,
            comment=draft.comment,
            evidence=draft.evidence,
            order=assignment.order,
            blind=True,
            at=now_text(self._clock),
            spent=change.spent(assignment.id),
            revisits=assignment.revisits,
            principle_hash=item.principle_hash,
            via=self._via,
        )
        event = change.append(assignment.person, "commit", assignment.id, plain(label))
        change.add_label(label, event.number)
        decided = replace(assignment, state=AssignmentState.COMMITTED, turn=assignment.turn + 1)
        change.put_assignment(decided, item.design, decided=event.number)
        self._count(change, found, label.spent.active_ms)

    def _count(self, change: Change, found: Assigned, active_ms: int) -> None:
        """Count a label in its person's tally, and plan its repeat."""
        person, item = found.person, found.item
        tally = change.tally(person, item.design) or Tally(cursor=item.position)
        grown = replace(
            tally,
            committed=tally.committed + 1,
            session_done=tally.session_done + 1,
            session_active_ms=tally.session_active_ms + active_ms,
        )
        change.put_tally(person, item.design, grown)
        if found.assignment.kind is AssignmentKind.REPEAT:
            change.drop_repeat(person, item.id)
        elif item.gold is None:
            due = repeat_due(found.draw, person, item.id, grown.committed)
            if due is not None:
                change.plan_repeat(person, item.id, item.design, due)

    def _forget_repeat(self, change: Change, found: Assigned) -> None:
        if found.assignment.kind is AssignmentKind.REPEAT:
            change.drop_repeat(found.person, found.item.id)

    def _reopened(self, change: Change, found: Assigned) -> Assigned:
        """Take a decision back."""
        assignment, item = found.assignment, found.item
        label = change.label_of(assignment.id)
        change.append(assignment.person, "undo", assignment.id, {"label": label.id if label else ""})
        if label is not None:
            change.withdraw_label(label)
            change.drop_repeat(assignment.person, item.id)
            self._uncount(change, found, label.spent.active_ms)
        if assignment.kind is AssignmentKind.REPEAT:
            change.plan_repeat(assignment.person, item.id, item.design, 0)
        opened = replace(
            assignment,
            state=AssignmentState.OPEN,
            expires=self._clock() + self._lease_s,
            turn=assignment.turn + 1,
            revisits=assignment.revisits + 1,
        )
        change.put_assignment(opened, item.design, decided=0)
        return replace(found, assignment=opened)

    def _uncount(self, change: Change, found: Assigned, active_ms: int) -> None:
        tally = change.tally(found.person, found.item.design)
        assert tally is not None
        shrunk = replace(
            tally,
            committed=tally.committed - 1,
            session_done=max(0, tally.session_done - 1),
            session_active_ms=max(0, tally.session_active_ms - active_ms),
        )
        change.put_tally(found.person, found.item.design, shrunk)


def _lost_place() -> ReviewConflictError:
    return ReviewConflictError(
        "your time with this item ran out, and somebody else has it now",
        hint="go on with the next one; what you entered is kept and comes back with the item if it is needed",
    )
