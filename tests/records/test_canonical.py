import importlib
import json
import math
import pkgutil
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from tests.catalog.generated import CONSTITUTIONS
from tests.records import generated

import evenhand.records
from evenhand.records.canonical import FileRecord, canonical_json, content_hash
from evenhand.records.constitution import Constitution
from evenhand.records.judge import Judge
from evenhand.records.panel import Panel
from evenhand.records.run import Manifest
from evenhand.records.settings import Settings
from evenhand.records.suite import Case, Suite

for _module in pkgutil.iter_modules(evenhand.records.__path__):
    importlib.import_module(f"evenhand.records.{_module.name}")


def every_model(base: type[FileRecord] = FileRecord) -> list[type[FileRecord]]:
    models = [model for each in base.__subclasses__() for model in (each, *every_model(each))]
    return sorted((model for model in models if model.__module__.startswith("evenhand.records.")), key=str)


# -- Canonical JSON ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ({"b": 1, "a": [1, 2]}, b'{"a":[1,2],"b":1}'),
        ({"ä": "ß", "a": "漢字 👩\u200d🚀"}, '{"a":"漢字 👩\u200d🚀","ä":"ß"}'.encode()),
        ({"\U0001f600": 1, "\uffff": 2}, '{"\uffff":2,"\U0001f600":1}'.encode()),
        ([1, 1.0, -0.0, 0.1, 1e16, 1e-7], b"[1,1.0,-0.0,0.1,1e+16,1e-07]"),
        (123456789012345678901234567890, b"123456789012345678901234567890"),
        ('a\nb\t"\\/\x00\x7f\u2028', b'"a\\nb\\t\\"\\\\/\\u0000\x7f\xe2\x80\xa8"'),
        ([None, True, False, "", [], {}], b'[null,true,false,"",[],{}]'),
    ],
)
def test_canonical_json_has_one_spelling(value: Any, written: bytes) -> None:
    assert canonical_json(value) == written


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, "\ud800", {"\udc00": 1}])
def test_what_has_no_spelling_is_refused(value: Any) -> None:
    with pytest.raises(ValueError):
        canonical_json({"a": [value]})


def test_letters_that_look_alike_are_not_made_one() -> None:
    assert canonical_json("\u00e9") != canonical_json("e\u0301")


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), _values, max_size=5))
def test_canonical_json_does_not_depend_on_the_order_of_keys(value: dict[str, Any]) -> None:
    turned = dict(reversed(value.items()))
    assert canonical_json(turned) == canonical_json(value)
    assert json.loads(canonical_json(value)) == value


def test_hashes_stay_what_they_were() -> None:
    assert content_hash({}) == "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    assert content_hash({"a": 1}) == "sha256:015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862"
    assert content_hash({"a": 1}) != content_hash({"a": 1.0}) != content_hash({"a": "1"})


# -- Every record ------------------------------------------------------------------------------------------


def test_there_are_many_models_to_check() -> None:
    assert len(every_model()) >= 35


@pytest.mark.parametrize("model", every_model(), ids=lambda model: model.__name__)
def test_every_model_refuses_unknown_keys(model: type[FileRecord]) -> None:
    with pytest.raises(ValidationError) as caught:
        model.model_validate_json('{"no such key": 1}')
    assert ("no such key",) in {
        error["loc"] for error in caught.value.errors() if error["type"] == "extra_forbidden"
    }


@pytest.mark.parametrize("model", every_model(), ids=lambda model: model.__name__)
def test_every_model_is_frozen_strict_and_described(model: type[FileRecord]) -> None:
    assert model.model_config["frozen"]
    assert model.model_config["strict"]
    assert [name for name, field in model.model_fields.items() if not field.description] == []


KINDS: dict[str, tuple[TypeAdapter[Any], st.SearchStrategy[Any]]] = {
    "constitution": (TypeAdapter(Constitution), CONSTITUTIONS),
    "judge": (TypeAdapter(Judge), generated.JUDGES),
    "panel": (TypeAdapter(Panel), generated.PANELS),
    "suite": (TypeAdapter(Suite), generated.SUITES),
    "case": (TypeAdapter(Case), generated.CASES),
    "settings": (TypeAdapter(Settings), generated.SETTINGS),
    "manifest": (TypeAdapter(Manifest), generated.MANIFESTS),
}


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_record_comes_back_from_its_canonical_form(kind: str, data: st.DataObject) -> None:
    adapter, drawn = KINDS[kind]
    record = adapter.validate_json(json.dumps(data.draw(drawn)))
    again = adapter.validate_json(canonical_json(record.canonical()))
    assert again == record
    assert again.canonical() == record.canonical()
    assert content_hash(again.canonical()) == content_hash(record.canonical())


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_record_does_not_depend_on_the_order_of_its_keys(kind: str, data: st.DataObject) -> None:
    adapter, drawn = KINDS[kind]
    plain = data.draw(drawn)
    one, other = (
        adapter.validate_json(json.dumps(value)) for value in (plain, dict(reversed(plain.items())))
    )
    assert content_hash(one.canonical()) == content_hash(other.canonical())


def test_the_canonical_form_leaves_defaults_out_and_spells_keys_as_files_do() -> None:
    plain = {
        "schema": "constitution/v1",
        "id": "c",
        "version": "1.0.0",
        "principles": [{"id": "p", "text": "t"}],
    }
    written_out = {**plain, "status": "draft", "owners": [], "conflict": {"rule": "lexicographic"}}
    assert Constitution.model_validate_json(json.dumps(written_out)).canonical() == plain


@pytest.mark.parametrize(
    "name", ["a\n", "A", "a b", "a..b", ".a", "a-", "ä", "", "a" * 121, "a/b", "a\u200bb"]
)
def test_a_name_is_plain(name: str) -> None:
    plain = {
        "schema": "constitution/v1",
        "id": name,
        "version": "1.0.0",
        "principles": [{"id": "p", "text": "t"}],
    }
    with pytest.raises(ValidationError):
        Constitution.model_validate_json(json.dumps(plain))


@pytest.mark.parametrize(
    "wrong",
    [{"seed": "1"}, {"seed": 1.5}, {"seed": True}, {"limits": {"usd": "1"}}, {"limits": {"usd": True}}],
)
def test_values_are_not_coerced(wrong: dict[str, Any]) -> None:
    plain = {"schema": "suite/v1", "id": "s", "constitution": "c", "panel": "p", "cases": [{"path": "c"}]}
    Suite.model_validate_json(json.dumps(plain))
    with pytest.raises(ValidationError):
        Suite.model_validate_json(json.dumps(plain | wrong))


def test_a_changed_copy_has_a_hash_of_its_own() -> None:
    plain = {
        "schema": "constitution/v1",
        "id": "c",
        "version": "1.0.0",
        "principles": [{"id": "p", "text": "t"}],
    }
    whole = Constitution.model_validate_json(json.dumps(plain))
    assert whole.by_id["p"].text == "t"
    changed = whole.model_copy(update={"title": "New", "principles": ()})
    assert changed.hash != whole.hash
    assert changed.by_id == {}
    assert whole.model_copy() == whole
