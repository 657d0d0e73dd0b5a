import json
import re

import jsonschema
import pytest
from hypothesis import given, settings
from tests.made_gate import (
    Counts,
    made_hostile,
    make_changed,
    make_corrected,
    make_result,
)
from tests.reporting.hostile import HOSTILE
from tests.reporting.read_html import PageReader, normal

from evenhand.gate.results import GateResult, Slice, Status
from evenhand.reporting.gate.html import render_html
from evenhand.reporting.gate.json_report import SCHEMA, make_schema, read_schema, render_json
from evenhand.reporting.gate.markdown import MOST_SUMMARY_BYTES, render_markdown, render_summary
from evenhand.reporting.markdown import MOST_BYTES as MOST_MARKDOWN_BYTES

from .reading import (
    NEVER_SEEN,
    OUR_HTML,
    OURS,
    READ_BY_HOSTS,
    TRICKS,
    hostile_names,
    kinds,
    read_text,
    tokens,
)

SECTIONS = ("answer", "tests", "cells", "sight", "compared", "judges", "spend", "stamp", "method")


@pytest.fixture(scope="module")
def result() -> GateResult:
    return make_result(corrected=(make_corrected(),))


@pytest.fixture(scope="module")
def page(result: GateResult) -> str:
    return render_html(result, stem="pr-gate-x-gate")


# -- The page --------------------------------------------------------------------------------------


def test_the_page_opens_with_the_outcome_and_has_every_section(page: str) -> None:
    assert tuple(re.findall(r'<section id="(\S+)"', page)) == SECTIONS
    assert re.search(r"<h1>Gate failed: <bdi>Gate of pull requests</bdi></h1>", page)
    assert "exit code 1" in page


def test_every_test_stands_on_the_page_with_its_numbers(result: GateResult, page: str) -> None:
    (table,) = [each for each in PageReader(page).tables if each.caption == "All tests"]
    assert len(table.rows) == 1 + len(result.tests)
    assert any("-11.5-16.6 to -6.8, n = 200" in " ".join(row) for row in table.rows)


def test_the_picture_has_the_margin_a_title_a_description_and_a_table(page: str) -> None:
    (figure,) = re.findall(r"<figure.*?</figure>", page, re.DOTALL)
    assert re.search(r"<svg[^>]* role=\"img\" aria-labelledby=\"(\S+)-t \1-d\"", figure)
    assert "A diamond failed" in figure
    assert figure.count("<table") == 1
    assert len(re.findall(r'class="line-vermilion"', figure)) >= 7


def test_the_page_is_one_file_without_script_and_links_lead_somewhere(page: str) -> None:
    assert not re.search(r"https?://|@import|@font-face|url\((?!#h-)|<script| style=", page)
    attributes = PageReader(page).attributes
    ids = [value for _, name, value in attributes if name == "id"]
    assert len(ids) == len(set(ids))
    assert {value[1:] for _, name, value in attributes if name == "href" and value[0] == "#"} <= set(ids)


def test_a_thousand_cells_are_named_and_the_others_counted() -> None:
    page = render_html(make_result(changed=make_changed(10_000)))
    assert "the first 1,000 of 10,000" in page
    assert "core-0999" in page
    assert "core-1000" not in page


def test_what_the_gate_rests_on_and_how_to_derive_it_again_is_told(page: str) -> None:
    text = PageReader(page).text
    for part in (
        "suites/baselines/pr-gate.json",
        "Accepted by kim at 2026-11-01T10:00:00Z, because first one",
        "core-0003, candidate 1",
        "evenhand explain gate@20261127-made-up",
        "evenhand gate 20261127-made-up --baseline",
        "(alpha): 0.05",
        "Margin: 3 points",
        "Seed of what is drawn: 7",
        "Earlier uses of these anchors to certify or to gate: 3",
    ):
        assert part in text


@pytest.mark.parametrize("status", [*Status])
def test_a_gate_without_anything_can_be_shown(status: Status) -> None:
    bare = make_result(
        (),
        status=status,
        floors=(),
        rules=(),
        changed=(),
        judges=(),
        changes=(),
        flips=(),
        quarantined=(),
        baseline=None,
        facts=None,
        notes=(),
    )
    page = render_html(bare)
    assert "There is no baseline." in page
    assert not re.search(r"\bnan\b|\binf\b|None", PageReader(page).text)
    assert "There is no baseline" in render_markdown(bare)


