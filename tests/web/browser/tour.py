"""A walk past every page: whoever checks pages checks them all."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.web.browser.driving import Reviewer
from tests.web.browser.reviews import KINDS, every_kind
from tests.web.serving import Served, serve_items

OTHER_PAGES = (
    "problem", "saved", "revealed", "break", "conflict", "empty", "history", "settings", "settings with a problem",
    "help", "not found", "not allowed",
)  # fmt: skip


@contextmanager
def serve_every_kind(folder: Path) -> Iterator[Served]:
    """Serve a review with an item of every kind."""
    with serve_items(folder, len(KINDS), shown=every_kind) as served:
        yield served


def tour(person: Reviewer) -> Iterator[str]:
    """Open one page after the other, and name it."""
    person.open()
    for name in KINDS:
        yield f"item: {name}"
        if name == "plain":
            yield from _first_item(person)
        else:
            person.answer("5" if name == "numeric" else "1")
    yield "empty"
    for path in ("/history", "/settings", "/help", "/nowhere"):
        person.open(path)
        yield {"/nowhere": "not found"}.get(path, path.removeprefix("/"))
    person.open("/settings")
    page = person.page
    page.locator('[name="key.skip"]').fill("u")
    page.locator("main form button.commit").press("Enter")
    person.wait_for("[role=alert]")
    yield "settings with a problem"


def _first_item(person: Reviewer) -> Iterator[str]:
    """Go through what can happen on an item, and end at the next one."""
    page = person.page
    person.press("Enter")
    person.wait_for("[role=alert]")
    yield "problem"
    page.locator("#comment").fill("A comment, and a passage.")
    person.select("candidate", "cold water")
    person.press("e")
    for panel in ("defensible", "evidence", "skip", "flag"):
        page.locator(f"#{panel}").evaluate("panel => { panel.open = true; }")
        yield f"panel: {panel}"
        page.locator(f"#{panel}").evaluate("panel => { panel.open = false; }")
    page.evaluate("document.activeElement.blur()")
    person.press("?")
    yield "help sheet"
    person.press("Escape")
    late = Reviewer(page=page.context.new_page(), seen=person.seen, origin=person.origin)
    late.open()
    person.answer("1")
    yield "saved"
    late.press("2", "Enter")
    late.wait_for("dl.verdicts")
    person.page, late.page = late.page, person.page
    yield "conflict"
    person.page, late.page = late.page, person.page
    late.page.close()
    person.press("r")
    person.wait_for(".rating")
    yield "revealed"
    person.open("/break")
    yield "break"
    person.open()
