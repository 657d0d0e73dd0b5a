"""A1: while an item is open, no route says what judges or others said, why it was drawn, or who wrote it."""

import math
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.made_review import MadeReview, make_review
from tests.web.serving import TEAM, Answer, Browser, Served, serve_review

from evenhand.records.review import GOLD_REQUIRED, AssignmentKind, Draft
from evenhand.web.routes import ENDPOINTS
from evenhand.workflows.review.desk import ReviewDesk

CANARY = "CANARY"
QUERIES = (
    "",
    "?look=source",
    "?look=formatted",
    "?diff=1&open=1",
    "?wrap=0",
    "?parts=candidate:9",
    "?design=rd-1",
)


def planted(folder: Path) -> MadeReview:
    """Return a review in which everything that is hidden holds a canary, and others have said much."""
    review = make_review(
        folder, 40, people=TEAM, required=lambda _: 4, gold=lambda n: "violates" if n == 3 else None
    )
    for person in ("bo", "ada"):
        for _ in range(12):
            opened = review.desk.next_item(person)
            assert opened is not None
            review.desk.flag(person, opened.assignment, f"{CANARY}-flag")
            review.label(person, comment=f"{CANARY}-comment", sure=False)
    return review


def crawl(served: Served, browser: Browser, assignment: str) -> Iterator[tuple[str, Answer]]:
    """Ask every route, as the page would, while an item is open; what closes it comes last."""
    csrf = browser.get("/next").csrf
    fields = {
        "csrf": csrf,
        "turn": "0",
        "draft": "1",
        "label": "",
        "text": "x",
        "comment": "x",
        "theme": "auto",
    }
    for endpoint in ENDPOINTS:
        path = endpoint.path.format(assignment=assignment, name="app.js", item="rv-00003")
        if endpoint.method == "GET":
            for query in QUERIES:
                yield path, browser.get(path + query)
                yield path, browser.request("HEAD", path + query)
    keeps = ("/items/{assignment}", "/items/{assignment}/flag", "/settings", "/sign-in", "/invitation")
    closes = ("/items/{assignment}/change", "/items/{assignment}/skip", "/undo", "/break", "/sign-out")
    posts = [each.path for each in ENDPOINTS if each.method == "POST"]
    answers = [each.path for each in ENDPOINTS if each.method == "POST" and each.shows_answers]
    others = [path for path in posts if path not in (*keeps, *closes, *answers)]
    for path in (*keeps, *answers, *others, *closes):
        yield path, browser.post(path.format(assignment=assignment, item="rv-00003"), fields)
        yield path, browser.post(path.format(assignment=assignment, item="rv-00003"), {**fields, "turn": "x"})


def hidden_words(review: MadeReview, person: str) -> list[str]:
    """Return what must not be said: canaries, and the names of internals and of other people."""
    with review.ledger.read() as reading:
        items = [item.id for item in reading.items("rd-1")]
    others = [f">{each.name}<" for each in TEAM if each.name != person]
    return [CANARY, "0.4321", "rd-1", *items, *others]


@pytest.mark.parametrize("person", ["ann", "bo", "ada", "lea"])
def test_no_route_says_anything_hidden_while_an_item_is_open(tmp_path: Path, person: str) -> None:
    review = planted(tmp_path)
    words = hidden_words(review, person)
    with serve_review(review) as served:
        browser = served.browser(person)
        assignment = browser.get("/next").assignment
        leaks, asked = [], 0
        for path, answer in crawl(served, browser, assignment):
            asked += 1
            said = answer.body + repr(answer.headers) + repr(answer.cookies)
            leaks += [(path, word) for word in words if word in said]
            assert answer.status < 500, path
    assert leaks == []
    assert asked > 80


def shown(answer: Answer) -> str:
    """Return a page without what is random or of its content."""
    page = re.sub(r"ra-[0-9a-f]+", "ra", answer.body)
    page = re.sub(r'name="(csrf|visit)" value="[^"]*"', r"\1", page)
    page = re.sub(r"(Reply|Question) \d+", r"\1", page)
    page = re.sub(r"\b\d+ of \d+\b|value=\"\d+\"", "n", page)
    return re.sub(r"\d+:\d\d", "0:00", page)


