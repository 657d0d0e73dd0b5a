import re

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from evenhand.reporting.calibration.extras import DROP_ORDER
from evenhand.reporting.calibration.markdown import render_markdown
from evenhand.reporting.markdown import MOST_BYTES

from .cases import CASES, hostile_record, hostile_views

READER = MarkdownIt("commonmark", {"html": True}).enable("table").enable("strikethrough")
OURS = {
    *(
        "heading",
        "paragraph",
        "inline",
        "bullet_list",
        "ordered_list",
        "list_item",
        "blockquote",
        "table",
        "thead",
    ),
    *("tbody", "tr", "th", "td", "text", "code_inline", "strong", "softbreak", "text_special"),
}


def tokens(text: str) -> list[Token]:
    flat = []
    for token in READER.parse(text):
        flat += [token, *(token.children or [])]
    return flat


def test_hostile_text_becomes_no_tag_link_image_or_rule() -> None:
    text = render_markdown(hostile_record(), hostile_views(), most_bytes=10_000_000)
    kinds = {re.sub(r"_(open|close)$", "", token.type) for token in tokens(text)}
    assert kinds <= OURS


def test_sentences_of_the_calibration_hold_no_address_a_reader_would_link() -> None:
    text = render_markdown(hostile_record(), hostile_views(), most_bytes=10_000_000)
    plain = "\n".join(re.sub(r"(`+).*?\1", "", line) for line in text.splitlines())
    assert not re.search(r"https?://|www\.\w|(?<!\\)@\w", plain)


@pytest.mark.parametrize("name", [*CASES])
def test_the_report_fits_a_comment(name: str) -> None:
    assert len(render_markdown(CASES[name]).encode()) <= MOST_BYTES


def test_what_is_left_out_is_named_in_the_last_line() -> None:
    last = render_markdown(CASES["many"]).splitlines()[-1]
    assert re.match(r"Left out to stay under 60,000 bytes: ", last)
    assert DROP_ORDER[2] in last


def test_the_answer_is_never_left_out() -> None:
    text = render_markdown(CASES["many"], most_bytes=20_000)
    assert "## In short" in text
    assert "### What to do next" in text
    assert "**Who may be trusted with what**" in text


def test_steps_are_numbered_and_warnings_stand_out() -> None:
    text = render_markdown(CASES["small"])
    assert re.search(r"### What to do next\n\n1\. ", text)
    assert "> **Before any number**" in text
