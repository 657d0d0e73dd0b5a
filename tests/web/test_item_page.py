import json
import re
from dataclasses import replace
from importlib.resources import files

import pytest
from tests.reporting.hostile import HOSTILE

from evenhand.records.constitution import Principle
from evenhand.records.review import Draft, EvidenceSpan, OpenItem
from evenhand.records.scale import NominalScale, OrdinalScale
from evenhand.review.keys import KEYS, key_hint
from evenhand.web.item_page import LastAnswer, PageView, item_context
from evenhand.web.item_page_blocks import Look
from evenhand.web.other_pages import help_context
from evenhand.web.page_settings import PageSettings
from evenhand.web.rendering import render

from .items import PERCENT, PRINCIPLE, QUALITY, make_item, turns

PLAIN = PageSettings()
ITEMS = {
    "plain": make_item(),
    "pair": make_item(outputs=("one", "two")),
    "ordinal": make_item(scale=QUALITY),
    "numeric": make_item(scale=PERCENT),
    "conversation": make_item(prompt=turns("a", "b", "c"), outputs=(turns("d", "e"),)),
    "no prompt": make_item(prompt=None),
    "references": make_item(reference=("one", "two")),
    "told reference": make_item(reference=turns("one", "two")),
    "empty": make_item(prompt="", outputs=("",)),
}


def page(item: OpenItem, query: dict[str, str] | None = None, settings: PageSettings = PLAIN) -> str:
    view = PageView.from_query(query or {})
    return render("item.html", person="kim", csrf="t0k", **item_context(item, settings=settings, view=view))


def answers(html: str) -> list[str]:
    return re.findall(r'type="radio" name="label" value="([^"]*)"', html)


@pytest.mark.parametrize("item", ITEMS.values(), ids=ITEMS)
@pytest.mark.parametrize("look", Look)
def test_every_kind_of_item_has_a_page_in_every_look(item: OpenItem, look: Look) -> None:
    html = page(item, {"look": look})
    assert "Answer what was asked" in html
    assert answers(html)[-1] == "cannot_tell"


def test_principle_prompt_candidate_and_answers_are_read_in_this_order() -> None:
    html = page(make_item(prompt="THE PROMPT", outputs=("THE CANDIDATE",), reference="THE REFERENCE"))
    places = [
        html.index(mark)
        for mark in ("Answer what was asked</h1>", "THE PROMPT", "THE CANDIDATE", 'id="answers"')
    ]
    assert places == sorted(places)


def test_the_principle_is_there_with_everything_that_binds() -> None:
    html = page(make_item())
    for words in (PRINCIPLE.text, PRINCIPLE.exceptions, PRINCIPLE.when, "High", "must", "language", "en, ar"):
        assert words in html
    assert "The text keeps to the principle." in html
    assert "Which?" in html


@pytest.mark.parametrize(("told", "shown"), [(("reviewers",), True), (("judges",), False), ((), False)])
def test_the_rationale_is_there_only_where_the_principle_says_so(
    told: tuple[str, ...], *, shown: bool
) -> None:
    principle = PRINCIPLE.model_copy(update={"show_rationale_to": told})
    assert (PRINCIPLE.rationale in page(make_item(principle=principle))) is shown


def test_notes_owner_and_examples_for_tests_of_others_are_nowhere() -> None:
    principle = Principle(id="p", text="t", notes="NOTES", owner="OWNER", tests=("TESTS",), since="1.2.3")
    html = page(make_item(principle=principle))
    assert not re.search("NOTES|OWNER|TESTS|1\\.2\\.3", html)


def test_neither_names_of_candidates_nor_of_the_case_are_on_the_page() -> None:
    """They can tell who wrote a text."""
    draft = Draft(evidence=(EvidenceSpan(block="output:output-1", start=0, end=2, quote="tw"),))
    for item in (make_item(outputs=("one", "two"), draft=draft), make_item()):
        assert not re.search("output-[01]|core-0412", page(item))


