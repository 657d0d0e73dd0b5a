"""The basic path in a browser in which scripts are off."""

from pathlib import Path

from playwright.sync_api import Browser
from tests.web.browser.driving import Reviewer, reviewer
from tests.web.browser.reviews import KINDS
from tests.web.serving import serve_items


def test_the_basic_path_needs_no_scripts(real_browser: Browser, tmp_path: Path) -> None:
    with (
        serve_items(tmp_path, 6, shown=KINDS["plain"]) as served,
        reviewer(real_browser, served, java_script_enabled=False) as ann,
    ):
        ann.open()
        first = _answer(ann, "complies")
        second = _answer(ann, "violates", comment="Two\nlines", quote="straight into cold water")
        _click(ann, "#undo button")
        assert ann.assignment == second
        assert ann.page.locator("#answers input:checked").get_attribute("value") == "violates"
        assert ann.page.locator("#comment").input_value() == "Two\nlines"
        _click(ann, "#answer .commit")
        skipped = ann.assignment
        ann.page.locator("#skip > summary").click()
        ann.page.locator('#skip input[name="reason"]').fill("not for me")
        _click(ann, "#skip button >> nth=0")
        _look(ann)
        drafted = ann.assignment
        ann.page.locator("#comment").fill("half a thought")
        _click(ann, 'button.unscripted[name="draft"]')
        assert ann.assignment == drafted
        assert ann.page.locator("#comment").input_value() == "half a thought"
        _answer(ann, "cannot_tell")
        _answer(ann, "not_applicable")
        _answer(ann, "complies")
        assert ann.assignment == ""
    with served.review.ledger.read() as reading:
        labels = {each.assignment: each for each in reading.labels() if not each.withdrawn}
    assert len(labels) == 5
    assert skipped not in labels
    assert labels[first].label == "complies"
    assert labels[second].comment == "Two\nlines"
    assert [span.quote for span in labels[second].evidence] == ["straight into cold water"]
    assert labels[drafted].comment == "half a thought"
    assert ann.seen.beyond(ann.origin) == []


def _answer(ann: Reviewer, label: str, *, comment: str = "", quote: str = "") -> str:
    here = ann.assignment
    ann.page.locator(f'#answers input[value="{label}"]').check()
    if comment:
        ann.page.locator("#comment").fill(comment)
    if quote:
        ann.page.locator("#evidence > summary").click()
        ann.page.locator('#evidence textarea[name="quote"]').fill(quote)
    _click(ann, "#answer .commit")
    return here


def _click(ann: Reviewer, selector: str) -> None:
    with ann.page.expect_navigation():
        ann.page.locator(selector).click()


def _look(ann: Reviewer) -> None:
    """Look at the text in the other ways; they are links."""
    for look in ("formatted", "source", "text"):
        _click(ann, f"#look-{look}")
        assert ann.page.locator(f'#texts[data-look="{look}"]').count() == 1
