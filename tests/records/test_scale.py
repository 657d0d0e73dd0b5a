import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from evenhand.records.scale import (
    BUILT_IN_SCALES,
    COMPLY,
    PAIR,
    NominalScale,
    NumericScale,
    OrdinalScale,
    Reading,
    Scale,
    number_text,
    swap_label,
)

_ANY: TypeAdapter[Scale] = TypeAdapter(Scale)
PASS, FAIL, NEUTRAL, ABSTAIN = Reading


def scale(**fields: Any) -> Scale:
    return _ANY.validate_json(json.dumps(fields))


def ordinal(*values: Any, **fields: Any) -> Scale:
    opinions = [str(value) for value in values if str(value) not in fields.get("abstain", ())]
    return scale(type="ordinal", values=values, **({"describe": dict.fromkeys(opinions, "d")} | fields))


def nominal(*values: str, **fields: Any) -> Scale:
    return scale(type="nominal", values=values, **fields)


def numeric(minimum: float, maximum: float, **fields: Any) -> Scale:
    return scale(type="numeric", minimum=minimum, maximum=maximum, **fields)


# -- What a label means -----------------------------------------------------------------------------------

READINGS = [
    (COMPLY, {"complies": PASS, "violates": FAIL, "not_applicable": NEUTRAL, "cannot_tell": ABSTAIN}),
    (PAIR, {"a": NEUTRAL, "b": NEUTRAL, "tie": NEUTRAL, "both_bad": NEUTRAL}),
    (nominal("red", "green"), {"red": NEUTRAL, "green": NEUTRAL}),
    (nominal("red", "green", "?", abstain=["?"]), {"red": NEUTRAL, "green": NEUTRAL, "?": ABSTAIN}),
    (nominal("red", "green", **{"pass": ["green"]}), {"red": FAIL, "green": PASS}),
    (ordinal(1, 2, 3), {"1": NEUTRAL, "2": NEUTRAL, "3": NEUTRAL}),
    (ordinal(1, 2, 3, pass_at=2), {"1": FAIL, "2": PASS, "3": PASS}),
    (ordinal("1", "2", "?", pass_at="2", abstain=["?"]), {"1": FAIL, "2": PASS, "?": ABSTAIN}),
    (ordinal("6", "5", "4", pass_at="5"), {"6": FAIL, "5": PASS, "4": PASS}),
    (numeric(0, 10), {"0": NEUTRAL, "10": NEUTRAL}),
    (numeric(0, 10, pass_at=0), {"0": PASS}),
    (numeric(0, 10, pass_at=10), {"9.99": FAIL, "10": PASS}),
    (numeric(0, 10, pass_at=5), {"4.999": FAIL, "5": PASS, "5.0": PASS, "10": PASS}),
]


@pytest.mark.parametrize(("on", "readings"), READINGS, ids=lambda value: getattr(value, "type", ""))
def test_each_label_has_its_reading(on: Scale, readings: dict[str, Reading]) -> None:
    assert {label: on.reading(label) for label in readings} == readings
    assert all(on.holds(label) for label in readings)


@pytest.mark.parametrize("on", [COMPLY, ordinal(1, 2), numeric(0, 1)], ids=lambda each: each.type)
@pytest.mark.parametrize("label", ["banana", "", "3", "Complies", "complies ", "1.5e3"])
def test_a_label_off_the_scale_has_no_reading(on: Scale, label: str) -> None:
    assert not on.holds(label)
    with pytest.raises(ValueError, match="not an answer of this"):
        on.reading(label)


