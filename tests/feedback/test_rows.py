"""What records come to in the shapes that trainers read."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.feedback.export_records import judged, pair, revised

from evenhand.feedback.judged import TextOutcome, Unwritten
from evenhand.feedback.left_out import LeftOut
from evenhand.feedback.results import PairOutcome
from evenhand.feedback.rows import Draft, Record, draft, items_of, messages_of, row_id, texts_of
from evenhand.feedback.shapes import Shape
from evenhand.records.message import Message

SAY = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip)
TURNS = (Message(role="system", content="Be kind."), Message(role="user", content="Hi"))


def made(record: Record, shape: Shape) -> Draft:
    found = draft(record, shape)
    assert isinstance(found, Draft), found
    return found


def row(record: Record, shape: Shape, *, conversational: bool = True) -> dict[str, Any]:
    found = texts_of(made(record, shape), shape, conversational=conversational)
    assert isinstance(found, dict), found
    return found


def test_a_pair_is_a_row_of_trl_as_it_documents_it() -> None:
    assert row(pair(), Shape.PREFERENCE) == {
        "prompt": [{"role": "user", "content": "Where is the sea?"}],
        "chosen": [{"role": "assistant", "content": "There."}],
        "rejected": [{"role": "assistant", "content": "Nowhere."}],
    }
    assert row(pair(outcome=PairOutcome.SECOND), Shape.PREFERENCE, conversational=False) == {
        "prompt": "Where is the sea?",
        "chosen": "Nowhere.",
        "rejected": "There.",
    }


def test_a_text_is_a_row_with_a_label() -> None:
    assert row(judged(), Shape.UNPAIRED) == {
        "prompt": [{"role": "user", "content": "Where is the sea?"}],
        "completion": [{"role": "assistant", "content": "There."}],
        "label": True,
    }
    assert row(judged(outcome=TextOutcome.FAILED), Shape.UNPAIRED)["label"] is False


def test_a_revision_is_a_completion_or_preferred_to_the_first_reply() -> None:
    assert row(revised(), Shape.COMPLETION, conversational=False) == {
        "prompt": "Where is the sea?",
        "completion": "There.",
    }
    assert row(revised(), Shape.PREFERENCE, conversational=False)["rejected"] == "Nowhere."
    assert made(revised(), Shape.COMPLETION).columns["prompt_hashes"] == ["aa", "bb"]
    assert made(revised(), Shape.COMPLETION).columns["producers"] == ["writer"]
    assert items_of(revised(), Shape.COMPLETION) == (1, 2)
    assert items_of(revised(), Shape.PREFERENCE) == (1, 2, 0)
    passing = revised(before=TextOutcome.PASSED)
    assert row(passing, Shape.COMPLETION, conversational=False)["completion"] == "There."


def test_messages_are_a_conversation_with_the_reply_at_its_end() -> None:
    assert messages_of(made(pair(prompt=TURNS), Shape.COMPLETION)) == {
        "messages": [
            {"role": "system", "content": "Be kind."},
            {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": "There."},
        ]
    }


def test_probabilities_are_those_of_the_label() -> None:
    first = made(pair(), Shape.PREFERENCE).columns
    second = made(pair(outcome=PairOutcome.SECOND, p_first=0.125, p_clamped=0.4), Shape.PREFERENCE).columns
    for columns in (first, second):
        assert columns["probability"] == 0.875
        assert columns["probability_clamped"] == 0.6
        assert columns["probability_margin"] == 0.75
    assert second["candidate_ids"] == ["y", "x"]
    assert second["producers"] == ["m2", "m1"]


OPEN = [
    (pair(outcome=PairOutcome.TIE), Shape.PREFERENCE, LeftOut.TIE),
    (pair(outcome=PairOutcome.ABSTAINED), Shape.PREFERENCE, LeftOut.ABSTAINED),
    (pair(outcome=PairOutcome.INCONSISTENT), Shape.PREFERENCE, LeftOut.INCONSISTENT),
    (pair(outcome=PairOutcome.SPLIT), Shape.PREFERENCE, LeftOut.UNDECIDED),
    (pair(outcome=PairOutcome.UNMEASURED), Shape.PREFERENCE, LeftOut.UNMEASURED),
    (pair(outcome=PairOutcome.TIE), Shape.COMPLETION, LeftOut.TIE),
    (pair(prompt=None), Shape.PREFERENCE, LeftOut.NO_PROMPT),
    (pair(prompt=""), Shape.PREFERENCE, LeftOut.NO_PROMPT),
    (pair(first=" \n"), Shape.PREFERENCE, LeftOut.NO_TEXT),
    (pair(first=" ", second=""), Shape.PREFERENCE, LeftOut.NO_TEXT),
    (pair(first="so  be it", second="so be it"), Shape.PREFERENCE, LeftOut.SAME_TEXTS),
    (pair(first="x\ud800"), Shape.PREFERENCE, LeftOut.BROKEN_TEXT),
    (pair(prompt="x\udfff"), Shape.PREFERENCE, LeftOut.BROKEN_TEXT),
    (pair(case_id="x\udfff"), Shape.PREFERENCE, LeftOut.BROKEN_TEXT),
    (judged(outcome=TextOutcome.ABSTAINED), Shape.UNPAIRED, LeftOut.ABSTAINED),
    (judged(outcome=TextOutcome.UNDECIDED), Shape.UNPAIRED, LeftOut.UNDECIDED),
    (judged(outcome=TextOutcome.NEUTRAL), Shape.UNPAIRED, LeftOut.NEUTRAL),
    (judged(outcome=TextOutcome.UNMEASURED), Shape.UNPAIRED, LeftOut.UNMEASURED),
    (judged(outcome=TextOutcome.FAILED), Shape.COMPLETION, LeftOut.FAILED),
    (judged(text=None), Shape.UNPAIRED, LeftOut.NO_TEXT),
    (judged(text=TURNS), Shape.UNPAIRED, LeftOut.NO_TEXT),
    (revised(original="There. "), Shape.COMPLETION, LeftOut.UNCHANGED),
    (revised(original=""), Shape.PREFERENCE, LeftOut.NO_TEXT),
    (revised(after=TextOutcome.FAILED), Shape.COMPLETION, LeftOut.FAILED),
    (revised(after=TextOutcome.FAILED), Shape.PREFERENCE, LeftOut.NOT_BETTER),
    (revised(before=TextOutcome.PASSED), Shape.PREFERENCE, LeftOut.NOT_BETTER),
    (revised(before=TextOutcome.UNDECIDED), Shape.PREFERENCE, LeftOut.UNDECIDED),
    (revised(after=TextOutcome.UNMEASURED), Shape.COMPLETION, LeftOut.UNMEASURED),
    (Unwritten(), Shape.COMPLETION, LeftOut.UNWRITTEN),
]


@pytest.mark.parametrize(("record", "shape", "reason"), OPEN)
def test_what_is_no_row_has_a_reason(record: Record, shape: Shape, reason: LeftOut) -> None:
    assert draft(record, shape) is reason
    assert reason.words


def test_a_conversation_is_no_plain_text() -> None:
    found = texts_of(made(pair(prompt=TURNS), Shape.PREFERENCE), Shape.PREFERENCE, conversational=False)
    assert found is LeftOut.CONVERSATION


@given(prompt=SAY, first=SAY, second=SAY, conversational=st.booleans())
def test_texts_come_back_as_they_went_in(
    prompt: str, first: str, second: str, *, conversational: bool
) -> None:
    record = pair(prompt=prompt, first=first, second=second)
    if isinstance(found := draft(record, Shape.PREFERENCE), LeftOut):
        assert found is LeftOut.SAME_TEXTS
        return
    back = json.loads(json.dumps(row(record, Shape.PREFERENCE, conversational=conversational)))
    expected: list[Any] = [prompt, first, second]
    if conversational:
        expected = [
            [{"role": role, "content": text}]
            for role, text in zip(("user", "assistant", "assistant"), expected, strict=True)
        ]
    assert [back[key] for key in ("prompt", "chosen", "rejected")] == expected


def test_a_row_is_named_by_what_it_says() -> None:
    one = row_id(made(pair(), Shape.PREFERENCE), Shape.PREFERENCE)
    assert one == row_id(made(pair(case_id="other"), Shape.PREFERENCE), Shape.PREFERENCE)
    assert one != row_id(made(pair(outcome=PairOutcome.SECOND), Shape.PREFERENCE), Shape.PREFERENCE)
