from collections.abc import Callable
from pathlib import Path

import pytest
from tests.made_review import Clock

from evenhand.errors import UnknownNameError, UsageError
from evenhand.records.review import Person, Role
from evenhand.store.review.chain import broken_links
from evenhand.store.review.ledger import open_review_ledger
from evenhand.workflows.review.passwords import PasswordHash, ScryptCost, hash_password
from evenhand.workflows.review.people import (
    IDLE_SECONDS,
    LINK_SECONDS,
    SESSION_SECONDS,
    People,
    clean_name,
)

CHEAP = ScryptCost(n=2, r=1, p=1)
GOOD = "horse battery staple 9"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def people(tmp_path: Path, clock: Clock) -> People:
    people = People(open_review_ledger(tmp_path / "review.sqlite", create=True), clock=clock, cost=CHEAP)
    people.add("lea", Role.LEAD, by="root")
    people.add("ann", Role.REVIEWER, by="lea")
    return people


# -- Names -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Ann  Lee ", "Ann Lee"),
        ("Zoe\u0308", "Zo\u00eb"),
        ("نور", "نور"),
        ("a.b@example.org", "a.b@example.org"),
    ],
)
def test_a_name_is_kept_as_people_read_it(typed: str, kept: str) -> None:
    assert clean_name(typed) == kept


@pytest.mark.parametrize("typed", ["", "  ", "a" * 65, "a\x1b[31m", "a\u202eb", "a\u200bb", "\ud800"])
def test_a_name_that_nobody_can_read_is_refused(typed: str) -> None:
    with pytest.raises(UsageError, match="name"):
        clean_name(typed)


@pytest.mark.parametrize("typed", ["ann", "ANN", "\uff41nn", " ann "])
def test_no_name_looks_like_another(people: People, typed: str) -> None:
    with pytest.raises(UsageError, match="already"):
        people.add(typed, Role.REVIEWER, by="lea")


# -- Accounts --------------------------------------------------------------------------------------


def test_every_change_of_people_is_in_the_chain_and_no_secret_is(people: People) -> None:
    people.accept(people.invite("ann", by="lea"), GOOD)
    link = people.invite("ann", by="lea")
    people.give_role("ann", Role.ADJUDICATOR, by="lea")
    people.dismiss("ann", by="lea")
    with people.ledger.read() as reading:
        events = list(reading.events())
    assert list(broken_links(events)) == []
    assert [event.kind for event in events] == ["person"] * 7
    assert not any(word in repr(events) for word in (GOOD, link.partition(".")[0], "scrypt"))


def test_the_last_lead_stays(people: People) -> None:
    with pytest.raises(UsageError, match="last lead"):
        people.dismiss("lea", by="lea")
    with pytest.raises(UsageError, match="last lead"):
        people.give_role("lea", Role.REVIEWER, by="lea")
    people.add("leo", Role.LEAD, by="lea")
    assert not people.dismiss("lea", by="leo").active


def test_whoever_runs_the_server_alone_is_its_lead(people: People) -> None:
    assert people.ensure("ann", Role.LEAD) == Person(name="ann", role=Role.LEAD)
    people.dismiss("ann", by="lea")
    assert people.ensure("ann", Role.LEAD).active
    with people.ledger.read() as reading:
        before = reading.head()
    people.ensure("ann", Role.LEAD)
    with people.ledger.read() as reading:
        assert reading.head() == before


# -- Passwords and links ---------------------------------------------------------------------------


def test_a_password_is_checked_and_nothing_else_lets_in(people: People) -> None:
    people.accept(people.invite("ann", by="lea"), GOOD)
    assert people.check_password("ann", GOOD) == Person(name="ann", role=Role.REVIEWER)
    for name, password in (("ann", GOOD + "x"), ("ann", ""), ("nobody", GOOD), ("lea", ""), ("lea", GOOD)):
        assert people.check_password(name, password) is None
    people.dismiss("ann", by="lea")
    assert people.check_password("ann", GOOD) is None


@pytest.mark.parametrize("password", ["short", "x" * 1001, "ann" * 5])
def test_a_bad_password_is_refused(people: People, password: str) -> None:
    with pytest.raises(UsageError, match="password"):
        people.accept(people.invite("ann", by="lea"), password)


def test_what_is_kept_of_a_password_can_be_read_again_at_the_cost_it_had() -> None:
    kept = hash_password(GOOD, CHEAP)
    again = PasswordHash.read(kept.text())
    assert again == kept
    assert again.fits(GOOD)
    assert not again.fits(GOOD.upper())
    assert hash_password(GOOD, CHEAP).salt != kept.salt


def test_a_password_typed_on_another_keyboard_is_the_same() -> None:
    assert hash_password("zo\u00eb" * 5, CHEAP).fits("zoe\u0308" * 5)


