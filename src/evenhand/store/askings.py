"""What was asked for each item of a run, and whether it was asked then or taken from an earlier run."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from sqlalchemy import select

from evenhand.records.rating import SPARED
from evenhand.records.run import Run
from evenhand.store import tables
from evenhand.store.ledger import LedgerFile


class Asking(NamedTuple):
    """One unit of an item that was not spared."""

    judge: str
    order: str
    repeat: int
    key: bytes
    """Hash of everything that could change the answer."""
    is_reused: bool
    """Whether its reply is one of an earlier run, or of a recording."""


def askings_by_item(ledger: LedgerFile, run: Run) -> Iterator[tuple[int, Sequence[Asking]]]:
    """Yield the position of each item that has answers or failures, with what was asked, in the order of the plan."""
    ratings = tables.ratings.c
    query = (
        select(ratings.item, ratings.judge, ratings.order, ratings.repeat, ratings.key, ratings.reused)
        .where(ratings.run == ledger.run_number(run.id), ratings.state != SPARED)
        .order_by(ratings.unit)
    )
    with ledger.read() as connection:
        rows = connection.execution_options(stream_results=True).execute(query)
        for item, units in groupby(rows, key=attrgetter("item")):
            yield item, [_asking(*unit) for unit in units]


def _asking(_item: int, judge: str, order: str, repeat: int, key: bytes, reused: int | None) -> Asking:
    return Asking(judge, order, repeat, key, reused is not None)
