"""A walk past every page: whoever checks pages checks them all."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

from tests.web.browser.driving import Reviewer
from tests.web.browser.inert import Looked, settle
from tests.web.browser.reviews import KINDS, every_kind
from tests.web.serving import Served, serve_items


@contextmanager
def serve_every_kind(folder: Path) -> Iterator[Served]:
    """Serve a review with an item of every kind."""
    with serve_items(folder, len(KINDS), shown=every_kind, required=lambda _: 2) as served:
        yield served


def disagree(
    served: Served,
    words: str = "I see it otherwise.",
    people: Mapping[str, int] = MappingProxyType({"bo": 0, "lea": -2}),
) -> None:
    """Let people give every item the answer at a place of the scale, with a comment and a word to the lead."""
    for name, place in people.items():
        browser = served.browser(name)
        while 'id="answer"' in (page := browser.get("/next")).body:
            labels = re.findall(r'name="label" value="([^"]*)"', page.body)
            label = labels[place] if len(labels) > 2 else str(50 + place)
            browser.post(f"/items/{page.assignment}/flag", {"csrf": page.csrf, "text": words[:1_500]})
            sent = {
                "csrf": page.csrf,
                "turn": page.field("turn"),
                "label": label,
                "comment": words[:9_000],
                "commit": "1",
            }
            assert browser.post(f"/items/{page.assignment}", sent).status == 303


def tour_of_roles(adjudicator: Reviewer, lead: Reviewer) -> Iterator[tuple[str, Reviewer]]:
    """Open the pages of an adjudicator and a lead, once people disagreed."""
    looked = Looked()
    adjudicator.open("/adjudicate")
    yield "adjudicate: queue", adjudicator
    for number in range(4):
        adjudicator.open("/adjudicate")
        adjudicator.page.locator('main a[href^="/adjudicate/"]').nth(number).press("Enter")
        adjudicator.wait_for(".decision")
        yield f"adjudicate: item {number + 1}", adjudicator
    settle(adjudicator, looked, "The guideline says so.")
    yield "adjudicate: behind", adjudicator
    adjudicator.open("/adjudicate?settled=1")
    yield "adjudicate: settled", adjudicator
    lead.open("/lead")
    yield "lead", lead


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
