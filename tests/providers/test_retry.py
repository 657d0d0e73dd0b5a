"""The one retry loop, on virtual time."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Iterable
from typing import Any

import pytest
from benchmarks.virtual_time import now, run
from hypothesis import given
from hypothesis import strategies as st
from tests.providers.kit import REPLY, MemoryLog, Scripted, failure, failures, request, virtual_timing

from evenhand.errors import BudgetError, CallClass, CallError, ProviderStopError, PutOffError
from evenhand.providers.interface import RawReply
from evenhand.providers.retry import RetryPolicy, TimeLeft, ask_with_retries
from evenhand.providers.throttle import LONGEST_REST_S, Throttle

TRANSIENT, RATE = CallClass.TRANSIENT, CallClass.RATE
FINAL = [c for c in CallClass if not c.retry_may_help]
PATIENT = RetryPolicy(attempts=4, deadline_s=1_000.0)


class Asked:
    """What one unit's asking came to."""

    def __init__(self, steps: Iterable[Any], **throttle: Any) -> None:
        self.provider = Scripted(steps)
        self.log = MemoryLog()
        self.sleeps: list[float] = []
        self.throttle = Throttle(concurrency=4, clock=now, **throttle)
        self.seconds = 0.0

    def unit(
        self, policy: RetryPolicy = PATIENT, *, draw: float = 1.0, left: TimeLeft | None = None
    ) -> Coroutine[Any, Any, RawReply]:
        return ask_with_retries(
            self.provider,
            request(),
            policy,
            self.log,
            throttle=self.throttle,
            timing=virtual_timing(draw, self.sleeps),
            left=left,
        )

    def reply(
        self, policy: RetryPolicy = PATIENT, *, draw: float = 1.0, left: TimeLeft | None = None
    ) -> RawReply:
        """Ask one unit on virtual time."""

        async def timed() -> RawReply:
            try:
                return await self.unit(policy, draw=draw, left=left)
            finally:
                self.seconds = now()

        return run(timed())

    @property
    def timeouts(self) -> list[float]:
        return [call.timeout_s for call in self.provider.asked]


def taking(
    seconds: float, outcome: CallError | RawReply = REPLY
) -> Callable[[], Coroutine[Any, Any, RawReply]]:
    """A call that takes a while."""

    async def call() -> RawReply:
        await asyncio.sleep(seconds)
        if isinstance(outcome, CallError):
            raise outcome
        return outcome

    return call


def test_a_reply_at_once_costs_one_attempt_and_no_wait() -> None:
    asked = Asked([REPLY])
    assert asked.reply() == REPLY
    assert asked.log.events == [("begin", 1), ("received", (1, b"{}"))]
    assert asked.sleeps == []


def test_passing_failures_are_tried_again_and_each_is_written_down() -> None:
    asked = Asked([*failures(TRANSIENT, 2), REPLY])
    asked.reply()
    assert [event for event, _ in asked.log.events] == ["begin", "failed"] * 2 + ["begin", "received"]
    assert [about for event, about in asked.log.events if event == "begin"] == [1, 2, 3]
    assert asked.sleeps == [0.5, 1.0]


def test_the_last_failure_is_raised_when_the_attempts_are_used_up() -> None:
    asked = Asked(failures(TRANSIENT, 9))
    with pytest.raises(CallError, match="it failed"):
        asked.reply(RetryPolicy(attempts=3, deadline_s=1_000))
    assert len(asked.provider.asked) == 3
    assert asked.log.events[-1] == ("failed", (3, TRANSIENT))


@pytest.mark.parametrize("call_class", FINAL)
def test_what_trying_again_cannot_mend_is_one_request(call_class: CallClass) -> None:
    asked = Asked(failures(call_class, 5))
    with pytest.raises(CallError):
        asked.reply()
    assert len(asked.provider.asked) == 1


@pytest.mark.parametrize("call_class", [c for c in FINAL if c.stops_account])
def test_what_stops_an_account_stops_those_that_wait_for_it_before_they_ask(call_class: CallClass) -> None:
    asked = Asked([taking(1.0, failure(call_class))], slow_start=1)

    async def main() -> list[RawReply | BaseException]:
        return await asyncio.gather(*(asked.unit() for _ in range(20)), return_exceptions=True)

    ended = run(main())
    assert len(asked.provider.asked) == 1
    assert [type(each) for each in ended] == [CallError] + [ProviderStopError] * 19


# -- Waiting for the account -----------------------------------------------------------------------


def test_waiting_for_a_rate_limit_does_not_use_up_attempts() -> None:
    failed = [failure(RATE, 2.0), *failures(TRANSIENT, 3), failure(RATE, 2.0), failure(RATE)]
    assert Asked([*failed, REPLY]).reply() == REPLY


def test_one_unit_does_not_wait_for_rate_limits_without_end() -> None:
    asked = Asked(failures(RATE, 99))
    with pytest.raises(CallError):
        asked.reply(RetryPolicy(rate_waits=5))
    assert len(asked.provider.asked) == 6


