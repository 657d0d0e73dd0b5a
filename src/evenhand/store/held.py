"""How much a run holds on each principle: ratings by judge, and verdicts."""

from collections.abc import Mapping

from sqlalchemy import and_, func, select

from evenhand.records.rating import RATED
from evenhand.records.run import Run
from evenhand.store import tables
from evenhand.store.ledger import LedgerFile


def ratings_held(ledger: LedgerFile, run: Run) -> Mapping[tuple[str, str], int]:
    """Return how many ratings a run has, by principle and judge; failed ones are left out."""
    items, ratings = tables.items.c, tables.ratings.c
    query = (
        select(items.principle_id, ratings.judge, func.count())
        .join_from(tables.ratings, tables.items, and_(items.run == ratings.run, items.seq == ratings.item))
        .where(ratings.run == ledger.run_number(run.id), ratings.state == RATED)
        .group_by(items.principle_id, ratings.judge)
    )
    with ledger.read() as connection:
        return {(principle, judge): count for principle, judge, count in connection.execute(query)}


def verdicts_held(ledger: LedgerFile, run: Run) -> Mapping[str, int]:
    """Return how many items of each principle a run settled."""
    items, verdicts = tables.items.c, tables.verdicts.c
    query = (
        select(items.principle_id, func.count())
        .join_from(tables.verdicts, tables.items, and_(items.run == verdicts.run, items.seq == verdicts.item))
        .where(verdicts.run == ledger.run_number(run.id), verdicts.label.is_not(None))
        .group_by(items.principle_id)
    )
    with ledger.read() as connection:
        return dict(connection.execute(query).all())
