"""E07: every route for every role, signed in or not, and items of other people."""

import pytest
from tests.web.serving import Answer, Browser, Served

from evenhand.records.review import Role
from evenhand.web.routes import ENDPOINTS
from evenhand.web.routes.endpoint import Endpoint

PEOPLE = {"ann": Role.REVIEWER, "ada": Role.ADJUDICATOR, "lea": Role.LEAD}
OPEN_TO_ALL = {
    ("GET", "/"),
    ("GET", "/enter"),
    ("GET", "/invitation"),
    ("GET", "/sign-in"),
    ("GET", "/static/{name}"),
    ("POST", "/invitation"),
    ("POST", "/sign-in"),
}


def ask(browser: Browser, endpoint: Endpoint, *, csrf: str = "", assignment: str = "ra-none") -> Answer:
    path = endpoint.path.format(assignment=assignment, name="app.css", item="rv-00000")
    if endpoint.method == "GET":
        return browser.get(path)
    return browser.post(path, {"csrf": csrf, "turn": "0", "text": "x", "comment": "x", "label": "complies"})


def test_what_needs_no_sign_in_is_this_and_nothing_else() -> None:
    assert {(each.method, each.path) for each in ENDPOINTS if each.role is None} == OPEN_TO_ALL


def test_no_address_is_declared_twice() -> None:
    assert len({(each.method, each.path) for each in ENDPOINTS}) == len(ENDPOINTS)
    assert {each.method for each in ENDPOINTS} == {"GET", "POST"}


def test_who_is_signed_out_gets_401_on_every_route_with_a_role(served: Served) -> None:
    for stale in ("", "x" * 43):
        browser = served.browser()
        browser.cookies[served.settings.site.cookie_name("session")] = stale
        for endpoint in ENDPOINTS:
            if endpoint.role is not None:
                answer = ask(browser, endpoint)
                assert answer.status == 401, endpoint
                assert "www-authenticate" in answer.headers
                assert 'href="/sign-in"' in answer.body


@pytest.mark.parametrize("person", PEOPLE)
def test_every_route_is_for_its_role_and_those_above_it(served: Served, person: str) -> None:
    browser = served.browser(person)
    csrf = browser.get("/next").csrf
    browser.post("/break", {"csrf": csrf})
    refused = []
    for endpoint in ENDPOINTS:
        if endpoint.path == "/sign-out" or endpoint.role is None:
            continue
        answer = ask(browser, endpoint, csrf=csrf)
        assert answer.status < 500, endpoint
        if answer.status == 403:
            refused.append(endpoint)
    assert refused == [
        each for each in ENDPOINTS if each.role is not None and not PEOPLE[person].may(each.role)
    ]


@pytest.mark.parametrize("person", ["bo", "ada", "lea"])
def test_an_item_before_somebody_else_is_not_there(served: Served, person: str) -> None:
    theirs = served.browser("ann").get("/next").assignment
    browser = served.browser(person)
    csrf = browser.get("/next").csrf
    with served.review.ledger.read() as reading:
        before = reading.head()
    for endpoint in ENDPOINTS:
        if "{assignment}" in endpoint.path and not endpoint.shows_answers:
            answer = ask(browser, endpoint, csrf=csrf, assignment=theirs)
            assert answer.status == 404, endpoint
            assert ">ann<" not in answer.body
    with served.review.ledger.read() as reading:
        changed = [each.kind for each in reading.events(before.number) if each.subject == theirs]
    assert changed == []


def test_who_is_dismissed_is_out_at_once(served: Served) -> None:
    browser = served.browser("ann")
    assert browser.get("/next").status == 200
    served.people.dismiss("ann", by="lea")
    assert browser.get("/next").status == 401


def test_who_has_an_item_open_is_shown_nothing_that_others_said(served: Served) -> None:
    browser = served.browser("lea")
    page = browser.get("/next")
    for endpoint in ENDPOINTS:
        if endpoint.shows_answers:
            answer = ask(browser, endpoint, csrf=page.csrf)
            assert answer.status == 409, endpoint
            assert "label it first, or put it back" in answer.body
