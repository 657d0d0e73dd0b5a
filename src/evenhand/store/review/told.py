"""What the tables should hold by what the events say."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Final

from evenhand.records.review import (
    Adjudication,
    AssignmentKind,
    AssignmentState,
    Flagged,
    Person,
    ReviewDraw,
    ReviewEvent,
    ReviewLabel,
    ReviewLabelKind,
)
from evenhand.store.review.rows import (
    adjudication_row,
    draw_row,
    flag_row,
    label_row,
    person_row,
    read_plain,
)

Rows = dict[Any, dict[str, Any]]
"""Rows by their primary key."""


class Told:
    """What was told so far; events are taken in one after the other."""

    def __init__(self) -> None:
        """Start before the first event."""
        self.draws: Rows = {}
        self.people: Rows = {}
        self.labels: Rows = {}
        self.adjudications: Rows = {}
        self.flags: Rows = {}
        self.assignments: Rows = {}
        """Without what no event says: design, lease, draft and visits."""
        self.digests: dict[str, tuple[ReviewDraw, Mapping[str, object]]] = {}
        """Each draw with its hashes."""
        self.secrets: dict[str, str] = {}
        """Hash of what each person's password is checked against."""
        self.seen: set[tuple[str, str]] = set()
        """Who saw the judges or other people's answers on which item."""

    def take(self, event: ReviewEvent) -> None:
        """Take an event in.

        Raises:
            LookupError, TypeError, ValueError: It does not say what an event of its kind says.
        """
        if (say := _KINDS.get(event.kind)) is not None:
            say(self, event)

    def people_of_items(self) -> Mapping[str, int]:
        """Return how many people labelled each item, as far as their labels hold."""
        pairs = {
            (row["item"], row["person"])
            for row in self.labels.values()
            if row["kind"] == ReviewLabelKind.FIRST.value and not row["withdrawn"]
        }
        return Counter(item for item, _ in pairs)

    def labelled(self) -> Mapping[tuple[str, str], int]:
        """Return how many labels that hold each person gave in each assignment's item, by person and item."""
        return Counter(
            (row["person"], row["item"])
            for row in self.assignments.values()
            if row["state"] == AssignmentState.COMMITTED.value
        )

    # -- What single kinds of event say ------------------------------------------------------------

    def draw(self, event: ReviewEvent) -> None:
        """Take a draw in."""
        draw = read_plain(ReviewDraw, event.body["draw"])
        self.draws[draw.id] = draw_row(draw, len(self.draws) + 1)
        self.digests[draw.id] = (draw, event.body)

    def person(self, event: ReviewEvent) -> None:
        """Take in who may do what."""
        said = dict(event.body)
        secret = said.pop("secret", None)
        if secret is not None:
            self.secrets[event.subject] = str(secret)
        self.people[event.subject] = person_row(read_plain(Person, said))

    def open(self, event: ReviewEvent) -> None:
        """Take in that an item came before a person."""
        before = self.assignments.get(event.subject)
        if before is not None:
            before.update(state=AssignmentState.OPEN.value, revisits=before["revisits"] + 1, decided=0)
            return
        self.assignments[event.subject] = {
            "item": event.body["item"],
            "person": event.person,
            "kind": AssignmentKind(str(event.body["kind"])).value,
            "state": AssignmentState.OPEN.value,
            "order": event.body["order"],
            "opened": event.body["opened"],
            "turn": 0,
            "revisits": 0,
            "revealed": 0,
            "decided": 0,
        }

    def commit(self, event: ReviewEvent) -> None:
        """Take a label in, and the decision that it is."""
        self.label(event)
        self._move(event, AssignmentState.COMMITTED, decided=event.number)

    def label(self, event: ReviewEvent) -> None:
        """Take in a label that an event holds."""
        self._add_label(read_plain(ReviewLabel, event.body), event.number)

    def several(self, event: ReviewEvent) -> None:
        """Take in labels that came together, from elsewhere."""
        given = event.body.get("labels", ())
        if isinstance(given, list):
            for each in given:
                self._add_label(read_plain(ReviewLabel, each), event.number)

    def skip(self, event: ReviewEvent) -> None:
        """Take in that an item was left to others."""
        self._move(event, AssignmentState.SKIPPED, decided=event.number)

    def put_back(self, event: ReviewEvent) -> None:
        """Take in that an item went back."""
        self._move(event, AssignmentState.RETURNED)

    def undo(self, event: ReviewEvent) -> None:
        """Take in that a decision was taken back."""
        if event.body["label"]:
            self.labels[event.body["label"]]["withdrawn"] = 1
        self._move(event, AssignmentState.OPEN, decided=0)
        self.assignments[event.subject]["revisits"] += 1

    def reveal(self, event: ReviewEvent) -> None:
        """Take in that a person saw the judges."""
        row = self.assignments[event.subject]
        row["revealed"] = 1
        self.seen.add((event.person, row["item"]))

    def see(self, event: ReviewEvent) -> None:
        """Take in that a person saw what others said."""
        self.seen.add((event.person, event.subject))

    def flag(self, event: ReviewEvent) -> None:
        """Take in a word to the lead."""
        text = str(event.body["text"])
        flagged = Flagged(item=event.subject, person=event.person, text=text, at=event.at)
        self.flags[event.number] = flag_row(flagged, event.number)

    def adjudicate(self, event: ReviewEvent) -> None:
        """Take in how an item was settled."""
        adjudication = read_plain(Adjudication, event.body)
        self.adjudications[adjudication.id] = adjudication_row(adjudication, event.number)

    def _add_label(self, label: ReviewLabel, number: int) -> None:
        if not label.blind:
            self.seen.add((label.person, label.item))
        self.labels[label.id] = label_row(label, number)

    def _move(self, event: ReviewEvent, state: AssignmentState, **changes: int) -> None:
        row = self.assignments[event.subject]
        row.update(state=state.value, turn=row["turn"] + 1, **changes)


_KINDS: Final[Mapping[str, Callable[[Told, ReviewEvent], None]]] = {
    "draw": Told.draw,
    "person": Told.person,
    "open": Told.open,
    "commit": Told.commit,
    "change": Told.label,
    "import": Told.several,
    "skip": Told.skip,
    "put_back": Told.put_back,
    "undo": Told.undo,
    "reveal": Told.reveal,
    "adjudication_open": Told.see,
    "look_behind": Told.see,
    "flag": Told.flag,
    "adjudicate": Told.adjudicate,
}
"""Kinds of event that say something about the tables; the others say what happened and no more."""
