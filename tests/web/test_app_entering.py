"""The way in, in a real browser: the cookie is sent on at once, and the link leaves the address."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.web.serving import Served, serve_items

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Served]:
    with serve_items(tmp_path, 5, team=False) as served:
        yield served


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def page(real_browser: "Browser", request: pytest.FixtureRequest) -> Iterator["Page"]:
    context = real_browser.new_context(java_script_enabled=request.param)
    yield context.new_page()
    context.close()


def test_a_file_of_this_machine_leads_to_the_first_item(alone: Served, page: "Page", tmp_path: Path) -> None:
    origin = alone.settings.site.origin
    door = tmp_path / "door.html"
    door.write_text(
        f'<!doctype html><meta http-equiv="refresh" content="0; url={origin}/enter?token=start-token">',
        encoding="utf-8",
    )
    page.goto(door.as_uri())
    page.wait_for_url(f"{origin}/next")
    page.wait_for_selector("#answers")
    assert "token" not in page.url
    assert page.evaluate("document.cookie") == ""


def test_a_form_without_scripts_is_taken_though_the_page_tells_no_referrer(
    alone: Served, page: "Page"
) -> None:
    origin = alone.settings.site.origin
    page.goto(f"{origin}/enter?token=start-token")
    page.wait_for_url(f"{origin}/next")
    page.goto(f"{origin}/settings")
    page.check('input[name="theme"][value="dark"]')
    page.click("form.settings button.commit")
    page.wait_for_selector('html[data-theme="dark"]')


def test_another_site_can_neither_frame_nor_post_nor_load(
    alone: Served, real_browser: "Browser", tmp_path: Path
) -> None:
    origin = alone.settings.site.origin
    context = real_browser.new_context()
    page = context.new_page()
    page.goto(f"{origin}/enter?token=start-token")
    page.wait_for_url(f"{origin}/next")
    other = tmp_path / "other.html"
    other.write_text(
        f'<!doctype html><iframe src="{origin}/next"></iframe><img src="{origin}/next">'
        f'<script src="{origin}/static/app.js"></script>'
        f'<form method="post" action="{origin}/break"><button>go</button></form>',
        encoding="utf-8",
    )
    answers: list[tuple[str, int]] = []
    page.on("response", lambda answer: answers.append((answer.url, answer.status)))
    page.goto(other.as_uri())
    assert {status for url, status in answers if url.startswith(origin)} == {403}
    with page.expect_navigation() as posted:
        page.click("button")
    assert posted.value.status == 403
    with alone.review.ledger.read() as reading:
        assert {event.kind for event in reading.events()}.isdisjoint({"break", "put_back"})
    context.close()
