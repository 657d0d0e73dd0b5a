"""Which items of a run failed, divided its judges, or belong to it at all: their places in the suite, streamed."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, and_, func, or_, select

from evenhand.records.rating import RATED, SPARED
from evenhand.records.run import Run
from evenhand.store import tables
from evenhand.store.ledger import LedgerFile

_NEEDS_NOTHING = (RATED, SPARED)
"""Terminal states of units that nobody would ask again."""
_ROWS_PER_READ = 5_000

Place = tuple[str, str, str]
"""Case, candidate and principle of an item."""

_items, _ratings, _verdicts = tables.items.c, tables.ratings.c, tables.verdicts.c


def failed_places(ledger: LedgerFile, run: Run) -> Iterator[Place]:
    """Yield the items with a failed or an open rating."""
    number = ledger.run_number(run.id)
    settled = (
        select(_ratings.item, func.count().label("count"))
        .where(_ratings.run == number, _ratings.state.in_(_NEEDS_NOTHING))
        .group_by(_ratings.item)
        .subquery()
    )
    query = (
        _of(number)
        .join_from(tables.items, settled, settled.c.item == _items.seq, isouter=True)
        .where(func.coalesce(settled.c.count, 0) < run.manifest.units_per_item)
    )
    return _read(ledger, query)


def disagreed_places(ledger: LedgerFile, run: Run) -> Iterator[Place]:
    """Yield the items that were left undecided, or whose judges differed."""
    number = ledger.run_number(run.id)
    its_verdict = and_(_verdicts.run == _items.run, _verdicts.item == _items.seq)
    divided = or_(_verdicts.undecided.is_not(None), _verdicts.disagreement > 0)
    return _read(ledger, _of(number).join_from(tables.items, tables.verdicts, its_verdict).where(divided))


def stored_places(ledger: LedgerFile, run: Run) -> Iterator[Place]:
    """Yield the items of a run."""
    return _read(ledger, _of(ledger.run_number(run.id)))


def _of(number: int) -> Select[Any]:
    return select(_items.case_id, _items.candidate_id, _items.principle_id).where(_items.run == number)


def _read(ledger: LedgerFile, query: Select[Any]) -> Iterator[Place]:
    with ledger.read() as connection:
        for row in connection.execution_options(yield_per=_ROWS_PER_READ).execute(query):
            yield row.case_id, row.candidate_id, row.principle_id
