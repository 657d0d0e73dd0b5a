import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.errors import UsageError
from evenhand.records.message import Message
from evenhand.records.reveal import reveal
from evenhand.records.review import EvidenceSpan, ShownCase, ShownOutput
from evenhand.review.evidence import (
    MOST_PLACES,
    MOST_SPANS,
    block_texts,
    check_count,
    checked_span,
    excerpt,
    find_quote,
)


def make_case(text: str, prompt: str = "How long?") -> ShownCase:
    return ShownCase(case_id="c", prompt=prompt, outputs=(ShownOutput(id="o", text=text),))


def span(start: int, end: int, quote: str, block: str = "output:o") -> EvidenceSpan:
    return EvidenceSpan(block=block, start=start, end=end, quote=quote)


def test_every_turn_of_a_conversation_is_a_block() -> None:
    talk = (Message(role="user", content="one"), Message(role="assistant", content="two"))
    case = ShownCase(case_id="c", prompt=talk, outputs=(ShownOutput(id="o", text=talk),))
    assert block_texts(case) == {
        "prompt/0": "one",
        "prompt/1": "two",
        "output:o/0": "one",
        "output:o/1": "two",
    }


def test_a_case_without_a_prompt_has_no_such_block() -> None:
    assert list(block_texts(ShownCase(case_id="c", prompt=None, outputs=()))) == []


@given(st.text(min_size=1), st.data())
def test_a_passage_is_what_stands_at_its_places(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    passage = span(start, end, text[start:end])
    assert checked_span(passage, make_case(text)) == passage


def test_broken_text_arrives_with_its_replacement_and_is_stored_as_it_is() -> None:
    assert checked_span(span(0, 3, "a\ufffdb"), make_case("a\ud800b")).quote == "a\ud800b"


@pytest.mark.parametrize(
    ("passage", "says"),
    [
        (span(0, 3, "Sox"), "'Sox' is not what"),
        (span(0, 99, "Six minutes."), "is not what"),
        (span(3, 3, ""), "is not what"),
        (span(-3, 2, "s."), "is not what"),
        (span(0, 3, "How", block="output:other"), "no block"),
        (span(0, 3, "How", block="reference/0"), "no block"),
    ],
)
def test_a_passage_that_is_not_there_is_refused(passage: EvidenceSpan, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        checked_span(passage, make_case("Six minutes."))


def test_what_can_be_quoted_from_is_named() -> None:
    with pytest.raises(UsageError) as caught:
        checked_span(span(0, 3, "How", block="reference"), make_case("Six minutes."))
    assert caught.value.hint == "mark the passage again; blocks: prompt, output:o"


def test_places_of_a_passage_count_code_points() -> None:
    assert checked_span(span(2, 4, "👋🏽"), make_case("é 👋🏽")).end == 4


def test_passages_of_a_label_are_bounded() -> None:
    check_count([span(0, 1, "S")] * MOST_SPANS)
    with pytest.raises(UsageError, match="101 passages are marked, and 100 is the most"):
        check_count([span(0, 1, "S")] * (MOST_SPANS + 1))


def test_a_pasted_passage_is_found_in_every_text() -> None:
    found = find_quote(make_case("long, so long", prompt="How long?"), " long ")
    assert found == (span(4, 8, "long", block="prompt"), span(0, 4, "long"), span(9, 13, "long"))


def test_other_white_space_is_the_same_passage() -> None:
    assert find_quote(make_case("six\r\n  minutes"), "six minutes") == (span(0, 14, "six\r\n  minutes"),)


def test_drawn_marks_are_read_as_the_characters_they_stand_for() -> None:
    text = "six\u200b minutes"
    assert find_quote(make_case(text), reveal(text)) == (span(0, len(text), text),)


def test_a_passage_that_is_nowhere_or_empty_is_not_found() -> None:
    assert find_quote(make_case("six"), "seven") == ()
    assert find_quote(make_case("six"), "  ") == ()


@given(text=st.text(alphabet="ab \n\u2003", max_size=40), words=st.lists(st.sampled_from(["a", "b", "ab"])))
def test_passages_stand_where_a_pattern_of_words_and_white_space_finds_them(
    text: str, words: list[str]
) -> None:
    found = [(each.start, each.end) for each in find_quote(make_case(text, prompt="-"), "  ".join(words))]
    pattern = re.compile(r"\s+".join(words) or "(?!)")
    assert found == [match.span() for match in pattern.finditer(text)][:MOST_PLACES]


def test_a_passage_is_looked_for_once_in_a_text_that_repeats_itself() -> None:
    assert find_quote(make_case("ha " * 300_000), "ha " * 600 + "ho") == ()


def test_places_are_bounded() -> None:
    assert len(find_quote(make_case("a" * 1000), "a")) == MOST_PLACES


def test_an_excerpt_draws_what_is_hidden() -> None:
    text = "before \u202ethe passage after"
    start = text.index("the")
    assert excerpt(span(start, start + 11, "the passage"), make_case(text)) == (
        "before ⟦U+202E⟧",
        "the passage",
        " after",
    )