def test_a_repeat_and_a_gold_item_look_like_any_other(tmp_path: Path) -> None:
    review = make_review(tmp_path, 60, people=TEAM, repeats=0.5, gold=lambda n: "violates" if n % 3 else None)
    pages: dict[tuple[str, bool], set[str]] = {}
    with serve_review(review) as served:
        browser = served.browser("ann")
        served.label(browser)
        for _ in range(34):
            page = browser.get("/next")
            with review.ledger.read() as reading:
                assignment = reading.assignment(page.assignment)
                item = reading.item(assignment.item)
            pages.setdefault((assignment.kind, item.required == GOLD_REQUIRED), set()).add(shown(page))
            served.label(browser, page=page)
    assert {kind for kind, _ in pages} == {AssignmentKind.FIRST, AssignmentKind.REPEAT}
    assert {is_gold for _, is_gold in pages} == {True, False}
    assert len(set.union(*pages.values())) == 1


def progress(answer: Answer) -> tuple[int, int]:
    found = re.search(r"(\d+) of (\d+)", answer.body)
    assert found
    return int(found[1]), int(found[2])


def test_what_is_left_does_not_tell_which_items_were_repeats_or_gold(tmp_path: Path) -> None:
    review = make_review(
        tmp_path, 36, people=TEAM, repeats=0.2, gold=lambda n: "violates" if n % 9 == 4 else None
    )
    with serve_review(review) as served:
        browser = served.browser("ann")
        steps = []
        while 'id="answers"' in (page := browser.get("/next")).body:
            steps.append(progress(page))
            served.label(browser, page=page)
    expected = steps[0][1]
    assert expected == math.ceil((36 - 4) * 1.2) + 4
    assert steps == [(done, max(done, expected)) for done in range(1, len(steps) + 1)]


def test_judges_are_asked_for_nothing_before_a_label_is_on_disk(tmp_path: Path) -> None:
    review = make_review(tmp_path, 10, people=TEAM)
    asked: list[str] = []

    def judged(item: object) -> object:
        asked.append(repr(item))
        return review.desk._judged(item)  # type: ignore[arg-type]  # the one that was made

    desk = ReviewDesk(review.ledger, judged, clock=review.clock)  # type: ignore[arg-type]  # the same with a list
    with serve_review(replace(review, desk=desk)) as served:
        browser = served.browser("ann")
        first = browser.get("/next")
        for path in (f"/items/{first.assignment}/reveal", f"/items/{first.assignment}/change"):
            refused = browser.post(path, {"csrf": first.csrf, "label": "violates", "comment": "x"})
            assert refused.status == 422
        assert browser.get(f"/items/{first.assignment}/reveal").status == 409
        assert asked == []
        served.label(browser)
        browser.post(f"/items/{first.assignment}/reveal", {"csrf": first.csrf})
        assert len(asked) == 1


def test_while_judges_are_shown_no_item_is_open(tmp_path: Path) -> None:
    review = make_review(tmp_path, 10, people=TEAM)
    with serve_review(review) as served:
        browser = served.browser("ann")
        first = browser.get("/next").assignment
        served.label(browser)
        second = browser.get("/next")
        draft = {"csrf": second.csrf, "turn": second.field("turn"), "comment": "kept", "draft": "1"}
        browser.post(f"/items/{second.assignment}", draft)
        told = browser.post(f"/items/{first}/reveal", {"csrf": second.csrf})
        assert "CANARY-reason" in browser.get(told.headers["location"]).body
        with review.ledger.read() as reading:
            assert reading.open_assignments("ann") == ()
            assert reading.draft(second.assignment) == Draft(comment="kept")
        again = browser.get("/next")
        assert again.assignment == second.assignment
        assert "kept" in again.body
        assert browser.get(told.headers["location"]).status == 409
