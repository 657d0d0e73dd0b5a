from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser
from tests.made_gate import Counts, made_hostile, make_changed, make_corrected, make_result
from tests.reporting.hostile import TRAP
from tests.reporting.test_in_a_browser import opened
from tests.web.browser.axe import findings

from evenhand.gate.results import Slice
from evenhand.reporting.gate.html import render_html

TRICK = f"<img src='{TRAP}/a.png' onerror='window.hit=1'><script>window.hit=1</script>"
LONG = "a.principle.of-many-words-that-says-what-it-forbids.in-one-breath.without-a-place-to-break-the-line"


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("gate")
    story = tuple(
        Counts(principle=f"{LONG}.{place}", slice=Slice(dimension="topic", value=LONG)) for place in range(50)
    )
    results = {
        "usual": make_result(corrected=(make_corrected(),)),
        "hostile": made_hostile(TRICK),
        "many": make_result(story, changed=make_changed(300, principle=f"{LONG}.0", case=f"{LONG}-{{}}")),
    }
    for name, result in results.items():
        (folder / f"{name}.html").write_text(render_html(result, stem=name), encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", ["usual", "hostile", "many"])
def test_a_page_runs_nothing_fetches_nothing_and_complains_of_nothing(
    real_browser: Browser, pages: Path, name: str
) -> None:
    file = pages / f"{name}.html"
    with opened(real_browser, file, script=True) as (page, seen):
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
        assert page.evaluate("window.hit") is None
        assert seen.requests == [file.as_uri()]
        assert not seen.complaints


@pytest.mark.parametrize("name", ["usual", "hostile", "many"])
@pytest.mark.parametrize("width", [320, 1280])
def test_the_page_never_scrolls_sideways(real_browser: Browser, pages: Path, name: str, width: int) -> None:
    with opened(real_browser, pages / f"{name}.html", script=True, width=width) as (page, _):
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_margin_is_drawn_in_light_and_dark_and_seen_without_script(
    real_browser: Browser, pages: Path
) -> None:
    with opened(real_browser, pages / "usual.html", script=False) as (page, _):
        assert page.locator("figure svg.plot").is_visible()
        assert page.locator("figure svg.plot path.line-vermilion").count() >= 7


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_that_keeps_people_out(
    real_browser: Browser, pages: Path, scheme: Literal["light", "dark"]
) -> None:
    with opened(real_browser, pages / "usual.html", script=True) as (page, _):
        page.emulate_media(color_scheme=scheme)
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
        assert findings(page) == []
