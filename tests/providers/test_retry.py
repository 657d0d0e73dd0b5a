import asyncio
import contextlib
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.providers.kit import REPLY, Clock, MemoryLog, Scripted, failure, failures, request, timing

from evenhand.errors import BudgetError, CallClass, CallError
from evenhand.providers.interface import ChatRequest, RawReply
from evenhand.providers.retry import RetryPolicy, ask_with_retries
from evenhand.providers.throttle import Throttle

TRANSIENT, RATE = CallClass.TRANSIENT, CallClass.RATE
FINAL = [c for c in CallClass if not c.retry_may_help]


async def asked(
    provider: Scripted,
    log: MemoryLog,
    clock: Clock,
    policy: RetryPolicy | None = None,
    draw: Callable[[], float] = lambda: 1.0,
) -> RawReply:
    throttle = Throttle(concurrency=4, clock=clock, sleep=clock.sleep)
    chosen = policy or RetryPolicy(attempts=4, deadline_s=1_000.0)
    return await ask_with_retries(
        provider, request(), chosen, log, throttle=throttle, timing=timing(clock, draw)
    )


async def test_a_reply_at_once_costs_one_attempt_and_no_wait() -> None:
    log, clock = MemoryLog(), Clock()
    assert await asked(Scripted([REPLY]), log, clock) == REPLY
    assert log.events == [("begin", 1), ("received", (1, b"{}"))]
    assert clock.sleeps == []


async def test_passing_failures_are_tried_again_and_each_is_written_down() -> None:
    log, clock = MemoryLog(), Clock()
    await asked(Scripted([*failures(TRANSIENT, 2), REPLY]), log, clock)
    assert [event for event, _ in log.events] == ["begin", "failed"] * 2 + ["begin", "received"]
    assert [about for event, about in log.events if event == "begin"] == [1, 2, 3]
    assert clock.sleeps == [0.5, 1.0]


async def test_the_last_failure_is_raised_when_the_attempts_are_used_up() -> None:
    log, provider = MemoryLog(), Scripted(failures(TRANSIENT, 9))
    with pytest.raises(CallError, match="it failed"):
        await asked(provider, log, Clock(), RetryPolicy(attempts=3, deadline_s=1_000))
    assert len(provider.asked) == 3
    assert log.events[-1] == ("failed", (3, TRANSIENT))


@pytest.mark.parametrize("call_class", FINAL)
async def test_what_trying_again_cannot_mend_is_one_request(call_class: CallClass) -> None:
    log, provider = MemoryLog(), Scripted(failures(call_class, 5))
    with pytest.raises(CallError):
        await asked(provider, log, Clock())
    assert len(provider.asked) == 1


async def test_waiting_for_a_rate_limit_does_not_use_up_attempts() -> None:
    failed = [failure(RATE, 2.0), *failures(TRANSIENT, 3), failure(RATE, 2.0), failure(RATE)]
    assert await asked(Scripted([*failed, REPLY]), MemoryLog(), Clock()) == REPLY


async def test_rate_limits_are_not_waited_for_without_end() -> None:
    provider = Scripted(failures(RATE, 99))
    with pytest.raises(CallError):
        await asked(provider, MemoryLog(), Clock(), RetryPolicy(rate_waits=5, deadline_s=10_000))
    assert len(provider.asked) == 6


@pytest.mark.parametrize("call_class", [TRANSIENT, RATE])
@pytest.mark.parametrize("draw", [0.0, 0.5, 1.0])
async def test_a_wait_asked_for_is_never_cut_short(call_class: CallClass, draw: float) -> None:
    clock = Clock()
    await asked(Scripted([failure(call_class, 7.0), REPLY]), MemoryLog(), clock, draw=lambda: draw)
    assert 7.0 <= clock.now - 100.0 <= 7.5


async def test_a_provider_that_asks_for_a_long_rest_is_given_up_for_now() -> None:
    provider, clock = Scripted([failure(RATE, 301.0), REPLY]), Clock()
    with pytest.raises(CallError) as caught:
        await asked(provider, MemoryLog(), clock, RetryPolicy(deadline_s=10_000))
    assert (caught.value.retry_after_s, clock.sleeps) == (301.0, [])


