"""Files that were written to do harm: each is refused with a place, or becomes plain data."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.catalog.generated import HOSTILE, TEXT
from tests.catalog.interchange.kit import FILES, draft, settled

from evenhand.catalog.constitution_markdown import parse_markdown
from evenhand.catalog.constitution_text import write_markdown
from evenhand.catalog.interchange.formats import FORMATS
from evenhand.catalog.interchange.settle import MAX_PRINCIPLES, Settled, settle
from evenhand.errors import Finding

_BOMB = "a: &a [x]\nb: &b [*a, *a]\ncriteria: *b\n"
DATA_FORMATS = ("promptfoo", "geval", "prometheus", "mlflow")
SPAM = "<script>alert(1)</script> [x](javascript:alert(1)) ${{ secrets }} =cmd|' /C calc'!A0"


@pytest.mark.parametrize("format_name", DATA_FORMATS)
@pytest.mark.parametrize(
    ("text", "code"),
    [
        (_BOMB, "Y005"),
        ("x: !!python/object/apply:os.system [ls]\n", "Y006"),
        ("[" * 200 + "]" * 200, "D006"),
        ("- " * 200 + "x", "Y011"),
        ('{"a": 1, "a": 2}', "D004"),
        ("a: 1\n---\nb: 2\n", "Y008"),
        ("a: \x1b[2J\n", "Y002"),
    ],
)
def test_data_with_traps_is_refused_where_they_stand(format_name: str, text: str, code: str) -> None:
    found = draft(format_name, text).findings
    assert code in [each.code for each in found]
    assert all(each.line for each in found)


@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n" * 1000,
        "#" * 100_000,
        "# " + " " * 100_000 + "x",
        "# {" + "{" * 50_000 + "}" * 50_000,
        "# x {" + "a" * 100_000 + "}",
        "*" * 100_000,
        "- " * 10_000,
        "|" * 100_000,
        "1" * 100_000,
        "<user>" * 20_000,
        "[^" * 50_000,
        "~~~xml\n" + "<assistant> <!-- GOOD" + " " * 100_000 + "\n~~~\n",
        "**Example**:" + "*" * 100_000 + "\n\n~~~xml\n~~~\n",
        "\u202e\u200b\u2066" * 1000,
    ],
    ids=range(15),
)
def test_no_text_keeps_a_reader_busy_or_breaks_it(format_name: str, text: str) -> None:
    found = draft(format_name, text)
    assert found.findings or isinstance(settle(found, name="x", path="p"), Settled | Finding)


@given(st.sampled_from(sorted(FILES)), st.data())
@settings(max_examples=150, deadline=None)
def test_a_file_that_was_cut_and_mixed_is_read_or_refused(format_name: str, data: st.DataObject) -> None:
    lines = FILES[format_name].split("\n")
    more = data.draw(st.lists(st.sampled_from([*HOSTILE, *lines]) | TEXT, max_size=6))
    kept = data.draw(st.lists(st.sampled_from(lines), max_size=12))
    text = "\n".join(data.draw(st.permutations([*kept, *more])))
    found = draft(format_name, text)
    if not found.findings:
        done = settle(found, name="x", path="p")
        assert isinstance(done, Settled | Finding)
        if isinstance(done, Settled):
            assert not done.constitution.duplicate_ids()


@given(st.lists(TEXT | st.dictionaries(st.sampled_from(["id", "text", "critique", "revision", "x"]), TEXT)))
@settings(max_examples=150, deadline=None)
def test_any_list_of_texts_is_read_or_refused(entries: list[Any]) -> None:
    found = draft("json-list", json.dumps(entries))
    if found.findings:
        return
    done = settle(found, name="x", path="p")
    if isinstance(done, Settled):
        assert len(done.constitution.principles) == len(entries)


def test_markup_of_others_stays_text() -> None:
    (only,) = settled("json-list", json.dumps([SPAM])).constitution.principles
    assert only.text == SPAM
    title = settled("model-spec", f"# {SPAM} {{#x authority=root}}\n\n{SPAM}\n").constitution
    assert title.principles[0].text == SPAM
    back = parse_markdown(write_markdown(title), "x.md")
    assert not back.findings


def test_a_flood_of_principles_is_refused() -> None:
    found = draft("json-list", json.dumps([f"Rule {number}." for number in range(MAX_PRINCIPLES + 1)]))
    refused = settle(found, name="x", path="p")
    assert isinstance(refused, Finding)
    assert refused.code == "I011"


@pytest.mark.parametrize("format_name", ["model-spec", "prose", "humanebench"])
@pytest.mark.parametrize("text", ["\n" * 200_001, "# a {#a}\n" * 5_002], ids=["lines", "headings"])
def test_a_flood_of_lines_or_headings_is_refused_at_once(format_name: str, text: str) -> None:
    assert [found.code for found in draft(format_name, text).findings] == ["I011"]


def test_a_chat_without_end_is_refused() -> None:
    turns = "<user>a</user>\n<assistant> <!-- GOOD -->b</assistant>\n" * 150
    found = draft("model-spec", f"# A {{#a authority=root}}\n\n~~~xml\n{turns}~~~\n").findings
    assert [(each.code, each.line) for each in found] == [("I011", 204)]


def test_an_answer_that_is_too_long_for_a_scale_is_found_where_it_stands() -> None:
    found = draft("mlflow", json.dumps({"instructions": "x", "feedback_value_type": ["a" * 100, "b"]}))
    assert [each.code for each in found.findings] == ["I007"]


def test_half_a_character_is_refused_and_not_written() -> None:
    found = draft("mlflow", 'instructions: "a \\ud800 b"\n')
    refused = found.findings[0] if found.findings else settle(found, name="x", path="p")
    assert isinstance(refused, Finding)