SCORES = [
    (COMPLY, {"complies": None, "cannot_tell": None}),
    (PAIR, {"a": 1, "b": 0, "tie": 0.5, "both_bad": 0.5}),
    (ordinal("poor", "fair", "good"), {"poor": 1, "fair": 2, "good": 3}),
    (ordinal(0, 5, 10), {"0": 0, "5": 5, "10": 10}),
    (ordinal("-1", "0.5", "2"), {"-1": -1, "0.5": 0.5, "2": 2}),
    (ordinal("6", "5", "4"), {"6": 6, "5": 5, "4": 4}),
    (ordinal("?", "poor", "good", abstain=["?"]), {"?": None, "poor": 1, "good": 2}),
    (ordinal("1", "2", "many"), {"1": 1, "2": 2, "many": 3}),
    (ordinal("10", "20", "many"), {"10": 1, "20": 2, "many": 3}),
    (ordinal("1_0", "٢", "nan"), {"1_0": 1, "٢": 2, "nan": 3}),
    (numeric(0, 10), {"0": 0, "10": 10, "2.5": 2.5, "1e1": 10, "-0": 0, "11": None, "-1": None}),
    (numeric(0, 10), dict.fromkeys(["nan", "inf", "", "x", "1_0", "٣", " 3", "3 ", "0x1", "1,5", "1e999"])),
]


@pytest.mark.parametrize(("on", "scores"), SCORES, ids=lambda value: getattr(value, "type", ""))
def test_each_label_has_its_number(on: Scale, scores: dict[str, float | None]) -> None:
    assert {label: on.score(label) for label in scores} == scores


def test_scores_of_a_scale_are_all_ranks_or_all_numbers() -> None:
    mixed = ordinal("100", "7", "many")
    assert isinstance(mixed, OrdinalScale)
    assert list(mixed.points.values()) == [1, 2, 3]


# -- What is a scale --------------------------------------------------------------------------------------

NO_SCALE: dict[str, dict[str, Any]] = {
    "one label": {"type": "nominal", "values": ["a"]},
    "no label": {"type": "nominal", "values": []},
    "a label twice": {"type": "nominal", "values": ["a", "b", "a"]},
    "a label twice, once as a number": {"type": "nominal", "values": [1, "1"]},
    "an unknown passing label": {"type": "nominal", "values": ["a", "b"], "pass": ["c"]},
    "an unknown neutral label": {"type": "nominal", "values": ["a", "b"], "neutral": ["c"]},
    "an unknown abstention": {"type": "nominal", "values": ["a", "b"], "abstain": ["c"]},
    "a description of nothing": {"type": "nominal", "values": ["a", "b"], "describe": {"c": "d"}},
    "passing and neutral": {"type": "nominal", "values": ["a", "b"], "pass": ["a"], "neutral": ["a"]},
    "passing and abstaining": {"type": "nominal", "values": ["a", "b"], "pass": ["a"], "abstain": ["a"]},
    "passing twice": {"type": "nominal", "values": ["a", "b"], "pass": ["a", "a"]},
    "an empty label": {"type": "nominal", "values": ["a", ""]},
    "a label of two lines": {"type": "nominal", "values": ["a", "b\nc"]},
    "a label with space around": {"type": "nominal", "values": ["a", " b"]},
    "a long label": {"type": "nominal", "values": ["a", "b" * 81]},
    "a truth as a label": {"type": "nominal", "values": [True, False]},
    "a fraction as a label": {"type": "nominal", "values": [0.5, 1.5]},
    "a point without a descriptor": {"type": "ordinal", "values": [1, 2], "describe": {"1": "d"}},
    "no descriptors": {"type": "ordinal", "values": [1, 2]},
    "an unknown passing point": {
        "type": "ordinal",
        "values": [1, 2],
        "describe": {"1": "d", "2": "d"},
        "pass_at": 3,
    },
    "an abstention that passes": {
        "type": "ordinal",
        "values": ["1", "2", "?"],
        "describe": {"1": "d", "2": "d"},
        "abstain": ["?"],
        "pass_at": "?",
    },
    "only abstentions": {"type": "ordinal", "values": ["a", "b"], "abstain": ["a", "b"]},
    "numbers that go up and down": {
        "type": "ordinal",
        "values": [1, 3, 2],
        "describe": {"1": "d", "2": "d", "3": "d"},
    },
    "one number twice": {"type": "ordinal", "values": ["1", "1.0"], "describe": {"1": "d", "1.0": "d"}},
    "an empty range": {"type": "numeric", "minimum": 1, "maximum": 1},
    "a range upside down": {"type": "numeric", "minimum": 2, "maximum": 1},
    "a passing number outside": {"type": "numeric", "minimum": 0, "maximum": 1, "pass_at": 2},
    "a text as a number": {"type": "numeric", "minimum": "0", "maximum": 1},
    "an unknown kind": {"type": "likert", "values": ["a", "b"]},
    "no kind": {"values": ["a", "b"]},
    "a range without an end": {"type": "numeric", "minimum": 0},
    "labels of a pair": {"type": "pairwise", "values": ["a", "b"]},
}


