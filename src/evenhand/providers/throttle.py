"""How many calls one account bears at once and a minute, shared by all judges that use it."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

Sleep = Callable[[float], Awaitable[None]]
_ONE_MINUTE_S: Final = 60.0


class Throttle:
    """First come, first served: a bound on calls in flight, calls spread evenly over the minute, and common rests.

    One throttle belongs to one account and one event loop. Waiting costs no processor time.
    """

    def __init__(
        self,
        *,
        concurrency: int,
        requests_per_minute: float | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        """Set the limits.

        Args:
            concurrency: Most calls in flight.
            requests_per_minute: Most calls a minute; None sets no limit.
            clock: Monotonic seconds.
            sleep: Waits so many seconds.
        """
        self._free = asyncio.Semaphore(concurrency)
        self._interval_s = _ONE_MINUTE_S / requests_per_minute if requests_per_minute else 0.0
        self._next_start = float("-inf")
        self._rest_until = float("-inf")
        self._clock = clock
        self._sleep = sleep

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Hold one of the account's places while a call is in flight."""
        async with self._free:
            await self._wait_for_turn()
            yield

    async def _wait_for_turn(self) -> None:
        """Take the next start time, then wait for it, and for the end of a rest announced meanwhile."""
        now = self._clock()
        start = max(now, self._next_start)
        self._next_start = start + self._interval_s
        while (wait := max(start, self._rest_until) - now) > 0:
            await self._sleep(wait)
            now = self._clock()

    def rest(self, seconds: float) -> None:
        """Let no call start for so long, because the provider asked for it."""
        self._rest_until = max(self._rest_until, self._clock() + seconds)
