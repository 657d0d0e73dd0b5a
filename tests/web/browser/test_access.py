"""What everybody needs: names and contrast that axe can judge, room on small screens, an order, a focus one can see."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from tests.web.browser.axe import findings
from tests.web.browser.driving import PHONE, WIDE, quiet, reviewer, script
from tests.web.browser.reviews import KINDS
from tests.web.browser.tour import disagree, serve_every_kind, tour, tour_of_roles
from tests.web.serving import Served, serve_items


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """An item of every kind."""
    with serve_every_kind(tmp_path) as served:
        yield served


@pytest.mark.parametrize(("size", "colours"), [(WIDE, "light"), (PHONE, "dark")])
def test_axe_finds_nothing_serious_on_any_page(
    real_browser: Browser, served: Served, size: tuple[int, int], colours: str
) -> None:
    with reviewer(real_browser, served, size=size, color_scheme=colours) as ann:
        found = {name: findings(ann.page) for name in tour(ann)}
    assert {name: each for name, each in found.items() if each} == {}


def test_no_page_scrolls_sideways_at_320_px(real_browser: Browser, served: Served) -> None:
    """Which is what 1280 px are at four times the size, as WCAG 1.4.10 has it."""
    with reviewer(real_browser, served, size=(320, 640)) as ann:
        wide = {name: ann.page.evaluate(script("too-wide")) for name in tour(ann)}
    assert {name: each for name, each in wide.items() if each} == {}


def test_title_answers_and_twenty_lines_are_in_view_at_once(real_browser: Browser, tmp_path: Path) -> None:
    with (
        serve_items(tmp_path, 1, shown=KINDS["lines"]) as served,
        reviewer(real_browser, served) as ann,
    ):
        ann.open()
        below = ann.page.evaluate(script("in-view"))
    assert below == {"title": True, "answers": True, "lines": below["lines"]}
    assert below["lines"] >= 20


def test_tab_goes_from_principle_to_texts_to_answers_and_shows_where_it_is(
    real_browser: Browser, served: Served
) -> None:
    with reviewer(real_browser, served) as ann:
        ann.open()
        places, unseen = [], []
        for _ in range(60):
            ann.press("Tab")
            place, outline = ann.page.evaluate(script("focused"))
            places.append(place)
            unseen += [place] if place and not outline else []
            if place == "":
                break
        read = ann.page.evaluate(script("reading-order"))
    assert read == ["principle", "prompt", "candidate", "answers"]
    assert unseen == []
    order = [place for place, before in zip(places, ["", *places], strict=False) if place != before and place]
    assert order == ["skip link", "top", "principle", "texts", "answers"]
    assert quiet(ann.seen) == {}


@pytest.mark.parametrize(("size", "colours"), [(WIDE, "dark"), (PHONE, "light")])
def test_axe_finds_nothing_serious_on_the_pages_of_other_roles(
    real_browser: Browser, served: Served, size: tuple[int, int], colours: str
) -> None:
    disagree(served)
    with (
        reviewer(real_browser, served, "ada", size=size, color_scheme=colours) as ada,
        reviewer(real_browser, served, "lea", size=size, color_scheme=colours) as lea,
    ):
        found = {name: findings(who.page) for name, who in tour_of_roles(ada, lea)}
    assert {name: each for name, each in found.items() if each} == {}
    assert quiet(ada.seen) == quiet(lea.seen) == {}


def test_no_page_of_other_roles_scrolls_sideways_at_320_px(real_browser: Browser, served: Served) -> None:
    disagree(served)
    with (
        reviewer(real_browser, served, "ada", size=(320, 640)) as ada,
        reviewer(real_browser, served, "lea", size=(320, 640)) as lea,
    ):
        wide = {name: who.page.evaluate(script("too-wide")) for name, who in tour_of_roles(ada, lea)}
    assert {name: each for name, each in wide.items() if each} == {}


def test_the_pages_before_a_session_pass_axe_too(real_browser: Browser, served: Served) -> None:
    with reviewer(real_browser, served, None) as nobody:
        for path in ("/sign-in", "/next"):
            nobody.open(path)
            assert findings(nobody.page) == []
