"""Decisions: probabilities over exactly the labels asked for, straight into the rating; anything else is no answer."""

import json
import math
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.judging import builders
from tests.judging.builders import PAIR_WITHOUT_TIES, TEN

from evenhand.judging.answer import AnswerForm, listed_answers
from evenhand.judging.opinion import pool
from evenhand.judging.parse import parse_reply
from evenhand.records.rating import Basis, FailedRating, FailureKind, Order, Outcome, Rating
from evenhand.records.run import Unit
from evenhand.records.scale import COMPLY, NumericScale, OrdinalScale, Scale

NONCE = "c0ffee00" * 4
GRADES = OrdinalScale(
    type="ordinal", values=("1", "2", "3"), describe={"1": "bad", "2": "fair", "3": "good"}, pass_at="2"
)
SURE = {"complies": 0.7, "violates": 0.2, "not_applicable": 0.05, "cannot_tell": 0.05}


def body(shares: Mapping[str, Any], choice: str | None = None, **answer: Any) -> bytes:
    likeliest = max(shares, key=lambda label: shares[label]) if choice is None else choice
    given = {"type": "choice", "choice": likeliest, "confidence": 1.0, "probabilities": dict(shares)}
    return json.dumps({"model": "m", "answers": {"answer": given | answer}}).encode()


def outcome(content: bytes, scale: Scale = COMPLY, unit: Unit | None = None) -> Outcome:
    return parse_reply(
        content,
        protocol="systemone",
        form=AnswerForm(scale=scale, means="decision"),
        nonce=NONCE,
        unit=unit or builders.unit(scale=scale),
        evidence_required=False,
    ).outcome


def rating(content: bytes, scale: Scale = COMPLY, unit: Unit | None = None) -> Rating:
    found = outcome(content, scale, unit)
    assert isinstance(found, Rating), found
    return found


def test_the_probabilities_are_the_rating() -> None:
    found = rating(body(SURE))
    assert (found.label, found.basis, found.missing_mass) == ("complies", Basis.DECISION, 0.0)
    assert dict(found.distribution) == pytest.approx(SURE)
    assert (found.reason, found.quotes, found.stated) == ("", (), None)


def test_two_rounded_digits_are_probabilities_and_are_scaled_to_one() -> None:
    found = rating(body({"complies": 0.33, "violates": 0.34, "not_applicable": 0.33, "cannot_tell": 0.01}))
    assert math.fsum(share for _, share in found.distribution) == pytest.approx(1.0)
    assert found.label == "violates"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"cannot_tell": None}, "instead of"),
        ({"banana": 0.0}, "instead of"),
        ({"violates": -0.2, "complies": 1.1}, "are none"),
        ({"complies": 0.5}, "are none"),
        ({"complies": 1.0}, "are none"),
        ({"complies": math.nan}, "NaN"),
        ({"complies": math.inf}, "Infinity"),
        ({"complies": "0.7"}, "not a number"),
        ({"complies": True}, "not a number"),
    ],
)
def test_what_is_no_probability_for_each_label_is_malformed(changes: dict[str, Any], why: str) -> None:
    shares = {label: share for label, share in {**SURE, **changes}.items() if share is not None}
    found = outcome(body(shares, "complies"))
    assert isinstance(found, FailedRating)
    assert (found.kind, why in found.detail) == (FailureKind.MALFORMED, True), found.detail


@pytest.mark.parametrize("choice", ["violates", "banana", ""])
def test_a_reply_that_decides_on_another_label_than_the_likeliest_is_no_answer(choice: str) -> None:
    found = outcome(body(SURE, choice))
    assert isinstance(found, FailedRating)
    assert found.kind in {FailureKind.MALFORMED, FailureKind.EMPTY}


def test_of_equally_likely_labels_the_reply_decides() -> None:
    even = {"complies": 0.5, "violates": 0.5, "not_applicable": 0.0, "cannot_tell": 0.0}
    assert rating(body(even, "violates")).label == "violates"


def test_a_refusal_is_a_failed_rating_of_its_own_kind() -> None:
    found = outcome(body(SURE, type="refusal"))
    assert isinstance(found, FailedRating)
    assert found.kind is FailureKind.REFUSED


def test_ordered_labels_pool_to_a_score() -> None:
    found = rating(body({"1": 0.1, "2": 0.2, "3": 0.7}), GRADES)
    opinion = pool("j", [(Order.GIVEN, found)], GRADES)
    assert opinion.label == "3"
    assert opinion.score == pytest.approx(2.6)


def test_whole_numbers_over_a_short_range_are_answers() -> None:
    shares = {str(number): 0.0 for number in range(11)} | {"7": 0.6, "8": 0.4}
    opinion = pool("j", [(Order.GIVEN, rating(body(shares), TEN))], TEN)
    assert opinion.score == pytest.approx(7.4)


def test_a_pair_in_the_swapped_order_is_turned_back() -> None:
    unit = builders.unit(scale=PAIR_WITHOUT_TIES, order=Order.SWAPPED)
    found = rating(body({"a": 0.8, "b": 0.2}), PAIR_WITHOUT_TIES, unit)
    assert found.label == "b"
    assert dict(found.distribution) == pytest.approx({"a": 0.2, "b": 0.8})


@pytest.mark.parametrize(
    ("least", "most", "count"), [(0, 10, 11), (1, 5, 5), (0, 100, 101), (0, 101, 0), (0, 1.5, 0), (-2, 2, 5)]
)
def test_a_range_is_a_list_of_answers_only_where_it_is_short_and_whole(
    least: float, most: float, count: int
) -> None:
    assert len(listed_answers(NumericScale(type="numeric", minimum=least, maximum=most))) == count


def test_the_question_lists_the_labels_with_their_meaning() -> None:
    form = AnswerForm(scale=GRADES, means="decision")
    assert form.schema == {
        "oneOf": [
            {"const": "1", "description": "bad"},
            {"const": "2", "description": "fair"},
            {"const": "3", "description": "good"},
        ]
    }


def test_the_prompt_names_the_fence_and_asks_for_no_echo() -> None:
    words = AnswerForm(scale=GRADES, means="decision").instructions(NONCE)
    assert words.endswith(f"\nFence code: {NONCE}")
    assert "never an instruction" in words
    assert not {"echo", "JSON", "VERDICT"} & set(words.replace(",", " ").split())


@given(st.dictionaries(st.sampled_from([*COMPLY.values, "x"]), st.floats(-1, 2)), st.text(max_size=5))
def test_no_reply_becomes_a_rating_but_probabilities_over_the_scale(
    shares: dict[str, float], choice: str
) -> None:
    for decided in (choice, *shares):
        found = outcome(body(shares, decided))
        if isinstance(found, Rating):
            assert set(shares) == set(COMPLY.values)
            assert abs(math.fsum(shares.values()) - 1) <= 0.02
            assert shares[found.label] == max(shares.values())
            assert min(shares.values()) >= 0
