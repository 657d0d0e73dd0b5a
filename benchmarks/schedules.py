"""Seeded schedules of throttle, breaker and retry loop on virtual time, and what must hold in each of them (H02).

    python benchmarks/schedules.py                       # 10,000 schedules from seed 0
    python benchmarks/schedules.py --count 300 --first 7

Each seed draws an account (concurrency, slow start, calls a minute, patience), units, a provider whose weather changes
(fair, rate limits with and without a wait asked for, errors, silence), cancelled calls, and jumps of the clock.
Exits with 1 when an invariant broke; the seed it prints replays the schedule.
"""

import argparse
import asyncio
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # started as a file, Python only knows this folder

from benchmarks.virtual_time import VirtualLoop, now, run  # noqa: E402 - needs the line above

from evenhand.errors import CallClass, CallError, ProviderStopError, PutOffError  # noqa: E402
from evenhand.providers.interface import ChatRequest, RawReply, Turn  # noqa: E402
from evenhand.providers.retry import RetryPolicy, Timing, ask_with_retries  # noqa: E402
from evenhand.providers.throttle import LONGEST_REST_S, Throttle  # noqa: E402

PROBES_APART_S = 30.0
LONGEST_S = 50_000.0
"""No schedule may take longer; a unit that is not done by then starves."""
_A_MOMENT = 1e-6
REQUEST = ChatRequest(
    model="m",
    system="",
    turns=(Turn(role="user", content="?"),),
    means="last_line",
    schema=None,
    max_tokens=10,
    timeout_s=60.0,
)


class BrokenInvariantError(AssertionError):
    """Something happened that never may."""


def must(holds: object, what: str) -> None:
    """Refuse what never may happen."""
    if not holds:
        raise BrokenInvariantError(what)


class WatchedThrottle(Throttle):
    """A throttle whose every start is checked at the moment it is allowed."""

    def watch(self) -> None:
        """Begin with nothing seen."""
        self.broken: list[object] = []
        self.probes: list[float] = []
        self.tickets = 0
        self.last = (0, 0.0)
        """The latest ticket let in, and when; those let in at one moment may come in any order."""

    async def enter(self) -> int:
        """Enter as ever; those who came first must be let in first."""
        self.tickets += 1
        ticket = self.tickets
        era = await super().enter()
        latest, at = self.last
        must(ticket > latest or now() - at <= _A_MOMENT, "somebody was overtaken")
        self.last = max(self.last, (ticket, now()))
        return era

    def jump(self, seconds: float) -> None:
        """Let the clock jump; who is let in just then may seem late."""
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        loop.jump(seconds)
        self.last = (0, 0.0)

    def _take(self) -> None:
        must(not self.is_closed, "a call started after the account was given up")
        must(self.in_flight < self.limit, "a call started beyond the limit")
        must(self.resting_s <= _A_MOMENT, "a call started during a rest")
        if self.is_open:
            apart = now() - self.probes[-1] if self.probes else now() - self._breaker.opened_at
            must(apart >= PROBES_APART_S - _A_MOMENT, "a probe came too early")
            self.probes.append(now())
        else:
            self.probes.clear()
        super()._take()


@dataclass(frozen=True, kw_only=True)
class Weather:
    """How a provider answers for a while."""

    until: float
    limited: float
    """Share of calls that meet a rate limit."""
    failing: float
    """Share of calls without an answer."""
    asked_s: float | None
    """What a rate limit asks to wait."""


@dataclass
class Provider:
    """Answers as its weather is."""

    rng: random.Random
    weather: Sequence[Weather]
    protocol: str = "openai-chat"
    calls: Counter[str] = field(default_factory=Counter)
    units: list[asyncio.Task[None]] = field(default_factory=list)
    cancels: bool = False
    """Whether now and then somebody cancels a unit just as a place becomes free."""

    async def ask(self, request: ChatRequest) -> RawReply:
        """Answer, or fail, after a while."""
        today = next((each for each in self.weather if now() < each.until), None)
        took = self.rng.choice((0.0, 0.05, 0.2, 0.2, 1.0, 3.0))
        await asyncio.sleep(min(took, request.timeout_s))
        if self.cancels and self.rng.random() < 0.05:
            asyncio.get_running_loop().call_soon(self.rng.choice(self.units).cancel)
        draw = self.rng.random()
        if today and draw < today.limited:
            raise self._error(CallClass.RATE, today.asked_s)
        if took >= request.timeout_s or (today and draw < today.limited + today.failing):
            raise self._error(CallClass.TRANSIENT, None)
        self.calls["replied"] += 1
        return RawReply(body=b"{}", rest_s=self.rng.choice((0.0,) * 30 + (0.5, 5.0)))

    def _error(self, call_class: CallClass, asked_s: float | None) -> CallError:
        self.calls[call_class.value] += 1
        return CallError("it failed", call_class=call_class, retry_after_s=asked_s)

    async def close(self) -> None:
        """Close nothing."""


