"""How long a person spent on an item: active and idle apart, from marks that a page or a terminal collected.

One rule. Time counts while the page is in view. After something was done, up to two minutes without anything more
are active, because careful reading makes no events; what lies beyond is idle. A clock that goes back adds nothing.
Each visit is told as a whole, never as a difference, so that no draft is counted twice.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from evenhand.records.review import Spent

IDLE_AFTER_MS = 120_000
"""How long nothing may be done before time is idle."""
MOST_MS = 12 * 60 * 60 * 1000
"""What one visit can come to; a page that was left open for days says nothing about the item."""


class MarkEvent(StrEnum):
    """What happened."""

    SHOWN = "shown"
    """The page came into view."""
    ACTED = "acted"
    """Something was done: a key, a click, a scroll."""
    HIDDEN = "hidden"
    """The page went out of view."""
    NOW = "now"
    """Nothing happened; the time at which the marks were sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One reading of the page's clock."""

    at_ms: int
    """Of any clock; only differences count."""
    event: MarkEvent


def time_spent(marks: Iterable[Mark]) -> Spent:
    """Return the time of one visit. Marks are taken in the order in which they were made, not by their clock."""
    counter = _Counter()
    for before, after in pairwise(marks):
        counter.note(before.event)
        counter.add(after.at_ms - before.at_ms)
    return Spent(active_ms=min(counter.active, MOST_MS), idle_ms=min(counter.idle, MOST_MS))


@dataclass(slots=True)
class _Counter:
    """What the marks come to so far."""

    in_view: bool = False
    still: int = 0
    """Time in view since something was done."""
    active: int = 0
    idle: int = 0

    def note(self, event: MarkEvent) -> None:
        if event in {MarkEvent.SHOWN, MarkEvent.ACTED}:
            self.in_view, self.still = True, 0
        elif event is MarkEvent.HIDDEN:
            self.in_view = False

    def add(self, passed: int) -> None:
        if not self.in_view or passed <= 0:
            return
        active = min(passed, max(IDLE_AFTER_MS - self.still, 0))
        self.still += passed
        self.active += active
        self.idle += passed - active
