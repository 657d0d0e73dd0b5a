"""The text on the page can be read back, code point for code point, by the rule of the script."""

import re
from html import unescape
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.reporting.hostile import HOSTILE

from evenhand.records.reveal import hidden_characters, reveal
from evenhand.web.rendering_text import (
    MOST_MARKS,
    PART,
    Drawn,
    Layer,
    draw_text,
    fenced,
    part_bounds,
    pieces,
)

ODD = st.text(st.sampled_from("ab <&'\"\n\r\t⟦U+0\u200b\u202e\u05d0\u200d\U0001f468é\u0301\x00"), max_size=60)


def drawn(text: str, **options: object) -> str:
    return str(draw_text(list(pieces(text)), start=0, end=len(text), **options))  # type: ignore[arg-type] # as given


def read_back(html: str) -> str:
    """Return the text behind a part of the page, as the script reads it."""
    codes = re.compile(r'<span class="(?:drawn|quiet)" data-c="([0-9a-f ]+)">[^<]*</span>')
    marks = codes.sub(lambda mark: "".join(f"&#x{code};" for code in mark[1].split()), html)
    assert not set(re.findall(r"<(/?\w+)", marks)) - {"span", "/span", "mark", "/mark", "i", "/i"}
    pieces_of = re.split(r"(&#x[0-9a-f]+;)", re.sub(r"<[^>]*>", "", marks))
    return "".join(
        chr(int(piece[3:-1], 16)) if piece.startswith("&#x") else unescape(piece) for piece in pieces_of
    )


@given(st.one_of(st.text(), ODD))
def test_a_text_is_read_back_as_it_was(text: str) -> None:
    assert read_back(drawn(text)) == text


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_is_read_back_and_holds_no_markup(text: str) -> None:
    assert read_back(drawn(text)) == text


@given(st.one_of(st.text(), ODD))
def test_what_is_drawn_is_what_judges_are_shown(text: str) -> None:
    marks = "".join(
        "".join(f"⟦U+{ord(char):04X}⟧" for char in piece.text) if piece.drawn is Drawn.MARKS else piece.text
        for piece in pieces(text)
    )
    lone_returns = re.sub(r"\r(?!\n)", "⟦U+000D⟧", reveal(text))
    assert marks == lone_returns


@given(ODD, st.data())
def test_a_text_is_the_same_cut_anywhere(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=4)))
    whole = list(pieces(text))
    bounds = [0, *cuts, len(text)]
    parts = [draw_text(whole, start=a, end=b) for a, b in pairwise(bounds)]
    assert read_back("".join(parts)) == text


@given(ODD, st.data())
def test_marks_around_words_change_no_place(text: str, data: st.DataObject) -> None:
    spans = [
        (start, data.draw(st.integers(start + 1, len(text))))
        for start in [data.draw(st.integers(0, len(text) - 1))]
    ] if text else []  # fmt: skip
    evidence = Layer(tag="mark", look="evidence", spans=spans)
    other = Layer(tag="mark", look="only", spans=[(0, len(text))] if text else [])
    html = drawn(text, layers=(other, evidence))
    assert read_back(html) == text
    if spans:
        inside = "".join(re.findall(r'<mark class="evidence">(.*?)</mark>', html, re.DOTALL))
        assert read_back(inside) == text[slice(*spans[0])]


def test_source_draws_line_ends_and_tabs_and_changes_no_place() -> None:
    html = drawn("a\tb\n", source=True)
    assert html.count("<i ") == 2
    assert read_back(html) == "a\tb\n"


def test_a_long_run_of_hidden_characters_is_drawn_once() -> None:
    html = drawn("\u200b" * 500)
    assert html.count("<span") == MOST_MARKS + 1
    assert f"⟦+{500 - MOST_MARKS}⟧" in html
    assert read_back(html) == "\u200b" * 500


def test_the_count_says_what_is_drawn() -> None:
    assert hidden_characters("a\u200bb\r\n") == 1
    assert drawn("a\u200bb\r\n").count('class="drawn"') == 1
    assert drawn("a\u200bb\r\n").count('class="quiet"') == 1


def test_a_mark_that_the_text_holds_itself_is_text() -> None:
    assert drawn("⟦U+200B⟧") == "⟦U+200B⟧"


@given(st.integers(0, 5 * PART), st.integers(1, 3000))
def test_parts_cover_a_text_and_none_is_long(length: int, line: int) -> None:
    text = ("x" * line + "\n") * (length // (line + 1))
    bounds = part_bounds(text)
    assert bounds[0] == 0
    assert bounds[-1] == len(text)
    assert all(0 < last - first <= PART + 401 for first, last in pairwise(bounds) if text)


def test_parts_end_with_a_line_where_one_ends_nearby() -> None:
    text = ("x" * 99 + "\n") * 1000
    assert all(text[bound - 1] == "\n" for bound in part_bounds(text)[1:])


def test_fenced_code_is_found_and_an_open_fence_is_not() -> None:
    text = "a\n```py\nx\n```\nb\n~~~\nc"
    assert [text[first:last] for first, last in fenced(text)] == ["```py\nx\n```"]
