"""One conflict order out of several: of the constitutions that are extended, and the own one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """Two tiers that stand one way round in one order, and the other way round in those before it."""

    order: int
    """Which of the orders contradicts those before it, from 0."""
    higher: str
    """The tier that it puts above the other."""
    lower: str
    """The tier that those before it put above."""


def merge_tiers(orders: Sequence[Sequence[str]]) -> tuple[str, ...] | Contradiction:
    """Return the one order that keeps to all of `orders`, or what stands in its way.

    Tiers that no order compares stand in the order in which they are first met. Each order holds a tier once.

    Args:
        orders: Tiers, highest first.
    """
    below: dict[str, dict[str, None]] = {}
    for number, order in enumerate(orders):
        for index, higher in enumerate(order):
            turned = next((lower for lower in order[index + 1 :] if _reaches(below, lower, higher)), None)
            if turned is not None:
                return Contradiction(order=number, higher=higher, lower=turned)
        for tier in order:
            below.setdefault(tier, {})
        for higher, lower in pairwise(order):
            below[higher][lower] = None
    return _sorted(below)


def _reaches(below: Mapping[str, Mapping[str, None]], start: str, goal: str) -> bool:
    """Tell whether `start` is known to stand above `goal`."""
    open_, seen = [start], {start}
    while open_:
        new = [tier for tier in below.get(open_.pop(), ()) if tier not in seen]
        seen.update(new)
        open_ += new
    return start != goal and goal in seen


def _sorted(below: Mapping[str, Mapping[str, None]]) -> tuple[str, ...]:
    """Return the tiers, each after all above it, and otherwise in the order in which they were met."""
    above = dict.fromkeys(below, 0)
    for lowers in below.values():
        for lower in lowers:
            above[lower] += 1
    order: list[str] = []
    while len(order) < len(below):
        tier = next(tier for tier, count in above.items() if count == 0)
        order.append(tier)
        above[tier] = -1
        for lower in below[tier]:
            above[lower] -= 1
    return tuple(order)
