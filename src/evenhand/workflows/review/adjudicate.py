"""Adjudication: the queue of items on which people differ, one of them at a time, and the decision that settles it.

An adjudicator sees what reviewers saw and what they said, without a name and without a judge. Names and judges can be
looked at once the item is decided; who has looked decides it no more.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from evenhand.errors import UsageError
from evenhand.records.review import (
    Adjudication,
    AdjudicationReason,
    Draft,
    Person,
    RevealedRating,
    ReviewLabelKind,
    Spent,
)
from evenhand.review.adjudication import check_note, counted
from evenhand.review.adjudication_queue import (
    AdjudicationCase,
    NamelessOpinion,
    QueuedItem,
    in_no_order,
    nameless,
    queue_order,
)
from evenhand.review.answers import check_draft, spelled_as_kept
from evenhand.review.guideline_gaps import GuidelineGap
from evenhand.store.review.ledger import ReviewLedger
from evenhand.store.review.rows import plain
from evenhand.workflows.review.adjudicated import (
    LOOKED,
    Contested,
    adjudicator,
    bounded_spent,
    find_contested,
    find_gaps,
    is_sent_again,
    note_opening,
    require_blind,
    require_current,
    require_knowing,
    show_case,
    waiting_items,
)
from evenhand.workflows.review.assigned import Moment, new_id
from evenhand.workflows.review.desk import Judged
from evenhand.workflows.review.judged import judged_items, shown_to
from evenhand.workflows.review.open_review import open_review
from evenhand.workflows.review.typed import clean_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What an adjudicator sends."""

    label: str
    """In the adjudicator's frame: of a pair, "a" is the left one."""
    reason: AdjudicationReason
    note: str = ""
    after: str = ""
    """`AdjudicationCase.after` of what the adjudicator saw: the decision that this one replaces."""
    own: bool = False
    """Whether the adjudicator knows of a label of their own on the item."""
    spent: Spent = field(default_factory=Spent)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedOpinion:
    """A reviewer's opinion with the name behind it."""

    opinion: NamelessOpinion
    person: str
    changed_to: str
    """What they changed their mind to after a look at the judges; empty where they did not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BehindItem:
    """Names and judges behind an item that is decided, in the adjudicator's frame."""

    item: str
    decision: Adjudication
    people: tuple[NamedOpinion, ...]
    verdict: str | None
    """The panel's label; None is undecided."""
    undecided: str
    """Why it is undecided."""
    ratings: tuple[RevealedRating, ...]


