"""Who has which item before them, and which item comes next for whom."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, exists, func, literal_column, select

from evenhand.errors import UnknownNameError
from evenhand.records.review import (
    Assignment,
    AssignmentKind,
    AssignmentState,
    Draft,
    ReviewItem,
    ReviewLabelKind,
    Spent,
)
from evenhand.store.review import tables
from evenhand.store.review.row_reader import RowReader
from evenhand.store.review.rows import read_assignment, read_item, read_json
from evenhand.store.rows import searchable

_items, _assignments, _labels = tables.items.c, tables.assignments.c, tables.labels.c
_IS_OPEN: Final = _assignments.state == literal_column(f"'{AssignmentState.OPEN.value}'")
_NOT_CLOSED: Final = _items.closed == literal_column("0")
"""Numbers and words that indexes are made for stand in the query itself: SQLite looks for them there."""


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
    last: float = 0.0
    """When they labelled something last, in seconds since 1970; 0 before that."""


class QueueReader(RowReader):
    """Assignments, and the queue from which they are made."""

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

    def open_assignment(self, person: str, design: str) -> Assignment | None:
        """Return the item of a design that is open before a person; None where there is none."""
        query = select(tables.assignments).where(
            _assignments.person == person, _assignments.design == design, _IS_OPEN
        )
        row = self._first(query.limit(1))
        return None if row is None else read_assignment(row)

    def open_assignments(self, person: str) -> tuple[Assignment, ...]:
        """Return the items that are open before a person: of each design one at most."""
        query = select(tables.assignments).where(_assignments.person == person, _IS_OPEN)
        return tuple(read_assignment(row) for row in self._rows(query))

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
            .where(_assignments.person == person, _assignments.design == design, _assignments.decided > 0)
            .order_by(_assignments.decided.desc())
            .limit(most)
        )
        return tuple(read_assignment(row) for row in self._rows(query))

    def assignments(self, design: str) -> Iterator[Assignment]:
        """Yield every assignment of a design, in no order."""
        for row in self._stream(select(tables.assignments).where(_assignments.design == design)):
            yield read_assignment(row)

    def draft(self, assignment: str) -> Draft:
        """Return what was entered so far."""
        query = select(_assignments.draft).where(_assignments.id == assignment)
        return read_json(Draft, self._connection.execute(query).scalar_one())

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
            last=row.last,
        )

    def due_repeat(
        self, person: str, design: str, *, committed: int, opts_out: Sequence[str]
    ) -> ReviewItem | None:
        """Return the item that is to be shown to a person once more; None where none is due.

        One with a tag they opt out of now, or of which they know others' answers by now, is passed over.
        """
        columns = tables.repeats.c
        query = (
            select(tables.items)
            .join_from(tables.items, tables.repeats, columns.item == _items.id)
            .where(
                columns.person == person,
                columns.design == design,
                columns.due <= committed,
                ~_is_known_to(person),
                *_without(opts_out),
            )
            .order_by(columns.due, columns.item)
            .limit(1)
        )
        row = self._first(query)
        return None if row is None else read_item(row)

    def next_item(
        self, person: str, design: str, *, cursor: int, opts_out: Sequence[str], now: float
    ) -> ReviewItem | None:
        """Return the next item for a person, in a circle from the cursor on; None where nothing is left.

        It has a place free that nobody holds, was not given to this person before and is not labelled by them, and
        neither has a tag they opt out of nor shows what they know the answers of others to.
        """
        for ahead in (_items.position > cursor, _items.position <= cursor):
            query = _free_for(person, design, opts_out, now).where(ahead).order_by(_items.position).limit(1)
            row = self._first(query)
            if row is not None:
                return read_item(row)
        return None

    def is_free(self, item: ReviewItem, person: str, now: float) -> bool:
        """Tell whether a place of an item is free for a person."""
        taken = _items.committed + _held_by_others(person, now)
        query = select(taken < _items.required).where(_items.id == item.id)
        return bool(self._connection.execute(query).scalar_one())

    def is_labelled_by(self, item: str, person: str) -> bool:
        """Tell whether a label of a person on an item holds, wherever it was given."""
        query = select(_is_labelled_by(person)).where(_items.id == item)
        return bool(self._connection.execute(query).scalar_one())

    def is_known_to(self, item: str, person: str) -> bool:
        """Tell whether a person knows what others or the judges answered on what an item shows."""
        query = select(_is_known_to(person)).where(_items.id == item)
        return bool(self._connection.execute(query).scalar_one())

    def left(self, person: str, design: str) -> int:
        """Return how many items of a design are still open, less those a person has dealt with."""
        wanted = (_items.design == design, _NOT_CLOSED, _items.gold.is_(None))
        everything = select(func.count()).select_from(tables.items).where(*wanted)
        dealt_with = (
            select(func.count())
            .select_from(tables.assignments.join(tables.items, _items.id == _assignments.item))
            .where(
                *wanted,
                _assignments.person == person,
                _assignments.design == design,
                _assignments.kind == AssignmentKind.FIRST.value,
                _assignments.decided > 0,
            )
        )
        return int(self._connection.execute(everything).scalar_one()) - int(
            self._connection.execute(dealt_with).scalar_one()
        )

    def drawn_by(self, person: str, design: str) -> int:
        """Return how many items of the draw a person has labelled or skipped: no repeats, no gold items."""
        query = (
            select(func.count())
            .select_from(tables.assignments.join(tables.items, _items.id == _assignments.item))
            .where(
                _items.gold.is_(None),
                _assignments.person == person,
                _assignments.design == design,
                _assignments.kind == AssignmentKind.FIRST.value,
                _assignments.decided > 0,
            )
        )
        return int(self._connection.execute(query).scalar_one())

    def skipped(self, person: str, design: str) -> int:
        """Return how many items of a design a person has skipped, repeats and gold items among them."""
        query = select(func.count()).where(
            _assignments.person == person,
            _assignments.design == design,
            _assignments.decided > 0,
            _assignments.state == AssignmentState.SKIPPED.value,
        )
        return int(self._connection.execute(query).scalar_one())

    def gold_items(self, design: str) -> int:
        """Return how many gold items a design has; they never close, and to say so lets SQLite take their index."""
        query = select(func.count()).select_from(tables.items)
        query = query.where(_items.design == design, _NOT_CLOSED, _items.gold.is_not(None))
        return int(self._connection.execute(query).scalar_one())


def _held_by_others(person: str, now: float) -> ColumnElement[int]:
    """Count the other people who have an item open just now."""
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
    return select(tables.items).where(
        _items.design == design,
        _NOT_CLOSED,
        ~_was_given_to(person),
        ~_is_labelled_by(person),
        ~_is_known_to(person),
        _items.committed + _held_by_others(person, now) < _items.required,
        *_without(opts_out),
    )


def _was_given_to(person: str) -> ColumnElement[bool]:
    """Tell whether a person has or had an item before them, and did not put it back."""
    return exists().where(
        _assignments.item == _items.id,
        _assignments.person == person,
        _assignments.kind == AssignmentKind.FIRST.value,
        _assignments.state != AssignmentState.RETURNED.value,
    )


def _is_labelled_by(person: str) -> ColumnElement[bool]:
    """Tell whether a label of a person holds, wherever it was given."""
    return exists().where(
        _labels.item == _items.id,
        _labels.person == person,
        _labels.kind == ReviewLabelKind.FIRST.value,
        _labels.withdrawn == 0,
    )


def _is_known_to(person: str) -> ColumnElement[bool]:
    """Tell whether a person knows what others answered on what an item shows."""
    return exists().where(tables.seen.c.person == person, tables.seen.c.place == _items.place)


def _without(tags: Sequence[str]) -> Iterator[ColumnElement[bool]]:
    """Yield what keeps items with one of these content tags out."""
    if tags:
        had = func.json_each(_items.sensitive).table_valued("value").alias("tags")
        unwanted: Select[Any] = select(literal_column("1")).select_from(had).where(had.c.value.in_(tags))
        yield ~exists(unwanted)
