"""How often somebody may do something: allowances that fill up again."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

_MOST_KEPT: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """How much may be done at once, and how quickly more may be done."""

    burst: float
    per_second: float


class Limiter:
    """Counts what each of many did, and forgets the ones heard of longest ago."""

    def __init__(self, allowance: Allowance, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Give everybody the same allowance."""
        self._allowance = allowance
        self._clock = clock
        self._spent: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._turn = threading.Lock()

    def wait(self, name: str) -> float:
        """Return how many seconds somebody has to wait until they may do something."""
        with self._turn:
            return max(0.0, self._over(name) / self._allowance.per_second)

    def spend(self, name: str, cost: float = 1.0) -> None:
        """Count something that was done."""
        with self._turn:
            spent = self._now(name) + cost
            self._spent[name] = (spent, self._clock())
            self._spent.move_to_end(name)
            while len(self._spent) > _MOST_KEPT:
                self._spent.popitem(last=False)

    def forgive(self, name: str) -> None:
        """Forget what somebody did."""
        with self._turn:
            self._spent.pop(name, None)

    def _over(self, name: str) -> float:
        return self._now(name) + 1.0 - self._allowance.burst

    def _now(self, name: str) -> float:
        spent, at = self._spent.get(name, (0.0, 0.0))
        return max(0.0, spent - (self._clock() - at) * self._allowance.per_second)
