"""A review by one person in a shell: the item before them, what they entered, and the time it took."""

import secrets
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from evenhand.errors import UnknownNameError, UsageError
from evenhand.records.review import Committed, Draft, EvidenceSpan, OpenItem, Revealed, Role, Visit
from evenhand.review.evidence import find_quote
from evenhand.review.time_spent import Mark, MarkEvent, time_spent
from evenhand.workflows.review.desk import ReviewDesk
from evenhand.workflows.review.people import People, clean_name, operator_name

BREAK_MINUTES: Final = 25
BREAK_ITEMS: Final = 60
"""After so much, a break is suggested."""


def reviewer_at(desk: ReviewDesk, name: str) -> str:
    """Return who reviews: the person of that name, or whoever runs the command, who is added where they are new.

    Raises:
        UnknownNameError: Somebody is named who is not there, though others are.
    """
    people = People(desk.ledger)
    known = {person.name for person in people.all()}
    wanted = clean_name(name) if name else operator_name()
    if wanted in known:
        return wanted
    if name and known:
        raise UnknownNameError("reviewer", wanted, known)
    return people.add(wanted, Role.REVIEWER if known else Role.LEAD, by=wanted).name


class TerminalReview:
    """What one person does, one step after the other. Everything entered is on disk when a step returns."""

    def __init__(
        self,
        desk: ReviewDesk,
        person: str,
        design: str | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin a review; nothing is opened yet.

        Args:
            desk: Where people review.
            person: Who does.
            design: Name of the design, or of a draw or run of it; the newest where there is none.
            clock: Seconds, from anywhere on.
        """
        self._desk = desk
        self._person = person
        self._design = design
        self._clock = clock
        self._visit = ""
        self._marks: list[Mark] = []
        self.item: OpenItem | None = None
        """What is before them."""
        self.draft = Draft()
        """What they entered on it."""
        self.last: Committed | None = None
        """The label they gave just before."""

    # -- Items -------------------------------------------------------------------------------------

    def open_next(self) -> OpenItem | None:
        """Bring the next item before them; None where nothing is left."""
        return self._show(self._desk.next_item(self._person, self._design))

    def note(self) -> None:
        """Note that they did something just now."""
        self._mark(MarkEvent.ACTED)

    def enter(self, draft: Draft) -> None:
        """Keep what they entered.

        Raises:
            UsageError: A text is too long, or somebody else has the item.
        """
        item = self._open()
        self._desk.save_draft(self._person, item.assignment, item.turn, draft, self._told())
        self.draft = draft

    def add_evidence(self, quote: str) -> int:
        """Add a passage that is pasted.

        Returns:
            At how many places it stands; the first is taken.

        Raises:
            UsageError: It stands in none of the texts.
        """
        found = find_quote(self._open().case, quote)
        if not found:
            raise UsageError(
                "that passage is in none of the texts",
                hint="copy it as it is shown, without the bar before it",
            )
        self.enter(replace(self.draft, evidence=(*self.draft.evidence, found[0])))
        return len(found)

    def drop_evidence(self) -> EvidenceSpan | None:
        """Remove the passage that was added last, and return it."""
        if not self.draft.evidence:
            return None
        *kept, last = self.draft.evidence
        self.enter(replace(self.draft, evidence=tuple(kept)))
        return last

    def commit(self) -> Committed:
        """Give the label that was entered.

        Raises:
            UsageError: It is no answer, or somebody else has the item.
        """
        item = self._open()
        self.last = self._desk.commit(self._person, item.assignment, item.turn, self.draft, self._told())
        self.item = None
        return self.last

    def skip(self, reason: str) -> None:
        """Leave the item to others."""
        item = self._open()
        self._desk.skip(self._person, item.assignment, item.turn, reason)
        self.item = self.last = None

    def flag(self, text: str) -> None:
        """Tell the lead something about the item."""
        self._desk.flag(self._person, self._open().assignment, text)

    def undo(self) -> OpenItem:
        """Take the last decision back and bring its item before them again.

        Raises:
            UsageError: There is none that can be taken back.
        """
        self._keep()
        self.last = None
        shown = self._show(self._desk.undo(self._person, self._design))
        assert shown is not None
        return shown

    # -- After the label ---------------------------------------------------------------------------

    def reveal(self) -> Revealed:
        """Put the item back, and return what the judges said on the one before it.

        Raises:
            UsageError: No label was given just before, or the judges stay hidden.
        """
        if self.last is None:
            raise UsageError("the judges are shown on the item you labelled just before")
        self.put_back()
        return self._desk.reveal(self._person, self.last.assignment)

    def change_mind(self, label: str, reason: str) -> None:
        """Give a second answer after a look at the judges; the first stays.

        Raises:
            UsageError: The label is no answer, or there is no reason.
        """
        if self.last is not None:
            self._desk.change_mind(self._person, self.last.assignment, label, reason)

    # -- The session -------------------------------------------------------------------------------

    @property
    def needs_break(self) -> bool:
        """Whether a break is suggested."""
        item = self.item
        return item is not None and (
            item.session_done >= BREAK_ITEMS or item.session_active_ms >= BREAK_MINUTES * 60_000
        )

    def take_break(self) -> None:
        """Put the item back, and count anew."""
        self.put_back()
        self._desk.take_break(self._person, self._design)

    def put_back(self) -> None:
        """Put the item back, with what was entered."""
        if self.item is not None:
            self._keep()
            self._desk.put_back(self._person, self.item.assignment)
            self.item = None

    # -- Help --------------------------------------------------------------------------------------

    def _open(self) -> OpenItem:
        if self.item is None:
            raise UsageError("no item is open", hint="press Enter for the next one")
        return self.item

    def _keep(self) -> None:
        """Keep the draft and the time; where somebody else has the item by now, there is nothing to keep them for."""
        if self.item is not None:
            self._desk.save_draft(
                self._person, self.item.assignment, self.item.turn, self.draft, self._told()
            )

    def _show(self, item: OpenItem | None) -> OpenItem | None:
        self.item = item
        self.draft = Draft() if item is None else item.draft
        self._visit, self._marks = secrets.token_hex(8), []
        self._mark(MarkEvent.SHOWN)
        return item

    def _mark(self, event: MarkEvent) -> None:
        self._marks.append(Mark(at_ms=round(self._clock() * 1000), event=event))

    def _told(self) -> Visit:
        now = Mark(at_ms=round(self._clock() * 1000), event=MarkEvent.NOW)
        return Visit(id=self._visit, spent=time_spent([*self._marks, now]))
