"""Reviewers in a real browser: what they press, and everything that their pages did."""

import base64
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, Response
from tests.web.serving import Served

from evenhand.web.page_settings import PageSettings, dump_settings
from evenhand.web.sessions import PAGE

_SCRIPTS = Path(__file__).with_name("scripts")

WIDE = (1280, 720)
PHONE = (390, 844)


@dataclass
class Seen:
    """What pages did."""

    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    """What the browser wrote to its console: refusals of the policy, errors of scripts."""
    refused: list[str] = field(default_factory=list)
    """What the server refused."""
    dialogs: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def beyond(self, origin: str) -> list[str]:
        """Return what was asked of anybody but the server."""
        return [url for url in self.requests if not url.startswith(f"{origin}/")]


@dataclass
class Reviewer:
    """A person before a browser."""

    page: Page
    seen: Seen
    origin: str

    def open(self, path: str = "/next") -> None:
        """Open a page."""
        self.page.goto(f"{self.origin}{path}")

    @property
    def assignment(self) -> str:
        """The item on the page; empty on any other page."""
        form = self.page.locator("#answer")
        return (form.get_attribute("action") or "").removeprefix("/items/") if form.count() else ""

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def press_and_go(self, *keys: str) -> str:
        """Press keys, the last of which leads to another item or page; return the item that was left."""
        left = self.assignment
        self.press(*keys)
        self.wait_until_left(left)
        return left

    def wait_until_left(self, assignment: str) -> None:
        """Wait until another item or page is there."""
        self.wait_for(f'#page:not(:has(#answer[action="/items/{assignment}"]))')

    def wait_for(self, selector: str) -> None:
        """Wait until something is on the page, be it hidden."""
        self.page.locator(selector).first.wait_for(state="attached")

    def answer(self, *keys: str) -> str:
        """Answer with keys, save, and return the item that was answered."""
        return self.press_and_go(*keys, "Enter")

    def select(self, block: str, words: str) -> None:
        """Select words of a text, as a person with a screen reader or a caret does."""
        self.page.evaluate(script("select"), [block, words])


def script(name: str) -> str:
    """Return a script of ours that pages are asked with."""
    return (_SCRIPTS / f"{name}.js").read_text(encoding="utf-8")


@contextmanager
def reviewer(
    browser: Browser,
    served: Served,
    person: str | None = "ann",
    *,
    size: tuple[int, int] = WIDE,
    settings: PageSettings | None = None,
    **options: Any,
) -> Iterator[Reviewer]:
    """Let a person sit down before a browser of their own."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, **options)
    context.set_default_timeout(60_000)
    if person is not None:
        sign_in(context, served, person)
    if settings is not None:
        keep_settings(context, served, settings)
    try:
        yield sit_down(context, served.settings.site.origin)
    finally:
        context.close()


def sign_in(context: BrowserContext, served: Served, person: str) -> None:
    """Give a browser the session of a person."""
    site = served.settings.site
    token = served.people.sign_in(person).token
    context.add_cookies([{"name": site.cookie_name("session"), "value": token, "url": site.origin}])


def keep_settings(context: BrowserContext, served: Served, settings: PageSettings) -> None:
    """Give a browser the settings of its person."""
    site = served.settings.site
    value = base64.urlsafe_b64encode(dump_settings(settings).encode("ascii")).decode("ascii")
    context.add_cookies([{"name": site.cookie_name(PAGE), "value": value, "url": site.origin}])


def sit_down(context: BrowserContext, origin: str) -> Reviewer:
    """Open an empty page in a browser, and note whatever it does from now on."""
    seen = Seen()
    context.on("request", lambda request: seen.requests.append(request.url))
    page = context.new_page()
    context.on("response", lambda answer: _note_refusal(seen, answer))
    page.on("console", lambda message: _note_complaint(seen, message.text))
    page.on("pageerror", lambda error: seen.errors.append(str(error)))

    def dismissed(dialog: Any) -> None:
        seen.dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismissed)
    return Reviewer(page=page, seen=seen, origin=origin)


def _note_refusal(seen: Seen, answer: Response) -> None:
    if answer.status >= 400:
        seen.refused.append(f"{answer.request.method} {urlsplit(answer.url).path}: {answer.status}")


def _note_complaint(seen: Seen, words: str) -> None:
    if not words.startswith("Failed to load resource"):  # is a refusal, and tells less
        seen.complaints.append(words)


def quiet(seen: Seen) -> Mapping[str, list[str]]:
    """Return what a page should never have done."""
    return {
        name: found
        for name, found in (
            ("complaints", seen.complaints),
            ("refused", seen.refused),
            ("dialogs", seen.dialogs),
            ("errors", seen.errors),
        )
        if found
    }
