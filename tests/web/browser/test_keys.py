"""A whole review by keys alone, in a real browser."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from tests.web.browser.driving import Reviewer, quiet, reviewer
from tests.web.browser.reviews import KINDS
from tests.web.serving import Served, serve_items

from evenhand.records.review import EvidenceSpan, ReviewLabel, ReviewLabelKind
from evenhand.review.keys import KEYS
from evenhand.web.page_settings import PageSettings


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """Fourteen items of one kind."""
    with serve_items(tmp_path, 14, shown=KINDS["plain"]) as served:
        yield served


def test_a_whole_review_takes_keys_alone(real_browser: Browser, served: Served) -> None:
    with reviewer(real_browser, served) as ann:
        ann.page.add_init_script(
            "addEventListener('pointerdown', () => console.error('a pointer was used'), true)"
        )
        ann.open()
        plain = ann.answer("1")
        unsure = ann.answer("2", "q")
        defended = _defend(ann)
        commented = _comment(ann, "The second step is missing. 1 2 u s f r")
        marked = _mark(ann)
        skipped = _skip(ann, "I wrote this prompt")
        _flag(ann, "The prompt names a person")
        _look_around(ann)
        _change_a_mind(ann)
        cannot_tell = ann.answer("t")
        _undo_three(ann)
        while ann.assignment:
            ann.answer("1")
        assert "nothing" in (ann.page.locator("main").text_content() or "").lower()
    assert quiet(ann.seen) == {}
    assert ann.seen.beyond(ann.origin) == []
    labels = _labels(served, skipped)
    assert labels[plain].label == "complies"
    assert (labels[unsure].label, labels[unsure].sure) == ("violates", False)
    assert labels[defended].defensible == ("complies",)
    assert labels[commented].comment == "The second step is missing. 1 2 u s f r"
    assert labels[marked].evidence == (
        EvidenceSpan(block="output:1", start=53, end=77, quote="straight into cold water"),
    )
    assert labels[cannot_tell].label == "cannot_tell"


def _defend(ann: Reviewer) -> str:
    ann.press("2", "m", "Space", "Escape")
    return ann.press_and_go("Enter")


def _comment(ann: Reviewer, words: str) -> str:
    ann.press("1", "c")
    ann.page.keyboard.type(words)
    assert ann.page.locator("#answers input:checked").get_attribute("data-key") == "1"
    return ann.press_and_go("Control+Enter")


def _mark(ann: Reviewer) -> str:
    ann.press("2")
    ann.select("candidate", "straight into")
    ann.press(*["Shift+ArrowRight"] * 11, "e")
    assert ann.page.locator("#marked q").text_content() == "straight into cold water"
    ann.select("candidate", "Six minutes")
    ann.press("e")
    assert ann.page.locator("#marked li").count() == 2
    ann.press("x")
    assert ann.page.locator("#marked li").count() == 1
    return ann.press_and_go("Enter")


def _skip(ann: Reviewer, why: str) -> str:
    ann.press("s")
    ann.page.keyboard.type(why)
    return ann.press_and_go("Enter")


def _flag(ann: Reviewer, text: str) -> None:
    before = ann.assignment
    ann.press("f")
    ann.page.keyboard.type(text)
    ann.press("Enter")
    ann.wait_for("details#flag:not([open])")
    assert ann.assignment == before


def _look_around(ann: Reviewer) -> None:
    """Nothing here changes what is stored."""
    page = ann.page
    ann.press("?")
    actions = page.locator("dialog[open] [data-action]").evaluate_all(
        "rows => rows.map(row => row.dataset.action)"
    )
    assert actions == [key.action for key in KEYS]
    ann.press("1", "s", "Escape")  # keys of the page do nothing behind the sheet
    assert page.locator("dialog[open], #answers input:checked, details.pop[open]").count() == 0
    ann.press("p")
    assert not page.locator("#principle").is_visible()
    ann.press("p")
    assert page.locator("#principle").is_visible()
    for look in ("formatted", "source", "text"):
        ann.press("v")
        ann.wait_for(f'#texts[data-look="{look}"]')
    ann.press("w")
    assert page.locator("#page.no-wrap").count() == 1
    ann.press("w", "ArrowRight")
    assert page.evaluate("document.activeElement.id") == "block-candidate"


def _change_a_mind(ann: Reviewer) -> None:
    """Label, look at the judges, change the mind: with the keys of the page and then those of any form."""
    ann.answer("1")
    ann.press("r")
    ann.wait_for(".rating")
    assert "CANARY-reason" in (ann.page.locator(".rating").text_content() or "")
    for _ in range(12):
        ann.press("Tab")
        if ann.page.evaluate("document.activeElement.name") == "label":
            break
    ann.press("ArrowDown", "Tab")
    ann.page.keyboard.type("They quote the third step.")
    ann.press("Tab", "Enter")
    ann.wait_for("#answer")


def _undo_three(ann: Reviewer) -> None:
    """Take three answers back, one after the other, and answer each anew."""
    given = [ann.answer("1") for _ in range(3)]
    taken = []
    for _ in range(3):
        ann.press_and_go("u")
        taken.append(ann.assignment)
    assert taken == given[::-1]


def _labels(served: Served, skipped: str) -> Mapping[str, ReviewLabel]:
    """Return the labels that count, by assignment, once the rest of the ledger was looked at."""
    with served.review.ledger.read() as reading:
        labels = list(reading.labels())
        events = list(reading.events())
        flags = [each.text for each in reading.flags("rd-1")]
    first = [each for each in labels if each.kind is ReviewLabelKind.FIRST and not each.withdrawn]
    assert len(first) == 13
    assert skipped not in {each.assignment for each in first}
    assert [event.subject for event in events if event.kind == "skip"] == [skipped]
    assert len([event for event in events if event.kind == "undo"]) == 3
    assert [each.label for each in labels if each.kind is ReviewLabelKind.REVEALED] == ["violates"]
    assert flags == ["The prompt names a person"]
    return {each.assignment: each for each in first}


def test_keys_that_are_off_do_nothing(real_browser: Browser, served: Served) -> None:
    with reviewer(real_browser, served, settings=PageSettings(keys_on=False)) as ann:
        ann.open()
        ann.press("1", "s", "?", "u")
        assert ann.page.locator("#answers input:checked, dialog[open], details.pop[open]").count() == 0
        assert ann.page.locator("#answers kbd").count() == 0


def test_keys_can_be_given_others(real_browser: Browser, served: Served) -> None:
    changed = PageSettings(changed_keys={"unsure": "y", "skip": "k"})
    with reviewer(real_browser, served, settings=changed) as ann:
        ann.open()
        ann.press("q", "s")
        assert ann.page.locator("#unsure:checked, details.pop[open]").count() == 0
        ann.press("y")
        assert ann.page.locator("#unsure:checked").count() == 1
        ann.press("k")
        assert ann.page.locator("details#skip[open]").count() == 1