@pytest.mark.parametrize("most", [400_000, 120_000])
def test_very_many_principles_stay_under_the_limit_and_what_is_left_out_is_said(most: int) -> None:
    page = render_html(many(400), most_bytes=most)
    assert len(page.encode()) < most
    assert f"Left out to stay under {most:,} bytes" in page
    assert '<section id="stamp"' in page


def many(number: int) -> GateResult:
    names = [f"{'語' * 100}{place:05}" for place in range(number)]
    story = [Counts(principle=name, slice=Slice(dimension="y" * 60, value="z" * 60)) for name in names]
    reasons = tuple(f"{name} got worse" for name in names)
    return make_result(story, changed=make_changed(10_000), reasons=reasons)


@pytest.mark.parametrize("name", [*TRICKS, *HOSTILE[:40]])
def test_a_hostile_name_adds_no_tag_handler_or_address_to_the_page(name: str, page: str) -> None:
    hostile = render_html(made_hostile(name), stem="x")
    seen = PageReader(hostile)
    assert set(seen.tags) <= set(PageReader(page).tags) | {"ul", "p"}
    assert not [each for _, each, _ in seen.attributes if each.startswith("on")]
    addresses = {value for _, each, value in seen.attributes if each in {"href", "src", "action", "style"}}
    assert all(re.fullmatch(r"#[a-z0-9-]+|x\.json", address) for address in addresses)
    assert not NEVER_SEEN.search(hostile)


# -- Markdown and summary --------------------------------------------------------------------------


def test_page_and_markdown_hold_the_same_tables_cell_by_cell(result: GateResult, page: str) -> None:
    in_html = [[normal(cell) for cell in row] for table in PageReader(page).tables for row in table.rows[1:]]
    text = render_summary(result)
    in_markdown = [
        [normal(cell) for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        for line in text.splitlines()
        if line.startswith("| ") and "---" not in line
    ]
    assert [row for row in in_html if row not in in_markdown] == []


def test_the_summary_has_full_tables_in_folds() -> None:
    text = render_summary(make_result(changed=make_changed(900)))
    assert "`core-0899`" in text
    assert text.count("<details>") == text.count("</details>") > 3


@pytest.mark.parametrize("most", [MOST_SUMMARY_BYTES, 100_000, 30_000])
def test_a_summary_of_everything_stays_under_its_limit_and_says_what_it_lacks(most: int) -> None:
    text = render_summary(many(400), most_bytes=most)
    assert len(text.encode()) <= most
    assert re.search(
        f"Left out to stay under {most:,} bytes|more rows are in the HTML and JSON reports", text
    )
    assert "evenhand explain gate@" in text


def test_the_report_in_markdown_fits_a_comment_too() -> None:
    assert len(render_markdown(make_result(changed=make_changed(10_000))).encode()) <= MOST_MARKDOWN_BYTES


@given(hostile_names)
@settings(max_examples=40, deadline=None)
def test_no_name_is_more_than_a_name_in_the_summary(name: str) -> None:
    text = render_summary(made_hostile(name))
    assert kinds(text) <= OURS
    assert all(OUR_HTML.fullmatch(each.content) for each in tokens(text) if each.type == "html_block")
    assert not READ_BY_HOSTS.search(read_text(text))
    assert not NEVER_SEEN.search(text.replace("\n", ""))


# -- JSON ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["plain", *TRICKS])
def test_the_record_fits_the_published_schema_and_controls_no_terminal(name: str) -> None:
    text = render_json(made_hostile(name))
    jsonschema.Draft202012Validator(json.loads(read_schema())).validate(json.loads(text))
    assert text.isascii()
    assert not [char for char in text if ord(char) < 0x20 and char != "\n"]


def test_the_published_schema_is_the_one_of_the_records() -> None:
    assert json.loads(read_schema()) == make_schema(), (
        "write it again: see tests/reporting/gate/write_schema.py"
    )


def test_the_record_has_its_schema_sorted_keys_and_every_cell(result: GateResult) -> None:
    text = render_json(result)
    report = json.loads(text)
    assert report["schema"] == SCHEMA
    assert [*report] == sorted(report)
    assert len(report["changed"]) == 23
    assert report["baseline"]["accepted"]["by"] == "kim"
    assert report["facts"]["units"]["failed"] == {"refused": 2}
    assert render_json(result) == text


@pytest.mark.parametrize("missing", ["schema", "status", "tests", "changed", "command"])
def test_the_schema_refuses_a_report_with_a_gap(result: GateResult, missing: str) -> None:
    report = json.loads(render_json(result))
    del report[missing]
    assert list(jsonschema.Draft202012Validator(json.loads(read_schema())).iter_errors(report))
