"""When an account that gives no answers is left alone, and when it is tried again. Pure rules, clock from outside."""

from collections import deque
from collections.abc import Callable
from typing import Final

WINDOW: Final = 20
FAILURES: Final = 10
"""So many of the last `WINDOW` calls without an answer open the breaker, and so ten in a row always do."""
PROBE_EVERY_S: Final = 30.0
"""Seconds between probes of an account whose breaker is open."""


class Breaker:
    """Open while an account gives no answers.

    Attributes:
        is_open: Whether only probes may leave.
        era: Grows whenever the breaker opens or closes. A call belongs to the era in which it started, and says nothing
            about a later one.
        next_probe_at: When the next probe may leave, while it is open.
        opened_at: When it opened.
    """

    __slots__ = (
        "_clock",
        "_failures",
        "_last",
        "_probe_every_s",
        "era",
        "is_open",
        "next_probe_at",
        "opened_at",
    )

    def __init__(self, *, clock: Callable[[], float], probe_every_s: float = PROBE_EVERY_S) -> None:
        """Start closed."""
        self._clock = clock
        self._probe_every_s = probe_every_s
        self.is_open = False
        self.era = 0
        self.next_probe_at = float("-inf")
        self.opened_at = float("inf")
        self._forget()

    def _forget(self) -> None:
        self._failures = 0
        self._last: deque[bool] = deque()

    def answered(self, era: int) -> bool:
        """Count an answer to a call of `era`; tell whether the breaker closed."""
        if era != self.era:
            return False
        if self.is_open:
            self._turn(is_open=False)
            return True
        if self._last:
            self._note(failed=False)
        return False

    def failed(self, era: int) -> bool:
        """Count a call of `era` that got no answer; tell whether the breaker opened."""
        if era != self.era or self.is_open:
            return False
        self._note(failed=True)
        if self._failures < FAILURES:
            return False
        self._turn(is_open=True)
        self.opened_at = self._clock()
        self.next_probe_at = self.opened_at + self._probe_every_s
        return True

    def probe_left(self) -> None:
        """Note that a probe left now."""
        self.next_probe_at = self._clock() + self._probe_every_s

    def _note(self, *, failed: bool) -> None:
        """Count one call; answers before the first failure are not even kept, so that good times cost nothing."""
        self._last.append(failed)
        self._failures += failed
        if len(self._last) > WINDOW:
            self._failures -= self._last.popleft()
        if not self._failures:
            self._last.clear()

    def _turn(self, *, is_open: bool) -> None:
        self.is_open = is_open
        self.era += 1
        self._forget()
