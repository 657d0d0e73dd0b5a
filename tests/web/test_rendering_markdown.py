import json
import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.reporting.hostile import HOSTILE

from evenhand.web.rendering_markdown import formatted, lay_out_json, looks_like_json, markdown

TAGS = frozenset(
    "blockquote br code div em hr li ol p s span strong table tbody td th thead tr ul".split()  # noqa: SIM905 - read as a list of words
)
ATTRIBUTES = {"class", "dir", "tabindex", "start"}
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


def plain(html: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", html))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_markdown_gives_harmless_elements_alone(text: str) -> None:
    html = str(formatted(text))
    for tag, attributes in re.findall(r"<(/?[\w!?-]+)((?:\s[^<>]*)?)>", html):
        assert tag.removeprefix("/") in TAGS
        assert set(re.findall(r'([\w-]+)="', attributes)) <= ATTRIBUTES
    assert not re.search(r"<(?![/\w])", html)


@given(st.text())
def test_any_text_gives_harmless_elements_alone(text: str) -> None:
    html = str(markdown(text))
    assert {tag.removeprefix("/") for tag in re.findall(r"<([^\s>]+)", html)} <= TAGS


def test_a_link_is_its_words_and_its_whole_address_and_no_link() -> None:
    html = str(markdown("[safe](https://example.com/a?b=c 'title')"))
    assert "<a" not in html
    assert plain(html).strip() == "safe ⟨https://example.com/a?b=c⟩"


def test_nested_emphasis_does_not_hide_the_address() -> None:
    assert "⟨https://example.com/⟩" in markdown(
        "[**a** `b`](https://example.com/) and [c](https://example.org/)"
    )


def test_an_image_is_its_words_and_its_whole_address() -> None:
    html = str(markdown("![a cat](https://example.com/cat.png)"))
    assert "<img" not in html
    assert "a cat ⟨https://example.com/cat.png⟩" in plain(html)


def test_a_script_address_stays_what_was_written() -> None:
    assert "[x](javascript:alert(1))" in plain(str(markdown("[x](javascript:alert(1))")))


def test_alignment_of_a_table_writes_no_style() -> None:
    assert "style" not in markdown("| a |\n|---:|\n| 1 |")


def test_headings_of_a_candidate_are_no_headings_of_the_page() -> None:
    html = str(markdown("# one\n\n## two"))
    assert not re.search(r"<h\d", html)
    assert 'class="heading level-2"' in html


def test_hidden_characters_are_drawn_in_words_and_addresses() -> None:
    assert "⟦U+202E⟧" in plain(str(markdown("a\u202eb")))
    assert "\u202e" not in markdown("[a](https://example.com/\u202eb)")


@given(VALUES)
def test_json_is_laid_out_without_a_change(value: object) -> None:
    text = json.dumps([value])
    shown = plain(str(lay_out_json(text)))
    assert json.loads(shown) == [value]


@given(VALUES)
def test_json_with_other_white_space_is_laid_out_alike(value: object) -> None:
    tight, wide = json.dumps([value], separators=(",", ":")), json.dumps([value], indent=3)
    assert lay_out_json(tight) == lay_out_json(wide)


def test_what_stands_twice_stays_twice_and_numbers_keep_their_spelling() -> None:
    shown = plain(str(lay_out_json('{"a": 1.50, "a": 1e400}')))
    assert shown == '{\n  "a": 1.50,\n  "a": 1e400\n}'


@pytest.mark.parametrize("text", ["", "{", "[1,", "{'a': 1}", "1", '"a"', "[" * 15_000 + "]" * 15_000 + "x"])
def test_what_is_no_json_is_read_as_markdown(text: str) -> None:
    assert not looks_like_json(text)
