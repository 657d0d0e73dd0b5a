import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.reporting.document import Cell, Column, Table, foreign, words
from evenhand.reporting.extras import DROP_ORDER
from evenhand.reporting.markdown import MOST_BYTES, _table, render_markdown
from evenhand.reporting.sections import run_document
from evenhand.reporting.summarise import summarise
from evenhand.reporting.summary import RunSummary

from .builders import make_account, make_constitution, make_manifest, make_run, stream_items
from .gate.reading import READER, kinds, tokens
from .hostile import HOSTILE

OURS = {
    *(
        "heading",
        "paragraph",
        "inline",
        "bullet_list",
        "list_item",
        "blockquote",
        "table",
        "thead",
        "tbody",
        "tr",
    ),
    *("th", "td", "text", "code_inline", "strong", "softbreak", "text_special"),
}


def test_hostile_text_becomes_no_tag_link_image_or_list(hostile: RunSummary) -> None:
    assert kinds(render_markdown(hostile, most_bytes=10_000_000)) <= OURS


def test_hostile_text_stands_in_code_only(hostile: RunSummary) -> None:
    plain = [
        token.content
        for token in tokens(render_markdown(hostile, most_bytes=10_000_000))
        if token.type == "text"
    ]
    assert not [text for text in plain if re.search(r"window\\.|127|everyone|7\*7|octocat", text)]


def test_hostile_text_opens_no_heading_and_no_cell(hostile: RunSummary) -> None:
    text = render_markdown(hostile, most_bytes=10_000_000)
    headings = [line for line in text.splitlines() if line.startswith("#")]
    document = run_document(hostile)
    assert len([line for line in headings if line.startswith("## ")]) == len(document.sections)
    for rows in table_widths(text):
        assert len(set(rows)) == 1


def table_widths(text: str) -> list[list[int]]:
    """Return, for each table as the reader sees it, the number of cells of every row it was given."""
    widths: list[list[int]] = []
    for token in READER.parse(text):
        if token.type == "table_open":
            widths.append([])
        elif token.type == "tr_open":
            widths[-1].append(0)
        elif token.type in {"td_open", "th_open"}:
            widths[-1][-1] += 1
    return widths


@given(st.text(st.characters(codec="utf-8"), max_size=40) | st.sampled_from(HOSTILE))
def test_any_text_stays_one_code_span_in_its_cell(name: str) -> None:
    table = Table(
        caption=words("Caption"),
        columns=(Column(words=words("one")), Column(words=(foreign(name),)), Column(words=words("three"))),
        rows=((Cell(words=words("a")), Cell(words=(foreign(name), foreign(name))), Cell(words=words("c"))),),
    )
    parsed = READER.parse(_table(table, 9))
    cells = [token for before, token in pairwise(parsed) if before.type in {"td_open", "th_open"}]
    assert [cell.content for cell in (cells[0], cells[2], cells[3], cells[5])] == ["one", "three", "a", "c"]
    seen = {child.type for cell in cells for child in cell.children or []}
    assert seen <= {"text", "code_inline"}


def test_a_report_that_fits_leaves_nothing_out(summary: RunSummary) -> None:
    text = render_markdown(summary)
    assert len(text.encode()) <= MOST_BYTES
    assert "Left out to stay" not in text


def test_a_long_report_drops_parts_in_the_stated_order_and_says_so(summary: RunSummary) -> None:
    text = render_markdown(summary, most_bytes=24_000)
    last = text.rstrip().splitlines()[-1]
    named = last.removeprefix("Left out to stay under 24,000 bytes: ").rstrip(".").split(", ")
    assert len(text.encode()) <= 24_000
    assert named == [name for name in DROP_ORDER if name in named]
    assert named[0] == DROP_ORDER[0]
    assert "## Stamp" in text


@pytest.mark.parametrize("limit", [60_000, 20_000])
def test_a_hostile_report_stays_under_the_limit(hostile: RunSummary, limit: int) -> None:
    assert len(render_markdown(hostile, most_bytes=limit).encode()) <= limit


def test_many_principles_stay_under_the_limit() -> None:
    constitution = make_constitution([f"synthetic.principle-{place}" for place in range(300)])
    manifest = make_manifest(items=300, constitution=constitution)
    account = make_account(manifest, stream_items(manifest))
    text = render_markdown(summarise(make_run(manifest), account, stream_items(manifest)))
    assert len(text.encode()) <= MOST_BYTES
    assert "240 more rows are in the HTML and JSON reports." in text
