"""How many calls at once an account bears, found out while it is used: slow start, growth by rounds, cuts.

Pure rules with a clock from outside. A round is as many clean calls as the limit; only a round in which most places
were in use lets the limit grow, doubled until the first cut and by a twentieth after it. A rate limit cuts it by a
fifth, once per burst.
"""

from collections.abc import Callable
from typing import Final

SLOW_START: Final = 20
"""Calls at once at first, where an account says nothing else."""
CUT_EVERY_S: Final = 15.0
"""A burst of rate limits this long is one cut, unless the provider asked for a longer rest."""
RESTART: Final = 4
"""Calls at once after an outage."""
_CUT_TO: Final = 0.8
_IN_USE: Final = 0.8
_GROWTH: Final = 20


class AdaptiveLimit:
    """The most calls that may be in flight now."""

    __slots__ = ("_clean", "_clock", "_cut_again_at", "_doubles_below", "_most", "_peak", "current")

    def __init__(self, *, start: int, most: int, clock: Callable[[], float]) -> None:
        """Begin at `start` and never pass `most`."""
        self.current = max(1, min(start, most))
        self._most = most
        self._clock = clock
        self._clean = 0
        self._peak = 0
        self._doubles_below = float("inf")
        self._cut_again_at = float("-inf")

    def started(self, in_flight: int) -> None:
        """Note that a call started and how many are in flight with it."""
        self._peak = max(self._peak, in_flight)

    def went_well(self) -> bool:
        """Count a call that was answered at its first attempt; tell whether the limit grew."""
        if self.current >= self._most:
            return False
        self._clean += 1
        if self._clean < self.current:
            return False
        busy = self._peak >= _IN_USE * self.current
        if busy:
            self.current = min(self._most, self._grown())
        self._begin_round()
        return busy

    def _grown(self) -> int:
        if self.current < self._doubles_below:
            return self.current * 2
        return self.current + max(1, self.current // _GROWTH)

    def cut(self, asked_s: float = 0.0) -> bool:
        """Cut the limit for a rate limit, after which the provider wants so long a rest; tell whether it was cut."""
        now = self._clock()
        if now < self._cut_again_at:
            return False
        self._cut_again_at = now + max(CUT_EVERY_S, asked_s)
        self.current = max(1, int(self.current * _CUT_TO))
        self._doubles_below = self.current
        self._begin_round()
        return True

    def restart(self) -> None:
        """Start small after an outage; where a rate limit was met before, doubling ends at what was borne then."""
        self._doubles_below = max(self._doubles_below, self.current)
        self.current = min(self.current, RESTART)
        self._begin_round()

    def _begin_round(self) -> None:
        self._clean = 0
        self._peak = 0
