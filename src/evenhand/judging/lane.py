"""One account's lane: the units that wait for it, its workers, and units that got no answer yet."""

import asyncio
from collections import deque
from collections.abc import Sequence

from evenhand.judging.unanswered import Unanswered
from evenhand.providers.throttle import Throttle
from evenhand.records.run import Unit


class Lane:
    """First come, first served. Once its workers are sent home, nothing that is done to the lane keeps one.

    Attributes:
        throttle: The account's limits.
        unanswered: Units that got no answer, held back for now.
        put_off: Whether units were left for a later round.
        closed: Whether the account is asked nothing more.
    """

    def __init__(self, account: str, *, workers: int, throttle: Throttle) -> None:
        """Make the lane of `account`, which `workers` take units from."""
        self.account = account
        self.workers = workers
        self.throttle = throttle
        self.unanswered = Unanswered()
        self.closed = False
        self.put_off = False
        self._load = 0
        self._units: deque[Unit] = deque()
        self._idle: deque[asyncio.Future[None]] = deque()
        """Workers that wait for a unit."""
        self._is_over = False

    @property
    def is_idle(self) -> bool:
        """Whether no unit waits and no worker has one."""
        return self._load == 0

    @property
    def takes_units(self) -> bool:
        """Whether a unit is of use here now: in an outage one is enough, to be the probe."""
        return not self.closed and (self.is_idle or not self.throttle.is_open)

    def put(self, unit: Unit) -> None:
        """Let a unit wait for a worker."""
        self._load += 1
        self._units.append(unit)
        self._wake(1)

    async def take(self) -> Unit | None:
        """Return the next unit; None when the worker may go home."""
        while not self._units:
            if self._is_over:
                return None
            turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._idle.append(turn)
            await turn
        return self._units.popleft()

    def done(self, unit: Unit) -> None:
        """Note that a worker is done with a unit."""
        self._load -= 1
        self.unanswered.forget(unit.seq)

    def clear(self) -> Sequence[Unit]:
        """Return the units that wait, and those held back; none is left."""
        left = [*(settled.unit for settled in self.unanswered.clear()), *self._units]
        self._load -= len(self._units)
        self._units.clear()
        return left

    def close(self) -> Sequence[Unit]:
        """Send the workers home and return what is left: units that wait, and units without an answer."""
        self.closed = True
        self.send_home()
        return self.clear()

    def send_home(self) -> None:
        """Let each worker end when no unit waits any more; that is final."""
        self._is_over = True
        self._wake(len(self._idle))

    def _wake(self, workers: int) -> None:
        """Let so many idle workers look again; one that was cancelled is none."""
        while workers and self._idle:
            turn = self._idle.popleft()
            if not turn.done():
                turn.set_result(None)
                workers -= 1
