"""Pairs: sides, what is stored, words that differ, scrolling together."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser
from tests.web.browser.driving import quiet, reviewer, script
from tests.web.browser.reviews import KINDS, shown
from tests.web.serving import serve_items

from evenhand.records.review import EvidenceSpan


@pytest.mark.timeout(180)
def test_answers_on_sides_are_stored_by_candidate(real_browser: Browser, tmp_path: Path) -> None:
    with (
        serve_items(tmp_path, 10, shown=KINDS["pair"]) as served,
        reviewer(real_browser, served) as ann,
    ):
        ann.open()
        picked = {}
        for place in range(10):
            side = ("left", "right")[place % 2]
            is_second = "Enjoy your meal" in (ann.page.locator(f"#side-{side}").text_content() or "")
            if place == 0:
                ann.select(side, "cold water" if not is_second else "ice water")
                ann.press("e")
            picked[ann.answer("12"[place % 2])] = "b" if is_second else "a"
        assert ann.assignment == ""
    with served.review.ledger.read() as reading:
        labels = {each.assignment: each for each in reading.labels()}
    assert {name: each.label for name, each in labels.items()} == picked
    assert set(picked.values()) == {"a", "b"}
    assert {each.order for each in labels.values()} == set(type(next(iter(labels.values())).order))
    (span,) = next(iter(labels.values())).evidence
    assert isinstance(span, EvidenceSpan)
    assert span.block == {"a": "output:1", "b": "output:2"}[picked[next(iter(labels))]]
    assert quiet(ann.seen) == {}


def test_words_that_differ_are_set_off_and_sides_scroll_together(
    real_browser: Browser, tmp_path: Path
) -> None:
    long = "\n".join(f"Line {number} of the reply." for number in range(200))
    with (
        serve_items(tmp_path, 1, shown=lambda n: shown(n, long, long.replace("Line 3 ", "Row 3 "))) as served,
        reviewer(real_browser, served) as ann,
    ):
        ann.open()
        assert ann.page.locator("mark.only").count() == 0
        ann.press("d")
        ann.wait_for("mark.only")
        assert sorted(ann.page.locator("mark.only").all_text_contents()) == ["Line", "Row"]
        ann.page.locator("#side-left").evaluate("side => { side.scrollTop = 400; }")
        ann.wait_for("#side-right[data-led], #side-right")
        assert ann.page.locator("#side-right").evaluate(script("once-scrolled")) == 400
        ann.press("z")
        ann.page.locator("#side-left").evaluate("side => { side.scrollTop = 0; }")
        ann.page.locator("#side-left").evaluate(_TWO_FRAMES)
        assert ann.page.locator("#side-right").evaluate("side => side.scrollTop") == 400
        ann.press("d")
        ann.wait_for("#texts:not(:has(mark.only))")


_TWO_FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
