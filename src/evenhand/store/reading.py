"""A run read back from the ledger: its rated items in order, and the account of its calls."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, and_, func, select
from sqlalchemy.engine import Row
from sqlalchemy.sql import ColumnElement

from evenhand.records.instrument import CallShare, Purpose
from evenhand.records.label import HumanLabel
from evenhand.records.rated import CallCounts, RatedItem, RatedUnit, RunAccount, count_calls
from evenhand.records.rating import SPARED
from evenhand.records.run import Run
from evenhand.records.verdict import Verdict
from evenhand.store import tables
from evenhand.store.ledger import LedgerFile
from evenhand.store.pacing import pacing_events
from evenhand.store.rows import read_flags, read_label, read_unit, searchable
from evenhand.store.shares import call_shares
from evenhand.store.unit_costs import unit_costs

_ITEMS_PER_READ = 2_000

Decide = Callable[[str, tuple[RatedUnit, ...]], Verdict | None]
"""What the panel makes of the terminal states of an item of a principle; None while one is open."""


def rated_items(ledger: LedgerFile, run: Run, *, decide: Decide) -> Iterator[RatedItem]:
    """Yield the items of a run in the order of the suite, read a block at a time."""
    number = ledger.run_number(run.id)
    for first in range(0, run.manifest.planned_items, _ITEMS_PER_READ):
        for item in _read_block(ledger, number, run, first, first + _ITEMS_PER_READ - 1):
            yield replace(item, verdict=decide(item.principle_id, item.units))


def settled_units(ledger: LedgerFile, run: Run) -> bytearray:
    """Return one byte for each planned unit: 1 where it has its terminal state."""
    settled = bytearray(run.manifest.planned_units)
    query = select(tables.ratings.c.unit).where(tables.ratings.c.run == ledger.run_number(run.id))
    with ledger.read() as connection:
        for unit in connection.execute(query).scalars():
            settled[unit] = 1
    return settled


def run_account(ledger: LedgerFile, run: Run) -> RunAccount:
    """Return where every planned unit went, and what the calls cost."""
    number = ledger.run_number(run.id)
    ratings = tables.ratings.c
    states = select(ratings.state, func.count()).where(ratings.run == number).group_by(ratings.state)
    with ledger.read() as connection:
        terminal: dict[str, int] = dict(connection.execute(states).all())
        shares = call_shares(connection, number)
        pacing = pacing_events(connection, number)
        costs = unit_costs(connection, number) if SPARED in terminal else {}
    return RunAccount(
        planned=run.manifest.planned_units,
        terminal=terminal,
        calls=_calls(shares),
        preflight=count_calls([each for each in shares if each.purpose is Purpose.PREFLIGHT]),
        shares=shares,
        pacing=pacing,
        unit_costs=costs,
    )


def run_calls(ledger: LedgerFile, run: Run) -> Mapping[str, CallCounts]:
    """Return what the calls of each judge came to, which is part of the account of the run."""
    with ledger.read() as connection:
        return _calls(call_shares(connection, ledger.run_number(run.id)))


def _calls(shares: Sequence[CallShare]) -> Mapping[str, CallCounts]:
    asked = [each for each in shares if each.purpose is not Purpose.PREFLIGHT]
    return {
        judge: count_calls([each for each in asked if each.judge == judge])
        for judge in sorted({each.judge for each in asked})
    }


def _read_block(ledger: LedgerFile, number: int, run: Run, first: int, last: int) -> list[RatedItem]:
    items = tables.items.c
    span = and_(items.run == number, items.seq.between(first, last))
    with ledger.read() as connection:
        rows = connection.execute(select(tables.items).where(span).order_by(items.seq)).all()
        units = _units(connection, number, run.manifest.units_per_item, first, last)
        labels = _labels(connection, span, run)
    return [_item(row, units.get(row.seq, []), labels.get(row.seq, [])) for row in rows]


def _units(
    connection: Connection, number: int, per_item: int, first: int, last: int
) -> Mapping[int, list[RatedUnit]]:
    """Return terminal states by item; units of one item follow each other, which the primary key serves."""
    ratings = tables.ratings.c
    span = ratings.unit.between(first * per_item, (last + 1) * per_item - 1)
    found: dict[int, list[RatedUnit]] = {}
    query = select(tables.ratings).where(ratings.run == number, span).order_by(ratings.unit)
    for row in connection.execute(query):
        found.setdefault(row.item, []).append(read_unit(row))
    return found


def _labels(connection: Connection, span: ColumnElement[bool], run: Run) -> Mapping[int, list[HumanLabel]]:
    manifest = run.manifest
    sources = [manifest.label_source(file) for file in manifest.files if file.role == "labels"]
    items, labels = tables.items.c, tables.labels.c
    same = and_(
        labels.case_id == items.case_id,
        labels.candidate_id.in_([items.candidate_id, ""]),
        labels.principle_id == items.principle_id,
    )
    query = (
        select(items.seq, tables.labels)
        .join_from(tables.items, tables.labels, same)
        .where(span, labels.source.in_(sources))
        .order_by(items.seq, labels.id)
    )
    found: dict[int, list[HumanLabel]] = {}
    for row in connection.execute(query) if sources else ():
        found.setdefault(row.seq, []).append(read_label(row))
    return found


def _item(row: Row[Any], units: list[RatedUnit], labels: list[HumanLabel]) -> RatedItem:
    return RatedItem(
        seq=row.seq,
        case_id=row.case_id,
        candidate_id=row.candidate_id,
        principle_id=row.principle_id,
        slice=json.loads(row.slice),
        units=tuple(units),
        verdict=None,
        labels=tuple(labels),
        flags=read_flags(row.flags),
    )


def items_to_decide(ledger: LedgerFile, run: Run) -> tuple[int, ...]:
    """Return the items of a run whose units are all settled and that have no verdict yet."""
    ratings, verdicts, number = tables.ratings.c, tables.verdicts.c, ledger.run_number(run.id)
    have = and_(verdicts.run == ratings.run, verdicts.item == ratings.item)
    query = (
        select(ratings.item)
        .join_from(tables.ratings, tables.verdicts, have, isouter=True)
        .where(ratings.run == number, verdicts.item.is_(None))
        .group_by(ratings.item)
        .having(func.count() >= run.manifest.units_per_item)
        .order_by(ratings.item)
    )
    with ledger.read() as connection:
        return tuple(connection.execute(query).scalars())


def rated_item(ledger: LedgerFile, run: Run, seq: int, *, decide: Decide) -> RatedItem | None:
    """Return one item of a run by its position; None where there is none."""
    found = _read_block(ledger, ledger.run_number(run.id), run, seq, seq)
    return replace(found[0], verdict=decide(found[0].principle_id, found[0].units)) if found else None


def settled_counts(ledger: LedgerFile, run: Run) -> Mapping[tuple[str, str], int]:
    """Return how many units of each judge ended in each terminal state."""
    ratings = tables.ratings.c
    query = (
        select(ratings.judge, ratings.state, func.count())
        .where(ratings.run == ledger.run_number(run.id))
        .group_by(ratings.judge, ratings.state)
    )
    with ledger.read() as connection:
        return {(judge, state): count for judge, state, count in connection.execute(query)}


def item_places(ledger: LedgerFile, run: Run, name: str) -> tuple[int, ...]:
    """Return the positions of the items whose case is `name`, or a part of `name` that ends before a slash."""
    parts = name.split("/")
    cases = ["/".join(parts[:end]) for end in range(1, len(parts) + 1)]
    items = tables.items.c
    query = (
        select(items.seq)
        .where(items.run == ledger.run_number(run.id), items.case_id.in_(map(searchable, cases)))
        .order_by(items.seq)
    )
    with ledger.read() as connection:
        return tuple(connection.execute(query).scalars())


def most_divided_place(ledger: LedgerFile, run: Run) -> int | None:
    """Return the position of the item with the largest disagreement, the first of equals; None without a verdict."""
    verdicts = tables.verdicts.c
    ranked = select(verdicts.item).order_by(verdicts.disagreement.desc(), verdicts.item)
    with ledger.read() as connection:
        return connection.execute(
            ranked.where(verdicts.run == ledger.run_number(run.id)).limit(1)
        ).scalar_one_or_none()


def case_names(ledger: LedgerFile, run: Run, most: int) -> set[str]:
    """Return the names of a run's cases, at most so many."""
    items = tables.items.c
    query = select(items.case_id).where(items.run == ledger.run_number(run.id)).distinct().limit(most)
    with ledger.read() as connection:
        return set(connection.execute(query).scalars())
