"""Every key of every schema, with every single slip of the keyboard, is led back to the key that was meant."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter

from evenhand.catalog.annotations import bare, each_field, field_names
from evenhand.catalog.json_schema import ROOTS
from evenhand.catalog.json_text import parse_json
from evenhand.catalog.locate import validate
from evenhand.errors import nearest_name

_SOME = "aeqt_"
_ALL = "abcdefghijklmnopqrstuvwxyz_"


def _fields() -> Iterator[tuple[type[BaseModel], str]]:
    for root, _ in ROOTS.values():
        members = getattr(bare(root), "__args__", (bare(root),))
        for member in members:
            yield from each_field(member)


FIELDS = sorted(set(_fields()), key=lambda field: (field[0].__name__, field[1]))


def _slips(key: str, letters: str = _SOME) -> Iterator[str]:
    for at in range(len(key) + 1):
        yield key[:at] + key[at + 1 :]
        yield key[:at] + key[at : at + 2][::-1] + key[at + 2 :]
        for letter in letters:
            yield key[:at] + letter + key[at:]
            yield key[:at] + letter + key[at + 1 :]


@pytest.mark.parametrize(("model", "key"), FIELDS, ids=lambda value: getattr(value, "__name__", value))
def test_one_slip_in_a_key_finds_the_key_again(model: type[BaseModel], key: str) -> None:
    names = field_names(model)
    others = [name for name in names if name != key]
    for typed in {typed for typed in _slips(key) if typed and typed not in names}:
        near = nearest_name(typed, names)
        # A slip may lie as near to another key (`tile` is one letter from `title` and from `file`).
        assert near == key or (near in others and typed in set(_slips(near, _ALL))), (typed, near)


def _suggestion(model: type[BaseModel], typed: str) -> tuple[str, str]:
    document = parse_json(json.dumps({typed: 1}), "x.json")
    adapter: TypeAdapter[Any] = TypeAdapter(model)
    findings = validate(adapter, model, document)[1]
    found = next(finding for finding in findings if finding.code == "V001")
    return found.message, found.suggestion


@pytest.mark.parametrize(("model", "key"), FIELDS, ids=lambda value: getattr(value, "__name__", value))
def test_the_finding_of_a_misspelt_key_names_the_key(model: type[BaseModel], key: str) -> None:
    typed = f"{key}x"
    message, suggestion = _suggestion(model, typed)
    assert message == f'unknown key "{typed}"'
    assert suggestion == f'did you mean "{nearest_name(typed, field_names(model))}"?'


def test_a_key_like_no_other_gets_the_list_of_keys() -> None:
    model = next(model for model, _ in FIELDS if model.__name__ == "Panel")
    assert _suggestion(model, "zzzzzzzz")[1].startswith("known: schema, id, title, judges")