def test_sides_are_named_by_side_and_sent_in_the_frame_of_the_page() -> None:
    html = page(make_item(outputs=("one", "two")))
    assert answers(html) == ["a", "b", "tie", "both_bad", "cannot_tell"]
    texts = html.partition('id="texts"')[2]
    assert texts.index("LEFT") < texts.index(">one<") < texts.index("RIGHT") < texts.index(">two<")
    assert not re.search(r"[Cc]andidate [AB]", html)


def test_labels_of_a_scale_of_its_own_are_shown_as_they_are_with_what_they_mean() -> None:
    scale = NominalScale(type="nominal", values=("fine", "<b>bad</b>"), describe={"fine": "As it should be."})
    html = page(make_item(scale=scale))
    assert "As it should be." in html
    assert "&lt;b&gt;bad&lt;/b&gt;" in html
    assert answers(html) == ["fine", "&lt;b&gt;bad&lt;/b&gt;", "cannot_tell"]


def test_a_scale_of_numbers_from_zero_to_ten_is_answered_by_its_own_digits() -> None:
    values = tuple(str(number) for number in range(11))
    scale = OrdinalScale(type="ordinal", values=values, describe=dict.fromkeys(values, "x"))
    html = page(make_item(scale=scale))
    assert re.findall(r'value="(\d+)" aria-describedby="[^"]*" data-key="(\d)"', html) == [
        (digit, digit) for digit in "0123456789"
    ]


def test_a_draft_is_on_the_page_again() -> None:
    draft = Draft(
        label="violates",
        sure=False,
        defensible=("complies",),
        comment="</textarea><script>",
        evidence=(EvidenceSpan(block="output:output-0", start=4, end=11, quote="minutes"),),
    )
    html = page(make_item(draft=draft))
    assert re.search(r'value="violates"[^>]* checked', html)
    assert re.search(r'name="unsure"[^>]* checked', html)
    assert re.search(r'name="defensible" value="complies" checked', html)
    assert "&lt;/textarea&gt;&lt;script&gt;</textarea>" in html
    assert '<mark class="evidence">minutes</mark>' in html
    assert '<q dir="auto">minutes</q>' in html


@pytest.mark.parametrize(("defensible", "checked"), [(None, False), ((), True), (("complies",), False)])
def test_looked_and_found_none_is_not_the_same_as_not_asked(
    defensible: tuple[str, ...] | None, *, checked: bool
) -> None:
    html = page(make_item(draft=Draft(defensible=defensible)))
    assert bool(re.search(r'name="defensible" value="" checked', html)) is checked


def test_tagged_content_is_folded_until_the_reviewer_opens_it() -> None:
    html = page(make_item(sensitive=("violence",))).partition('id="texts"')[2]
    assert '<details id="tagged">' in html
    assert (
        html.index("Content tagged violence") < html.index("Six minutes") < html.index("</details></section>")
    )
    assert '<details id="tagged" open>' in page(make_item(sensitive=("violence",)), {"open": "1"})
    assert 'id="tagged"' not in page(make_item())


def test_a_huge_text_is_served_part_by_part() -> None:
    item = make_item(outputs=("x" * 1_000_000,))
    first, second = page(item), page(item, {"parts": "candidate:2"})
    assert first.count("x" * 100) < second.count("x" * 100) < 450
    assert "980,000 characters left" in first
    assert "parts=candidate%3A2" in first
    assert len(first) < 60_000


def test_more_parts_than_there_are_show_the_whole_text() -> None:
    html = page(make_item(outputs=("x" * 50_000,)), {"parts": "candidate:999"})
    assert "characters left" not in html


def test_word_differences_are_underlined_not_only_coloured() -> None:
    html = page(make_item(outputs=("six minutes", "ten minutes")), {"diff": "1"})
    assert re.findall(r'<mark class="only">(\w+)</mark>', html) == ["six", "ten"]
    assert "text-decoration: underline" in (files("evenhand.web") / "static" / "app.css").read_text("utf-8")


def test_texts_too_different_for_word_differences_come_with_a_note() -> None:
    html = page(make_item(outputs=("a " * 3000, "b " * 3000)), {"diff": "1"})
    assert "too long or too different" in html
    assert '<mark class="only">' not in html


ACTING = re.compile(r"<(?:script|a|img|form|input|button|link|meta|iframe|svg|style)\b")


