from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from evenhand.reporting.html import render_html
from evenhand.reporting.item_pages import render_item_pages
from evenhand.reporting.summary import RunSummary

from .hostile import HOSTILE, TRAP
from .hostile_run import hostile_items, hostile_manifest

FIGURES = "figure svg.chart"


@dataclass
class Seen:
    """What a page did when it was opened."""

    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)


@contextmanager
def opened(browser: Browser, file: Path, *, script: bool, width: int = 1200) -> Iterator[tuple[Page, Seen]]:
    """Open a file with the network off; everything it asks for, says or runs is noted."""
    context = browser.new_context(
        java_script_enabled=script, offline=True, viewport={"width": width, "height": 900}
    )
    seen = Seen()
    page = context.new_page()
    page.on("request", lambda request: seen.requests.append(request.url))
    page.on("console", lambda message: seen.complaints.append(message.text))
    page.on("dialog", lambda dialog: seen.dialogs.append(dialog.message))
    page.goto(file.as_uri())
    page.wait_for_load_state("load")
    yield page, seen
    context.close()


@pytest.fixture(scope="module")
def report(hostile: RunSummary, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    (folder / "hostile.html").write_text(render_html(hostile, stem="hostile"), encoding="utf-8")
    for page, html in render_item_pages(hostile, hostile_items(hostile_manifest()), stem="hostile"):
        (folder / page.file).write_text(html, encoding="utf-8")
    return folder / "hostile.html"


def test_the_trap_works(real_browser: Browser, tmp_path: Path) -> None:
    """Without it a page of a hundred silent payloads would prove nothing."""
    bait = tmp_path / "bait.html"
    bait.write_text(f"<script>window.hit=1</script><img src='{TRAP}/a.png'>", encoding="utf-8")
    with opened(real_browser, bait, script=True) as (page, seen):
        assert page.evaluate("window.hit") == 1
        assert any(url.startswith(TRAP) for url in seen.requests)


@pytest.mark.parametrize("name", ["hostile.html", "hostile.items-001.html"])
def test_a_hundred_hostile_texts_run_nothing_and_fetch_nothing(
    real_browser: Browser, report: Path, name: str
) -> None:
    assert len(HOSTILE) >= 100
    file = report.with_name(name)
    with opened(real_browser, file, script=True) as (page, seen):
        page.mouse.move(300, 300)
        page.keyboard.press("Tab")
        assert page.evaluate("window.hit") is None
        assert seen == Seen(
            requests=[file.as_uri()]
        )  # no fetch, no dialog, and nothing for the policy to refuse


def test_figures_are_there_with_script_off(real_browser: Browser, report: Path) -> None:
    with opened(real_browser, report, script=False) as (page, _):
        figures = page.locator(FIGURES)
        assert figures.count() == 4
        for place in range(figures.count()):
            assert figures.nth(place).is_visible()
            box = figures.nth(place).locator("rect").first.bounding_box()
            assert box is not None
            assert box["width"] > 0


@pytest.mark.parametrize("width", [320, 375, 1200])
def test_the_page_does_not_scroll_sideways(real_browser: Browser, report: Path, width: int) -> None:
    with opened(real_browser, report, script=True, width=width) as (page, _):
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_hatches_are_drawn_and_the_style_sheet_holds(real_browser: Browser, report: Path) -> None:
    with opened(real_browser, report, script=True) as (page, _):
        fill = page.evaluate("getComputedStyle(document.querySelector('rect.vermilion')).fill")
        assert fill == "rgb(213, 94, 0)"
        assert page.locator('figure rect[fill^="url(#h-"]').count() > 0


def test_dark_and_light_follow_the_reader(real_browser: Browser, report: Path) -> None:
    with opened(real_browser, report, script=True) as (page, _):
        paper = "getComputedStyle(document.body).backgroundColor"
        page.emulate_media(color_scheme="light")
        light = page.evaluate(paper)
        page.emulate_media(color_scheme="dark")
        assert page.evaluate(paper) != light


def test_links_to_item_pages_lead_there_from_disk(real_browser: Browser, report: Path) -> None:
    with opened(real_browser, report, script=False) as (page, _):
        page.locator("section#items a").first.click()
        assert page.url == report.with_name("hostile.items-001.html").as_uri()
