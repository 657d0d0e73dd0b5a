"""What the units of each judge cost: mean and spread, to say what spared units would have cost."""

import math
from collections.abc import Mapping

from sqlalchemy import Connection, func, select

from evenhand.records.rated import UnitCosts
from evenhand.records.run import AttemptState
from evenhand.store import tables

_attempts = tables.attempts.c


def unit_costs(connection: Connection, run: int) -> Mapping[str, UnitCosts]:
    """Return the costs of the units of each judge of a run, over the units of which a reply was read."""
    units = (
        select(
            _attempts.judge,
            func.count().label("calls"),
            func.sum(_attempts.cost_nanousd).label("cost"),
        )
        .where(_attempts.run == run, _attempts.unit >= 0, _attempts.state == AttemptState.PARSED.value)
        .group_by(_attempts.judge, _attempts.unit)
        .subquery()
    )
    cost = units.c.cost * 1.0
    query = select(
        units.c.judge,
        func.count().label("units"),
        func.sum(units.c.calls).label("calls"),
        func.avg(cost).label("mean"),
        func.avg(cost * cost).label("square"),
    ).group_by(units.c.judge)
    return {
        row.judge: UnitCosts(
            units=row.units,
            calls=row.calls,
            mean_nanousd=row.mean,
            sd_nanousd=math.sqrt(max(0.0, row.square - row.mean**2)),
        )
        for row in connection.execute(query)
    }