def test_the_usual_cost_is_what_attackers_pay() -> None:
    cost = ScryptCost()
    assert 128 * cost.n * cost.r == 32 * 2**20
    assert cost.p == 3
    assert hash_password(GOOD, cost).fits(GOOD)


def test_a_link_sets_a_password_once(people: People) -> None:
    link = people.invite("ann", by="lea")
    assert people.invited(link) == Person(name="ann", role=Role.REVIEWER)
    assert people.accept(link, GOOD).name == "ann"
    assert people.check_password("ann", GOOD) is not None
    assert people.invited(link) is None
    with pytest.raises(UsageError, match="used"):
        people.accept(link, "another good password")


def test_a_link_ends_with_its_time_with_the_next_one_and_with_its_person(
    people: People, clock: Clock
) -> None:
    first = people.invite("ann", by="lea")
    second = people.invite("ann", by="lea")
    assert (people.invited(first), people.invited(second) is not None) == (None, True)
    clock.now += LINK_SECONDS + 1
    assert people.invited(second) is None
    third = people.invite("ann", by="lea")
    people.dismiss("ann", by="lea")
    assert people.invited(third) is None
    with pytest.raises(UsageError, match="any more"):
        people.invite("ann", by="lea")


@pytest.mark.parametrize("link", ["", ".", ".ann", "x.ann", "x.nobody", "ann", "\ud800.ann"])
def test_nothing_else_is_a_link(people: People, link: str) -> None:
    assert people.invited(link) is None
    people.invite("ann", by="lea")
    assert people.invited(link) is None


def test_it_is_told_how_people_can_sign_in(people: People, clock: Clock) -> None:
    assert people.ways_in() == {"ann": "", "lea": ""}
    assert not people.has_lead()
    people.invite("lea", by="root")
    people.accept(people.invite("ann", by="lea"), GOOD)
    assert people.ways_in() == {"ann": "password", "lea": "link"}
    assert people.has_lead()
    clock.now += LINK_SECONDS + 1
    assert not people.has_lead()


# -- Sessions --------------------------------------------------------------------------------------


def test_a_session_ends_when_nothing_is_done_and_in_the_end_anyway(people: People, clock: Clock) -> None:
    token = people.sign_in("ann").token
    clock.now += IDLE_SECONDS + 1
    assert people.signed_in(token) is None
    token, began = people.sign_in("ann").token, clock.now
    while clock.now - began < SESSION_SECONDS - 11 * 3600:
        clock.now += 11 * 3600
        assert people.signed_in(token) is not None
    clock.now = began + SESSION_SECONDS + 1
    assert people.signed_in(token) is None


def test_looking_at_pages_writes_nothing(people: People, clock: Clock) -> None:
    token = people.sign_in("ann").token
    before = people.ledger.path.read_bytes()
    for _ in range(5):
        clock.now += 60
        people.signed_in(token)
    assert people.ledger.path.read_bytes() == before


def test_a_session_ends_with_sign_out_dismissal_and_a_new_password(people: People) -> None:
    ends: list[Callable[[str], object]] = [
        people.sign_out,
        lambda _: people.accept(people.invite("ann", by="lea"), GOOD),
        lambda _: people.dismiss("ann", by="lea"),
    ]
    for end in ends:
        token = people.sign_in("ann").token
        assert people.signed_in(token) is not None
        end(token)
        assert people.signed_in(token) is None


def test_who_is_dismissed_while_their_password_is_checked_is_not_let_in(people: People) -> None:
    people.dismiss("ann", by="lea")
    with pytest.raises(UsageError, match="may not review any more"):
        people.sign_in("ann")


def test_signing_in_ends_the_session_the_browser_had(people: People) -> None:
    first = people.sign_in("ann").token
    second = people.sign_in("ann", instead_of=first).token
    assert (people.signed_in(first), second != first) == (None, True)
    assert people.signed_in(second) is not None


def test_a_change_of_role_holds_at_once(people: People) -> None:
    token = people.sign_in("ann").token
    people.give_role("ann", Role.LEAD, by="lea")
    found = people.signed_in(token)
    assert found is not None
    assert found.person.role is Role.LEAD


def test_the_ledger_holds_no_token_that_would_let_anybody_in(people: People) -> None:
    token = people.sign_in("ann").token
    link = people.invite("ann", by="lea").partition(".")[0]
    people.accept(people.invite("lea", by="root"), GOOD)
    content = people.ledger.path.read_bytes()
    assert not any(secret.encode() in content for secret in (token, link, GOOD))


def test_nobody_signs_in_who_is_not_there(people: People) -> None:
    with pytest.raises(UnknownNameError):
        people.sign_in("nobody")
    assert people.signed_in("") is None
    assert people.signed_in("x" * 50) is None
