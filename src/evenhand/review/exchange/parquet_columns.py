"""Which column of a Parquet file holds what."""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final, Literal

from evenhand.review.exchange.csv_cells import KINDS, Kind
from evenhand.review.exchange.records import Json, RecordError

Column = Literal["text", "truth", "whole", "number", "texts", "passages"]

_COLUMNS: Final[Mapping[Kind, Column]] = {
    Kind.TEXT: "text",
    Kind.TRUTH: "truth",
    Kind.WHOLE: "whole",
    Kind.NUMBER: "number",
    Kind.LIST: "texts",
    Kind.JSON: "text",
}
_PASSAGES: Final = "evidence"


def parquet_columns(names: Iterable[str]) -> dict[str, Column]:
    """Return what each column holds."""
    return {name: "passages" if name == _PASSAGES else _COLUMNS[KINDS.get(name, Kind.TEXT)] for name in names}


def as_parquet_row(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record as a row: values that are no column of their own become JSON."""
    return {name: json.dumps(value) if _is_json(name) else value for name, value in record.items()}


def read_parquet_row(row: Mapping[str, Any]) -> dict[str, Json]:
    """Return a row as plain values, empty ones left out.

    Raises:
        RecordError: A text that should be JSON is none.
    """
    return {name: _value(name, value) for name, value in row.items() if value is not None}


def _value(name: str, value: Any) -> Json:
    if isinstance(value, date):
        return value.isoformat()
    if not _is_json(name) or not isinstance(value, str):
        plain: Json = value
        return plain
    try:
        read: Json = json.loads(value)
    except (ValueError, RecursionError) as error:
        raise RecordError((name,), "E001", f"{name} is not JSON: {str(error)[:80]}") from error
    return read


def _is_json(name: str) -> bool:
    return KINDS.get(name) is Kind.JSON and name != _PASSAGES
