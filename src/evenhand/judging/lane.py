"""One account's lane: the units that wait for it, its workers, and units that got no answer yet."""

import asyncio
from collections.abc import Sequence

from evenhand.providers.throttle import Throttle
from evenhand.records.attempt import Settled
from evenhand.records.run import Unit

STRAIGHT_FAILURES = 10
"""So many units in a row without an answer stop their account: an outage must not turn into thousands of failures."""


class Lane:
    """First come, first served. A closed lane takes nothing more and sends its workers home.

    Attributes:
        throttle: The account's limits.
        put_off: Whether units were left for a later round.
        closed: Whether the account is asked nothing more.
    """

    def __init__(self, account: str, *, workers: int, throttle: Throttle) -> None:
        """Make the lane of `account`, which `workers` take units from."""
        self.account = account
        self.workers = workers
        self.throttle = throttle
        self.closed = False
        self.put_off = False
        self._load = 0
        self._queue: asyncio.Queue[Unit | None] = asyncio.Queue()
        self._unanswered: list[Settled] = []

    @property
    def is_idle(self) -> bool:
        """Whether no unit waits and no worker has one."""
        return self._load == 0

    @property
    def holds_units(self) -> bool:
        """Whether units without an answer are held back."""
        return bool(self._unanswered)

    @property
    def takes_units(self) -> bool:
        """Whether a unit is of use here now: in an outage one is enough, to be the probe."""
        return not self.closed and (self.is_idle or not self.throttle.is_open)

    def put(self, unit: Unit) -> None:
        """Let a unit wait for a worker."""
        self._load += 1
        self._queue.put_nowait(unit)

    async def take(self) -> Unit | None:
        """Return the next unit; None when the worker may go home."""
        return await self._queue.get()

    def done(self) -> None:
        """Note that a worker is done with a unit."""
        self._load -= 1

    def hold_back(self, settled: Settled) -> bool:
        """Keep a unit without an answer for now; tell whether so many in a row are an outage."""
        self._unanswered.append(settled)
        return len(self._unanswered) >= STRAIGHT_FAILURES

    def release(self) -> Sequence[Settled]:
        """Return the units held back, because the account answered again or all is over."""
        released, self._unanswered = self._unanswered, []
        return released

    def clear(self) -> Sequence[Unit]:
        """Return the units that wait, and those held back; none is left."""
        left = [settled.unit for settled in self.release()]
        while not self._queue.empty():
            if (unit := self._queue.get_nowait()) is not None:
                left.append(unit)
                self._load -= 1
        return left

    def close(self) -> Sequence[Unit]:
        """Send the workers home and return what is left: units that wait, and units without an answer."""
        self.closed = True
        left = self.clear()
        self.send_home()
        return left

    def send_home(self) -> None:
        """Let each worker end when it has taken what is queued before."""
        for _ in range(self.workers):
            self._queue.put_nowait(None)
