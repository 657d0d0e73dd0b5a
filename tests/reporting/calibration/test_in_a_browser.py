from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from tests.reporting.test_in_a_browser import opened

from .cases import CASES

PAGES = ("usual", "hostile", *CASES)
PLOTS = "figure svg.plot"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_runs_nothing_fetches_nothing_and_complains_of_nothing(
    real_browser: Browser, pages: Path, name: str
) -> None:
    file = pages / f"{name}.html"
    with opened(real_browser, file, script=True) as (page, seen):
        page.mouse.move(300, 300)
        page.keyboard.press("Tab")
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
        assert page.evaluate("window.hit") is None
        assert seen.requests == [file.as_uri()]
        assert not seen.complaints
        assert not seen.dialogs


@pytest.mark.parametrize("name", ["usual", "hostile", "many"])
def test_every_figure_is_seen_with_script_off(real_browser: Browser, pages: Path, name: str) -> None:
    with opened(real_browser, pages / f"{name}.html", script=False) as (page, _):
        open_all(page)
        figures = page.locator(PLOTS)
        assert figures.count() >= 12
        for place in range(figures.count()):
            figure = figures.nth(place)
            assert figure.is_visible()
            box = figure.bounding_box()
            assert box is not None
            assert box["width"] > 200
            assert box["height"] > 50


def open_all(page: Page) -> None:
    """Open what is folded by its summaries, as a reader without scripts would."""
    for summary in page.locator("details:not(.numbers) > summary").all():
        summary.focus()
        page.keyboard.press("Enter")


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_the_page_never_scrolls_sideways(real_browser: Browser, pages: Path, name: str, width: int) -> None:
    with opened(real_browser, pages / f"{name}.html", script=True, width=width) as (page, _):
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_figures_of_a_phone_shrink_to_its_width_and_wide_ones_scroll_in_their_box(
    real_browser: Browser, pages: Path
) -> None:
    with opened(real_browser, pages / "many.html", script=True, width=320) as (page, _):
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
        wide: list[Any] = page.evaluate(
            """() => [...document.querySelectorAll('svg.plot')].map(svg => [
                svg.classList.contains('fits'), svg.getBoundingClientRect().width,
                svg.parentElement.clientWidth, svg.parentElement.tabIndex])"""
        )
        assert all(width <= room + 1 for fits, width, room, _ in wide if fits)
        assert all(reached == 0 for fits, width, room, reached in wide if not fits and width > room)


def test_dark_and_light_follow_the_reader_in_figures_too(real_browser: Browser, pages: Path) -> None:
    look = """() => ['.ink', '.blue', '.line-rule', '.band', 'text'].map(name => {
        const found = getComputedStyle(document.querySelector('svg.plot ' + name) ?? document.body);
        return found.fill + found.stroke })"""
    with opened(real_browser, pages / "usual.html", script=True) as (page, _):
        page.emulate_media(color_scheme="light")
        light = page.evaluate(look)
        page.emulate_media(color_scheme="dark")
        dark = page.evaluate(look)
        assert all(one != other for one, other in zip(light[1:], dark[1:], strict=True))
        paper = "getComputedStyle(document.body).backgroundColor"
        page.emulate_media(media="print", color_scheme="light")
        assert page.evaluate(paper) == "rgb(255, 255, 255)"


def test_what_is_folded_is_printed(real_browser: Browser, pages: Path) -> None:
    with opened(real_browser, pages / "usual.html", script=True) as (page, _):
        is_seen = "document.querySelector('.fold').checkVisibility()"
        assert not page.evaluate(is_seen)
        page.emulate_media(media="print")
        assert page.evaluate(is_seen)


@pytest.mark.parametrize("name", ["usual", "long", "many-judges", "made-up"])
def test_labels_of_a_figure_stay_inside_it(real_browser: Browser, pages: Path, name: str) -> None:
    with opened(real_browser, pages / f"{name}.html", script=True) as (page, _):
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
        outside: list[Any] = page.evaluate(
            """() => [...document.querySelectorAll('svg.plot')].flatMap(svg => {
                const room = svg.getBoundingClientRect();
                return [...svg.querySelectorAll('text')].filter(text => {
                    const box = text.getBoundingClientRect();
                    return box.left < room.left - 2 || box.right > room.right + 2 || box.top < room.top - 2
                        || box.bottom > room.bottom + 2;
                }).map(text => svg.querySelector('title').textContent + ': ' + text.textContent);
            })"""
        )
        assert outside == []


def test_the_keyboard_reaches_every_fold_in_reading_order(real_browser: Browser, pages: Path) -> None:
    with opened(real_browser, pages / "usual.html", script=True) as (page, _):
        places: list[float] = page.evaluate(
            """() => [...document.querySelectorAll('a, summary, [tabindex="0"]')]
                .filter(each => each.checkVisibility() && each.tabIndex >= 0 && !each.classList.contains('skip'))
                .map(each => each.getBoundingClientRect().top + scrollY)"""
        )
        assert len(places) > 20
        assert places[0] < places[-1]
