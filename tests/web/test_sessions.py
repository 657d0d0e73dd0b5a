"""Getting in and out over HTTP: fixation, guessing, restarts, invitations."""

from pathlib import Path
from urllib.parse import urlencode

import pytest
from tests.made_review import make_review
from tests.web.serving import TEAM, Answer, Browser, Served, serve_review

from evenhand.records.review import Role
from evenhand.web.limits import Allowance, Limiter
from evenhand.web.security import site_of
from evenhand.web.sign_in_guard import SignInGuard

PASSWORD = "horse battery staple 9"


def sign_in(browser: Browser, name: str, password: str) -> Answer:
    page = browser.get("/sign-in")
    return browser.post("/sign-in", {"csrf": page.csrf, "name": name, "password": password})


def test_a_person_signs_in_with_a_password_and_out_again(served: Served) -> None:
    served.people.accept(served.people.invite("ann", by="lea"), PASSWORD)
    browser = served.browser()
    told = sign_in(browser, "ann", PASSWORD)
    assert (told.status, told.headers["location"]) == (303, "/next")
    page = browser.get("/next")
    assert page.status == 200
    held = dict(browser.cookies)
    assert browser.post("/sign-out", {"csrf": page.csrf}).headers["location"] == "/sign-in"
    browser.cookies = held
    assert browser.get("/next").status == 401


def test_wrong_names_and_wrong_passwords_are_told_alike(served: Served) -> None:
    served.people.accept(served.people.invite("ann", by="lea"), PASSWORD)
    pages = [sign_in(served.browser(), name, "wrong") for name in ("ann", "abc", "bo")]
    assert {page.status for page in pages} == {401}
    bodies = {
        page.body.replace(page.csrf, "").replace(f'value="{name}"', "")
        for page, name in zip(pages, ("ann", "abc", "bo"), strict=True)
    }
    assert len(bodies) == 1


def test_a_session_gets_a_new_name_at_sign_in(served: Served) -> None:
    served.people.accept(served.people.invite("ann", by="lea"), PASSWORD)
    cookie = served.settings.site.cookie_name("session")
    planted = served.people.sign_in("bo").token
    browser = served.browser()
    browser.cookies[cookie] = planted
    page = browser.get("/sign-in")
    browser.post("/sign-in", {"csrf": page.csrf, "name": "ann", "password": PASSWORD})
    assert browser.cookies[cookie] != planted
    assert served.people.signed_in(planted) is None
    for chosen in ("x", "x" * 43):
        other = served.browser()
        other.cookies[cookie] = chosen
        sign_in(other, "ann", PASSWORD)
        assert other.cookies[cookie] != chosen


def test_cookies_are_for_our_own_pages_alone(served_alone: Served) -> None:
    entered = served_alone.browser().get("/enter?token=start-token")
    session = next(each for each in entered.cookies if "session" in each and "Max-Age=0" not in each)
    for word in ("HttpOnly", "Path=/", "SameSite=strict"):
        assert word in session
    assert "Domain" not in session
    assert "Secure" not in session  # Safari takes none on plain loopback


def test_over_tls_cookies_are_bound_to_the_host(tmp_path: Path) -> None:
    site = site_of("https://review.example.org")
    with serve_review(make_review(tmp_path, 3, people=TEAM), site=site) as served:
        served.people.accept(served.people.invite("ann", by="lea"), PASSWORD)
        told = sign_in(served.browser(), "ann", PASSWORD)
        session = next(each for each in told.cookies if each.startswith("__Host-evenhand-session="))
        for word in ("Secure", "HttpOnly", "Path=/", "SameSite=strict"):
            assert word in session
        assert "Domain" not in session


def test_a_session_lives_on_when_the_server_is_started_again(tmp_path: Path) -> None:
    review = make_review(tmp_path, 3, people=TEAM)
    with serve_review(review) as served:
        token = served.people.sign_in("ann").token
    with serve_review(review) as served:
        browser = served.browser()
        browser.cookies[served.settings.site.cookie_name("session")] = token
        assert browser.get("/next").status == 200


def test_the_link_of_another_start_lets_nobody_in(served_alone: Served) -> None:
    browser = served_alone.browser()
    for query in ("", "?token=", "?token=x", "?token=start-token2", "?token=%00", "?token=%ff"):
        assert browser.get(f"/enter{query}").status == 403
    assert browser.cookies == {}
    assert browser.request("HEAD", "/enter?token=start-token").cookies == ()


def test_the_link_may_be_opened_twice_and_makes_one_session(served_alone: Served) -> None:
    browser = served_alone.browser()
    browser.get("/enter?token=start-token")
    assert browser.get("/enter?token=start-token").cookies == ()
    assert served_alone.browser().get("/enter?token=start-token").status == 200


