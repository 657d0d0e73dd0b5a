import pytest

from evenhand.testing import JudgeRequest, Message, faults
from evenhand.testing.faults import Arrival, choose


def arrival(number: int = 1, *, elapsed: float = 0.0, attempt: int = 1, text: str = "hello") -> Arrival:
    request = JudgeRequest(
        protocol="chat",
        number=number,
        attempt=attempt,
        model="m",
        messages=(Message(role="user", text=text),),
    )
    return Arrival(number=number, elapsed=elapsed, request=request)


def struck(strike: faults.Strike, numbers: range) -> list[int]:
    return [number for number in numbers if choose([strike], arrival(number))]


def test_a_fault_strikes_the_calls_it_is_told_to() -> None:
    assert struck(faults.on_calls(faults.hang(), [2, 4]), range(1, 6)) == [2, 4]
    assert struck(faults.after_call(faults.hang(), 3), range(1, 6)) == [4, 5]
    assert struck(faults.always(faults.hang()), range(1, 4)) == [1, 2, 3]


def test_a_share_is_met_and_repeats_with_its_seed() -> None:
    strike = faults.on_share(faults.hang(), 0.1, seed=3)
    calls = struck(strike, range(1, 5001))
    assert 430 <= len(calls) <= 570  # 3.3 standard deviations
    assert calls == struck(faults.on_share(faults.hang(), 0.1, seed=3), range(1, 5001))
    assert calls != struck(faults.on_share(faults.hang(), 0.1, seed=4), range(1, 5001))


def test_two_faults_share_no_calls_but_by_chance() -> None:
    some, others = (
        set(struck(faults.on_share(f, 0.1), range(1, 5001))) for f in (faults.hang(), faults.nested())
    )
    assert len(some & others) <= 80  # 50 expected, 4 standard deviations


@pytest.mark.parametrize(("elapsed", "strikes"), [(0.9, False), (1.0, True), (1.9, True), (2.0, False)])
def test_a_window_strikes_between_its_ends(*, elapsed: float, strikes: bool) -> None:
    assert bool(choose([faults.during(faults.hang(), 1.0, 2.0)], arrival(elapsed=elapsed))) is strikes


def test_a_fault_may_depend_on_the_request_and_on_the_attempt() -> None:
    by_text = faults.on_requests(faults.hang(), lambda request: "bad" in request.user)
    assert [bool(choose([by_text], arrival(text=text))) for text in ("bad", "good")] == [True, False]
    once = faults.on_attempts(faults.hang(), [1])
    assert [bool(choose([once], arrival(attempt=n))) for n in (1, 2)] == [True, False]


@pytest.mark.parametrize(
    "schedule", [lambda f: faults.on_attempts(f, [1]), lambda f: faults.on_requests(f, bool)]
)
def test_a_reset_before_the_body_cannot_depend_on_the_request(schedule: object) -> None:
    assert callable(schedule)
    with pytest.raises(ValueError, match="reset_before_body happens before the request is read"):
        schedule(faults.reset_before_body())


def test_the_first_strike_that_applies_decides() -> None:
    strikes = [faults.on_calls(faults.hang(), [2]), faults.always(faults.empty_body())]
    found = [choose(strikes, arrival(number)) for number in (1, 2)]
    assert [fault.name for fault in found if fault] == ["empty_body", "hang"]