@pytest.mark.parametrize("look", Look)
def test_a_hundred_hostile_texts_add_no_element_that_acts(look: Look) -> None:
    assert len(HOSTILE) >= 100
    hostile, harmless = (
        page(make_item(prompt=turns(*texts), outputs=(turns(*texts), turns(*texts))), {"look": look})
        for texts in (HOSTILE, ["words"] * len(HOSTILE))
    )
    assert len(ACTING.findall(hostile)) == len(ACTING.findall(harmless))


def test_hostile_words_of_a_constitution_stay_words() -> None:
    harmless = page(make_item())
    for text in HOSTILE:
        words = {"title": text, "text": text, "exceptions": text, "rationale": text}
        html = page(replace(make_item(principle=PRINCIPLE.model_copy(update=words)), suite=text))
        assert len(ACTING.findall(html)) == len(ACTING.findall(harmless))


@pytest.mark.parametrize(
    ("minutes", "items", "suggested"),
    [(24, 59, False), (25, 0, True), (0, 60, True), (26, 61, True)],
)
def test_a_break_is_suggested_by_time_or_by_items(minutes: int, items: int, *, suggested: bool) -> None:
    item = make_item(session_active_ms=minutes * 60_000, session_done=items)
    assert ("Time for a break?" in page(item)) is suggested


def test_breaks_can_be_set_otherwise_or_off() -> None:
    item = make_item(session_active_ms=30 * 60_000, session_done=70)
    assert "Time for a break?" not in page(item, settings=PageSettings(break_minutes=45, break_items=0))
    assert "Time for a break?" not in page(item, settings=PageSettings(break_minutes=0, break_items=0))


def test_judges_are_offered_only_for_the_item_before_and_only_where_allowed() -> None:
    def shown(last: LastAnswer | None) -> str:
        return render("item.html", csrf="t", **item_context(make_item(), settings=PLAIN, last=last))

    assert "/items/before/reveal" in shown(LastAnswer(assignment="before", label="violates", may_reveal=True))
    assert "/reveal" not in shown(LastAnswer(assignment="before", label="violates"))
    assert "Saved" not in shown(None)


# -- Keys: one table -------------------------------------------------------------------------------


def handlers() -> set[str]:
    """The handlers that the script declares."""
    script = (files("evenhand.web") / "static" / "app.js").read_text(encoding="utf-8")
    table = script.partition("const HANDLERS = {\n")[2].partition("\n  };\n")[0]
    return set(re.findall(r"^    (\w+):", table, re.MULTILINE))


def test_table_help_sheet_and_handlers_are_the_same() -> None:
    actions = {key.action for key in KEYS}
    help_page = render("help.html", **help_context(settings=PLAIN))
    assert handlers() == actions
    for html in (help_page, page(make_item())):
        assert re.findall(r'<tr data-action="(\w+)"><th scope="row"><kbd>([^<]*)', html) == [
            (key.action, key_hint(key.key)) for key in KEYS
        ]


def told_keys(html: str) -> dict[str, str]:
    found = re.search(r'data-keys="([^"]*)"', html)
    assert found
    table: dict[str, str] = json.loads(found[1].replace("&#34;", '"'))
    return table


def test_the_script_is_told_the_table_and_nothing_else() -> None:
    assert told_keys(page(make_item())) == {key.key: key.action for key in KEYS}


def test_keys_that_were_changed_are_in_hints_help_and_handlers() -> None:
    html = page(make_item(), settings=PageSettings(changed_keys={"skip": "y"}))
    assert told_keys(html)["y"] == "skip"
    assert "s" not in told_keys(html)
    assert '<tr data-action="skip"><th scope="row"><kbd>Y</kbd>' in html
    assert re.search(r'<summary><kbd aria-hidden="true">Y</kbd> Skip</summary>', html)


def test_keys_that_are_switched_off_are_neither_hinted_nor_told() -> None:
    html = page(make_item(), settings=PageSettings(keys_on=False))
    assert told_keys(html) == {}
    assert "<kbd" not in html.partition("<dialog")[0]
    assert "Keys are switched off." in html
