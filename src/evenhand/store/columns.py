"""A run as plain columns, read in one pass: no record for each item, rating or label."""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Select, and_, case, func, literal, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql import ColumnElement

from evenhand.records.rated import RatedUnit
from evenhand.records.rating import RATED
from evenhand.records.run import Run
from evenhand.store import tables
from evenhand.store.ledger import LedgerFile
from evenhand.store.rows import read_unit
from evenhand.store.sqlite import driver_connection

_ROWS_PER_READ = 20_000

LabelRow = tuple[str, str, str, str, str, str, str, str | None]
"""Source, case, candidate, principle, annotator, kind, label, and how it came about as JSON."""
RatingRow = tuple[int, str, str | None]
"""Unit, what came of it in one word, and the distribution as JSON where there are probabilities."""
VoteRow = tuple[int, str, float | None, str | None]
"""Unit, what came of it in one word, the confidence the judge stated, and the distribution as JSON."""
VerdictRow = tuple[int, bool, float, str | None]
"""Item, whether the panel settled it, how far the judges differ, and the road through a cascade as JSON."""
ANSWERED = "="
"""What stands before the label in the word of a rating; the word of a failure is its state."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemColumns:
    """The items of a run in the order of the suite, a tuple for each thing known of them."""

    case_id: tuple[str, ...]
    candidate_id: tuple[str, ...]
    principle_id: tuple[str, ...]
    slice: tuple[str, ...]
    """Groups of the case, as JSON."""
    source: tuple[str | None, ...]
    """Source of the case, empty where it has none; None in items of ledgers that did not keep it."""
    content: tuple[bytes | None, ...] = ()
    """Digest of the prompt and then of the output, of 16 bytes each; None in ledgers that did not keep it."""
    tags: tuple[str | None, ...] = ()
    """Tags of the case, as JSON; None in ledgers that did not keep them."""

    @property
    def n(self) -> int:
        """Items."""
        return len(self.case_id)


def item_columns(ledger: LedgerFile, run: Run) -> ItemColumns:
    """Return the items of a run; equal texts are one object."""
    items = tables.items.c
    query = (
        select(
            items.case_id,
            items.candidate_id,
            items.principle_id,
            items.slice,
            items.source,
            items.content,
            items.tags,
        )
        .where(items.run == ledger.run_number(run.id))
        .order_by(items.seq)
    )
    known: dict[str | bytes | None, str | bytes | None] = {}
    columns: tuple[list[Any], ...] = ([], [], [], [], [], [], [])
    for rows in _blocks(ledger, query):
        for column, values in zip(columns, zip(*rows, strict=True), strict=True):
            column += [known.setdefault(value, value) for value in values]
    names, candidates, principles, slices, sources, contents, tags = map(tuple, columns)
    return ItemColumns(
        case_id=names,
        candidate_id=candidates,
        principle_id=principles,
        slice=slices,
        source=sources,
        content=contents,
        tags=tags,
    )


def rating_blocks(ledger: LedgerFile, run: Run) -> Iterator[Sequence[RatingRow]]:
    """Yield the terminal states of a run's units, in order, many at a time."""
    ratings = tables.ratings.c
    query = (
        select(ratings.unit, _word(), ratings.distribution)
        .where(ratings.run == ledger.run_number(run.id))
        .order_by(ratings.unit)
    )
    yield from _blocks(ledger, query)


def vote_blocks(ledger: LedgerFile, run: Run) -> Iterator[Sequence[VoteRow]]:
    """Yield the terminal states of a run's units with all that tells how sure a judge was, many at a time."""
    ratings = tables.ratings.c
    query = (
        select(ratings.unit, _word(), ratings.stated, ratings.distribution)
        .where(ratings.run == ledger.run_number(run.id))
        .order_by(ratings.unit)
    )
    yield from _blocks(ledger, query)


def verdict_blocks(ledger: LedgerFile, run: Run) -> Iterator[Sequence[VerdictRow]]:
    """Yield what a run came to on its items, in order, many at a time."""
    verdicts = tables.verdicts.c
    query = (
        select(verdicts.item, verdicts.label.is_not(None), verdicts.disagreement, verdicts.road)
        .where(verdicts.run == ledger.run_number(run.id))
        .order_by(verdicts.item)
    )
    yield from _blocks(ledger, query)