@pytest.mark.parametrize("call_class", [TRANSIENT, RATE])
@pytest.mark.parametrize("draw", [0.0, 0.5, 1.0])
def test_a_wait_asked_for_is_never_cut_short(call_class: CallClass, draw: float) -> None:
    asked = Asked([failure(call_class, 7.0), REPLY])
    asked.reply(draw=draw)
    assert 7.0 <= asked.seconds <= 7.5


@pytest.mark.parametrize("asked_s", [0.0, None])
def test_a_rate_limit_without_a_wait_is_not_asked_again_at_once(asked_s: float | None) -> None:
    asked = Asked([*(failure(RATE, asked_s) for _ in range(5)), REPLY])
    asked.reply()
    assert asked.sleeps == [0.5, 1.0, 2.0, 4.0, 8.0]


@pytest.mark.parametrize("call_class", [TRANSIENT, RATE])
def test_an_account_that_asks_for_a_long_rest_is_given_up_for_now(call_class: CallClass) -> None:
    asked = Asked([failure(call_class, LONGEST_REST_S + 1), REPLY])
    with pytest.raises(CallError):
        asked.reply()
    assert (asked.throttle.is_closed, asked.sleeps) == (True, [])


def test_time_in_the_accounts_queue_is_not_the_units_time() -> None:
    asked = Asked([REPLY])

    async def main() -> None:
        asked.throttle.rest(100.0)
        await asked.unit(RetryPolicy(deadline_s=4.0))

    run(main())
    assert asked.timeouts == [4.0]


def test_waits_for_rate_limits_are_not_the_units_time() -> None:
    asked = Asked([failure(RATE, 60.0), failure(RATE, 60.0), REPLY])
    assert asked.reply(RetryPolicy(deadline_s=5.0)) == REPLY
    assert asked.timeouts == [5.0] * 3


def test_a_place_in_the_account_is_held_only_while_a_call_is_in_flight() -> None:
    asked = Asked([failure(TRANSIENT), REPLY, REPLY], slow_start=1)

    async def main() -> float:
        first = asyncio.create_task(asked.unit())
        await asyncio.sleep(0.25)
        await asked.unit()  # while the first one waits
        assert now() == 0.25
        await first
        return now()

    assert run(main()) == 0.5


# -- What the account learns of a call -------------------------------------------------------------


@pytest.mark.parametrize("outcome", [REPLY, *map(failure, FINAL)])
def test_every_answer_ends_an_outage_a_refusal_like_a_reply(outcome: RawReply | CallError) -> None:
    asked = Asked([*failures(TRANSIENT, 10), outcome])
    with contextlib.suppress(CallError):
        asked.reply(RetryPolicy(attempts=20), draw=0.0)
    assert (asked.throttle.is_open, asked.seconds) == (False, 30.0)


def test_a_unit_that_waits_to_try_again_ends_at_once_when_the_account_is_asked_nothing_more() -> None:
    asked = Asked([*failures(TRANSIENT, 3), REPLY])

    async def main() -> list[RawReply | BaseException]:
        asyncio.get_running_loop().call_later(1.0, asked.throttle.close, "interrupted")
        units = [asked.unit(RetryPolicy(deadline_s=1_000, first_backoff_s=30.0)) for _ in range(3)]
        ended = await asyncio.gather(*units, return_exceptions=True)
        assert now() == 1.0
        return ended

    assert [str(each) for each in run(main())] == ["interrupted"] * 3
    assert asked.sleeps == [30.0] * 3
    assert len(asked.provider.asked) == 3


def test_a_unit_that_is_cancelled_while_it_waits_to_try_again_stays_cancelled() -> None:
    asked = Asked([failure(TRANSIENT), REPLY])

    async def main() -> None:
        task = asyncio.create_task(asked.unit(RetryPolicy(deadline_s=1_000, first_backoff_s=30.0)))
        await asyncio.sleep(1.0)
        task.cancel()
        asked.throttle.close("interrupted")
        with pytest.raises(asyncio.CancelledError):
            await task

    run(main())


# -- Deadlines -------------------------------------------------------------------------------------


def test_no_wait_is_begun_that_would_pass_the_deadline() -> None:
    asked = Asked(failures(TRANSIENT, 9))
    with pytest.raises(CallError):
        asked.reply(RetryPolicy(attempts=9, deadline_s=1.4))
    assert asked.sleeps == [0.5]


def test_a_call_gets_no_more_time_than_the_unit_has_left() -> None:
    asked = Asked([taking(0.25, failure(TRANSIENT)), REPLY])
    asked.reply(RetryPolicy(deadline_s=3.0))
    assert asked.timeouts == [3.0, 2.25]


def test_one_deadline_covers_all_askings_of_a_unit() -> None:
    asked, left = Asked([taking(2.0), taking(1.5)]), TimeLeft(4.0)
    asked.reply(left=left)
    asked.reply(left=left)
    assert asked.timeouts == [4.0, 2.0]
    assert left.seconds == pytest.approx(0.5)


# -- Outages ---------------------------------------------------------------------------------------