@pytest.mark.parametrize("fields", NO_SCALE.values(), ids=NO_SCALE)
def test_what_is_no_scale_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        scale(**fields)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_a_range_is_finite(number: str) -> None:
    with pytest.raises(ValidationError):
        _ANY.validate_json(f'{{"type": "numeric", "minimum": 0, "maximum": {number}}}')


@pytest.mark.parametrize(
    ("fields", "labels"),
    [
        ({}, ("a", "b", "tie", "both_bad")),
        ({"allow_tie": False}, ("a", "b", "both_bad")),
        ({"allow_both_bad": False}, ("a", "b", "tie")),
        ({"allow_tie": False, "allow_both_bad": False}, ("a", "b")),
    ],
)
def test_a_pair_has_the_answers_it_allows(fields: dict[str, Any], labels: tuple[str, ...]) -> None:
    assert scale(type="pairwise", **fields).labels == labels


def test_whole_numbers_may_be_written_without_quotation_marks() -> None:
    assert ordinal(1, 2, 3).labels == ("1", "2", "3")


@pytest.mark.parametrize("label", [*PAIR.labels, "anything"])
def test_swapping_twice_is_no_swap(label: str) -> None:
    assert swap_label(swap_label(label)) == label


def test_a_swap_turns_the_two_sides_round_and_nothing_else() -> None:
    assert [swap_label(label) for label in PAIR.labels] == ["b", "a", "tie", "both_bad"]
    assert all((PAIR.score(label) or 0) + (PAIR.score(swap_label(label)) or 0) == 1 for label in PAIR.labels)


def test_the_built_in_scales_are_described() -> None:
    assert set(BUILT_IN_SCALES) == {"comply", "pair"}
    for each in BUILT_IN_SCALES.values():
        assert set(each.describe) == set(each.labels)


# -- Numbers ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text"),
    [(7.0, "7"), (7, "7"), (0.1, "0.1"), (-0.0, "0"), (1e6, "1000000"), (1e21, "1e+21"), (-2.50, "-2.5")],
)
def test_a_number_is_written_as_people_do(value: float, text: str) -> None:
    assert number_text(value) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_written_number_reads_back(value: float) -> None:
    assert float(number_text(value)) == value


@given(st.floats(-1e300, 1e300), st.floats(-1e300, 1e300), st.floats(0, 1))
def test_the_nearest_answer_is_always_on_the_scale(one: float, other: float, place: float) -> None:
    low, high = sorted((one, other))
    if low < high:
        on = NumericScale(type="numeric", minimum=low, maximum=high)
        value = low + place * (high - low) if math.isfinite(high - low) else low
        assert on.holds(on.nearest(value))
        assert on.holds(on.nearest(high + abs(high)))


def test_the_nearest_answer_has_twelve_digits_at_most() -> None:
    on = NumericScale(type="numeric", minimum=0, maximum=10)
    assert on.nearest(10 / 3) == "3.33333333333"
    assert on.nearest(0.1 + 0.2) == "0.3"


@given(st.lists(st.sampled_from("abcdef"), min_size=2, unique=True), st.data())
def test_every_label_of_a_nominal_scale_has_one_reading(values: list[str], data: st.DataObject) -> None:
    group = {label: data.draw(st.sampled_from(["passes", "neutral", "abstain", ""])) for label in values}
    passes, neutral, abstain = (
        tuple(label for label in values if group[label] == name) for name in ("passes", "neutral", "abstain")
    )
    on = NominalScale(type="nominal", values=tuple(values), passes=passes, neutral=neutral, abstain=abstain)
    expected = {"passes": PASS, "neutral": NEUTRAL, "abstain": ABSTAIN, "": FAIL if passes else NEUTRAL}
    assert {label: on.reading(label) for label in values} == {
        label: expected[group[label]] for label in values
    }
