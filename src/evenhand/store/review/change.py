"""Changes of the review ledger, all inside one transaction: small verbs that workflows put together."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as insert_or

from evenhand.records.canonical import canonical_json
from evenhand.records.review import (
    Adjudication,
    Assignment,
    Draft,
    Flagged,
    Person,
    ReviewDraw,
    ReviewEvent,
    ReviewItem,
    ReviewLabel,
    ReviewLabelKind,
    ShownCase,
    ShownPrinciple,
    Visit,
)
from evenhand.store.ledger import chunks
from evenhand.store.review import tables
from evenhand.store.review.chain import link
from evenhand.store.review.queue import Tally
from evenhand.store.review.reading import Reading
from evenhand.store.review.rows import (
    adjudication_row,
    assignment_row,
    content_of,
    draw_row,
    flag_row,
    item_row,
    label_row,
    person_row,
    plain,
    text_of,
)

_ROWS_AT_ONCE = 2_000

_items, _assignments, _labels = tables.items.c, tables.assignments.c, tables.labels.c


class Change(Reading):
    """One transaction. Whatever is done leaves an event."""

    def append(
        self, person: str, kind: str, subject: str, body: Mapping[str, object] | None = None
    ) -> ReviewEvent:
        """Add an event to the chain."""
        head = self.head()
        event = link(
            ReviewEvent(
                number=head.number + 1,
                at=datetime.now(UTC).isoformat(timespec="milliseconds"),
                person=person,
                kind=kind,
                subject=subject,
                body=body or {},
                prev=head.hash,
            )
        )
        self._connection.execute(
            insert(tables.events),
            {
                "number": event.number,
                "at": event.at,
                "person": event.person,
                "kind": event.kind,
                "subject": event.subject,
                "body": canonical_json(dict(event.body)).decode(),
                "prev": event.prev,
                "hash": event.hash,
            },
        )
        return event

    # -- Draws -------------------------------------------------------------------------------------

    def add_draw(
        self,
        draw: ReviewDraw,
        items: Iterable[ReviewItem],
        contents: Iterable[ShownCase],
        principles: Iterable[ShownPrinciple],
        inclusions: Iterable[tuple[str, float]] = (),
    ) -> None:
        """Add a draw with its items, what is shown of them, and the principles they are labelled by.

        Args:
            draw: The draw.
            items: The items that come with it.
            contents: What is shown of their cases; `rows.content_of` gives the hashes that the items name.
            principles: Principles of the design; those that are there stay.
            inclusions: Ids of items of earlier draws of the design with the probability they have in all of it now.
        """
        for chunk in chunks(items, _ROWS_AT_ONCE):
            self._connection.execute(insert(tables.items), [item_row(item) for item in chunk])
        raised = [{"name": name, "value": value} for name, value in inclusions]
        if raised:
            change = update(tables.items).where(_items.id == bindparam("name"))
            self._connection.execute(change.values(inclusion=bindparam("value")), raised)
        self._add_contents(contents)
        self._add_principles(draw.design, principles)
        count = self._connection.execute(select(func.count()).select_from(tables.draws)).scalar_one()
        self._connection.execute(insert(tables.draws), draw_row(draw, count + 1))
        self.append("", "draw", draw.id, {"draw": plain(draw), **self.digests(draw)})

    def _add_contents(self, contents: Iterable[ShownCase]) -> None:
        for chunk in chunks(map(content_of, contents), _ROWS_AT_ONCE):
            rows = [{"hash": name, "body": body} for name, body in chunk]
            self._connection.execute(insert_or(tables.contents).on_conflict_do_nothing(), rows)

    def _add_principles(self, design: str, principles: Iterable[ShownPrinciple]) -> None:
        rows = [
            {"design": design, "principle_id": each.principle.id, "body": text_of(each)}
            for each in principles
        ]
        if rows:
            self._connection.execute(insert_or(tables.principles).on_conflict_do_nothing(), rows)

    # -- People ------------------------------------------------------------------------------------

    def put_person(self, person: Person, *, by: str, secret: str | None = None) -> None:
        """Add a person, or change what they may do; without a `secret` the old one stays."""
        row, said = person_row(person), plain(person)
        if secret is not None:
            row["secret"] = secret
            said["secret"] = hashlib.sha256(secret.encode()).hexdigest()
        put = insert_or(tables.people).values(row)
        self._connection.execute(put.on_conflict_do_update(index_elements=["name"], set_=row))
        self.append(by, "person", person.name, said)

    def add_session(self, token: str, person: str, *, now: float, expires: float) -> None:
        """Sign a person in, by the hash of their token, and forget sessions that have ended."""
        self._connection.execute(delete(tables.sessions).where(tables.sessions.c.expires <= now))
        row = {"token": token, "person": person, "made": now, "expires": expires}
        self._connection.execute(insert(tables.sessions), row)
        self.append(person, "sign_in", person)

    def renew_session(self, token: str, expires: float) -> None:
        """Keep somebody signed in for longer."""
        renewed = update(tables.sessions).where(tables.sessions.c.token == token)
        self._connection.execute(renewed.values(expires=expires))

    def end_session(self, token: str) -> None:
        """Sign a session out."""
        self._connection.execute(delete(tables.sessions).where(tables.sessions.c.token == token))

    def end_sessions_of(self, person: str) -> None:
        """Sign a person out everywhere."""
        self._connection.execute(delete(tables.sessions).where(tables.sessions.c.person == person))

    # -- Assignments -------------------------------------------------------------------------------

    def put_assignment(self, assignment: Assignment, design: str, *, decided: int | None = None) -> None:
        """Add an assignment, or move it on; `decided` numbers a decision, 0 takes the number away again."""
        row = assignment_row(assignment, design)
        if decided is not None:
            row["decided"] = decided
        put = insert_or(tables.assignments).values(row)
        self._connection.execute(put.on_conflict_do_update(index_elements=["id"], set_=row))

    def put_draft(self, assignment: str, draft: Draft, visit: Visit) -> None:
        """Keep what was entered, and the time of a visit: what it told before is replaced, so nothing counts twice."""
        visits = {
            name: [spent.active_ms, spent.idle_ms]
            for name, spent in {**self.visits(assignment), visit.id: visit.spent}.items()
        }
        change = update(tables.assignments).where(_assignments.id == assignment)
        self._connection.execute(change.values(draft=text_of(draft), visits=json.dumps(visits)))

    def clear_draft(self, assignment: str) -> None:
        """Forget what was entered in an assignment."""
        change = update(tables.assignments).where(_assignments.id == assignment)
        self._connection.execute(change.values(draft="{}"))

    def put_tally(self, person: str, design: str, tally: Tally) -> None:
        """Keep how far a person has come."""
        row = {
            "person": person,
            "design": design,
            "cursor": tally.cursor,
            "committed": tally.committed,
            "session_done": tally.session_done,
            "session_active_ms": tally.session_active_ms,
            "last": tally.last,
        }
        put = insert_or(tables.tallies).values(row)
        self._connection.execute(put.on_conflict_do_update(index_elements=["person", "design"], set_=row))

    def plan_repeat(self, person: str, item: str, design: str, due: int) -> None:
        """Plan to show an item to a person once more, once so many of their items are labelled."""
        row = {"person": person, "item": item, "design": design, "due": due}
        self._connection.execute(insert_or(tables.repeats).on_conflict_do_nothing(), row)

    def drop_repeat(self, person: str, item: str) -> None:
        """Show an item to a person no more than once."""
        columns = tables.repeats.c
        self._connection.execute(delete(tables.repeats).where(columns.person == person, columns.item == item))

    def mark_seen(self, person: str, item: ReviewItem) -> None:
        """Keep in mind that a person knows what others answered on what this item shows."""
        place = select(_items.place).where(_items.id == item.id).scalar_subquery()
        self._connection.execute(
            insert_or(tables.seen).values(person=person, place=place).on_conflict_do_nothing()
        )

    # -- What people said --------------------------------------------------------------------------

    def add_label(self, label: ReviewLabel, number: int) -> None:
        """Add a label that the event with this number brought: as its body, or as one of the "labels" in its body."""
        self._connection.execute(insert(tables.labels), label_row(label, number))
        self._count_people(label.item)

    def withdraw_label(self, label: ReviewLabel) -> None:
        """Mark a label as undone."""
        self._connection.execute(update(tables.labels).where(_labels.id == label.id).values(withdrawn=1))
        self._count_people(label.item)

    def _count_people(self, item: str) -> None:
        """Count who labelled an item, and close it where they are enough."""
        people = (
            select(func.count(_labels.person.distinct()))
            .where(
                _labels.item == item,
                _labels.withdrawn == 0,
                _labels.kind == ReviewLabelKind.FIRST.value,
            )
            .scalar_subquery()
        )
        its = update(tables.items).where(_items.id == item)
        self._connection.execute(its.values(committed=people))
        self._connection.execute(its.values(closed=_items.committed >= _items.required))

    def add_adjudication(self, adjudication: Adjudication, number: int) -> None:
        """Add the adjudication that the "adjudicate" event with this number brought as its body."""
        self._connection.execute(insert(tables.adjudications), adjudication_row(adjudication, number))

    def add_flag(self, item: str, person: str, text: str) -> None:
        """Add a reviewer's word to the lead, with its event."""
        event = self.append(person, "flag", item, {"text": text})
        flagged = Flagged(item=item, person=person, text=text, at=event.at)
        self._connection.execute(insert(tables.flags), flag_row(flagged, event.number))
