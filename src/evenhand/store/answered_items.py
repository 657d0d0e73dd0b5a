"""The verdicts of a run beside where the replies behind them come from, one row a unit."""

import json
from collections.abc import Collection, Iterator
from typing import NamedTuple

from sqlalchemy import and_, func, select

from evenhand.records.rating import RATED, SPARED
from evenhand.records.run import Run
from evenhand.store import tables
from evenhand.store.ledger import LedgerFile


class AnsweredUnit(NamedTuple):
    """A unit that was asked, with the verdict on its item."""

    case_id: str
    candidate_id: str
    principle_id: str
    verdict: str | None
    """The panel's label on the item; None where it settled nothing."""
    judge: str
    failed: bool
    """Whether its rating failed."""
    key: bytes
    """What it was asked, as a digest of all that could change the answer."""
    reused: int | None
    """The attempt its reply was taken from, or an imported recording as a negative number; None where it was asked."""
    reused_run: int | None
    """Number of the run that attempt belongs to."""


def answered_units(ledger: LedgerFile, run: Run, cases: Collection[str]) -> Iterator[AnsweredUnit]:
    """Yield the units of some cases of a run that were asked, in order; those that were spared are left out."""
    items, ratings, verdicts = tables.items.c, tables.ratings.c, tables.verdicts.c
    wanted = select(func.json_each(json.dumps(sorted(cases))).table_valued("value").c.value)
    number = ledger.run_number(run.id)
    query = (
        select(
            items.case_id,
            items.candidate_id,
            items.principle_id,
            verdicts.label,
            ratings.judge,
            ratings.state != RATED,
            ratings.key,
            ratings.reused,
            tables.attempts.c.run,
        )
        .join_from(tables.items, tables.ratings, and_(ratings.run == items.run, ratings.item == items.seq))
        .outerjoin(tables.verdicts, and_(verdicts.run == items.run, verdicts.item == items.seq))
        .outerjoin(tables.attempts, tables.attempts.c.id == ratings.reused)
        .where(ratings.run == number, items.run == number, items.case_id.in_(wanted))
        .where(ratings.state != SPARED)
        .order_by(ratings.unit)
    )
    with ledger.read() as connection:
        for row in connection.execute(query):
            yield AnsweredUnit(*row)


def run_number(ledger: LedgerFile, run: Run) -> int:
    """Return the number by which rows of the ledger name a run."""
    return ledger.run_number(run.id)