def test_a_unit_waits_for_the_end_of_an_outage_with_its_attempts_and_time_restored() -> None:
    asked = Asked([*failures(TRANSIENT, 14), REPLY])
    asked.reply(RetryPolicy(attempts=11, deadline_s=4.0), draw=0.0)
    assert len(asked.provider.asked) == 15
    assert asked.timeouts == [4.0] * 15
    assert asked.seconds == 150.0


def test_what_an_outage_took_is_given_back_when_it_is_over() -> None:
    """Ten units fail once, a probe ends the outage, and one more failure is not the second of its unit."""
    asked = Asked([*failures(TRANSIENT, 10), REPLY, failure(TRANSIENT), *[REPLY] * 20])

    async def main() -> list[RawReply]:
        return await asyncio.gather(*(asked.unit(RetryPolicy(attempts=2)) for _ in range(10)))

    assert run(main()) == [REPLY] * 10


def test_a_unit_that_outlasts_three_outages_and_still_fails_is_to_blame_itself() -> None:
    asked, others = Asked(failures(TRANSIENT, 2_000)), 0

    async def other(*, well: bool) -> None:
        era = await asked.throttle.enter()
        asked.throttle.answered(era, clean=True) if well else asked.throttle.unanswered(era, None)
        asked.throttle.leave()

    async def outages() -> None:
        nonlocal others
        while True:
            others += 1
            for well in [False] * 10 + [True] * 150:
                await other(well=well)
                await asyncio.sleep(0.01)

    async def main() -> None:
        around = asyncio.create_task(outages())
        with pytest.raises(CallError):
            await asked.unit(RetryPolicy(attempts=12, deadline_s=10_000, longest_backoff_s=0.5))
        around.cancel()

    run(main())
    assert 3 <= others < 20


def test_an_account_that_is_given_up_ends_those_that_wait_for_it() -> None:
    asked = Asked(failures(TRANSIENT, 99), patience_s=45.0)
    with pytest.raises(ProviderStopError, match="gave no answers for 45 s"):
        asked.reply(RetryPolicy(attempts=20), draw=0.0)
    assert asked.seconds == 45.0


def test_where_an_account_fails_often_units_are_put_off_instead_of_tried_again_at_once() -> None:
    """One call in three fails: too few for the breaker, too many to try each again."""
    asked = Asked([])
    asked.provider = Scripted(failure(TRANSIENT) if number % 3 == 0 else REPLY for number in range(10_000))

    async def main() -> list[Any]:
        return [await _caught(asked.unit()) for _ in range(300)]

    ended = run(main())
    calls = len(asked.provider.asked)
    assert calls - 300 <= 10 + 0.1 * calls
    assert sum(isinstance(each, PutOffError) for each in ended) > 50
    assert not any(isinstance(each, CallError) for each in ended)


async def _caught(unit: Coroutine[Any, Any, RawReply]) -> RawReply | Exception:
    try:
        return await unit
    except (PutOffError, CallError) as error:
        return error


# -- Other ends ------------------------------------------------------------------------------------


def test_a_refused_budget_ends_the_unit_before_anything_is_sent() -> None:
    asked = Asked([failure(TRANSIENT), REPLY])
    asked.log = MemoryLog(refuse_at=2, refusal=BudgetError("no money left"))
    with pytest.raises(BudgetError):
        asked.reply()
    assert len(asked.provider.asked) == 1
    assert asked.throttle.in_flight == 0


def test_a_cancelled_call_is_left_as_sent() -> None:
    asked = Asked([taking(60.0)])

    async def main() -> None:
        task = asyncio.create_task(asked.unit())
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    run(main())
    assert asked.log.events == [("begin", 1)]
    assert asked.throttle.in_flight == 0


def test_a_mistake_in_our_code_is_not_tried_again() -> None:
    async def broken() -> RawReply:
        raise KeyError("our mistake")

    with pytest.raises(KeyError):
        Asked([broken, REPLY]).reply()


STEPS = st.lists(
    st.builds(failure, st.sampled_from(CallClass), st.none() | st.floats(0, 1_000)) | st.just(REPLY),
    max_size=30,
)


@given(STEPS, st.floats(0, 1), st.integers(1, 5), st.floats(0.1, 500))
def test_no_script_makes_the_loop_break_its_bounds(
    steps: list[CallError | RawReply], draw: float, attempts: int, deadline_s: float
) -> None:
    policy = RetryPolicy(attempts=attempts, deadline_s=deadline_s, rate_waits=4)
    asked = Asked([*steps, REPLY])
    with contextlib.suppress(CallError, ProviderStopError):
        asked.reply(policy, draw=draw)
    rate = sum(
        about[1] is RATE
        for event, about in asked.log.events
        if event == "failed" and isinstance(about, tuple)
    )
    begun = [event for event, _ in asked.log.events].count("begin")
    assert len(asked.provider.asked) == begun <= attempts + 4
    assert rate <= 5
    assert max(asked.sleeps, default=0.0) <= policy.longest_backoff_s
