"""Visits every value of a record, so that a test can ask something of all of them."""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, fields, is_dataclass

from evenhand.calibration.results import Calibration
from evenhand.stats.estimate import Estimate

ROUNDING = 1e-9


def walk(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Yields (where, value) of `value` and of everything in it."""
    yield path, value
    if is_dataclass(value):
        for field in fields(value):
            yield from walk(getattr(value, field.name), f"{path}.{field.name}")
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from walk(inner, f"{path}[{key!r}]")
    elif isinstance(value, tuple | list):
        for place, inner in enumerate(value):
            yield from walk(inner, f"{path}[{place}]")


def flaws(record: Calibration) -> list[str]:
    """Return what no record may hold: values JSON has no word for, and intervals that miss their estimate."""
    found = [f"{path}: {value!r}" for path, value in walk(record) if _is_flawed(value)]
    json.dumps(asdict(record), allow_nan=False)
    return found


def _is_flawed(value: object) -> bool:
    if isinstance(value, Estimate):
        low, high = value.interval.low, value.interval.high
        return not low - ROUNDING <= value.value <= high + ROUNDING
    if isinstance(value, float):
        return not math.isfinite(value) or type(value) is not float
    return not (
        value is None
        or isinstance(value, str | bool | Mapping | tuple)
        or type(value) is int
        or is_dataclass(value)
    )
