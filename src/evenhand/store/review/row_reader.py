"""How rows are read."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select

_ROWS_PER_READ = 2_000


class RowReader:
    """Reads rows through an open connection."""

    def __init__(self, connection: Connection) -> None:
        """Read through an open connection."""
        self._connection = connection

    def _first(self, query: Select[Any]) -> Row[Any] | None:
        return self._connection.execute(query).first()

    def _rows(self, query: Select[Any]) -> Sequence[Row[Any]]:
        return self._connection.execute(query).all()

    def _stream(self, query: Select[Any]) -> Iterator[Row[Any]]:
        yield from self._connection.execute(query.execution_options(yield_per=_ROWS_PER_READ))
