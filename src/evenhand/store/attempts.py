"""The attempts of a run, read back one by one."""

from collections.abc import Iterator

from sqlalchemy import select

from evenhand.records.attempt import PastAttempt
from evenhand.records.run import AttemptState, Run
from evenhand.store import tables
from evenhand.store.ledger import LedgerFile
from evenhand.store.shares import read_instruments

_ROWS_PER_READ = 5_000


def read_attempts(ledger: LedgerFile, run: Run) -> Iterator[PastAttempt]:
    """Yield every paid call of a run in the order in which they left, preflight included, without their replies."""
    columns = [column for column in tables.attempts.c if column.name not in {"reply", "key", "nonce", "run"}]
    mine = tables.attempts.c.run == ledger.run_number(run.id)
    with ledger.read() as connection:
        instruments = read_instruments(connection)
    last = 0
    while True:
        query = select(*columns).where(mine, tables.attempts.c.id > last).order_by(tables.attempts.c.id)
        with ledger.read() as connection:
            rows = connection.execute(query.limit(_ROWS_PER_READ)).all()
        for row in rows:
            values = row._asdict()
            yield PastAttempt(
                **{
                    **values,
                    "state": AttemptState(row.state),
                    "instrument": instruments.get(row.instrument),
                    "maybe_billed": bool(row.maybe_billed),
                    "usage_estimated": bool(row.usage_estimated),
                }
            )
        if len(rows) < _ROWS_PER_READ:
            return
        last = rows[-1].id
