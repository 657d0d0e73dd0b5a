"""E06: forged Host, Origin and Sec-Fetch-Site on every route and method."""

import pytest
from tests.web.serving import Browser, Served

from evenhand.errors import UsageError
from evenhand.web.routes import ENDPOINTS
from evenhand.web.security import (
    ANSWER_HEADERS,
    csrf_token,
    is_csrf_token,
    is_loopback,
    loopback_site,
    refusal,
    site_of,
)

SITE = loopback_site("127.0.0.1", 8765)
HOST = {"host": "127.0.0.1:8765"}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "NONSENSE")
FORGED = (
    {"Host": "evil.example"},
    {"Host": "127.0.0.1"},
    {"Host": "127.0.0.1:1"},
    {"Host": "localhost.evil.example"},
    {"Host": "evil.example", "Origin": "http://evil.example"},
    {"Origin": "http://evil.example"},
    {"Origin": "https://127.0.0.1"},
    {"Origin": "null", "Sec-Fetch-Site": ""},
    {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
    {"X-Forwarded-Host": "evil.example", "Host": "evil.example"},
)


def paths(browser: Browser) -> list[str]:
    assignment = browser.get("/next").assignment
    return sorted({each.path.format(assignment=assignment, name="app.js", item="x") for each in ENDPOINTS})


def test_nothing_is_taken_from_elsewhere_on_any_route_by_any_method(served: Served) -> None:
    browser = served.browser("lea")
    page = browser.get("/next")
    form = f"csrf={page.csrf}&turn=0&label=complies&commit=1".encode()
    with served.review.ledger.read() as reading:
        before = reading.head()
    taken = []
    for path in paths(browser):
        for method in METHODS:
            for forged in FORGED:
                body = form if method in {"POST", "PUT", "PATCH"} else None
                answer = browser.request(method, path, body=body, headers=forged)
                if not 400 <= answer.status < 500:
                    taken.append((method, path, forged, answer.status))
    assert taken == []
    with served.review.ledger.read() as reading:
        assert reading.head() == before


@pytest.mark.parametrize(
    ("method", "headers", "is_entrance", "is_taken"),
    [
        ("GET", {}, False, True),
        ("GET", {"sec-fetch-site": "none"}, False, True),
        ("GET", {"sec-fetch-site": "same-origin"}, False, True),
        ("GET", {"sec-fetch-site": "cross-site"}, True, False),
        (
            "GET",
            {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"},
            True,
            True,
        ),
        (
            "GET",
            {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"},
            False,
            False,
        ),
        (
            "POST",
            {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"},
            True,
            False,
        ),
        ("POST", {}, False, False),
        ("POST", {"sec-fetch-site": "none"}, False, False),
        ("POST", {"sec-fetch-site": "same-origin"}, False, True),
        ("POST", {"origin": "http://127.0.0.1:8765"}, False, True),
        ("POST", {"origin": "http://localhost:8765"}, False, True),
        ("POST", {"origin": "null", "sec-fetch-site": "same-origin"}, False, True),
        ("POST", {"origin": "null"}, False, False),
        ("POST", {"origin": "https://127.0.0.1:8765"}, False, False),
        ("POST", {"origin": "http://127.0.0.1:8765, http://evil.example"}, False, False),
    ],
)
def test_what_is_taken(method: str, headers: dict[str, str], *, is_entrance: bool, is_taken: bool) -> None:
    reason = refusal(SITE, method, {**HOST, **headers}, is_entrance=is_entrance)
    assert (reason == "") is is_taken


def test_every_answer_carries_the_headers_whatever_it_is(served: Served) -> None:
    browser = served.browser("ann")
    answers = {
        200: browser.get("/next"),
        303: browser.get("/"),
        404: browser.get("/nothing"),
        405: browser.request("DELETE", "/next"),
        204: browser.request("OPTIONS", "/next"),
        403: browser.get("/next", Host="evil.example"),
        401: served.browser().get("/next"),
        422: browser.post("/undo", {"csrf": browser.get("/next").csrf}),
        413: browser.post("/undo", {"csrf": "x" * 600_000}),
    }
    for status, answer in answers.items():
        assert answer.status == status
        assert {name: answer.headers.get(name) for name in ANSWER_HEADERS} == dict(ANSWER_HEADERS)
        assert "server" not in answer.headers
    assert "unsafe" not in ANSWER_HEADERS["content-security-policy"]


def test_files_may_be_kept_but_are_asked_for_again(served: Served) -> None:
    found = served.browser().get("/static/app.js")
    assert (found.status, found.headers["cache-control"]) == (200, "no-cache")
    assert served.browser().get("/static/app.js", **{"If-None-Match": found.headers["etag"]}).status == 304


@pytest.mark.parametrize(
    "name",
    ["..%2fapp.py", "%2e%2e/app.py", "..%5c..%5capp.py", "/etc/passwd", "app.js%00", "VENDORED.json", ""],
)
def test_no_other_file_is_sent(served: Served, name: str) -> None:
    assert served.browser("ann").get(f"/static/{name}").status == 404


def test_head_says_what_get_would_and_options_says_what_can_be_asked(served: Served) -> None:
    browser = served.browser("ann")
    got, head = browser.get("/help"), browser.request("HEAD", "/help")
    assert (head.status, head.body) == (200, "")
    assert head.headers["content-length"] == got.headers["content-length"]
    assert browser.request("OPTIONS", "/undo").headers["allow"] == "OPTIONS, POST"
    assert browser.request("OPTIONS", "/settings").headers["allow"] == "GET, HEAD, OPTIONS, POST"
    assert browser.get("/undo").headers["allow"] == "OPTIONS, POST"


# -- Forms -----------------------------------------------------------------------------------------


def test_a_form_that_was_not_made_for_this_session_is_refused(served: Served) -> None:
    ann, bo = served.browser("ann"), served.browser("bo")
    page = ann.get("/next")
    path = f"/items/{page.assignment}"
    for csrf in ("", "x", bo.get("/next").csrf, page.csrf[:-1]):
        assert ann.post(path, {"csrf": csrf, "turn": "0", "label": "complies", "commit": "1"}).status == 403
    assert ann.post(path, {"csrf": [page.csrf, page.csrf], "turn": "0"}).status == 403
    with served.review.ledger.read() as reading:
        assert list(reading.labels()) == []


@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "text/plain", "application/json", ""])
def test_forms_of_other_kinds_are_not_read(served: Served, kind: str) -> None:
    answer = served.browser("ann").post("/undo", {}, **{"Content-Type": kind})
    assert answer.status == 415


def test_a_form_with_very_many_fields_is_refused(served: Served) -> None:
    browser = served.browser("ann")
    csrf = browser.get("/next").csrf
    assert browser.post("/settings", {"csrf": csrf, "opt_out": ["x"] * 3000}).status == 422


def test_tokens_of_forms_hold_for_one_secret() -> None:
    assert is_csrf_token(csrf_token("a"), "a")
    assert not is_csrf_token(csrf_token("a"), "b")
    assert not is_csrf_token(csrf_token(""), "")
    assert not is_csrf_token("\ud800", "a")


# -- Sites -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("origin", "hosts"),
    [
        ("https://review.example.org", {"review.example.org"}),
        ("https://review.example.org:443/", {"review.example.org"}),
        ("https://Review.example.org:8443", {"review.example.org:8443"}),
        ("http://localhost:9000", {"localhost:9000"}),
        ("http://[::1]:9000", {"[::1]:9000"}),
    ],
)
def test_an_origin_names_one_host(origin: str, hosts: set[str]) -> None:
    assert site_of(origin).hosts == hosts


@pytest.mark.parametrize(
    "origin",
    [
        "review.example.org",
        "http://review.example.org",
        "https://",
        "https://a.example/path",
        "https://a.example?x",
        "https://user@a.example",
        "https://a.example:port",
        "ftp://a.example",
        "https://[::1",
    ],
)
def test_what_is_no_origin_is_refused(origin: str) -> None:
    with pytest.raises(UsageError):
        site_of(origin)


def test_cookies_carry_the_host_prefix_over_tls_alone() -> None:
    assert site_of("https://review.example.org").cookie_name("session") == "__Host-evenhand-session"
    assert loopback_site("127.0.0.1", 8765).cookie_name("session") == "evenhand-session-8765"


@pytest.mark.parametrize(
    ("host", "is_local"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("10.0.0.1", False),
        ("::", False),
        ("example.org", False),
        ("localhost.example.org", False),
        ("", False),
    ],
)
def test_loopback_is_this_machine_alone(host: str, *, is_local: bool) -> None:
    assert is_loopback(host) is is_local
