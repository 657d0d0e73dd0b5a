from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.made_review import shown_principle

from evenhand.errors import UsageError
from evenhand.records.message import Message
from evenhand.records.rating import Order
from evenhand.records.review import Draft, EvidenceSpan, ShownCase, ShownOutput
from evenhand.records.scale import COMPLY, PAIR, NumericScale
from evenhand.review.answers import check_draft, in_frame, spelled_as_kept

NUMBERS = NumericScale(type="numeric", minimum=-5, maximum=5)
CASE = ShownCase(
    case_id="c",
    prompt=(Message(role="user", content="Hi 👋🏽"), Message(role="assistant", content="Yes?")),
    outputs=(ShownOutput(id="x", text="naïve 👋🏽 text"),),
)


@given(st.sampled_from(PAIR.labels), st.sampled_from(Order))
def test_a_label_turned_there_and_back_is_the_same(label: str, order: Order) -> None:
    assert in_frame(in_frame(label, order, PAIR), order, PAIR) == label


def test_only_pairs_have_sides() -> None:
    assert in_frame("a", Order.SWAPPED, PAIR) == "b"
    assert in_frame("tie", Order.SWAPPED, PAIR) == "tie"
    assert in_frame("complies", Order.SWAPPED, COMPLY) == "complies"


@given(st.floats(-5, 5))
def test_a_number_spelled_as_kept_is_the_same_number_and_stays_so(number: float) -> None:
    principle = shown_principle(scale=NUMBERS)
    once = spelled_as_kept(Draft(label=f"{number:+.17g}"), principle)
    assert float(once.label) == number
    assert spelled_as_kept(once, principle) == once


def test_of_the_answers_that_could_be_defended_the_label_itself_is_none() -> None:
    draft = Draft(label="1.0", defensible=("2", "1", "2.0"))
    assert spelled_as_kept(draft, shown_principle(scale=NUMBERS)).defensible == ("2",)


def test_a_draft_whose_quote_stands_elsewhere_is_no_label() -> None:
    quote = EvidenceSpan(block="output:x", start=6, end=8, quote="👋🏽")
    check_draft(Draft(label="1", evidence=(quote,)), shown_principle(scale=NUMBERS), CASE)
    with pytest.raises(UsageError, match="not what"):
        check_draft(Draft(label="1", evidence=(replace(quote, end=9),)), shown_principle(scale=NUMBERS), CASE)


@pytest.mark.parametrize(
    ("label", "hint"),
    [("", "a number from -5 to 5, or cannot_tell"), ("canot_tell", 'did you mean "cannot_tell"?')],
)
def test_what_is_no_answer_is_told_with_the_answers(label: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_draft(Draft(label=label), shown_principle(scale=NUMBERS), CASE)
    assert caught.value.hint == hint
