"""Reading plain data into the shape it should have: every wrong value with its place, the first one raised."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from evenhand.errors import nearest_name
from evenhand.review.exchange.records import Json, Place, RecordError

Shape = TypeVar("Shape", bound=BaseModel)

_HALF = re.compile("[\ud800-\udfff]")


def read_shape(shape: type[Shape], value: object) -> Shape:
    """Return `value` as a record.

    Raises:
        RecordError: It has not the shape; the first thing wrong is named.
    """
    try:
        return shape.model_validate_json(_as_json(value))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = tuple(first["loc"])
        code, message, suggestion = _words(shape, first["type"], place, first["msg"])
        raise RecordError(place, code, message, suggestion) from error


def _as_json(value: object) -> str:
    try:
        return json.dumps(value)
    except TypeError as error:  # a table can hold what JSON can not
        raise RecordError(
            (), "E001", f"a column holds neither text nor numbers: {str(error)[:80]}"
        ) from error


def _words(shape: type[BaseModel], kind: str, place: Place, said: str) -> tuple[str, str, str]:
    name = str(place[-1]) if place else "the record"
    if kind == "extra_forbidden":
        near = nearest_name(name, _names(shape))
        return "E001", f"there is no field {name[:60]!r}", f'did you mean "{near}"?' if near else ""
    if kind == "missing":
        return "E001", f"{name} is missing", ""
    return "E001", f"{name}: {said[0].lower()}{said[1:]}", ""


def _names(shape: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in shape.model_fields.items()]


def broken_text(value: Json, place: Place = ()) -> Place | None:
    """Return where plain data holds half of a surrogate pair, which no text has; None where it holds none."""
    return next(_broken(value, place), None)


def _broken(value: Json, place: Place) -> Iterator[Place]:
    if isinstance(value, str):
        if not value.isascii() and _HALF.search(value):
            yield place
    elif isinstance(value, Mapping):
        for key, each in value.items():
            if _HALF.search(key):
                yield place
            yield from _broken(each, (*place, key))
    elif isinstance(value, list):
        for at, each in enumerate(value):
            yield from _broken(each, (*place, at))
