"""Following a pydantic error's location along the types of a record, to the place in the file it is about.

pydantic puts the names of union members into its locations; the file has no such steps. Walking the annotations
tells the two apart, and says what is allowed where the walk ends.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from evenhand.catalog.source import Place

Annotation = Any
"""A type as annotations hold it; Python has no narrower type for these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A union passed on the way, and which member the error is about."""

    place: Place
    """The value that may be of several types."""
    taken: str
    """pydantic's name for the member."""
    members: tuple[str, ...]
    """Names of all members."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where an error is."""

    place: Place
    """Its place in the file."""
    annotation: Annotation
    """What belongs there; None where the walk could not tell."""
    model: type[BaseModel] | None
    """The innermost record around it."""
    branches: tuple[Branch, ...]
    """Unions of plain types passed on the way."""
    on_key: bool
    """Whether the error is about the key and not about the value."""


def follow_location(root: Annotation, location: Sequence[str | int]) -> Site:
    """Return the place that an error's location means in data validated against `root`."""
    annotation = bare(root)
    place: Place = ()
    model: type[BaseModel] | None = None
    branches: list[Branch] = []
    on_key = False
    for step in location:
        members = _members(annotation)
        if step == "[key]":
            on_key = True
        elif members and _is_discriminated(members):
            annotation = next((member for member in members if step in _tags(member)), None)
        elif members:
            names = tuple(_name(member) for member in members)
            branches.append(Branch(place=place, taken=str(step), members=names))
            annotation = dict(zip(names, members, strict=True)).get(str(step))
        else:
            model = annotation if _is_model(annotation) else model
            annotation = bare(_child(annotation, step))
            place = (*place, step)
    return Site(place=place, annotation=annotation, model=model, branches=tuple(branches), on_key=on_key)


def field_names(model: type[BaseModel]) -> tuple[str, ...]:
    """Return the keys a record has in files."""
    return tuple(field.alias or name for name, field in model.model_fields.items())


def description(model: type[BaseModel], key: str) -> str:
    """Return what a key of a record means; an empty string for an unknown key."""
    for name, field in model.model_fields.items():
        if key in (field.alias, name):
            return field.description or ""
    return ""


def allowed_values(annotation: Annotation) -> tuple[str, ...]:
    """Return the closed list of texts that may stand somewhere; empty where there is none."""
    annotation = bare(annotation)
    if _origin(annotation) is Literal:
        return tuple(str(value) for value in get_args(annotation))
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return tuple(str(member.value) for member in annotation)
    return ()


def tags_of_union(annotation: Annotation) -> tuple[str, ...]:
    """Return the values that tell the members of a union of records apart."""
    members = _members(annotation)
    return tuple(tag for member in members for tag in _tags(member)) if _is_discriminated(members) else ()


def bare(annotation: Annotation) -> Annotation:
    """Return a type without its metadata and without "or nothing"."""
    while _origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if _origin(annotation) in (Union, UnionType):
        rest = tuple(bare(member) for member in get_args(annotation) if member is not NoneType)
        flat = tuple(leaf for member in rest for leaf in (_members(member) or (member,)))
        return flat[0] if len(flat) == 1 else Union[flat]  # noqa: UP007 - built from a tuple
    return annotation


def each_field(model: type[BaseModel]) -> Iterator[tuple[type[BaseModel], str]]:
    """Yield every record reachable from `model` with each of its keys."""
    for record in _records(model):
        for key in field_names(record):
            yield record, key


@cache
def _records(model: type[BaseModel]) -> tuple[type[BaseModel], ...]:
    found: dict[type[BaseModel], None] = {}
    queue: list[Annotation] = [model]
    while queue:
        annotation = bare(queue.pop())
        if _is_model(annotation) and annotation not in found:
            found[annotation] = None
            queue.extend(field.annotation for field in annotation.model_fields.values())
        elif not _is_model(annotation):
            queue.extend(get_args(annotation))
    return tuple(found)


def _origin(annotation: Annotation) -> Annotation:
    return get_origin(annotation)


def _child(annotation: Annotation, step: str | int) -> Annotation:
    if _is_model(annotation):
        fields = annotation.model_fields.items()
        return next((field.annotation for name, field in fields if step in (field.alias, name)), None)
    arguments = get_args(annotation)
    if _origin(annotation) is tuple and isinstance(step, int):
        return arguments[0] if arguments[-1] is Ellipsis or step >= len(arguments) else arguments[step]
    return arguments[1] if _origin(annotation) is Mapping and isinstance(step, str) else None


def _members(annotation: Annotation) -> tuple[Annotation, ...]:
    return get_args(annotation) if _origin(annotation) in (Union, UnionType) else ()


def _is_discriminated(members: Sequence[Annotation]) -> bool:
    return all(_is_model(member) for member in members)


def _tags(model: type[BaseModel]) -> tuple[str, ...]:
    """Return the value of the field that tells a record of a union apart: `type` of scales, `kind` of judges."""
    for name in ("type", "kind"):
        if name in model.model_fields:
            return allowed_values(model.model_fields[name].annotation)
    return ()


def _name(annotation: Annotation) -> str:
    """Return pydantic's name for a member of a union of plain types."""
    if _origin(annotation) is tuple:
        return f"tuple[{_name(get_args(annotation)[0])}, ...]"
    return getattr(annotation, "__name__", "")


def _is_model(annotation: Annotation) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


__all__ = [
    "Branch",
    "Site",
    "allowed_values",
    "bare",
    "description",
    "each_field",
    "field_names",
    "follow_location",
    "tags_of_union",
]
