"""How a label is added and withdrawn, and what is counted with it."""

from dataclasses import replace

from evenhand.errors import ReviewConflictError
from evenhand.records.review import (
    Assignment,
    AssignmentKind,
    AssignmentState,
    Draft,
    ReviewLabel,
    ReviewLabelKind,
    Spent,
)
from evenhand.review.repeats import repeat_due
from evenhand.store.review.change import Change
from evenhand.store.review.queue import Tally
from evenhand.store.review.rows import plain
from evenhand.workflows.review.assigned import Assigned, Moment, new_id


def add_label(change: Change, found: Assigned, draft: Draft, at: Moment, *, via: str) -> None:
    """Add the label of a draft, whose labels are in the frame of the case.

    Raises:
        ReviewConflictError: A label of the same person came from elsewhere meanwhile.
    """
    assignment, item = found.assignment, found.item
    is_repeat = assignment.kind is AssignmentKind.REPEAT
    if not is_repeat and change.is_labelled_by(item.id, assignment.person):
        raise ReviewConflictError(
            "a label of yours on this item was imported meanwhile, and a person labels an item once",
            hint="skip it",
        )
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
        blind=not change.is_known_to(item.id, assignment.person),
        at=at.text,
        spent=change.spent(assignment.id),
        revisits=assignment.revisits,
        principle_hash=item.principle_hash,
        via=via,
    )
    event = change.append(assignment.person, "commit", assignment.id, plain(label))
    change.add_label(label, event.number)
    decided = replace(assignment, state=AssignmentState.COMMITTED, turn=assignment.turn + 1)
    change.put_assignment(decided, item.design, decided=event.number)
    _count(change, found, label.spent, at)


def add_second_label(
    change: Change, first: ReviewLabel, label: str, comment: str, at: Moment, *, via: str
) -> None:
    """Add what a person answers after a look at the judges; the same said twice is added once."""
    said = [
        each
        for each in change.labels_of(first.item)
        if each.assignment == first.assignment and each.kind is ReviewLabelKind.REVEALED
    ]
    if said and (said[-1].label, said[-1].comment) == (label, comment):
        return
    second = replace(
        first,
        id=new_id("rl"),
        kind=ReviewLabelKind.REVEALED,
        label=label,
        sure=True,
        comment=comment,
        blind=False,
        at=at.text,
        evidence=(),
        defensible=None,
        spent=Spent(),
        via=via,
    )
    event = change.append(first.person, "change", first.assignment, plain(second))
    change.add_label(second, event.number)


def take_back(change: Change, found: Assigned) -> None:
    """Take a decision back: its label is withdrawn, and what was counted and planned with it is undone."""
    assignment, item = found.assignment, found.item
    label = change.label_of(assignment.id)
    change.append(assignment.person, "undo", assignment.id, {"label": label.id if label else ""})
    if label is not None:
        change.withdraw_label(label)
        _uncount(change, found, label.spent)
    if assignment.kind is AssignmentKind.REPEAT:
        tally = change.tally(assignment.person, item.design) or Tally(cursor=0)
        change.plan_repeat(assignment.person, item.id, item.design, tally.committed)
    else:
        _forget_repeat(change, assignment)


def skip(change: Change, found: Assigned, reason: str) -> None:
    """Leave an item to others."""
    assignment = found.assignment
    event = change.append(assignment.person, "skip", assignment.id, {"reason": reason})
    skipped = replace(assignment, state=AssignmentState.SKIPPED, turn=assignment.turn + 1)
    change.put_assignment(skipped, found.item.design, decided=event.number)
    if assignment.kind is AssignmentKind.REPEAT:
        change.drop_repeat(assignment.person, assignment.item)


def _forget_repeat(change: Change, first: Assignment) -> None:
    """Plan no repeat of an item, and forget what was entered in one: its person labels the item anew."""
    change.drop_repeat(first.person, first.item)
    repeat = change.assignment_of(first.item, first.person, AssignmentKind.REPEAT)
    if repeat is not None:
        change.clear_draft(repeat.id)


def _count(change: Change, found: Assigned, spent: Spent, at: Moment) -> None:
    """Count a label in its person's tally, and plan its repeat."""
    person, item = found.person, found.item
    tally = change.tally(person, item.design) or Tally(cursor=item.position)
    grown = replace(
        tally,
        committed=tally.committed + 1,
        session_done=tally.session_done + 1,
        session_active_ms=tally.session_active_ms + spent.active_ms,
        last=at.now,
    )
    change.put_tally(person, item.design, grown)
    if found.assignment.kind is AssignmentKind.REPEAT:
        change.drop_repeat(person, item.id)
    elif item.gold is None:
        due = repeat_due(found.draw, person, item.id, grown.committed)
        if due is not None:
            change.plan_repeat(person, item.id, item.design, due)


def _uncount(change: Change, found: Assigned, spent: Spent) -> None:
    tally = change.tally(found.person, found.item.design)
    assert tally is not None
    shrunk = replace(
        tally,
        committed=tally.committed - 1,
        session_done=max(0, tally.session_done - 1),
        session_active_ms=max(0, tally.session_active_ms - spent.active_ms),
    )
    change.put_tally(found.person, found.item.design, shrunk)
