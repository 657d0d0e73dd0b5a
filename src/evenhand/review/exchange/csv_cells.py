"""Records as cells of a table for spreadsheets, and back: text neutralised, lists as JSON, yes and no in words."""

import json
import re
from collections.abc import Mapping, Sequence
from enum import Enum, auto
from typing import Any, Final

from evenhand.review.exchange.records import Json, RecordError
from evenhand.review.exchange.spreadsheet import neutralise, restore


class Kind(Enum):
    """What a cell holds."""

    TEXT = auto()
    TRUTH = auto()
    WHOLE = auto()
    NUMBER = auto()
    LIST = auto()
    """Texts; people may write them with semicolons between."""
    JSON = auto()


KINDS: Final[Mapping[str, Kind]] = {
    "blind": Kind.TRUTH,
    "sure": Kind.TRUTH,
    "withdrawn": Kind.TRUTH,
    "own": Kind.TRUTH,
    "active_ms": Kind.WHOLE,
    "idle_ms": Kind.WHOLE,
    "revisits": Kind.WHOLE,
    "inclusion": Kind.NUMBER,
    "minimum": Kind.NUMBER,
    "maximum": Kind.NUMBER,
    "seconds": Kind.NUMBER,
    "defensible": Kind.LIST,
    "sensitive": Kind.LIST,
    "evidence": Kind.JSON,
    "judges": Kind.JSON,
}
"""Columns that hold something else than text."""

_TRUTHS = {
    **dict.fromkeys(("true", "yes", "y", "1", "sure"), True),
    **dict.fromkeys(("false", "no", "n", "0", "unsure"), False),
}
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_NONE = "none"
"""What people may write for an empty list; an empty cell is one that was not filled in."""


def as_cells(record: Mapping[str, Any], columns: Sequence[str]) -> list[str]:
    """Return a record as the cells of a row."""
    return [_cell(record.get(name), KINDS.get(name, Kind.TEXT)) for name in columns]


def _cell(value: Any, kind: Kind) -> str:
    if value is None:
        return ""
    if kind in {Kind.LIST, Kind.JSON}:
        return json.dumps(value, ensure_ascii=False)
    if kind is Kind.TRUTH:
        return "yes" if value else "no"
    return neutralise(value) if isinstance(value, str) else repr(value)


def read_cells(cells: Mapping[str, str]) -> dict[str, Json]:
    """Return the cells of a row as plain values, empty ones left out.

    Raises:
        RecordError: A cell does not hold what its column should.
    """
    return {name: _value(name, cell) for name, cell in cells.items() if cell != ""}


def _value(name: str, cell: str) -> Json:
    kind = KINDS.get(name, Kind.TEXT)
    if kind is Kind.TEXT:
        return restore(cell)
    words = cell.strip()
    if kind is Kind.TRUTH:
        return _truth(name, words)
    if kind in {Kind.WHOLE, Kind.NUMBER}:
        return _number(name, words, whole=kind is Kind.WHOLE)
    return _json(name, words, kind)


def _truth(name: str, words: str) -> bool:
    if words.casefold() not in _TRUTHS:
        raise RecordError((name,), "E001", f"{name} is {words[:40]!r}", "write yes or no")
    return _TRUTHS[words.casefold()]


def _number(name: str, words: str, *, whole: bool) -> int | float:
    if not _NUMBER.fullmatch(words) or (whole and not words.isdecimal()):
        what = "a whole number" if whole else "a number"
        raise RecordError((name,), "E001", f"{name} is {words[:40]!r}, which is not {what}")
    return int(words) if whole else float(words)


def _json(name: str, words: str, kind: Kind) -> Json:
    if kind is Kind.LIST and not words.startswith("["):
        return (
            [] if words.casefold() == _NONE else [each.strip() for each in words.split(";") if each.strip()]
        )
    try:
        value: Json = json.loads(words)
    except (ValueError, RecursionError) as error:
        raise RecordError((name,), "E001", f"{name} is not JSON: {str(error)[:80]}") from error
    return value