async def test_no_wait_is_begun_that_would_pass_the_deadline() -> None:
    clock = Clock()
    with pytest.raises(CallError):
        await asked(Scripted([failure(RATE, 60.0), REPLY]), MemoryLog(), clock, RetryPolicy(deadline_s=50))
    assert clock.sleeps == []


async def test_a_call_gets_no_more_time_than_the_unit_has_left() -> None:
    provider = Scripted([failure(TRANSIENT), REPLY])
    await asked(provider, MemoryLog(), Clock(), RetryPolicy(deadline_s=3.0))
    assert [call.timeout_s for call in provider.asked] == [3.0, 2.5]


async def test_time_in_the_accounts_queue_is_not_the_units_time() -> None:
    clock, provider = Clock(), Scripted([REPLY])
    throttle = Throttle(concurrency=1, clock=clock, sleep=clock.sleep)
    throttle.rest(100.0)
    policy = RetryPolicy(deadline_s=5.0)
    await ask_with_retries(provider, request(), policy, MemoryLog(), throttle=throttle, timing=timing(clock))
    assert provider.asked[0].timeout_s == 5.0


async def test_a_refused_budget_ends_the_unit_before_anything_is_sent() -> None:
    log = MemoryLog(refuse_at=2, refusal=BudgetError("no money left"))
    provider = Scripted([failure(TRANSIENT), REPLY])
    with pytest.raises(BudgetError):
        await asked(provider, log, Clock())
    assert len(provider.asked) == 1


async def test_a_place_in_the_account_is_held_only_while_a_call_is_in_flight() -> None:
    throttle, log = Throttle(concurrency=1), MemoryLog()

    async def while_waiting(_seconds: float) -> None:
        async with asyncio.timeout(1), throttle.slot():
            pass

    clock = Clock()
    waiting = timing(clock)
    object.__setattr__(waiting, "sleep", while_waiting)
    provider = Scripted([failure(TRANSIENT), REPLY])
    assert (
        await ask_with_retries(provider, request(), RetryPolicy(), log, throttle=throttle, timing=waiting)
        == REPLY
    )


async def test_a_cancelled_call_is_left_as_sent() -> None:
    log = MemoryLog()

    async def hang() -> RawReply:
        await asyncio.sleep(60)
        return REPLY

    ask = ask_with_retries(Scripted([hang]), request(), RetryPolicy(), log, throttle=Throttle(concurrency=1))
    task = asyncio.create_task(ask)
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert log.events == [("begin", 1)]


async def test_a_mistake_in_our_code_is_not_tried_again() -> None:
    async def broken() -> RawReply:
        raise KeyError("our mistake")

    provider = Scripted([broken, REPLY])
    with pytest.raises(KeyError):
        await asked(provider, MemoryLog(), Clock())


STEPS = st.lists(
    st.builds(failure, st.sampled_from(CallClass), st.none() | st.floats(0, 1_000)) | st.just(REPLY),
    max_size=30,
)


@given(STEPS, st.floats(0, 1), st.integers(1, 5), st.floats(0.1, 500))
def test_no_script_makes_the_loop_break_its_bounds(
    steps: list[CallError | RawReply], draw: float, attempts: int, deadline_s: float
) -> None:
    policy = RetryPolicy(attempts=attempts, deadline_s=deadline_s, rate_waits=4)
    provider, log, clock = Scripted([*steps, REPLY]), MemoryLog(), Clock()
    with contextlib.suppress(CallError):
        asyncio.run(asked(provider, log, clock, policy, lambda: draw))
    rate = sum(
        about[1] is RATE for event, about in log.events if event == "failed" and isinstance(about, tuple)
    )
    begun = [event for event, _ in log.events].count("begin")
    assert len(provider.asked) == begun <= attempts + 4
    assert rate <= 5
    assert max(clock.sleeps, default=0.0) <= policy.longest_wait_s + policy.longest_backoff_s


async def test_the_loop_itself_costs_less_than_a_fifth_of_a_millisecond() -> None:
    """The aim is 50 microseconds; the bound allows for a busy machine."""

    class Instant(Scripted):
        async def ask(self, asked: ChatRequest) -> RawReply:
            return REPLY

    provider, log, throttle, policy = Instant([]), MemoryLog(), Throttle(concurrency=4), RetryPolicy()
    started = time.process_time()
    for _ in range(500):
        await ask_with_retries(provider, request(), policy, log, throttle=throttle)
    assert (time.process_time() - started) / 500 < 200e-6
