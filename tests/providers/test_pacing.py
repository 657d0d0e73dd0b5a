"""The rules of the limit, the breaker and the retries, without a loop."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.providers.breaker import Breaker
from evenhand.providers.pacing import RESTART, AdaptiveLimit
from evenhand.providers.retry_budget import RetryBudget


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def limit(clock: Clock, start: int = 20, most: int = 1_000) -> AdaptiveLimit:
    return AdaptiveLimit(start=start, most=most, clock=clock)


def round_of(adaptive: AdaptiveLimit, *, in_use: float = 1.0) -> int:
    """A round of clean calls with that share of the places in use; returns the limit after it."""
    adaptive.started(round(adaptive.current * in_use))
    for _ in range(adaptive.current):
        if adaptive.went_well():
            break
    return adaptive.current


# -- The limit -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("start", "most", "first"), [(20, 100, 20), (20, 5, 5), (1, 1, 1), (4_096, 7, 7)])
def test_the_first_limit_is_the_slow_start_bounded_by_the_concurrency(
    clock: Clock, start: int, most: int, first: int
) -> None:
    assert limit(clock, start, most).current == first


def test_each_clean_round_doubles_until_the_first_cut_and_adds_a_twentieth_after_it(clock: Clock) -> None:
    adaptive = limit(clock, 20, 1_000)
    assert [round_of(adaptive) for _ in range(3)] == [40, 80, 160]
    assert adaptive.cut()
    assert adaptive.current == 128
    assert [round_of(adaptive) for _ in range(4)] == [134, 140, 147, 154]


def test_a_small_limit_grows_by_one_at_least_and_falls_to_one_at_most(clock: Clock) -> None:
    adaptive = limit(clock, 2)
    for clock.now in (0.0, 15.0, 30.0):
        adaptive.cut()
    assert adaptive.current == 1
    assert [round_of(adaptive) for _ in range(3)] == [2, 3, 4]


def test_a_round_in_which_fewer_than_four_fifths_were_in_use_does_not_grow_it(clock: Clock) -> None:
    adaptive = limit(clock, 20)
    assert round_of(adaptive, in_use=0.75) == 20
    assert round_of(adaptive, in_use=0.8) == 40


def test_what_was_in_use_before_a_round_does_not_count_for_it(clock: Clock) -> None:
    adaptive = limit(clock, 20)
    assert round_of(adaptive) == 40
    assert round_of(adaptive, in_use=0.5) == 40


@pytest.mark.parametrize(("asked_s", "again_after"), [(0.0, 15.0), (10.0, 15.0), (40.0, 40.0)])
def test_a_burst_is_one_cut_for_fifteen_seconds_or_as_long_as_asked(
    clock: Clock, asked_s: float, again_after: float
) -> None:
    adaptive = limit(clock, 100)
    assert adaptive.cut(asked_s)
    clock.now = again_after - 0.01
    assert not adaptive.cut()
    clock.now = again_after
    assert adaptive.cut()
    assert adaptive.current == 64


def test_a_cut_begins_a_new_round(clock: Clock) -> None:
    adaptive = limit(clock, 20)
    adaptive.started(20)
    for _ in range(19):
        adaptive.went_well()
    adaptive.cut()
    assert not adaptive.went_well()
    assert adaptive.current == 16


def test_after_an_outage_it_starts_small_and_doubles_to_where_it_was(clock: Clock) -> None:
    adaptive = limit(clock, 20, 100)
    for _ in range(3):
        round_of(adaptive)
    adaptive.cut()
    adaptive.restart()
    assert adaptive.current == RESTART
    assert [round_of(adaptive) for _ in range(7)] == [8, 16, 32, 64, 100, 100, 100]


def test_two_outages_in_a_row_do_not_forget_what_was_borne_before_them(clock: Clock) -> None:
    adaptive = limit(clock, 64, 200)
    adaptive.cut()
    adaptive.restart()
    adaptive.restart()
    assert [round_of(adaptive) for _ in range(5)] == [8, 16, 32, 64, 67]


EVENTS = st.lists(st.sampled_from(["well", "cut", "restart", "later", "round"]), max_size=200)


@given(EVENTS, st.integers(1, 5_000), st.integers(1, 5_000))
def test_the_limit_never_leaves_its_bounds(events: list[str], start: int, most: int) -> None:
    clock = Clock()
    adaptive = limit(clock, start, most)
    acts: dict[str, Callable[[], object]] = {
        "well": adaptive.went_well,
        "cut": adaptive.cut,
        "restart": adaptive.restart,
        "round": lambda: round_of(adaptive),
    }
    for event in events:
        before = adaptive.current
        if event == "later":
            clock.now += 10.0
        else:
            acts[event]()
        assert 1 <= adaptive.current <= most
        assert adaptive.current <= max(before + 1, 2 * before)


# -- The breaker -----------------------------------------------------------------------------------


def played(breaker: Breaker, calls: str) -> str:
    """Play calls of the current era, F for failed and A for answered; returns those up to its opening."""
    for place, call in enumerate(calls, start=1):
        if call == "A":
            breaker.answered(breaker.era)
        elif breaker.failed(breaker.era):
            return calls[:place]
    return ""


@pytest.mark.parametrize(
    ("calls", "opened_after"),
    [
        ("F" * 12, "F" * 10),
        ("A" * 50 + "F" * 12, "A" * 50 + "F" * 10),
        ("FA" * 20, "FA" * 9 + "F"),
        ("AF" * 20, "AF" * 10),
        ("F" * 9 + "A" * 50, ""),
        ("FAA" * 40, ""),
        (("F" * 9 + "A" * 11) * 5, ""),
        ("F" * 9 + "A" * 10 + "F", "F" * 9 + "A" * 10 + "F"),
        ("F" * 9 + "A" * 11 + "F" * 9, ""),
        ("A" * 1_000, ""),
    ],
)
def test_ten_of_the_last_twenty_without_an_answer_open_it(
    clock: Clock, calls: str, opened_after: str
) -> None:
    assert played(Breaker(clock=clock), calls) == opened_after


def test_it_says_when_the_next_probe_may_leave(clock: Clock) -> None:
    breaker = Breaker(clock=clock)
    clock.now = 7.0
    played(breaker, "F" * 10)
    assert (breaker.is_open, breaker.opened_at, breaker.next_probe_at) == (True, 7.0, 37.0)
    clock.now = 50.0
    breaker.probe_left()
    assert breaker.next_probe_at == 80.0


def test_a_failed_probe_changes_nothing_and_an_answered_one_closes_it_with_a_clean_slate(
    clock: Clock,
) -> None:
    breaker = Breaker(clock=clock)
    played(breaker, "F" * 10)
    era = breaker.era
    assert not breaker.failed(era)
    assert (breaker.is_open, breaker.era) == (True, era)
    assert breaker.answered(era)
    assert not breaker.is_open
    assert played(breaker, "F" * 9) == ""


def test_calls_of_another_era_are_not_heard(clock: Clock) -> None:
    breaker = Breaker(clock=clock)
    before = breaker.era
    played(breaker, "F" * 10)
    assert not breaker.answered(before)
    during = breaker.era
    breaker.answered(during)
    assert not any(breaker.failed(during) for _ in range(30))
    assert not breaker.is_open


# -- Retries ---------------------------------------------------------------------------------------


@given(st.lists(st.booleans(), max_size=500))
def test_retries_stay_below_a_tenth_of_the_calls_and_a_few(calls: list[bool]) -> None:
    budget, earned, taken = RetryBudget(), 0, 0
    for went_well in calls:
        if went_well:
            budget.earn()
            earned += 1
        else:
            taken += budget.take()
        assert taken <= 10 + 0.1 * earned + 1e-6