def _word() -> ColumnElement[str]:
    """Return the column that says in one word what came of a unit."""
    ratings = tables.ratings.c
    return case((ratings.state == RATED, literal(ANSWERED) + ratings.label), else_=ratings.state)


def has_probabilities(ledger: LedgerFile, run: Run) -> bool:
    """Tell whether a rating of a run has more than its answer."""
    ratings = tables.ratings.c
    query = (
        select(ratings.unit)
        .where(ratings.run == ledger.run_number(run.id), ratings.distribution.is_not(None))
        .limit(1)
    )
    with ledger.read() as connection:
        return connection.execute(query).first() is not None


def units_by_item(ledger: LedgerFile, run: Run) -> Iterator[tuple[int, list[RatedUnit]]]:
    """Yield the position of each item that has terminal states, with those states."""
    ratings = tables.ratings
    query = select(ratings).where(ratings.c.run == ledger.run_number(run.id)).order_by(ratings.c.unit)
    with ledger.read() as connection:
        rows = connection.execution_options(stream_results=True).execute(query)
        for item, units in groupby(rows, key=attrgetter("item")):
            yield item, [read_unit(row) for row in units]


def units_of_items(
    ledger: LedgerFile, run: Run, wanted: Sequence[int]
) -> Iterator[tuple[int, list[RatedUnit]]]:
    """Yield the positions of some items that have terminal states, with those states, in the order of the suite."""
    ratings = tables.ratings
    places = select(func.json_each(json.dumps(list(wanted))).table_valued("value").c.value)
    query = (
        select(ratings)
        .where(ratings.c.run == ledger.run_number(run.id), ratings.c.item.in_(places))
        .order_by(ratings.c.unit)
    )
    with ledger.read() as connection:
        rows = connection.execution_options(stream_results=True).execute(query)
        for item, units in groupby(rows, key=attrgetter("item")):
            yield item, [read_unit(row) for row in units]


def principles_asked(ledger: LedgerFile, run: Run) -> frozenset[str]:
    """Return the principles about which a run made a call."""
    items, ratings, attempts = tables.items.c, tables.ratings.c, tables.attempts.c
    number = ledger.run_number(run.id)
    query = (
        select(items.principle_id)
        .join_from(
            tables.attempts,
            tables.ratings,
            and_(ratings.run == attempts.run, ratings.unit == attempts.unit),
        )
        .join(tables.items, and_(items.run == ratings.run, items.seq == ratings.item))
        .where(attempts.run == number)
        .distinct()
    )
    with ledger.read() as connection:
        return frozenset(connection.execute(query).scalars())


def label_rows(ledger: LedgerFile, sources: Collection[str]) -> Iterator[LabelRow]:
    """Yield the human labels of some sources, in the order in which they were added."""
    labels = tables.labels.c
    query = (
        select(
            labels.source,
            labels.case_id,
            labels.candidate_id,
            labels.principle_id,
            labels.annotator,
            labels.kind,
            labels.label,
            labels.detail,
        )
        .where(labels.source.in_(sources))
        .order_by(labels.id)
    )
    for rows in _blocks(ledger, query) if sources else ():
        yield from rows


def verdict_labels(
    ledger: LedgerFile, run: Run, cases: Collection[str]
) -> Iterator[tuple[str, str, str, str]]:
    """Yield case, candidate, principle and verdict of the decided items of some cases of a run."""
    items, verdicts = tables.items.c, tables.verdicts.c
    wanted = select(func.json_each(json.dumps(sorted(cases))).table_valued("value").c.value)
    query = (
        select(items.case_id, items.candidate_id, items.principle_id, verdicts.label)
        .join_from(tables.items, tables.verdicts, and_(verdicts.run == items.run, verdicts.item == items.seq))
        .where(items.run == ledger.run_number(run.id), items.case_id.in_(wanted), verdicts.label.is_not(None))
    )
    for rows in _blocks(ledger, query):
        yield from rows


def _blocks(ledger: LedgerFile, query: Select[Any]) -> Iterator[list[Any]]:
    """Yield the rows of a query as the driver's tuples: SQLAlchemy's cost more than everything else together."""
    compiled: Any = query.compile(
        dialect=sqlite.dialect(paramstyle="qmark"), compile_kwargs={"render_postcompile": True}
    )
    values = [compiled.params[name] for name in compiled.positiontup]
    with ledger.read() as connection:
        cursor = driver_connection(connection).execute(str(compiled), values)
        while rows := cursor.fetchmany(_ROWS_PER_READ):
            yield rows
