"""What the review ledger holds, read in one consistent state."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, true

from evenhand.errors import UnknownNameError, UsageError
from evenhand.records.review import (
    Adjudication,
    Checkpoint,
    Flagged,
    Person,
    ReviewDraw,
    ReviewEvent,
    ReviewItem,
    ReviewLabel,
    ShownCase,
    ShownPrinciple,
)
from evenhand.store.review import tables
from evenhand.store.review.digests import DigestReader
from evenhand.store.review.queue import QueueReader
from evenhand.store.review.rows import (
    read_adjudication,
    read_content,
    read_event,
    read_item,
    read_json,
    read_label,
    read_person,
)
from evenhand.store.rows import searchable

_items, _labels = tables.items.c, tables.labels.c


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSession:
    """Somebody who is signed in."""

    person: Person
    made: float
    """When they signed in, in seconds since 1970."""
    expires: float
    """When they are signed out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledItem:
    """An item with what people said about it."""

    item: ReviewItem
    labels: tuple[ReviewLabel, ...]
    """In their order, withdrawn ones among them."""
    adjudication: Adjudication | None
    """The one that holds."""


class Reading(QueueReader, DigestReader):
    """One state of the review ledger."""

    # -- Draws and items ---------------------------------------------------------------------------

    def draws(self) -> tuple[ReviewDraw, ...]:
        """Return every draw, the oldest first."""
        rows = self._rows(select(tables.draws.c.detail).order_by(tables.draws.c.number))
        return tuple(read_json(ReviewDraw, row.detail) for row in rows)

    def design(self, name: str | None = None) -> ReviewDraw:
        """Return the newest draw of a design, or of the newest design.

        Args:
            name: Name of any draw of the design, or of its run; None for the newest.

        Raises:
            UnknownNameError: There is no such design.
            UsageError: Nothing was drawn yet.
        """
        draws = self.draws()
        if not draws:
            raise UsageError("nothing was drawn for review yet", hint="draw with: evenhand review sample RUN")
        wanted = draws[-1].design if name is None else _design_named(draws, name)
        return next(draw for draw in reversed(draws) if draw.design == wanted)

    def item(self, name: str) -> ReviewItem:
        """Return an item by its id.

        Raises:
            UnknownNameError: There is no such item.
        """
        row = self._first(select(tables.items).where(_items.id == searchable(name)))
        if row is None:
            raise UnknownNameError("review item", name, ())
        return read_item(row)

    def items(self, design: str) -> Iterator[ReviewItem]:
        """Yield the items of a design in the order of its queue."""
        query = select(tables.items).where(_items.design == design).order_by(_items.position)
        for row in self._stream(query):
            yield read_item(row)

    def find_items(self, names: Sequence[str]) -> Mapping[str, ReviewItem]:
        """Return those of the named items that exist, by their id."""
        wanted = select(func.json_each(json.dumps(list(names))).table_valued("value").c.value)
        query = select(tables.items).where(_items.id.in_(wanted))
        return {row.id: read_item(row) for row in self._stream(query)}

    def content(self, hash_: str) -> ShownCase:
        """Return what is shown of a case."""
        query = select(tables.contents.c.body).where(tables.contents.c.hash == hash_)
        return read_content(self._connection.execute(query).scalar_one())

    def principle(self, design: str, principle_id: str) -> ShownPrinciple:
        """Return a principle as it was when the design was made."""
        columns = tables.principles.c
        query = select(columns.body).where(columns.design == design, columns.principle_id == principle_id)
        return read_json(ShownPrinciple, self._connection.execute(query).scalar_one())

    def principles(self, design: str) -> Mapping[str, ShownPrinciple]:
        """Return the principles of a design by their id."""
        columns = tables.principles.c
        rows = self._rows(select(columns.principle_id, columns.body).where(columns.design == design))
        return {row.principle_id: read_json(ShownPrinciple, row.body) for row in rows}

    # -- People ------------------------------------------------------------------------------------

    def people(self) -> tuple[Person, ...]:
        """Return everybody, by name."""
        return tuple(
            read_person(row) for row in self._rows(select(tables.people).order_by(tables.people.c.name))
        )

    def find_person(self, name: str) -> Person | None:
        """Return a person; None where nobody has that name."""
        row = self._first(select(tables.people).where(tables.people.c.name == searchable(name)))
        return None if row is None else read_person(row)

    def person(self, name: str) -> Person:
        """Return a person.

        Raises:
            UnknownNameError: Nobody has that name.
        """
        found = self.find_person(name)
        if found is None:
            raise UnknownNameError("reviewer", name, [each.name for each in self.people()])
        return found

    def secret(self, name: str) -> str:
        """Return what a person's password is checked against; empty where there is none."""
        query = select(tables.people.c.secret).where(tables.people.c.name == searchable(name))
        return str(self._connection.execute(query).scalar() or "")

    def session(self, token: str, now: float) -> OpenSession | None:
        """Return who is signed in by the hash of their token; None for nobody, and for who may not sign in any more."""
        people, sessions = tables.people.c, tables.sessions.c
        row = self._first(
            select(tables.people, sessions.made, sessions.expires)
            .join_from(tables.people, tables.sessions, sessions.person == people.name)
            .where(sessions.token == token, sessions.expires > now, people.active == 1)
        )
        if row is None:
            return None
        return OpenSession(person=read_person(row), made=row.made, expires=row.expires)

    def content_tags(self, design: str) -> tuple[str, ...]:
        """Return the content tags that items of a design have, in their order."""
        tags = func.json_each(_items.sensitive).table_valued("value").alias("tags")
        query = (
            select(tags.c.value)
            .distinct()
            .select_from(tables.items.join(tags, true()))
            .where(_items.design == design, _items.sensitive != "[]")
        )
        return tuple(sorted(str(row.value) for row in self._rows(query)))

    # -- What people said --------------------------------------------------------------------------

    def labels(self, design: str | None = None) -> Iterator[ReviewLabel]:
        """Yield labels in their order, withdrawn ones among them; of one design or of all."""
        query = select(tables.labels).order_by(_labels.number)
        if design is not None:
            query = query.join_from(tables.labels, tables.items, _items.id == _labels.item).where(
                _items.design == design
            )
        for row in self._stream(query):
            yield read_label(row)

    def labels_of(self, item: str) -> tuple[ReviewLabel, ...]:
        """Return the labels of an item in their order, withdrawn ones among them."""
        query = select(tables.labels).where(_labels.item == item).order_by(_labels.number)
        return tuple(read_label(row) for row in self._rows(query))

    def find_label(self, name: str) -> ReviewLabel | None:
        """Return a label by its id; None where there is none."""
        row = self._first(select(tables.labels).where(_labels.id == searchable(name)))
        return None if row is None else read_label(row)

    def find_adjudication(self, name: str) -> Adjudication | None:
        """Return an adjudication by its id; None where there is none."""
        columns = tables.adjudications.c
        row = self._first(select(tables.adjudications).where(columns.id == searchable(name)))
        return None if row is None else read_adjudication(row)

    def label_of(self, assignment: str) -> ReviewLabel | None:
        """Return the label that an assignment brought and that holds; None where there is none."""
        query = (
            select(tables.labels)
            .where(_labels.assignment == assignment, _labels.withdrawn == 0, _labels.kind != "revealed")
            .order_by(_labels.number.desc())
            .limit(1)
        )
        row = self._first(query)
        return None if row is None else read_label(row)

    def adjudications(self, design: str) -> Mapping[str, Adjudication]:
        """Return the adjudications of a design that hold, by item."""
        columns = tables.adjudications.c
        query = (
            select(tables.adjudications)
            .join_from(tables.adjudications, tables.items, _items.id == columns.item)
            .where(_items.design == design)
            .order_by(columns.number)
        )
        return {row.item: read_adjudication(row) for row in self._stream(query)}

    def adjudication_of(self, item: str) -> Adjudication | None:
        """Return the adjudication of an item that holds; None where it is not settled."""
        columns = tables.adjudications.c
        query = select(tables.adjudications).where(columns.item == item).order_by(columns.number.desc())
        row = self._first(query.limit(1))
        return None if row is None else read_adjudication(row)

    def labelled_items(self, design: str) -> Iterator[LabelledItem]:
        """Yield the items of a design that have labels or an adjudication, in the order of the queue."""
        labels: dict[str, list[ReviewLabel]] = {}
        for label in self.labels(design):
            labels.setdefault(label.item, []).append(label)
        adjudications = self.adjudications(design)
        for item in self.items(design):
            if item.id in labels or item.id in adjudications:
                yield LabelledItem(
                    item=item,
                    labels=tuple(labels.get(item.id, ())),
                    adjudication=adjudications.get(item.id),
                )

    def flags(self, design: str) -> tuple[Flagged, ...]:
        """Return what reviewers told the lead about items of a design."""
        columns = tables.flags.c
        query = (
            select(tables.flags)
            .join_from(tables.flags, tables.items, _items.id == columns.item)
            .where(_items.design == design)
            .order_by(columns.number)
        )
        return tuple(
            Flagged(item=row.item, person=row.person, text=row.text, at=row.at) for row in self._rows(query)
        )

    # -- The chain ---------------------------------------------------------------------------------

    def events(self, after: int = 0) -> Iterator[ReviewEvent]:
        """Yield events in their order, from the one after number `after` on."""
        query = select(tables.events).where(tables.events.c.number > after).order_by(tables.events.c.number)
        for row in self._stream(query):
            yield read_event(row)

    def has_event(self, person: str, kind: str, subject: str) -> bool:
        """Tell whether a person did something with a subject."""
        columns = tables.events.c
        query = select(columns.number).where(
            columns.subject == searchable(subject), columns.kind == kind, columns.person == person
        )
        return self._first(query.limit(1)) is not None

    def head(self) -> Checkpoint:
        """Return how far the chain of events has come."""
        columns = tables.events.c
        row = self._first(select(columns.number, columns.hash).order_by(columns.number.desc()).limit(1))
        return Checkpoint(number=0, hash="") if row is None else Checkpoint(number=row.number, hash=row.hash)


def _design_named(draws: Sequence[ReviewDraw], name: str) -> str:
    for draw in reversed(draws):
        if name in {draw.id, draw.design, draw.run}:
            return draw.design
    raise UnknownNameError("draw", name, {each for draw in draws for each in (draw.id, draw.run)})
