"""Whether a page stayed what its templates say: nothing run, nothing fetched, no element that a text brought along."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.web.browser.driving import Reviewer, script


@dataclass
class Trap:
    """A server that nothing should ever ask."""

    address: str = ""
    hits: list[str] = field(default_factory=list)


@contextmanager
def trap() -> Iterator[Trap]:
    """Wait for requests on this machine."""
    waiting = Trap()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            waiting.hits.append(self.path)
            self.send_response(204)
            self.end_headers()

        do_POST = do_HEAD = do_OPTIONS = do_GET  # noqa: N815 - named by the base class

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - named by the base class
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    waiting.address = f"127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield waiting
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class Looked:
    """What pages full of payloads did."""

    pages: list[str] = field(default_factory=list)
    """What was looked at: the page and how it shows texts."""
    runs: int = 0
    foreign: list[str] = field(default_factory=list)

    def look(self, reviewer: Reviewer, page: str) -> None:
        """Look at the page that is open, and try to wake what is on it."""
        touch(reviewer)
        self.pages.append(page)
        self.runs += runs(reviewer)
        self.foreign += [f"{page}: {each}" for each in foreign(reviewer)]


def review_item(reviewer: Reviewer, looked: Looked, words: str, *, quote: str = "") -> None:
    """Go through an item: every look, a comment, a passage, a word to the lead, the judges, another mind."""
    page, here = reviewer.page, f"/items/{reviewer.assignment}"
    for look in ("text", "formatted", "source"):
        reviewer.open(f"{here}?look={look}&diff=1&open=1")
        looked.look(reviewer, f"item as {look}")
    reviewer.open(f"{here}?open=1")
    if quote:
        mark(reviewer, quote)
    _send(reviewer, "#flag", 'input[name="text"]', words[:1500])
    page.locator("#answers input").first.check()
    page.locator("#comment").fill(words[:9_000])
    looked.look(reviewer, "item with comment and passage")
    reviewer.press("Escape")
    page.locator("#comment").focus()
    reviewer.press_and_go("Control+Enter")
    looked.look(reviewer, "next item")
    page.locator("#reveal button").press("Enter")
    reviewer.wait_for(".rating")
    looked.look(reviewer, "judges")
    page.locator(".change input[name=label]").first.check()
    page.locator(".change textarea").fill(words[:9_000])
    page.locator(".change button").press("Enter")
    reviewer.wait_for("#page:not(:has(.rating))")


def skip_item(reviewer: Reviewer, words: str) -> None:
    """Skip an item and say why."""
    left = reviewer.assignment
    _send(reviewer, "#skip", 'input[name="reason"]', words[:400])
    reviewer.wait_until_left(left)


def mark(reviewer: Reviewer, quote: str) -> None:
    """Mark a passage of the candidate, which the script then lists."""
    reviewer.select(
        reviewer.page.locator(".output [data-block]").first.get_attribute("data-block") or "", quote
    )
    reviewer.press("e")
    reviewer.wait_for("#marked q")


def _send(reviewer: Reviewer, panel: str, field: str, words: str) -> None:
    page = reviewer.page
    page.locator(panel).evaluate("panel => { panel.open = true; }")
    page.locator(f"{panel} {field}").fill(words)
    page.locator(f"{panel} {field}").press("Enter")
    reviewer.wait_for(f"{panel}:not([open])" if panel == "#flag" else "#page")


REVIEWER = ("/next", "/history", "/settings", "/help")
ADJUDICATOR = ("/adjudicate", "/adjudicate?settled=1", "/history", "/settings")
LEAD = ("/lead", *ADJUDICATOR)
"""Where a crawl begins. Who has an item open is shown nothing that others said, so only reviewers look at the next."""


def crawl(reviewer: Reviewer, looked: Looked, starts: Sequence[str], *, most: int = 60) -> None:
    """Look at every page that links lead to."""
    ahead, met = list(starts), set[str]()
    while ahead and len(met) < most:
        path = ahead.pop(0)
        if path in met:
            continue
        met.add(path)
        reviewer.open(path)
        looked.look(reviewer, path.partition("?")[0])
        links: list[str] = reviewer.page.locator('a[href^="/"]').evaluate_all(
            "links => links.map(link => link.getAttribute('href'))"
        )
        ahead += [link for link in links if link not in {"/", "/next"} and not link.startswith("/items/")]


def settle(adjudicator: Reviewer, looked: Looked, words: str) -> None:
    """Settle the first item of the queue, and look at the people and judges behind it."""
    page = adjudicator.page
    adjudicator.open("/adjudicate")
    page.locator('main a[href^="/adjudicate/"]').first.press("Enter")
    adjudicator.wait_for(".decision")
    page.locator(".decision input[name=label]").last.check()
    page.locator(".decision input[name=reason]").first.check()
    page.locator(".decision textarea").fill(words[:9_000])
    page.locator(".decision form.change button").press("Enter")
    adjudicator.wait_for('.decision form[action$="/behind"]')
    looked.look(adjudicator, "settled item")
    page.locator('.decision form[action$="/behind"] button').press("Enter")
    adjudicator.wait_for(".rating")
    looked.look(adjudicator, "behind a settled item")


def foreign(reviewer: Reviewer) -> list[str]:
    """Return what is on a page that no template and no drawing of a text puts there."""
    found: list[str] = reviewer.page.evaluate(script("foreign"))
    return found


def runs(reviewer: Reviewer) -> int:
    """Return whether a payload ran, as 0 or 1."""
    return int(reviewer.page.evaluate("Number(window.hit !== undefined || ({}).hit !== undefined)"))


def touch(reviewer: Reviewer) -> None:
    """Do what wakes sleeping payloads: move, hover, focus, open whatever is folded."""
    page = reviewer.page
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    page.mouse.move(300, 300)
    page.mouse.move(600, 400)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
