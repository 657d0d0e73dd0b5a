import asyncio

import pytest
from tests.providers.kit import Clock

from evenhand.providers.throttle import Throttle


async def test_no_more_calls_are_in_flight_than_allowed_and_all_get_their_turn() -> None:
    throttle = Throttle(concurrency=3)
    now, most, order = 0, 0, []

    async def call(number: int) -> None:
        nonlocal now, most
        async with throttle.slot():
            order.append(number)
            now += 1
            most = max(most, now)
            await asyncio.sleep(0.001)
            now -= 1

    await asyncio.gather(*[call(number) for number in range(20)])
    assert most == 3
    assert order == list(range(20))


async def test_calls_are_spread_evenly_over_the_minute() -> None:
    clock = Clock()
    throttle = Throttle(concurrency=10, requests_per_minute=30, clock=clock, sleep=clock.sleep)
    starts = []
    for _ in range(4):
        async with throttle.slot():
            starts.append(clock.now)
    assert starts == [100.0, 102.0, 104.0, 106.0]


async def test_idle_time_is_not_saved_up_for_a_burst() -> None:
    clock = Clock()
    throttle = Throttle(concurrency=10, requests_per_minute=60, clock=clock, sleep=clock.sleep)
    async with throttle.slot():
        clock.now += 3_600
    starts = []
    for _ in range(3):
        async with throttle.slot():
            starts.append(clock.now)
    assert starts == [3_700.0, 3_701.0, 3_702.0]


async def test_a_rest_holds_back_all_calls_of_the_account() -> None:
    clock = Clock()
    throttle = Throttle(concurrency=10, clock=clock, sleep=clock.sleep)
    throttle.rest(5.0)
    throttle.rest(2.0)
    async with throttle.slot():
        assert clock.now == 105.0
    async with throttle.slot():
        assert clock.sleeps == [5.0]


async def test_a_rest_holds_back_calls_that_wait_already() -> None:
    clock = Clock()
    throttle = Throttle(concurrency=10, requests_per_minute=60, clock=clock, sleep=clock.sleep)
    async with throttle.slot():
        pass
    waiting = asyncio.create_task(_hold(throttle))
    await asyncio.sleep(0)
    throttle.rest(9.0)
    assert await waiting
    assert clock.now >= 109.0


async def test_a_failed_call_gives_its_place_back() -> None:
    throttle = Throttle(concurrency=1)
    with pytest.raises(ValueError, match="broken"):
        async with throttle.slot():
            raise ValueError("broken")
    async with asyncio.timeout(1), throttle.slot():
        pass


async def test_a_cancelled_wait_leaves_the_place_to_the_next() -> None:
    throttle = Throttle(concurrency=1)
    async with throttle.slot():
        waiting = [asyncio.create_task(_hold(throttle)) for _ in range(2)]
        await asyncio.sleep(0)
        waiting[0].cancel()
    assert await asyncio.wait_for(waiting[1], 1)


async def _hold(throttle: Throttle) -> bool:
    async with throttle.slot():
        return True