def test_alone_nobody_signs_in_with_a_password(served_alone: Served) -> None:
    served_alone.people.accept(served_alone.people.invite("ann", by="lea"), PASSWORD)
    browser = served_alone.browser()
    page = browser.get("/sign-in")
    assert "terminal" in page.body
    entered = served_alone.browser()
    entered.get("/enter?token=start-token")
    csrf = entered.get("/next").csrf
    answer = entered.post("/sign-in", {"csrf": csrf, "name": "ann", "password": PASSWORD})
    assert answer.status == 403


# -- Invitations -----------------------------------------------------------------------------------


def test_an_invitation_sets_a_password_once_and_opening_it_uses_nothing_up(served: Served) -> None:
    link = served.people.invite("ann", by="lea")
    address = f"/invitation?{urlencode({'link': link})}"
    browser = served.browser()
    for _ in range(3):
        page = browser.get(address)
        assert page.status == 200
    short = browser.post("/invitation", {"csrf": page.csrf, "link": link, "password": "short"})
    assert short.status == 422
    told = browser.post("/invitation", {"csrf": short.csrf, "link": link, "password": PASSWORD})
    assert told.headers["location"] == "/next"
    assert browser.get("/next").status == 200
    assert served.browser().get(address).status == 403
    late = served.browser()
    csrf = late.get("/sign-in").csrf
    assert (
        late.post("/invitation", {"csrf": csrf, "link": link, "password": "another good one"}).status == 403
    )
    assert served.people.check_password("ann", PASSWORD) is not None


@pytest.mark.parametrize("link", ["", "x", "x.ann", "x.nobody", "\x00", "é.ann", "." * 5000])
def test_no_other_link_invites(served: Served, link: str) -> None:
    assert served.browser().get(f"/invitation?{urlencode({'link': link})}").status == 403


# -- Guessing --------------------------------------------------------------------------------------


def test_guessing_is_slowed_down_and_the_owner_gets_in_from_elsewhere(tmp_path: Path) -> None:
    guard = SignInGuard(per_pair=Allowance(burst=3, per_second=0.001))
    with serve_review(make_review(tmp_path, 3, people=TEAM), guard=guard) as served:
        served.people.accept(served.people.invite("ann", by="lea"), PASSWORD)
        browser = served.browser()
        assert [sign_in(browser, "ann", "wrong").status for _ in range(4)] == [401, 401, 401, 429]
        slowed = sign_in(browser, "ann", PASSWORD)
        assert slowed.status == 429
        assert int(slowed.headers["retry-after"]) > 0
        assert served.browser("ann").get("/next").status == 200  # who is in stays in
        assert guard.wait("ann", "203.0.113.9") == 0
        assert guard.wait("bo", "127.0.0.1") == 0


def test_nobody_is_kept_out_for_long_by_guesses_from_many_addresses() -> None:
    guard = SignInGuard()
    for number in range(5_000):
        if not guard.wait("ann", f"203.0.113.{number}"):
            guard.note_attempt("ann", f"203.0.113.{number}")
    assert guard.wait("ann", "198.51.100.1") < 10
    assert guard.wait("bo", "198.51.100.1") == 0


class _Time:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_an_allowance_fills_up_again() -> None:
    time = _Time()
    limiter = Limiter(Allowance(burst=3, per_second=0.5), clock=time)
    for _ in range(3):
        assert limiter.wait("ann") == 0
        limiter.spend("ann")
    assert limiter.wait("ann") == 2
    time.now += 2
    assert limiter.wait("ann") == 0
    limiter.spend("ann", 10)
    assert limiter.wait("ann") > 18
    limiter.forgive("ann")
    assert limiter.wait("ann") == 0


def test_a_script_that_posts_without_end_is_slowed_down(tmp_path: Path) -> None:
    posts = Allowance(burst=5, per_second=0.001)
    with serve_review(make_review(tmp_path, 3, people=TEAM), posts=posts) as served:
        browser = served.browser("ann")
        csrf = browser.get("/next").csrf
        answers = [browser.post("/break", {"csrf": csrf}) for _ in range(6)]
        assert [each.status for each in answers] == [303] * 4 + [429] * 2
        assert browser.get("/next").status == 200
        assert served.browser("bo").get("/next").status == 200


def test_roles_are_read_anew_for_every_request(served: Served) -> None:
    browser = served.browser("ann")
    assert served.people.signed_in(browser.cookies[served.settings.site.cookie_name("session")]) is not None
    served.people.give_role("ann", Role.LEAD, by="lea")
    assert browser.get("/next").status == 200
