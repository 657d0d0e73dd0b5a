"""The text of an issue against a principle: where it points, and that nothing people typed is markup in it."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from tests.made_review import shown_principle

from evenhand.records.review import EvidenceSpan
from evenhand.records.scale import COMPLY
from evenhand.review.adjudication_queue import NamelessOpinion
from evenhand.review.guideline_gaps import GapItem, GuidelineGap, proposed_place, render_gap

HOSTILE = (
    "<script>alert(1)</script>",
    "![x](https://evil.example/a.png) [y](javascript:alert(1)) https://evil.example @everyone",
    "```\n# out of the fence\n```\n~~~",
    "````text\n`````",
    "# heading\n---\n> quote\n| a | b |",
    "right\u202eto left and \u200b nothing",
    "\r\n\r# after a carriage return",
)


def opinion(label: str, comment: str = "", quote: str = "") -> NamelessOpinion:
    span = EvidenceSpan(block="output:1", start=0, end=1, quote=quote)
    return NamelessOpinion(
        number=1,
        label=label,
        sure=False,
        defensible=("violates",),
        comment=comment,
        evidence=(span,) if quote else (),
        other_way_round=False,
    )


def gap(
    opinions: Sequence[NamelessOpinion],
    *,
    note: str = "",
    decision: str = "complies",
    sensitive: bool = False,
) -> GuidelineGap:
    item = GapItem(
        item="rv-1",
        case_id="case`1`\n# not a heading",
        candidate_id="1",
        opinions=tuple(opinions),
        decision=decision,
        note=note,
        at="2026-11-27T10:00:00+00:00",
        sensitive=sensitive,
    )
    return GuidelineGap(constitution="made-up@1.0.0", principle=shown_principle(), items=(item,))


@pytest.mark.parametrize(
    ("said", "decision", "place"),
    [
        (["complies", "violates"], "complies", "the exceptions"),
        (["complies", "violates"], "violates", "the text"),
        (["complies", "violates"], "not_applicable", "where it applies"),
        (["complies", "not_applicable"], "complies", "the descriptors"),
        (["complies", "cannot_tell"], "cannot_tell", "what reviewers are shown"),
        (["complies", "cannot_tell"], "complies", "what reviewers are shown"),
    ],
)
def test_the_place_follows_from_what_was_decided_against_what(
    said: list[str], decision: str, place: str
) -> None:
    assert proposed_place([opinion(each) for each in said], decision, COMPLY).startswith(place)


def test_the_issue_names_principle_hash_constitution_items_labels_and_note() -> None:
    text = render_gap(gap([opinion("violates", "too short")], note="Short answers are fine."))
    for part in (
        "`help.answer`",
        shown_principle().hash,
        "`made-up@1.0.0`",
        "`rv-1`",
        "Reviewer 1: `violates`, not sure, could defend `violates`",
        "too short",
        "Short answers are fine.",
        "Proposed place: the exceptions",
    ):
        assert part in text


def inert(text: str) -> bool:
    """Tell whether Markdown holds nothing but headings, lists, paragraphs and code."""
    plain = {"heading", "bullet_list", "list_item", "paragraph", "inline", "fence"}
    inside = {"text", "code_inline", "softbreak"}
    tokens = MarkdownIt("gfm-like", {"linkify": False, "html": True}).parse(text)
    kinds = {token.type.removesuffix("_open").removesuffix("_close") for token in tokens}
    children = {child.type for token in tokens for child in token.children or ()}
    return kinds <= plain and children <= inside


@pytest.mark.parametrize("text", HOSTILE)
def test_what_people_typed_is_never_markup(text: str) -> None:
    rendered = render_gap(gap([opinion("violates", text, text)], note=text))
    assert inert(rendered)
    headings = [line for line in rendered.split("\n") if line.startswith("# Guideline")]
    assert len(headings) == 1
    assert "\u202e" not in rendered
    assert "\u200b" not in rendered


@given(st.text(max_size=80), st.text(max_size=80))
def test_no_text_leaves_its_block(comment: str, note: str) -> None:
    assert inert(render_gap(gap([opinion("violates", comment)], note=note)))


def test_nothing_of_a_tagged_text_is_quoted() -> None:
    shown = render_gap(gap([opinion("violates", "see the end", "SECRET WORDS")], sensitive=True))
    assert "SECRET WORDS" not in shown
    assert "SECRET WORDS" in render_gap(gap([opinion("violates", "see the end", "SECRET WORDS")]))


def test_the_name_of_a_file_holds_no_path() -> None:
    principle = shown_principle()
    assert gap([]).name == f"help.answer-{principle.hash[:8]}"
