"""What the review ledger holds, read in one consistent state."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, exists, func, literal_column, or_, select

from evenhand.errors import UnknownNameError, UsageError
from evenhand.records.review import (
    Adjudication,
    Assignment,
    AssignmentKind,
    AssignmentState,
    Draft,
    Flagged,
    Person,
    ReviewDraw,
    ReviewEvent,
    ReviewItem,
    ReviewLabel,
    ShownCase,
    ShownPrinciple,
    Spent,
)
from evenhand.store.review import tables
from evenhand.store.review.rows import (
    read_adjudication,
    read_assignment,
    read_body,
    read_content,
    read_item,
    read_label,
    read_person,
    read_text,
)
from evenhand.store.rows import searchable

_ROWS_PER_READ = 2_000

_items, _assignments, _labels = tables.items.c, tables.assignments.c, tables.labels.c
_DEALT_WITH = (AssignmentState.COMMITTED.value, AssignmentState.SKIPPED.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How far a person has come in a design."""

    cursor: int
    """Position in the queue from which their next item is looked for."""
    committed: int = 0
    """Items labelled."""
    session_done: int = 0
    """Items labelled since the last break."""
    session_active_ms: int = 0
    """Active time since then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledItem:
    """An item with what people said about it."""

    item: ReviewItem
    labels: tuple[ReviewLabel, ...]
    """In their order, withdrawn ones among them."""
    adjudication: Adjudication | None
    """The one that holds."""


class Reading:
    """One state of the review ledger."""

    def __init__(self, connection: Connection) -> None:
        """Read through an open connection."""
        self._connection = connection

    # -- Draws and items ---------------------------------------------------------------------------

    def draws(self) -> tuple[ReviewDraw, ...]:
        """Return every draw, the oldest first."""
        rows = self._rows(select(tables.draws.c.detail).order_by(tables.draws.c.number))
        return tuple(read_text(ReviewDraw, row.detail) for row in rows)

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
        return read_text(ShownPrinciple, self._connection.execute(query).scalar_one())

    def principles(self, design: str) -> Mapping[str, ShownPrinciple]:
        """Return the principles of a design by their id."""
        columns = tables.principles.c
        rows = self._rows(select(columns.principle_id, columns.body).where(columns.design == design))
        return {row.principle_id: read_text(ShownPrinciple, row.body) for row in rows}

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

    def session(self, token: str, now: float) -> Person | None:
        """Return who is signed in by the hash of their token; None for nobody, and for who may not sign in any more."""
        people, sessions = tables.people.c, tables.sessions.c
        row = self._first(
            select(tables.people)
            .join_from(tables.people, tables.sessions, sessions.person == people.name)
            .where(sessions.token == token, sessions.expires > now, people.active == 1)
        )
        return None if row is None else read_person(row)

    # -- Assignments -------------------------------------------------------------------------------

    def assignment(self, name: str) -> Assignment:
        """Return an assignment by its id.

        Raises:
            UnknownNameError: There is none.
        """
        row = self._first(select(tables.assignments).where(_assignments.id == searchable(name)))
        if row is None:
            raise UnknownNameError("assignment", name, ())
        return read_assignment(row)

    def open_assignment(self, person: str, design: str | None = None) -> Assignment | None:
        """Return the item that is open before a person; None where there is none."""
        query = select(tables.assignments).where(
            _assignments.person == person, _assignments.state == AssignmentState.OPEN.value
        )
        if design is not None:
            query = query.where(_assignments.design == design)
        row = self._first(query.limit(1))
        return None if row is None else read_assignment(row)

    def assignment_of(self, item: str, person: str, kind: AssignmentKind) -> Assignment | None:
        """Return the assignment of an item to a person; None where it never was."""
        row = self._first(
            select(tables.assignments).where(
                _assignments.item == item, _assignments.person == person, _assignments.kind == kind.value
            )
        )
        return None if row is None else read_assignment(row)

    def decisions(self, person: str, design: str, most: int) -> tuple[Assignment, ...]:
        """Return what a person decided last, commits and skips, the newest first."""
        query = (
            select(tables.assignments)
            .where(
                _assignments.person == person,
                _assignments.design == design,
                _assignments.state.in_(_DEALT_WITH),
            )
            .order_by(_assignments.decided.desc())
            .limit(most)
        )
        return tuple(read_assignment(row) for row in self._rows(query))

    def draft(self, assignment: str) -> Draft:
        """Return what was entered so far."""
        query = select(_assignments.draft).where(_assignments.id == assignment)
        return read_text(Draft, self._connection.execute(query).scalar_one())

    def visits(self, assignment: str) -> Mapping[str, Spent]:
        """Return the time of each visit."""
        query = select(_assignments.visits).where(_assignments.id == assignment)
        told: dict[str, list[int]] = json.loads(self._connection.execute(query).scalar_one())
        return {name: Spent(active_ms=active, idle_ms=idle) for name, (active, idle) in told.items()}

    def spent(self, assignment: str) -> Spent:
        """Return the time of all visits."""
        visits = self.visits(assignment).values()
        return Spent(
            active_ms=sum(each.active_ms for each in visits), idle_ms=sum(each.idle_ms for each in visits)
        )

    def tally(self, person: str, design: str) -> Tally | None:
        """Return how far a person has come; None before their first item."""
        columns = tables.tallies.c
        row = self._first(select(tables.tallies).where(columns.person == person, columns.design == design))
        if row is None:
            return None
        return Tally(
            cursor=row.cursor,
            committed=row.committed,
            session_done=row.session_done,
            session_active_ms=row.session_active_ms,
        )

    def due_repeat(self, person: str, design: str, committed: int) -> str | None:
        """Return the item that is to be shown to a person once more; None where none is due."""
        columns = tables.repeats.c
        query = (
            select(columns.item)
            .where(columns.person == person, columns.design == design, columns.due <= committed)
            .order_by(columns.due)
            .limit(1)
        )
        found = self._connection.execute(query).scalar()
        return None if found is None else str(found)

    def next_item(
        self, person: str, design: str, *, cursor: int, opts_out: Sequence[str], now: float
    ) -> ReviewItem | None:
        """Return the next item for a person, in a circle from the cursor on; None where nothing is left.

        It has a place free that nobody holds, was not given to this person before, and neither has a tag they opt out
        of nor shows what they know the answers of others to.
        """
        for ahead in (_items.position > cursor, _items.position <= cursor):
            query = _free_for(person, design, opts_out, now).where(ahead).order_by(_items.position).limit(1)
            row = self._first(query)
            if row is not None:
                return read_item(row)
        return None

    def is_free(self, item: ReviewItem, person: str, now: float) -> bool:
        """Tell whether a place of an item is free for a person."""
        held = select(_held_by_others(person, now)).where(_items.id == item.id)
        committed = self._connection.execute(
            select(_items.committed).where(_items.id == item.id)
        ).scalar_one()
        return bool(committed + int(self._connection.execute(held).scalar_one()) < item.required)

    def left(self, person: str, design: str) -> int:
        """Return how many items of a design are still open, less those a person has dealt with."""
        wanted = and_(_items.design == design, _items.closed == 0, _items.gold.is_(None))
        everything = select(func.count()).select_from(tables.items).where(wanted)
        dealt_with = (
            select(func.count())
            .select_from(tables.assignments.join(tables.items, _items.id == _assignments.item))
            .where(
                wanted,
                _assignments.person == person,
                _assignments.kind == AssignmentKind.FIRST.value,
                _assignments.state.in_(_DEALT_WITH),
            )
        )
        return int(self._connection.execute(everything).scalar_one()) - int(
            self._connection.execute(dealt_with).scalar_one()
        )

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
            .order_by(columns.id)
        )
        return tuple(
            Flagged(item=row.item, person=row.person, text=row.text, at=row.at) for row in self._rows(query)
        )

    # -- The chain ---------------------------------------------------------------------------------

    def events(self, after: int = 0) -> Iterator[ReviewEvent]:
        """Yield events in their order, from the one after number `after` on."""
        query = select(tables.events).where(tables.events.c.number > after).order_by(tables.events.c.number)
        for row in self._stream(query):
            yield ReviewEvent(
                number=row.number,
                at=row.at,
                person=row.person,
                kind=row.kind,
                subject=row.subject,
                body=read_body(row.body),
                prev=row.prev,
                hash=row.hash,
            )

    def head(self) -> tuple[int, str]:
        """Return number and hash of the last event; 0 and an empty hash before the first."""
        columns = tables.events.c
        row = self._first(select(columns.number, columns.hash).order_by(columns.number.desc()).limit(1))
        return (0, "") if row is None else (row.number, row.hash)

    # -- Help --------------------------------------------------------------------------------------

    def _first(self, query: Select[Any]) -> Row[Any] | None:
        return self._connection.execute(query).first()

    def _rows(self, query: Select[Any]) -> Sequence[Row[Any]]:
        return self._connection.execute(query).all()

    def _stream(self, query: Select[Any]) -> Iterator[Row[Any]]:
        yield from self._connection.execution_options(yield_per=_ROWS_PER_READ).execute(query)


def _design_named(draws: Sequence[ReviewDraw], name: str) -> str:
    for draw in reversed(draws):
        if name in {draw.id, draw.design, draw.run}:
            return draw.design
    raise UnknownNameError("draw", name, {each for draw in draws for each in (draw.id, draw.run)})


def _held_by_others(person: str, now: float) -> Any:
    """Count the people who have an item open just now."""
    return (
        select(func.count())
        .select_from(tables.assignments)
        .where(
            _assignments.item == _items.id,
            _assignments.person != person,
            _assignments.kind == AssignmentKind.FIRST.value,
            _assignments.state == AssignmentState.OPEN.value,
            _assignments.expires > now,
        )
        .correlate(tables.items)
        .scalar_subquery()
    )


def _free_for(person: str, design: str, opts_out: Sequence[str], now: float) -> Select[Any]:
    given = exists().where(
        _assignments.item == _items.id,
        _assignments.person == person,
        _assignments.kind == AssignmentKind.FIRST.value,
        or_(_assignments.state.in_(_DEALT_WITH), _assignments.state == AssignmentState.OPEN.value),
    )
    known = exists().where(tables.seen.c.person == person, tables.seen.c.place == _items.place)
    query = select(tables.items).where(
        _items.design == design,
        _items.closed == 0,
        ~given,
        ~known,
        _items.committed + _held_by_others(person, now) < _items.required,
    )
    if opts_out:
        tags = func.json_each(_items.sensitive).table_valued("value").alias("tags")
        unwanted: Select[Any] = (
            select(literal_column("1")).select_from(tags).where(tags.c.value.in_(opts_out))
        )
        query = query.where(~exists(unwanted))
    return query
