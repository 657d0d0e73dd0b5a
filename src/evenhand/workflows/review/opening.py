"""How an item comes before a person, stays there, and goes back."""

from dataclasses import replace
from typing import Final

from evenhand.records.review import (
    Assignment,
    AssignmentKind,
    AssignmentState,
    Person,
    ReviewDraw,
    ReviewItem,
)
from evenhand.review.chance import chance, side_order
from evenhand.store.review.change import Change
from evenhand.store.review.queue import Tally
from evenhand.workflows.review.assigned import Assigned, Moment, find_assigned, new_id

REST_SECONDS: Final = 30 * 60.0
"""Who did nothing for so long has had a break."""


def still_open(change: Change, who: Person, draw: ReviewDraw, at: Moment) -> Assigned | None:
    """Return the item a person has open; None where there is none, or its time ran out and its place is gone."""
    open_one = change.open_assignment(who.name, draw.design)
    if open_one is None:
        return None
    return keep_place(change, find_assigned(change, who.name, open_one.id), at)


def keep_place(change: Change, found: Assigned, at: Moment) -> Assigned | None:
    """Keep a person's place at an item for longer; None, and the item put back, where somebody else took it."""
    assignment = found.assignment
    is_held = assignment.expires > at.now or assignment.kind is AssignmentKind.REPEAT
    if not is_held and not change.is_free(found.item, assignment.person, at.now):
        put_back(change, found)
        return None
    held = replace(assignment, expires=at.expires)
    change.put_assignment(held, found.item.design)
    return replace(found, assignment=held)


def put_back(change: Change, found: Assigned) -> None:
    """Close an item without a decision; the person meets it again next, where its place is still free."""
    assignment, item = found.assignment, found.item
    returned = replace(assignment, state=AssignmentState.RETURNED, turn=assignment.turn + 1)
    change.put_assignment(returned, item.design)
    if assignment.kind is AssignmentKind.FIRST:  # a repeat comes again by itself
        tally = change.tally(found.person, item.design) or Tally(cursor=0)
        change.put_tally(found.person, item.design, replace(tally, cursor=item.position - 1))
    change.append(found.person, "put_back", found.id)


def open_next(change: Change, who: Person, draw: ReviewDraw, at: Moment) -> Assigned | None:
    """Open the next item for a person: a repeat that is due, or else the next one of the queue."""
    tally = change.tally(who.name, draw.design)
    if tally is None:
        tally = Tally(cursor=int(chance(draw.seed, "start", who.name) * draw.drawn))
    repeat = change.due_repeat(who.name, draw.design, committed=tally.committed, opts_out=who.opts_out)
    if repeat is not None:
        return _opened(change, who, draw, repeat, AssignmentKind.REPEAT, at)
    item = change.next_item(who.name, draw.design, cursor=tally.cursor, opts_out=who.opts_out, now=at.now)
    if item is None:
        return None
    change.put_tally(who.name, draw.design, replace(tally, cursor=item.position))
    return _opened(change, who, draw, item, AssignmentKind.FIRST, at)


def start_session(change: Change, who: Person, draw: ReviewDraw, at: Moment) -> None:
    """Count items and minutes of a session anew, where a person comes back after a rest."""
    tally = change.tally(who.name, draw.design)
    if tally is None or not tally.session_done or at.now - tally.last < REST_SECONDS:
        return
    open_one = change.open_assignment(who.name, draw.design)
    if open_one is None or open_one.expires <= at.now:
        change.put_tally(who.name, draw.design, replace(tally, session_done=0, session_active_ms=0))


def reopen(change: Change, found: Assigned, at: Moment) -> Assigned:
    """Bring an item whose decision was taken back before its person again."""
    assignment = found.assignment
    opened = replace(
        assignment,
        state=AssignmentState.OPEN,
        expires=at.expires,
        turn=assignment.turn + 1,
        revisits=assignment.revisits + 1,
    )
    change.put_assignment(opened, found.item.design, decided=0)
    return replace(found, assignment=opened)


def _opened(
    change: Change, who: Person, draw: ReviewDraw, item: ReviewItem, kind: AssignmentKind, at: Moment
) -> Assigned:
    assignment = _again(change.assignment_of(item.id, who.name, kind), at)
    if assignment is None:
        assignment = _new(who, draw, item, kind, at)
    change.put_assignment(assignment, draw.design, decided=0)
    body = {
        "item": item.id,
        "kind": kind.value,
        "order": assignment.order.value,
        "opened": assignment.opened,
    }
    change.append(who.name, "open", assignment.id, body)
    return Assigned(assignment=assignment, item=item, draw=draw)


def _again(before: Assignment | None, at: Moment) -> Assignment | None:
    if before is None:
        return None
    return replace(before, state=AssignmentState.OPEN, expires=at.expires, revisits=before.revisits + 1)


def _new(who: Person, draw: ReviewDraw, item: ReviewItem, kind: AssignmentKind, at: Moment) -> Assignment:
    return Assignment(
        id=new_id("ra"),
        item=item.id,
        person=who.name,
        kind=kind,
        state=AssignmentState.OPEN,
        order=side_order(draw.seed, who.name, f"{item.id} {kind}"),
        opened=at.text,
        expires=at.expires,
    )
