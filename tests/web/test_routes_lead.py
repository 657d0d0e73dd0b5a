"""Pages of adjudicators and leads on a real server: blind until decided, and people managed by a lead."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.made_review import MadeReview, make_review
from tests.web.serving import TEAM, Browser, Served, serve_review

from evenhand.records.review import AdjudicationReason, Role

ITEM = "/adjudicate/rv-00000"
HOSTILE = "<script>alert(1)</script>\u202e"


def contested(folder: Path, items: int = 1, **made: object) -> MadeReview:
    """Return a review in which two people differ on every item."""
    review = make_review(folder, items, people=TEAM, required=lambda _: 2, **made)  # type: ignore[arg-type]
    for _ in range(items):
        one, other = ("a", "tie") if made.get("pair") else ("complies", "violates")
        review.label("ann", one, comment=f"ann thinks so {HOSTILE}", sure=False)
        review.label("bo", other)
    return review


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with serve_review(contested(tmp_path)) as served:
        yield served


def decide(browser: Browser, **fields: str) -> tuple[int, str]:
    page = browser.get(ITEM)
    filled = {
        "csrf": page.csrf,
        "after": page.field("after"),
        "label": "violates",
        "reason": AdjudicationReason.EDGE_CASE.value,
        **fields,
    }
    answer = browser.post(ITEM, filled)
    return answer.status, answer.body


def test_the_queue_names_items_and_why_and_nobody(served: Served) -> None:
    page = served.browser("ada").get("/adjudicate")
    assert page.status == 200
    assert 'href="/adjudicate/rv-00000"' in page.body
    assert "People differ" in page.body
    assert not re.search(r">(ann|bo)<|CANARY", page.body)


def test_an_item_is_shown_as_reviewers_see_it_with_what_they_said_and_nothing_else(served: Served) -> None:
    page = served.browser("ada").get(ITEM)
    for words in (
        "Reply 0, the first.",
        "Question 0?",
        "The reply answers the question.",
        "Reviewer 1",
        "Reviewer 2",
    ):
        assert words in page.body
    assert "ann thinks so" in page.body
    assert not re.search(r">(ann|bo)<|CANARY|0\.4321", page.body)
    assert "<script>alert" not in page.body
    assert "\u202e" not in page.body


def test_a_decision_settles_the_item_and_shows_names_and_judges_on_request(served: Served) -> None:
    browser = served.browser("ada")
    csrf = browser.get(ITEM).csrf
    assert browser.post(f"{ITEM}/behind", {"csrf": csrf}).status == 422
    assert decide(browser)[0] == 303
    assert "No item waits" in browser.get("/adjudicate").body
    assert "rv-00000" in browser.get("/adjudicate?settled=1").body
    behind = browser.post(f"{ITEM}/behind", {"csrf": csrf})
    assert behind.status == 200
    for words in (">ann<", ">bo<", "CANARY-judge"):
        assert words in behind.body
    status, body = decide(browser, label="complies")
    assert (status, "you have seen the judges" in body) == (422, True)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"reason": ""}, "why did people differ?"),
        ({"label": ""}, "no answer is chosen"),
        ({"label": "not_applicable"}, "needs a note"),
    ],
)
def test_what_can_not_be_taken_is_shown_again_as_it_was_sent(
    served: Served, fields: dict[str, str], words: str
) -> None:
    status, body = decide(served.browser("ada"), note="", **fields)
    assert status == 422
    assert words in body


def test_a_decision_on_an_older_page_is_a_conflict(served: Served) -> None:
    ada, lea = served.browser("ada"), served.browser("lea")
    page = lea.get(ITEM)
    assert decide(ada)[0] == 303
    late = {"csrf": page.csrf, "after": "", "label": "complies", "reason": "other"}
    assert lea.post(ITEM, late).status == 409


def test_nobody_with_an_item_open_is_shown_what_others_said(tmp_path: Path) -> None:
    review = make_review(tmp_path, 3, people=TEAM, required=lambda _: 2)
    for _ in range(3):
        review.label("ann")
    review.label("bo", "violates")
    with serve_review(review) as served:
        for person, paths in (("ada", ("/adjudicate", ITEM)), ("lea", ("/adjudicate", ITEM, "/lead"))):
            browser = served.browser(person)
            browser.get("/next")
            assert [browser.get(path).status for path in paths] == [409] * len(paths)


def test_a_pair_is_settled_by_its_side(tmp_path: Path) -> None:
    with serve_review(contested(tmp_path, pair=True)) as served:
        browser = served.browser("ada")
        page = browser.get(ITEM)
        assert ">LEFT<" in page.body
        status, _ = decide(browser, label="a", note="left")
        assert status == 303
        with served.review.ledger.read() as reading:
            held = reading.adjudication_of("rv-00000")
        assert held is not None
        first_is_left = page.body.index("the first.") < page.body.index("the second.")
        assert held.label == ("a" if first_is_left else "b")


def test_the_lead_sees_progress_flags_gaps_and_the_record(served: Served) -> None:
    assert decide(served.browser("ada"), reason="guideline_gap", note="it does not say")[0] == 303
    with served.review.ledger.change() as change:
        change.add_flag("rv-00000", "ann", f"odd {HOSTILE}")
    page = served.browser("lea").get("/lead")
    assert page.status == 200
    for words in ("1 of 2", "odd &lt;script&gt;", "Guideline gap: `help.answer`", "No number:", "Whole: "):
        assert words in page.body, words
    assert "<script>alert" not in page.body
    assert served.browser("ada").get("/lead").status == 403


def test_who_flagged_an_item_is_not_named_while_it_waits(served: Served) -> None:
    with served.review.ledger.change() as change:
        change.add_flag("rv-00000", "ann", "odd")
    assert ">ann</bdi>, 2" not in served.browser("lea").get("/lead").body
    assert decide(served.browser("ada"))[0] == 303
    assert ">ann</bdi>, 2" in served.browser("lea").get("/lead").body


def test_the_lead_invites_dismisses_and_promotes(served: Served) -> None:
    browser = served.browser("lea")
    csrf = browser.get("/lead").csrf

    def send(**fields: str) -> tuple[int, str]:
        answer = browser.post("/lead/people", {"csrf": csrf, **fields})
        return answer.status, answer.body

    status, body = send(action="add", name="cy", role="reviewer")
    assert status == 200
    assert "/invitation?link=" in body
    assert send(action="role", name="cy", role="adjudicator")[0] == 303
    assert send(action="dismiss", name="cy")[0] == 303
    with served.review.ledger.read() as reading:
        cy = reading.person("cy")
    assert (cy.role, cy.active) == (Role.ADJUDICATOR, False)
    assert send(action="invite", name="cy")[0] == 422
    assert send(action="admit", name="cy")[0] == 303
    assert send(action="add", name="cy", role="reviewer")[0] == 422
    assert send(action="role", name="cy", role="king")[0] == 422
    assert send(action="", name="cy")[0] == 422
    assert send(action="dismiss", name="nobody")[0] == 422


def test_tagged_passages_stay_folded(tmp_path: Path) -> None:
    with serve_review(contested(tmp_path, sensitive=lambda _: ("gore",))) as served:
        page = served.browser("ada").get(ITEM)
        assert '<details id="tagged">' in page.body


def given(review: MadeReview, person: str) -> list[str]:
    """Label until nothing is left; return the items."""
    items = []
    while (opened := review.desk.next_item(person)) is not None:
        with review.ledger.read() as reading:
            items.append(reading.assignment(opened.assignment).item)
        review.label(person)
    return items


def test_a_lead_is_not_given_what_they_read_the_words_of_others_about(tmp_path: Path) -> None:
    review = make_review(
        tmp_path, 8, people=TEAM, required=lambda _: 4, gold=lambda n: "complies" if n == 7 else None
    )
    for person in ("ann", "bo", "ada"):
        for number in range(8):
            opened = review.label(person, "violates")
            if person == "ann" and number == 0:
                review.desk.flag(person, opened.assignment, "clearly a breach")
                flagged = opened.assignment
    with review.ledger.read() as reading:
        item = reading.assignment(flagged).item
    with serve_review(review) as served:
        page = served.browser("lea").get("/lead").body
        assert "clearly a breach" in page
        assert "case-00007" in page, "the answer of a gold item that people miss"
    assert set(given(review, "lea")) == {each.id for each in review.items} - {item, "rv-00007"}


def test_a_word_of_their_own_keeps_nothing_from_a_lead(tmp_path: Path) -> None:
    review = make_review(tmp_path, 2, people=TEAM)
    opened = review.label("lea")
    review.desk.flag("lea", opened.assignment, "odd")
    with serve_review(review) as served:
        assert "odd" in served.browser("lea").get("/lead").body
    assert review.desk.undo("lea").assignment == opened.assignment
