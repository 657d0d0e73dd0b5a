"""Pages of adjudicators and leads in a real browser: nothing serious for axe, nothing wider than the screen."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser
from tests.web.browser.axe import findings
from tests.web.browser.driving import PHONE, WIDE, reviewer, script
from tests.web.serving import serve_review
from tests.web.test_routes_lead import ITEM, contested

PAGES = ("/adjudicate", ITEM, "/lead")


@pytest.mark.parametrize(("size", "colours", "pair"), [(WIDE, "light", False), (PHONE, "dark", True)])
def test_axe_finds_nothing_serious_and_nothing_is_too_wide(
    real_browser: Browser, tmp_path: Path, *, size: tuple[int, int], colours: str, pair: bool
) -> None:
    review = contested(tmp_path, 3, pair=pair)
    with review.ledger.change() as change:
        change.add_flag("rv-00000", "ann", "<img src=x onerror=alert(1)> odd")
    with (
        serve_review(review) as served,
        reviewer(real_browser, served, "lea", size=size, color_scheme=colours) as lead,
    ):
        for path in PAGES:
            lead.open(path)
            assert findings(lead.page) == [], path
            assert not lead.page.evaluate(script("too-wide")), path


def test_an_item_is_settled_and_looked_behind_by_clicks(real_browser: Browser, tmp_path: Path) -> None:
    with (
        serve_review(contested(tmp_path, 2)) as served,
        reviewer(real_browser, served, "ada") as ada,
    ):
        ada.open("/adjudicate")
        page = ada.page
        page.locator("table a").first.click()
        page.get_by_label("Violates").check()
        page.get_by_label("Edge case").check()
        page.get_by_role("button", name="Settle").click()
        page.get_by_role("button", name="Look at names and judges").click()
        page.get_by_text("CANARY-judge").wait_for()
        page.get_by_role("link", name="Back to the queue").click()
        assert page.locator("table a").count() == 1