class AdjudicationDesk:
    """What an adjudicator may do. Safe to be used from several threads."""

    def __init__(
        self, ledger: ReviewLedger, judged: Judged, *, clock: Callable[[], float] = time.time
    ) -> None:
        """Open the desk.

        Args:
            ledger: The review ledger.
            judged: Reads the judges' answers, only ever asked once an item is decided.
            clock: Tells the time in seconds since 1970.
        """
        self.ledger = ledger
        self._judged = judged
        self._clock = clock

    def queue(
        self, person: str, design: str | None = None, *, settled: bool = False
    ) -> tuple[QueuedItem, ...]:
        """Return the items that wait, those that matter most first.

        Args:
            person: The adjudicator.
            design: A draw or its run; None for the newest.
            settled: Whether decided items are among them.

        Raises:
            UnknownNameError: There is no such person or design.
            UsageError: The person may not adjudicate.
            ReviewConflictError: An item is open before them for a label of their own.
        """
        with self.ledger.read() as reading:
            who, draw = adjudicator(reading, person), reading.design(design)
            found = waiting_items(reading, draw, own=who.name)
            return tuple(sorted((each for each in found if settled or not each.settled), key=queue_order))

    def open(self, person: str, item: str) -> AdjudicationCase:
        """Return an item as an adjudicator sees it; it is never given to them for a label any more.

        Raises:
            UnknownNameError: There is no such person or item.
            UsageError: The person may not adjudicate, or nobody has labelled the item.
            ReviewConflictError: An item is open before them for a label of their own.
        """
        with self.ledger.change() as change:
            who = adjudicator(change, person)
            found = find_contested(change, who, item)
            note_opening(change, who, found.item)
            return show_case(change, who, found)

    def decide(self, person: str, item: str, decision: Decision) -> Adjudication:
        """Settle an item: a record beside the labels, which stay. The same decision sent twice is one.

        Raises:
            UnknownNameError: There is no such person or item.
            UsageError: The label is no answer, a note is missing, the adjudicator labelled the item and does not say
                so, or has seen the judges on it.
            ReviewConflictError: It was decided otherwise meanwhile, or an item is open before the adjudicator.
        """
        with self.ledger.change() as change:
            who = adjudicator(change, person)
            found = find_contested(change, who, item)
            draft = spelled_as_kept(Draft(label=decision.label.strip()), found.principle)
            made = self._made(who, found, replace(decision, label=draft.label))
            if found.held is not None and is_sent_again(found.held, made):
                return found.held
            require_current(found, decision.after)
            require_blind(change, who, found)
            require_knowing(who, found, own=decision.own)
            check_draft(draft, found.principle, change.content(found.item.content))
            check_note(made.label, made.note, found.labels, found.principle.scale)
            note_opening(change, who, found.item)
            event = change.append(who.name, "adjudicate", found.item.id, plain(made))
            change.add_adjudication(made, event.number)
            return made

    def look_behind(self, person: str, item: str) -> BehindItem:
        """Return names and judges behind an item that is decided.

        Raises:
            UnknownNameError: There is no such person or item.
            UsageError: The person may not adjudicate, or the item is not decided yet.
            ReviewConflictError: An item is open before them for a label of their own.
        """
        with self.ledger.change() as change:
            who = adjudicator(change, person)
            found = find_contested(change, who, item)
            if found.held is None:
                raise UsageError(
                    "names and judges are shown once the item is decided", hint="decide it first"
                )
            if not change.has_event(who.name, LOOKED, found.item.id):
                change.append(who.name, LOOKED, found.item.id)
                change.mark_seen(who.name, found.item)
        revealed = shown_to(self._judged(found.item), "", found.order, found.item, found.held.label)
        return BehindItem(
            item=found.item.id,
            decision=replace(found.held, label=found.turned(found.held.label)),
            people=tuple(_named(found)),
            verdict=revealed.verdict,
            undecided=revealed.undecided,
            ratings=revealed.ratings,
        )

    def gaps(self, design: str | None = None) -> tuple[GuidelineGap, ...]:
        """Return the guideline gaps that decisions found in a design, by principle.

        Raises:
            UnknownNameError: There is no such design.
            UsageError: Nothing was drawn yet.
        """
        with self.ledger.read() as reading:
            return tuple(find_gaps(reading, reading.design(design)))

    def note_read(self, person: str, items: Iterable[str], design: str | None = None) -> None:
        """Note that a person reads what others flagged in a design or said on items: none is theirs to label any more.

        Raises:
            UsageError: The person may not adjudicate.
            ReviewConflictError: An item is open before them for a label of their own.
        """
        with self.ledger.change() as change:
            who = adjudicator(change, person)
            flags = change.flags(change.design(design).design)
            read = {*items, *(flag.item for flag in flags if flag.person != who.name)}
            for item in change.find_items(sorted(read)).values():
                note_opening(change, who, item)

    def _made(self, who: Person, found: Contested, decision: Decision) -> Adjudication:
        return Adjudication(
            id=new_id("rj"),
            item=found.item.id,
            person=who.name,
            label=found.turned(decision.label),
            reason=decision.reason,
            note=clean_text(decision.note, "note"),
            at=Moment(now=self._clock(), lease_s=0).text,
            spent=bounded_spent(decision.spent),
            principle_hash=found.item.principle_hash,
            own=found.is_own(who.name),
        )


def open_adjudication(start: Path) -> AdjudicationDesk:
    """Open adjudication in the workspace around `start`.

    Raises:
        LedgerError: Nothing was drawn yet, or the review ledger can not be used.
    """
    return AdjudicationDesk(open_review(start), judged_items(start))


def _named(found: Contested) -> Iterator[NamedOpinion]:
    changed = {
        label.person: found.turned(label.label)
        for label in found.labels
        if label.kind is ReviewLabelKind.REVEALED and not label.withdrawn
    }
    labels = in_no_order(counted(found.labels), seed=found.draw.seed)
    opinions = nameless(found.labels, seed=found.draw.seed, order=found.order, scale=found.principle.scale)
    for label, opinion in zip(labels, opinions, strict=True):
        yield NamedOpinion(opinion=opinion, person=label.person, changed_to=changed.get(label.person, ""))
