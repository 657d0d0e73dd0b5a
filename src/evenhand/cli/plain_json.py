"""Records as plain JSON values, field by field."""

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import PurePath
from typing import Any


def plain(value: Any) -> Any:
    """Return `value` as JSON holds it; numbers that are not finite become null.

    Raises:
        TypeError: A value has no JSON form.
    """
    match value:
        case Mapping():
            return {str(_scalar(key)): plain(each) for key, each in value.items()}
        case list() | tuple():
            return [plain(each) for each in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if hasattr(value, "model_dump"):  # a record of a file; pydantic is not loaded for those that are none
        return plain(value.model_dump(mode="json", by_alias=True))
    return _scalar(value)


def _scalar(value: Any) -> Any:
    match value:
        case Enum():
            return value.value
        case float() if not math.isfinite(value):
            return None
        case None | bool() | int() | float() | str():
            return value
        case PurePath():
            return value.as_posix()
    raise TypeError(f"{type(value).__name__} has no JSON form")
