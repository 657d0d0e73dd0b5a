"""A minute of rate limits and overloads with 100 workers, on virtual time; `benchmarks/storm.py` is the real thing."""

import asyncio
import random
from collections import deque
from collections.abc import Callable

import pytest
from benchmarks.virtual_time import now, run
from tests.providers.kit import REPLY, MemoryLog, failure, request

from evenhand.errors import CallClass, PutOffError
from evenhand.providers.interface import ChatRequest, RawReply
from evenhand.providers.retry import RetryPolicy, Timing, ask_with_retries
from evenhand.providers.throttle import Throttle
from evenhand.records.pacing import PaceChange, PacingEvent

STORM = (10.0, 70.0)
WORKERS, UNITS = 100, 6_000
Pick = Callable[[int], CallClass]


def mixed(number: int) -> CallClass:
    return CallClass.RATE if number % 2 else CallClass.TRANSIENT


class Stormy:
    """200 ms an answer, and nothing but failures during the storm."""

    protocol = "openai-chat"

    def __init__(self, pick: Pick, asked_s: float | None) -> None:
        self.calls: list[float] = []
        self._pick = pick
        self._asked_s = asked_s

    async def ask(self, _asked: ChatRequest) -> RawReply:
        self.calls.append(now())
        stormy = STORM[0] <= now() < STORM[1]
        await asyncio.sleep(0.05 if stormy else 0.2)
        if stormy:
            call_class = self._pick(len(self.calls))
            raise failure(call_class, self._asked_s if call_class is CallClass.RATE else None)
        return REPLY

    async def close(self) -> None: ...

    def peak(self, start: float, end: float) -> int:
        """The most calls within one second."""
        seconds = [int(at) for at in self.calls if start <= at < end]
        return max(map(seconds.count, set(seconds)), default=0)


class Outcome:
    """One storm played."""

    def __init__(self, pick: Pick, asked_s: float | None) -> None:
        self.provider = Stormy(pick, asked_s)
        self.events: list[PacingEvent] = []
        self.finished = 0
        run(self._play())

    async def _play(self) -> None:
        rng = random.Random(7)
        throttle = Throttle(account="acme", concurrency=WORKERS, clock=now)
        throttle.start(self.events.append)
        left, timing = deque(range(UNITS)), Timing(clock=now, draw=rng.random)

        async def worker() -> None:
            while left:
                unit = left.popleft()
                try:
                    await ask_with_retries(
                        self.provider, request(), RetryPolicy(), MemoryLog(), throttle=throttle, timing=timing
                    )
                    self.finished += 1
                except PutOffError:
                    left.append(unit)

        await asyncio.gather(*(worker() for _ in range(WORKERS)))
        self.ended = now()

    def count(self, why: PaceChange) -> int:
        return sum(event.why is why for event in self.events)


@pytest.mark.parametrize(
    ("pick", "asked_s", "most_in_storm"),
    [
        (mixed, 2.0, 150),
        (mixed, None, 150),
        (lambda _: CallClass.TRANSIENT, None, 110),
        (lambda _: CallClass.RATE, 5.0, 1_200),
        (lambda _: CallClass.RATE, None, 1_200),
    ],
    ids=["both", "both, no wait", "529", "429", "429, no wait"],
)
def test_all_units_finish_after_a_storm_and_it_is_not_answered_with_one(
    pick: Pick, asked_s: float | None, most_in_storm: int
) -> None:
    outcome = Outcome(pick, asked_s)
    provider = outcome.provider
    in_storm = sum(STORM[0] <= at < STORM[1] for at in provider.calls)
    assert outcome.finished == UNITS
    assert in_storm <= most_in_storm
    assert len(provider.calls) / UNITS <= 1.2
    before, after = provider.peak(0, STORM[0]), provider.peak(STORM[1], outcome.ended)
    assert after <= 1.1 * before
    assert outcome.ended < STORM[1] + 30 + 45


def test_what_waited_for_the_end_of_a_storm_lets_the_limit_grow_like_anything_else() -> None:
    outcome = Outcome(mixed, 2.0)
    closed = next(event.at for event in outcome.events if event.why is PaceChange.CLOSED)
    assert closed
    rates = [sum(start <= at < start + 1 for at in outcome.provider.calls) for start in (70.0, 71.5)]
    assert rates[0] >= 20
    assert rates[1] >= 300


def test_only_rate_limits_cut_the_limit_and_only_silence_opens_the_breaker() -> None:
    limited, silent = Outcome(lambda _: CallClass.RATE, 5.0), Outcome(lambda _: CallClass.TRANSIENT, None)
    assert (limited.count(PaceChange.CUT) in {3, 4, 5}, limited.count(PaceChange.OPENED)) == (True, 0)
    assert (silent.count(PaceChange.CUT), silent.count(PaceChange.OPENED)) == (0, 1)
    assert silent.count(PaceChange.PROBE) == 2
