import json
from typing import Any

import pytest
from pydantic import ValidationError

from evenhand.records.message import Message, flatten
from evenhand.records.scale import COMPLY
from evenhand.records.suite import Candidate, Case, Item, Suite


def case(**fields: Any) -> Case:
    return Case.model_validate_json(json.dumps({"id": "c", **fields}))


@pytest.mark.parametrize(
    ("fields", "outputs"),
    [
        ({"response": "r"}, [("1", "r", "")]),
        ({"response": "", "producer": "p"}, [("1", "", "p")]),
        ({}, [("1", None, "")]),
        ({"producer": "p"}, [("1", None, "p")]),
        ({"candidates": [{"id": "x", "text": "t"}, {"id": "y"}]}, [("x", "t", ""), ("y", None, "")]),
        ({"response": "r", "candidates": [{"id": "x", "text": "t"}]}, [("1", "r", ""), ("x", "t", "")]),
    ],
)
def test_a_case_has_its_outputs_whichever_way_they_are_written(
    fields: dict[str, Any], outputs: list[Any]
) -> None:
    assert [(each.id, each.text, each.producer) for each in case(**fields).outputs] == outputs


@pytest.mark.parametrize(
    "fields",
    [
        {"candidates": [{"text": "a"}, {"text": "b"}]},
        {"candidates": [{"id": "x", "text": "a"}, {"id": "x", "text": "b"}]},
        {"response": "r", "candidates": [{"text": "a"}]},
        {"response": "r", "candidates": [{"id": "1", "text": "a"}]},
    ],
)
def test_two_candidates_of_one_name_are_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="give each an id of its own"):
        case(**fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"id": ""},
        {"id": "x" * 301},
        {"id": 7},
        {"response": 7},
        {"response": [{"role": "robot", "content": "x"}]},
        {"response": [{"role": "user"}]},
        {"scope": {"a": 1}},
        {"reference": 7},
    ],
)
def test_a_case_that_makes_no_sense_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        case(**fields)


def test_ids_stay_text_however_much_they_look_like_numbers() -> None:
    assert [case(id=name).id for name in ("007", "NA", "None", "1e3", " ")] == [
        "007",
        "NA",
        "None",
        "1e3",
        " ",
    ]


def test_a_conversation_is_written_turn_by_turn() -> None:
    turns = (Message(role="user", content="Hi."), Message(role="assistant", content="Hello.\nYou."))
    assert flatten(turns) == "[user]\nHi.\n\n[assistant]\nHello.\nYou."
    assert (flatten("as it is"), flatten("")) == ("as it is", "")


@pytest.mark.parametrize(("names", "is_pair", "shown"), [(("x",), False, "x"), (("x", "y"), True, "x|y")])
def test_an_item_is_one_candidate_or_a_pair(names: tuple[str, ...], shown: str, *, is_pair: bool) -> None:
    candidates = tuple(Candidate(id=name) for name in names)
    item = Item(seq=0, case=case(), candidates=candidates, principle_id="p", scale=COMPLY)
    assert (item.is_pair, item.candidate_id) == (is_pair, shown)


def suite(**fields: Any) -> Suite:
    plain = {"schema": "suite/v1", "id": "s", "constitution": "c", "panel": "p", "cases": [{"path": "x"}]}
    return Suite.model_validate_json(json.dumps(plain | fields))


@pytest.mark.parametrize(
    ("written", "shares"),
    [
        ({}, (0.4, 0.4, 0.2)),
        ({"splits": {"gate": 1}}, (0, 1, 0)),
        ({"splits": {"optimise": 0.5, "gate": 0.5}}, (0.5, 0.5, 0)),
    ],
)
def test_labels_are_divided_as_the_suite_says(
    written: dict[str, Any], shares: tuple[float, float, float]
) -> None:
    assert suite(**written).splits.shares == shares


@pytest.mark.parametrize(
    ("splits", "message"),
    [
        ({"gate": 0.5}, "should sum to 1"),
        ({"optimise": 1}, "gate should be above 0"),
        ({"gate": 1.5, "sealed": -0.5}, "greater than or equal to 0"),
    ],
)
def test_shares_that_divide_nothing_are_refused(splits: dict[str, float], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        suite(splits=splits)


def test_a_suite_that_says_nothing_of_its_splits_has_the_hash_it_always_had() -> None:
    assert "splits" not in suite().canonical()
    assert suite(splits={"optimise": 0.4, "gate": 0.4, "sealed": 0.2}).canonical() == suite().canonical()
