"""How many calls may be made again: a share of those that went well, so that a bad hour does not double the load."""

from typing import Final

FIRST: Final = 10.0
"""Retries there are before any call was answered."""
MOST: Final = 50.0
"""Retries that are saved up at most."""
PER_CALL: Final = 0.1
"""Retries each call answered at its first attempt adds."""


class RetryBudget:
    """Retries that may still be made.

    Only failures that pass by themselves take from it. Waits for a rate limit take none, and neither do units that
    waited for the breaker: there the limit and the probes bound the load.
    """

    __slots__ = ("_left",)

    def __init__(self) -> None:
        """Start with a few."""
        self._left = FIRST

    def earn(self) -> None:
        """Count a call that was answered at its first attempt."""
        if self._left < MOST:
            self._left += PER_CALL

    def take(self) -> bool:
        """Take one retry; tell whether there was one."""
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True
