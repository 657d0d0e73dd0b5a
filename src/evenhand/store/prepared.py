"""Statements compiled once, to the text and the order of values that the driver takes; the writer runs only these."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.dialects import sqlite
from sqlalchemy.sql.expression import ClauseElement

Values = tuple[Any, ...]
"""The values of one row, in the order in which its statement takes them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A statement as the driver takes it."""

    sql: str
    names: tuple[str, ...]
    """What the values of a row are, in order."""


def prepare(statement: ClauseElement, names: Sequence[str]) -> Prepared:
    """Compile a statement whose rows are tuples of the values `names` tells, in that order.

    Raises:
        ValueError: The statement takes other values, or in another order: rows would go into wrong columns.
    """
    compiled: Any = statement.compile(
        dialect=sqlite.dialect(paramstyle="qmark"),
        column_keys=list(names),
    )
    if tuple(compiled.positiontup) != tuple(names):
        raise ValueError(f"the statement takes {compiled.positiontup}, not {list(names)}: {compiled}")
    return Prepared(sql=str(compiled), names=tuple(names))