class Log:
    """An attempt log that takes its time, as a disk does."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng

    async def begin(self, number: int) -> int:
        """Write that an attempt begins."""
        await asyncio.sleep(self._rng.choice((0.0, 0.0, 0.003)))
        return number

    async def failed(self, _token: int, _error: CallError) -> None:
        """Write that it failed."""
        await asyncio.sleep(0.003)

    async def received(self, _token: int, _raw: RawReply) -> None:
        """Write what came."""
        await asyncio.sleep(0)


def draw_weather(rng: random.Random) -> list[Weather]:
    """Draw up to six changes of the weather; it is fair after the last one."""
    days, at = [], 0.0
    for _ in range(rng.randrange(6)):
        at += rng.choice((1.0, 10.0, 60.0, 400.0, 1_500.0))
        limited, failing = rng.choice(
            ((0.0, 0.0), (0.1, 0.0), (1.0, 0.0), (0.0, 0.1), (0.0, 0.4), (0.0, 1.0), (0.4, 0.6))
        )
        asked_s = rng.choice((None, 0.0, 0.3, 2.0, 20.0, LONGEST_REST_S, LONGEST_REST_S + 1))
        days.append(Weather(until=at, limited=limited, failing=failing, asked_s=asked_s))
    return days


def draw_throttle(rng: random.Random) -> WatchedThrottle:
    """Draw an account."""
    throttle = WatchedThrottle(
        account="acme",
        concurrency=rng.choice((1, 2, 5, 20, 64)),
        slow_start=rng.choice((1, 4, 20, 64)),
        requests_per_minute=rng.choice((None, None, None, 600.0)),
        patience_s=rng.choice((0.0, 45.0, 600.0, 600.0)),
        clock=now,
    )
    throttle.watch()
    return throttle


async def play(seed: int) -> Counter[str]:
    """Play one schedule; returns how its units ended.

    Raises:
        BrokenInvariantError: Something happened that never may.
    """
    rng = random.Random(seed)
    throttle, provider, log = draw_throttle(rng), Provider(rng, draw_weather(rng)), Log(rng)
    policy = RetryPolicy(attempts=rng.choice((1, 2, 4)), deadline_s=rng.choice((2.0, 60.0)))
    timing = Timing(clock=now, draw=rng.random)
    ends: Counter[str] = Counter()

    async def unit(starts_at: float) -> None:
        await asyncio.sleep(starts_at)
        try:
            await ask_with_retries(provider, REQUEST, policy, log, throttle=throttle, timing=timing)
            ends["replied"] += 1
        except CallError:
            ends["failed"] += 1
        except PutOffError:
            ends["put off"] += 1
        except ProviderStopError:
            ends["left open"] += 1
        except asyncio.CancelledError:
            ends["cancelled"] += 1

    planned = rng.randrange(1, 100)
    pause = rng.choice((0.0, 0.0, 0.05, 2.0))
    tasks = [asyncio.create_task(unit(pause * number)) for number in range(planned)]
    loop = asyncio.get_running_loop()
    provider.units, provider.cancels = tasks, rng.random() < 0.3
    for task in rng.sample(tasks, k=rng.choice((0, 0, planned // 10))):
        loop.call_later(rng.uniform(0, 30), task.cancel)
    loop.set_exception_handler(lambda _loop, context: throttle.broken.append(context))
    for _ in range(rng.choice((0, 0, 1, 3))):
        loop.call_later(rng.uniform(0, 100), throttle.jump, rng.choice((0.5, 40.0, 4_000.0)))
    await asyncio.wait(tasks)
    for task in tasks:
        if not task.cancelled() and (error := task.exception()):
            raise error
    must(not throttle.broken, f"a timer failed: {throttle.broken[:1]}")
    never_run = sum(task.cancelled() for task in tasks)
    must(ends.total() + never_run == planned, "a unit ended in no state, or in two")
    must(ends["replied"] == provider.calls["replied"] or ends["cancelled"], "a reply was lost")
    must(throttle.in_flight == 0, "a place was never given back")
    must(now() < LONGEST_S, "somebody starved")
    return ends


def campaign(first: int, count: int) -> Counter[str]:
    """Play `count` schedules; returns how all units ended.

    Raises:
        BrokenInvariantError: One broke; the message begins with its seed.
    """
    ends: Counter[str] = Counter()
    for seed in range(first, first + count):
        try:
            ends += run(play(seed))
        except (BrokenInvariantError, RuntimeError) as error:
            raise BrokenInvariantError(f"seed {seed}: {error}") from error
    return ends


def main() -> int:
    """Play the schedules and print what came of them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    options = parser.parse_args()
    started = time.perf_counter()
    try:
        ends = campaign(options.first, options.count)
    except BrokenInvariantError as error:
        print(f"broken: {error}")
        return 1
    print(f"schedules {options.count:,} from seed {options.first}, violations 0/{options.count:,}")
    print(f"units {ends.total():,}: {', '.join(f'{count:,} {end}' for end, count in sorted(ends.items()))}")
    print(f"seconds {time.perf_counter() - started:.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
