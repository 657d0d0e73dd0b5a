"""The gate of one account: how many of its calls are in flight, when the next may start, and when none may.

First come, first served. A call that finds a place takes it at once; all others wait in one queue, and one timer wakes
the first of them. Waiting costs no processor time, and a place costs no lock and no task.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

from evenhand.errors import ProviderStopError
from evenhand.providers.breaker import PROBE_EVERY_S, Breaker
from evenhand.providers.pacing import SLOW_START, AdaptiveLimit
from evenhand.providers.retry_budget import RetryBudget
from evenhand.records.pacing import AccountNow, PaceChange, PacingEvent

PATIENCE_S: Final = 600.0
"""Seconds an account may give no answer before it is given up."""
LONGEST_REST_S: Final = 300.0
"""An account that asks for a longer rest is given up for now."""
_ONE_MINUTE_S: Final = 60.0
_UNITS: Final = ((86_400.0, "days"), (3_600.0, "h"), (60.0, "min"))
_NOTABLE_S: Final = 1.0
"""A rest that grows by less is not told again."""


class Throttle:
    """All limits of one account, shared by its judges. One throttle belongs to one event loop.

    It adapts: see `pacing` for the limit of calls in flight and `breaker` for outages. Calls in flight when the limit
    is cut are left to end; none starts before there is room under the new one.

    Attributes:
        account: Name of the account.
        in_flight: Calls in flight now.
        on_change: Told of every change of the pace.
    """

    def __init__(
        self,
        *,
        concurrency: int,
        account: str = "",
        slow_start: int = SLOW_START,
        requests_per_minute: float | None = None,
        patience_s: float = PATIENCE_S,
        probe_every_s: float = PROBE_EVERY_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Set the limits.

        Args:
            concurrency: Most calls in flight, ever.
            account: Name of the account, for messages and events.
            slow_start: Most calls in flight at first.
            requests_per_minute: Most calls a minute, spread evenly; None sets no limit.
            patience_s: Seconds the breaker may be open before the account is given up; 0 is at once.
            probe_every_s: Seconds between probes while the breaker is open.
            clock: Monotonic seconds.
        """
        self.account = account
        self.in_flight = 0
        self.on_change: Callable[[PacingEvent], None] = _nobody
        self._limit = AdaptiveLimit(start=slow_start, most=concurrency, clock=clock)
        self._breaker = Breaker(clock=clock, probe_every_s=probe_every_s)
        self._patience_s = patience_s
        self._interval_s = _ONE_MINUTE_S / requests_per_minute if requests_per_minute else 0.0
        self._next_start = float("-inf")
        self._rest_until = float("-inf")
        self._limited_since: float | None = None
        self._retries = RetryBudget()
        self._clock = clock
        self._waiting: deque[asyncio.Future[int]] = deque()
        self._pausing: set[asyncio.Timeout] = set()
        self._alarm: asyncio.TimerHandle | None = None
        self._reason = ""
        self._hint = ""

    @property
    def limit(self) -> int:
        """Most calls in flight now."""
        return self._limit.current

    @property
    def is_open(self) -> bool:
        """Whether the breaker is open: the account gives no answers, and only probes leave."""
        return self._breaker.is_open

    @property
    def is_closed(self) -> bool:
        """Whether the account is asked nothing more in this run."""
        return self._reason != ""

    @property
    def reason(self) -> str:
        """Why the account is asked nothing more; empty while it is asked."""
        return self._reason

    @property
    def resting_s(self) -> float:
        """Seconds for which no call starts because the provider asked for it; 0 for none."""
        return max(0.0, self._rest_until - self._clock())

    def now(self) -> AccountNow:
        """Return how the account is asked at this moment."""
        return AccountNow(
            account=self.account,
            limit=self.limit,
            in_flight=self.in_flight,
            resting_s=self.resting_s,
            is_open=self.is_open,
            is_closed=self.is_closed,
        )

    # -- A place, and back ---------------------------------------------------------------------------

    async def enter(self) -> int:
        """Wait for a place for one call; `leave` gives it back.

        Returns:
            The era of the breaker, to be told with what came of the call.

        Raises:
            ProviderStopError: The account is asked nothing more.
        """
        if self._reason:
            raise self._stopped()
        if self._waiting or self.in_flight >= self._limit.current or self._wait_s() > 0:
            return await self._queue_up()
        self._take()
        return self._breaker.era

    def leave(self) -> None:
        """Give a place back."""
        self.in_flight -= 1
        if self._waiting:
            self._admit()

    def _take(self) -> None:
        self.in_flight += 1
        self._limit.started(self.in_flight)
        if self._interval_s:
            self._note_start()
        if self._breaker.is_open:
            self._breaker.probe_left()
            self._tell(PaceChange.PROBE)

    def _note_start(self) -> None:
        """Set the next start one interval on: a late timer is made up for, idle time is not."""
        now = self._clock()
        start = self._next_start if now - self._next_start < self._interval_s else now
        self._next_start = start + self._interval_s

    async def _queue_up(self) -> int:
        place: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        self._admit()
        try:
            return await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled() and not place.exception():
                self.leave()  # the place came at the same moment
            raise

    def _admit(self) -> None:
        """Let start whose turn it is, and set the alarm for the next where only time is in the way."""
        while self._waiting and self.in_flight < self._limit.current:
            if self._waiting[0].done():
                self._waiting.popleft()
                continue
            if (wait := self._wait_s()) > 0:
                self._set_alarm(wait)
                return
            self._take()
            self._waiting.popleft().set_result(self._breaker.era)

    def _wait_s(self) -> float:
        """Return the seconds until a call may start, as far as time is concerned."""
        until = max(self._rest_until, self._next_start)
        if self._breaker.is_open and self._breaker.next_probe_at > until:
            until = self._breaker.next_probe_at
        return until - self._clock()

    def _set_alarm(self, wait_s: float) -> None:
        if self._alarm is None:
            self._alarm = asyncio.get_running_loop().call_later(wait_s, self._ring)

    def _ring(self) -> None:
        self._alarm = None
        self._admit()

    def _wake(self) -> None:
        """Look again at once: what was waited for is over sooner than thought."""
        if self._alarm:
            self._alarm.cancel()
            self._alarm = None
        self._admit()

    async def pause(self, wait: Awaitable[None]) -> None:
        """Let a unit wait for itself, without a place; the end of the account ends that too."""
        with suppress(TimeoutError):
            async with asyncio.timeout(None) as pause:
                self._pausing.add(pause)
                try:
                    await wait
                finally:
                    self._pausing.discard(pause)

    # -- What came of a call -------------------------------------------------------------------------

    def answered(self, era: int, *, clean: bool, rest_s: float = 0.0) -> None:
        """Count an answer, good or bad.

        Args:
            era: What `enter` returned.
            clean: Whether it came at the first attempt.
            rest_s: What its headers ask the account to rest.
        """
        self._limited_since = None
        if clean:
            self._retries.earn()
        if self._breaker.answered(era):
            self._limit.restart()
            self._tell(PaceChange.CLOSED)
            self._wake()
        elif clean and self._limit.went_well():
            self._tell(PaceChange.GROWN)
        if rest_s > 0:
            self.rest(rest_s)

    def limited(self, asked_s: float | None) -> None:
        """Count a rate limit: it cuts the limit, and the account rests as long as it asked for."""
        now = self._clock()
        self._limited_since = now if self._limited_since is None else self._limited_since
        if self._limit.cut(asked_s or 0.0):
            self._tell(PaceChange.CUT)
        if now - self._limited_since > max(self._patience_s, LONGEST_REST_S):
            self.give_up(
                f"account {self.account!r} answered nothing but rate limits for {_span(now - self._limited_since)}"
            )
        elif asked_s is not None:
            self.rest(asked_s)

    def unanswered(self, era: int, asked_s: float | None) -> None:
        """Count a call that got no answer, or a server's error that will pass."""
        if self._breaker.failed(era):
            self._tell(PaceChange.OPENED)
            self._be_patient()
        if asked_s is not None:
            self.rest(asked_s)

    def may_retry(self) -> bool:
        """Take one from the account's retries; where none is left, its unit is put off rather than asked again now."""
        return self._retries.take()

    def rest(self, seconds: float) -> None:
        """Let no call start for so long; an account that asks for more than `LONGEST_REST_S` is given up."""
        if seconds > LONGEST_REST_S:
            self.give_up(f"account {self.account!r} asks to be left alone for {_span(seconds)}")
            return
        until = self._clock() + seconds
        if until > self._rest_until:
            notable = until - max(self._rest_until, self._clock()) >= _NOTABLE_S
            self._rest_until = until
            if notable:
                self._tell(PaceChange.REST, rest_s=seconds)

    # -- The end -------------------------------------------------------------------------------------

    def _be_patient(self) -> None:
        """Give the account up after `patience_s`, unless the breaker has closed by then."""
        if self._patience_s <= 0:
            self._lose_patience(self._breaker.era)
        else:
            loop = asyncio.get_running_loop()
            loop.call_later(self._patience_s, self._lose_patience, self._breaker.era)

    def _lose_patience(self, era: int) -> None:
        if self._breaker.is_open and self._breaker.era == era:
            waited = f" for {_span(self._patience_s)}" if self._patience_s > 0 else ""
            self.give_up(f"account {self.account!r} gave no answers{waited}")

    def give_up(self, reason: str) -> None:
        """Ask the account nothing more, and tell those who wait."""
        if not self._reason:
            self.close(reason, hint="`evenhand resume` goes on when it answers again")
            self._tell(PaceChange.GIVEN_UP)

    def close(self, reason: str, *, hint: str = "") -> None:
        """Let no call start any more; those that wait, and all who come, get a `ProviderStopError` that says why.

        Units that pause are woken, so that they come at once.
        """
        if not self._reason:
            self._reason, self._hint = reason, hint
        waiting, self._waiting = self._waiting, deque()
        for place in waiting:
            if not place.done():
                place.set_exception(self._stopped())
        pausing, self._pausing = self._pausing, set()
        for pause in pausing:
            pause.reschedule(asyncio.get_running_loop().time())

    def _stopped(self) -> ProviderStopError:
        return ProviderStopError(self._reason, hint=self._hint)

    def start(self, on_change: Callable[[PacingEvent], None]) -> None:
        """Tell `on_change` of the pace now, and of every change."""
        self.on_change = on_change
        self._tell(PaceChange.START)

    def _tell(self, why: PaceChange, *, rest_s: float = 0.0) -> None:
        self.on_change(
            PacingEvent(
                account=self.account,
                at=time.time(),
                limit=self._limit.current,
                in_flight=self.in_flight,
                why=why,
                rest_s=rest_s,
            )
        )


def _nobody(_event: PacingEvent) -> None:
    """Listen to no event."""


def _span(seconds: float) -> str:
    """Return a time in words."""
    for size, unit in _UNITS:
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"
