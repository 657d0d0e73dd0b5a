"""The gate of an account, on virtual time."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest
from benchmarks.virtual_time import now, run

from evenhand.errors import ProviderStopError
from evenhand.providers.throttle import LONGEST_REST_S, Throttle
from evenhand.records.pacing import PaceChange, PacingEvent


def throttle(concurrency: int = 10, **changes: Any) -> Throttle:
    return Throttle(account="acme", concurrency=concurrency, clock=now, **changes)


def on_virtual_time(main: Coroutine[Any, Any, None]) -> float:
    """Run a test; returns how many virtual seconds it took."""

    async def timed() -> float:
        started = now()
        await main
        return now() - started

    return run(timed())


async def call(gate: Throttle, seconds: float = 0.2, *, starts: list[float] | None = None) -> None:
    """One call that goes well."""
    era = await gate.enter()
    if starts is not None:
        starts.append(now())
    await asyncio.sleep(seconds)
    gate.answered(era, clean=True)
    gate.leave()


async def calls(gate: Throttle, count: int, *, seconds: float = 0.2) -> list[float]:
    """Many calls at once; returns when each started."""
    starts: list[float] = []
    await asyncio.gather(*(call(gate, seconds, starts=starts) for _ in range(count)))
    return starts


async def failing(gate: Throttle, count: int, asked_s: float | None = None) -> None:
    for _ in range(count):
        era = await gate.enter()
        gate.unanswered(era, asked_s)
        gate.leave()


def listen(gate: Throttle) -> list[PacingEvent]:
    events: list[PacingEvent] = []
    gate.start(events.append)
    return events


def test_no_more_calls_are_in_flight_than_allowed_and_all_get_their_turn() -> None:
    gate, order, most = throttle(3), [], 0

    async def numbered(number: int) -> None:
        nonlocal most
        await gate.enter()
        order.append(number)
        most = max(most, gate.in_flight)
        await asyncio.sleep(1)
        gate.leave()

    async def main() -> None:
        await asyncio.gather(*(numbered(number) for number in range(20)))

    assert on_virtual_time(main()) == pytest.approx(7.0)
    assert (most, order) == (3, list(range(20)))


def test_slow_start_doubles_each_clean_round_up_to_the_concurrency() -> None:
    async def main() -> None:
        gate = throttle(256)
        starts = await calls(gate, 2_000)
        at_once = {round(at, 3): starts.count(at) for at in starts}
        assert list(at_once.values())[:5] == [20, 40, 80, 160, 256]
        assert gate.limit == 256
        assert now() <= 1.6 * 2_000 * 0.2 / 256

    on_virtual_time(main())


def test_a_slow_start_as_high_as_the_concurrency_is_none() -> None:
    async def main() -> None:
        assert (await calls(throttle(256, slow_start=4_096), 300))[255] == 0.0

    on_virtual_time(main())


def test_calls_are_spread_evenly_over_the_minute() -> None:
    async def main() -> None:
        assert await calls(throttle(requests_per_minute=30), 4) == pytest.approx([0, 2, 4, 6])

    on_virtual_time(main())


def test_idle_time_is_not_saved_up_for_a_burst() -> None:
    async def main() -> None:
        gate = throttle(requests_per_minute=60)
        await call(gate)
        await asyncio.sleep(3_600)
        assert await calls(gate, 3) == pytest.approx([3_600.2, 3_601.2, 3_602.2])

    on_virtual_time(main())


def test_a_rest_holds_back_all_calls_those_that_wait_already_too() -> None:
    async def main() -> None:
        gate = throttle(requests_per_minute=60)
        waiting = asyncio.gather(*(call(gate, starts=starts) for _ in range(3)))
        await asyncio.sleep(0.5)
        gate.rest(9.0)
        gate.rest(2.0)
        await waiting

    starts: list[float] = []
    on_virtual_time(main())
    assert starts == pytest.approx([0, 9.5, 10.5])


def test_a_reply_whose_headers_say_that_nothing_is_left_makes_the_account_rest() -> None:
    async def main() -> None:
        gate = throttle()
        era = await gate.enter()
        gate.answered(era, clean=True, rest_s=7.0)
        gate.leave()
        assert await calls(gate, 2) == [7.0, 7.0]

    on_virtual_time(main())


def test_a_cancelled_wait_leaves_the_place_to_the_next() -> None:
    async def main() -> None:
        gate = throttle(1)
        await gate.enter()
        waiting = [asyncio.create_task(call(gate)) for _ in range(2)]
        await asyncio.sleep(0)
        waiting[0].cancel()
        gate.leave()
        await waiting[1]
        assert gate.in_flight == 0

    on_virtual_time(main())


def test_a_place_that_comes_as_its_call_is_cancelled_is_given_back() -> None:
    async def main() -> None:
        gate = throttle(1)
        await gate.enter()
        waiting = [asyncio.create_task(call(gate)) for _ in range(2)]
        await asyncio.sleep(0)
        gate.leave()  # the place is the first one's
        waiting[0].cancel()
        await asyncio.wait_for(waiting[1], 10)
        assert gate.in_flight == 0

    on_virtual_time(main())


# -- Rate limits -----------------------------------------------------------------------------------


def test_a_burst_of_rate_limits_is_one_cut_and_the_longest_wait_counts() -> None:
    async def main() -> None:
        gate = throttle(100, slow_start=100)
        events = listen(gate)
        for _ in range(100):
            await gate.enter()
        for number in range(100):
            gate.limited(3.0 + number % 5)
            gate.leave()
        assert gate.limit == 80
        assert [event.why for event in events].count(PaceChange.CUT) == 1
        starts = await calls(gate, 100)
        assert [starts.count(7.0), max(starts)] == [80, 7.2]

    on_virtual_time(main())


def test_an_account_that_asks_to_be_left_alone_for_long_is_given_up() -> None:
    async def main() -> None:
        gate = throttle()
        waiting = asyncio.create_task(calls(gate, 30))
        await asyncio.sleep(0.1)
        gate.limited(LONGEST_REST_S + 1)
        with pytest.raises(ProviderStopError, match="asks to be left alone for 5 min"):
            await waiting
        with pytest.raises(ProviderStopError):
            await gate.enter()

    on_virtual_time(main())


def test_an_account_that_answers_nothing_but_rate_limits_is_given_up() -> None:
    async def main() -> None:
        gate = throttle()
        while not gate.is_closed:
            await gate.enter()
            gate.limited(60.0)
            gate.leave()

    assert 600 < on_virtual_time(main()) <= 720


# -- Outages ---------------------------------------------------------------------------------------


def test_ten_failures_in_a_row_open_the_breaker_and_one_probe_leaves_every_thirty_seconds() -> None:
    async def main() -> None:
        gate = throttle()
        await failing(gate, 10)
        assert gate.is_open
        await failing(gate, 4)
        assert now() == 120.0

    on_virtual_time(main())


def test_an_answered_probe_closes_the_breaker_and_the_limit_starts_small() -> None:
    async def main() -> None:
        gate = throttle(64, slow_start=64)
        await failing(gate, 11)
        starts = await calls(gate, 100)
        assert starts.count(60.0) == 1
        assert starts.count(60.2) == 4
        assert gate.limit == 64

    on_virtual_time(main())


def test_a_call_from_before_an_outage_does_not_end_it() -> None:
    async def main() -> None:
        gate = throttle()
        before = await gate.enter()
        await failing(gate, 10)
        gate.answered(before, clean=True)
        assert gate.is_open

    on_virtual_time(main())


def test_a_call_from_before_an_outage_does_not_bring_it_back() -> None:
    async def main() -> None:
        gate = throttle(64, slow_start=64)
        before = [await gate.enter() for _ in range(20)]
        await failing(gate, 10)
        await call(gate)
        for era in before:
            gate.unanswered(era, None)
        assert not gate.is_open

    on_virtual_time(main())


@pytest.mark.parametrize(("patience_s", "seconds"), [(0.0, 0.0), (600.0, 600.0), (45.0, 45.0)])
def test_an_account_without_answers_is_given_up_when_patience_ends(patience_s: float, seconds: float) -> None:
    async def main() -> None:
        gate = throttle(patience_s=patience_s)
        events = listen(gate)
        with pytest.raises(ProviderStopError, match="'acme' gave no answers"):
            await failing(gate, 100)
        assert events[-1].why is PaceChange.GIVEN_UP

    assert on_virtual_time(main()) == seconds


def test_patience_starts_anew_with_each_outage() -> None:
    async def main() -> None:
        gate = throttle(patience_s=45.0)
        await failing(gate, 10)
        await call(gate)
        await failing(gate, 10)
        await call(gate)
        await asyncio.sleep(100)
        assert not gate.is_closed

    on_virtual_time(main())


def test_retries_are_a_tenth_of_what_went_well_and_a_few_to_begin_with() -> None:
    async def main() -> None:
        gate = throttle()
        assert [gate.may_retry() for _ in range(11)] == [True] * 10 + [False]
        await calls(gate, 100)
        assert sum(gate.may_retry() for _ in range(30)) in {9, 10}
        await calls(gate, 2_000)
        assert sum(gate.may_retry() for _ in range(1_000)) == 50

    on_virtual_time(main())


def test_a_closed_account_lets_calls_in_flight_end_and_starts_none() -> None:
    async def main() -> None:
        gate = throttle(2)
        running = asyncio.gather(*(call(gate) for _ in range(5)), return_exceptions=True)
        await asyncio.sleep(0.1)
        gate.close("enough", hint="go on")
        ended = await running
        assert [str(each) for each in ended if each] == ["enough"] * 3
        assert gate.in_flight == 0

    on_virtual_time(main())


def test_every_change_of_the_pace_is_told_with_limit_and_calls_in_flight() -> None:
    async def main() -> None:
        gate = throttle(64, slow_start=2)
        events = listen(gate)
        await calls(gate, 6)
        await gate.enter()
        gate.limited(20.0)
        gate.leave()
        await failing(gate, 10)
        await call(gate)
        told = [(event.why.value, event.limit) for event in events]
        assert told == [
            ("start", 2),
            ("grown", 4),
            ("grown", 8),
            ("cut", 6),
            ("rest", 6),
            ("opened", 6),
            ("probe", 6),
            ("closed", 4),
        ]
        assert [event.rest_s for event in events if event.why is PaceChange.REST] == [20.0]
        assert all(event.account == "acme" for event in events)

    on_virtual_time(main())
