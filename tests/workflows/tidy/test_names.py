import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from evenhand.errors import UsageError
from evenhand.records.canonical import Identifier
from evenhand.workflows.tidy.names import identifiers, set_name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("GPT-4/CoT", "gpt-4.cot"),
        ("reward_model:Ray2333_GRM", "reward_model-ray2333_grm"),
        ("Ärger & Co.", "arger-co"),
        ("../../etc/passwd", "etc.passwd"),
        ("日本", "judge"),
    ],
)
def test_names_become_identifiers(name: str, expected: str) -> None:
    assert identifiers([name], fallback="judge") == {name: expected}


def test_names_that_look_alike_stay_apart() -> None:
    assert list(identifiers(["A b", "a-b", "a_b", "A/B"], fallback="x").values()) == [
        "a-b",
        "a-b-2",
        "a_b",
        "a.b",
    ]


@given(st.lists(st.text(max_size=200), max_size=8))
def test_any_names_become_different_valid_identifiers(names: list[str]) -> None:
    made = identifiers(names, fallback="x")
    assert set(made) == set(names)
    assert len(set(made.values())) == len(made)
    assert all(TypeAdapter(Identifier).validate_python(each) == each for each in made.values())


def test_a_set_without_a_letter_needs_a_name() -> None:
    with pytest.raises(UsageError, match="can not be a name"):
        set_name("***")
