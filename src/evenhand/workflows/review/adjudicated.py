"""An item before an adjudicator, and the questions the desk asks before it lets them decide."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from evenhand.errors import ReviewConflictError, UsageError
from evenhand.records.rating import Order
from evenhand.records.review import (
    Adjudication,
    AdjudicationReason,
    AssignmentKind,
    Person,
    ReviewDraw,
    ReviewItem,
    ReviewLabel,
    Role,
    ShownPrinciple,
    Spent,
)
from evenhand.records.scale import Scale
from evenhand.review.adjudication import counted, disagreement
from evenhand.review.adjudication_queue import AdjudicationCase, QueuedItem, nameless, reasons_to_wait
from evenhand.review.answers import in_frame
from evenhand.review.chance import side_order
from evenhand.review.guideline_gaps import GapItem, GuidelineGap
from evenhand.store.review.change import Change
from evenhand.store.review.reading import LabelledItem, Reading
from evenhand.workflows.review.assigned import active_person, in_order

ADJUDICATION_OPENED: Final = "adjudication_open"
"""Kind of the event that a person saw what others said on an item."""
LOOKED: Final = "look_behind"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contested:
    """An item before an adjudicator, with everything the desk needs to know of it."""

    item: ReviewItem
    draw: ReviewDraw
    principle: ShownPrinciple
    labels: tuple[ReviewLabel, ...]
    """All of them."""
    held: Adjudication | None
    """The decision that holds."""
    order: Order
    """In which order the adjudicator sees a pair."""

    def turned(self, label: str) -> str:
        """Turn a label from the frame of the case into that of the adjudicator, or back."""
        return in_frame(label, self.order, self.principle.scale)

    def is_own(self, person: str) -> bool:
        """Tell whether a person labelled it."""
        return any(label.person == person and not label.withdrawn for label in self.labels)


def adjudicator(reading: Reading, name: str) -> Person:
    """Return a person who may adjudicate now.

    Raises:
        UnknownNameError: Nobody has that name.
        UsageError: They may not adjudicate.
        ReviewConflictError: An item is open before them for a label of their own.
    """
    person = active_person(reading, name)
    if not person.role.may(Role.ADJUDICATOR):
        raise UsageError(
            f"{name} is a {person.role} and may not adjudicate", hint="a lead can change the role"
        )
    if reading.open_assignments(name):
        raise ReviewConflictError(
            "an item is open before you for a label of your own, and while one is open no label of others is shown",
            hint="label it or put it back first",
        )
    return person


def find_contested(reading: Reading, person: Person, name: str) -> Contested:
    """Return an item that people labelled.

    Raises:
        UnknownNameError: There is no such item.
        UsageError: Its answer is known already, or nobody has labelled it.
    """
    item = reading.item(name)
    labels = reading.labels_of(item.id)
    if item.gold is not None or not counted(labels):
        raise UsageError(
            f"item {name} is not one to adjudicate", hint="nobody's label of it is to be settled"
        )
    draw = reading.design(item.design)
    return Contested(
        item=item,
        draw=draw,
        principle=reading.principle(item.design, item.principle_id),
        labels=labels,
        held=reading.adjudication_of(item.id),
        order=side_order(draw.seed, person.name, f"{item.id} adjudication"),
    )


def show_case(reading: Reading, person: Person, found: Contested) -> AdjudicationCase:
    """Return an item as an adjudicator sees it."""
    item, scale = found.item, found.principle.scale
    flags = tuple(flag.text for flag in reading.flags(item.design) if flag.item == item.id)
    held = found.held
    return AdjudicationCase(
        item=item.id,
        suite=found.draw.suite,
        case=in_order(reading.content(item.content), found.order),
        principle=found.principle,
        severity=item.severity,
        reasons=reasons_to_wait(found.labels, required=item.required, flagged=bool(flags), scale=scale),
        opinions=nameless(found.labels, seed=found.draw.seed, order=found.order, scale=scale),
        flags=flags,
        own=found.is_own(person.name),
        decision=None if held is None else replace(held, label=found.turned(held.label)),
    )


def note_opening(change: Change, person: Person, item: ReviewItem) -> None:
    """Keep in mind that a person has seen what others said on an item."""
    if not change.has_event(person.name, ADJUDICATION_OPENED, item.id):
        change.append(person.name, ADJUDICATION_OPENED, item.id)
        change.mark_seen(person.name, item)


# -- What a decision needs -------------------------------------------------------------------------


def require_current(found: Contested, after: str) -> None:
    """Make sure that a decision rests on what holds.

    Raises:
        ReviewConflictError: Somebody decided meanwhile.
    """
    if after != ("" if found.held is None else found.held.id):
        raise ReviewConflictError(
            "this item was decided meanwhile"
            if found.held
            else "the decision this one replaces is not there",
            hint="load it again to see the decision that holds; a new one may replace it",
        )


def require_blind(reading: Reading, person: Person, found: Contested) -> None:
    """Make sure that a person has not seen the judges on an item.

    Raises:
        UsageError: They have.
    """
    own = reading.assignment_of(found.item.id, person.name, AssignmentKind.FIRST)
    if reading.has_event(person.name, LOOKED, found.item.id) or (own is not None and own.revealed):
        raise UsageError(
            "you have seen the judges on this item, so another adjudicator has to decide it",
            hint="a decision is made blind, like a label",
        )


def require_knowing(person: Person, found: Contested, *, own: bool) -> None:
    """Make sure that who labelled an item says so before they settle it.

    Raises:
        UsageError: They did not.
    """
    if found.is_own(person.name) and not own:
        raise UsageError(
            "you labelled this item yourself",
            hint="leave it to another adjudicator, or confirm that you settle it all the same; it is marked then",
        )


def is_sent_again(held: Adjudication, made: Adjudication) -> bool:
    """Tell whether a decision is the one that holds, sent twice."""
    same = (held.person, held.label, held.reason, held.note)
    return same == (made.person, made.label, made.reason, made.note)


# -- All of a design -------------------------------------------------------------------------------


def waiting_items(
    reading: Reading,
    draw: ReviewDraw,
    *,
    own: str = "",
    labelled: Iterable[LabelledItem] | None = None,
) -> Iterator[QueuedItem]:
    """Yield the items of a design that wait for an adjudicator, and those that are decided.

    Args:
        reading: The review ledger.
        draw: The newest draw of the design.
        own: Who asks.
        labelled: The labelled items, where they are read already.
    """
    principles = reading.principles(draw.design)
    flags: dict[str, int] = {}
    for flag in reading.flags(draw.design):
        flags[flag.item] = flags.get(flag.item, 0) + 1
    for each in reading.labelled_items(draw.design) if labelled is None else labelled:
        if each.item.gold is None:
            scale = principles[each.item.principle_id].scale
            queued = _queued(each, flags.get(each.item.id, 0), scale=scale, own=own)
            if queued.reasons or queued.settled:
                yield queued


def _queued(labelled: LabelledItem, flags: int, *, scale: Scale, own: str) -> QueuedItem:
    item, said = labelled.item, counted(labelled.labels)
    return QueuedItem(
        id=item.id,
        case_id=item.case_id,
        principle_id=item.principle_id,
        severity=item.severity,
        reasons=reasons_to_wait(labelled.labels, required=item.required, flagged=flags > 0, scale=scale),
        disagreement=disagreement([label.label for label in said], scale),
        people=len(said),
        flags=flags,
        own=any(label.person == own and not label.withdrawn for label in labelled.labels),
        settled=labelled.adjudication is not None,
    )


def find_gaps(reading: Reading, draw: ReviewDraw) -> Iterator[GuidelineGap]:
    """Yield what decisions say is missing in the principles of a design."""
    principles = reading.principles(draw.design)
    found: dict[str, list[GapItem]] = {}
    for labelled in reading.labelled_items(draw.design):
        decision = labelled.adjudication
        if decision is not None and decision.reason is AdjudicationReason.GUIDELINE_GAP:
            scale = principles[labelled.item.principle_id].scale
            gap = _gap_item(labelled, decision, seed=draw.seed, scale=scale)
            found.setdefault(labelled.item.principle_id, []).append(gap)
    for name, items in sorted(found.items()):
        yield GuidelineGap(constitution=draw.constitution, principle=principles[name], items=tuple(items))


def _gap_item(labelled: LabelledItem, decision: Adjudication, *, seed: int, scale: Scale) -> GapItem:
    item = labelled.item
    return GapItem(
        item=item.id,
        case_id=item.case_id,
        candidate_id=item.candidate_id,
        opinions=nameless(labelled.labels, seed=seed, order=Order.GIVEN, scale=scale),
        decision=decision.label,
        note=decision.note,
        at=decision.at,
        sensitive=bool(item.sensitive),
    )


def bounded_spent(spent: Spent) -> Spent:
    """Return a time that a decision may have taken: at most a working day."""
    most = 8 * 3600 * 1000
    return Spent(active_ms=min(max(0, spent.active_ms), most), idle_ms=min(max(0, spent.idle_ms), most))
