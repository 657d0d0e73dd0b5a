"""Other languages: every sentence comes from the catalogue, and a page from right to left is a mirror."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser
from tests.web.browser.driving import reviewer, script
from tests.web.browser.tour import disagree, serve_every_kind, tour, tour_of_roles

from evenhand.web.page_settings import PageSettings
from evenhand.web.strings import LOCALES

PSEUDO = PageSettings(locale=LOCALES["en-XA"])
RIGHT_TO_LEFT = PageSettings(locale=LOCALES["ar-XB"])


def test_every_sentence_of_every_page_is_in_the_catalogue(real_browser: Browser, tmp_path: Path) -> None:
    with (
        serve_every_kind(tmp_path) as served,
        reviewer(real_browser, served, settings=PSEUDO) as ann,
    ):
        found = {name: ann.page.evaluate(script("untranslated")) for name in tour(ann)}
    assert {name: words for name, words in found.items() if words} == {}


def test_every_sentence_for_other_roles_is_in_the_catalogue(real_browser: Browser, tmp_path: Path) -> None:
    with serve_every_kind(tmp_path) as served:
        disagree(served)
        with (
            reviewer(real_browser, served, "ada", settings=PSEUDO) as ada,
            reviewer(real_browser, served, "lea", settings=PSEUDO) as lea,
        ):
            found = {name: who.page.evaluate(script("untranslated")) for name, who in tour_of_roles(ada, lea)}
    assert {name: words for name, words in found.items() if words} == {}


@pytest.mark.parametrize(("settings", "is_mirror"), [(PageSettings(), False), (RIGHT_TO_LEFT, True)])
def test_the_layout_is_mirrored_and_texts_keep_their_own_direction(
    real_browser: Browser, tmp_path: Path, settings: PageSettings, *, is_mirror: bool
) -> None:
    seen = {}
    with (
        serve_every_kind(tmp_path) as served,
        reviewer(real_browser, served, settings=settings) as ann,
    ):
        for name in tour(ann):
            if name.startswith("item: "):
                seen[name] = ann.page.evaluate(script("sides"))
            if name == "item: plain":
                ann.press("ArrowLeft" if is_mirror else "ArrowRight")
                assert ann.page.evaluate("document.activeElement.id") == "block-candidate"
                ann.page.evaluate("document.activeElement.blur()")
            if name == "item: arabic":
                break
    first = "right" if is_mirror else "left"
    assert {each["principle"] for each in seen.values()} == {first}
    assert {each["answers"] for each in seen.values()} == {first}
    pair = seen["item: pair"]  # LEFT is left in every language
    assert (pair["left"], pair["leftAnswer"]) == ("left", "left")
    assert {name: each["text"] for name, each in seen.items()} == {
        name: "rtl" if name == "item: arabic" else "ltr" for name in seen
    }
