"""The window of items under way: how many may be open at once, and what completes one.

Items are opened in the order of the plan, and only so many at once. A fast judge therefore never runs far ahead of a
slow one: memory stays flat, and a run that ends early has whole verdicts rather than one judge's share of all.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from evenhand.judging.decide import Decider
from evenhand.records.attempt import Settled, SettledItem
from evenhand.records.rated import RatedUnit
from evenhand.records.run import Unit
from evenhand.records.suite import Item


@dataclass(slots=True)
class _OpenItem:
    item: Item
    remaining: int
    """Units still to come."""
    whole: bool
    """Whether every unit of the item is settled by this runner; else its verdict is made afterwards."""
    units: dict[int, RatedUnit] = field(default_factory=dict)


class OpenItems:
    """Items of which units are under way, by their position."""

    def __init__(self, decider: Decider, *, most: int) -> None:
        """Hold at most `most` items, and decide those that are complete."""
        self._decider = decider
        self._most = most
        self._items: dict[int, _OpenItem] = {}
        self._room = asyncio.Event()

    @property
    def has_room(self) -> bool:
        """Whether one more item may be opened."""
        return len(self._items) < self._most

    async def changed(self) -> None:
        """Wait until an item is closed, or somebody is woken."""
        self._room.clear()
        await self._room.wait()

    def wake(self) -> None:
        """Let those who wait for room look again."""
        self._room.set()

    def open(self, item: Item, asked: Sequence[Unit], *, whole: bool) -> None:
        """Open an item of which `asked` are to be settled; `whole` says that these are all it has."""
        self._items[item.seq] = _OpenItem(item, remaining=len(asked), whole=whole)

    def complete(self, settled: Settled) -> SettledItem | None:
        """Add a terminal state to its item; return the item with its verdict when it was the last one."""
        unit = settled.unit
        open_item = self._items[unit.item.seq]
        open_item.units[unit.seq] = RatedUnit(
            judge=unit.judge.id, order=unit.order, repeat=unit.repeat, outcome=settled.outcome
        )
        if not self._count_down(open_item) or not open_item.whole:
            return None
        units = [open_item.units[seq] for seq in sorted(open_item.units)]
        verdict = self._decider.decide(open_item.item.principle_id, units)
        return SettledItem(seq=open_item.item.seq, verdict=verdict) if verdict else None

    def abandon(self, unit: Unit) -> None:
        """Leave a unit open; its item can get no verdict in this run of the runner."""
        open_item = self._items[unit.item.seq]
        open_item.whole = False
        self._count_down(open_item)

    def _count_down(self, open_item: _OpenItem) -> bool:
        open_item.remaining -= 1
        if open_item.remaining:
            return False
        del self._items[open_item.item.seq]
        self._room.set()
        return True
