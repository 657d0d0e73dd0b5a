"""The window of items under way: how many may be open at once, what completes one, and what follows then.

Items are opened in the order of the plan, and only so many at once. A fast judge therefore never runs far ahead of a
slow one: memory stays flat, and a run that ends early has whole verdicts rather than one judge's share of all.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from evenhand.judging.cascade import Ask
from evenhand.judging.decide import Decider
from evenhand.records.attempt import Settled, SettledItem
from evenhand.records.rated import RatedUnit
from evenhand.records.rating import Spared
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
    later: Sequence[Unit] = ()
    """Units of a cascade's steps that are not asked yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What follows when all units of an item that were under way are settled."""

    decided: SettledItem | None = None
    """The item with its verdict, where it has one."""
    spared: Sequence[Settled] = ()
    """Its units that need not be asked any more."""
    asked: Sequence[Unit] = ()
    """Its units that have to be asked now."""


class OpenItems:
    """Items of which units are under way, by their position."""

    def __init__(self, decider: Decider, *, most: int) -> None:
        """Hold at most `most` items, and decide those that are complete."""
        self._decider = decider
        self._most = most
        self._items: dict[int, _OpenItem] = {}
        self._room = asyncio.Event()
        self.steps = decider.cascade.steps if decider.cascade else ()
        """The judges of each step of a cascade; empty where all are asked at once."""

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

    def open_steps(self, item: Item, units: Sequence[Unit], known: Mapping[int, RatedUnit]) -> Turn:
        """Open an item of a cascade, of which `known` units are settled, and say what is asked first."""
        later = [unit for unit in units if unit.seq not in known]
        open_item = _OpenItem(item, remaining=0, whole=True, units=dict(known), later=later)
        turn = self._take_turn(open_item)
        if turn.asked:
            self._items[item.seq] = open_item
        return turn

    def complete(self, settled: Settled) -> Turn | None:
        """Add a terminal state to its item; return what follows when it was the last one under way."""
        unit = settled.unit
        open_item = self._items[unit.item.seq]
        open_item.units[unit.seq] = RatedUnit(
            judge=unit.judge.id, order=unit.order, repeat=unit.repeat, outcome=settled.outcome
        )
        open_item.remaining -= 1
        if open_item.remaining:
            return None
        turn = self._take_turn(open_item) if open_item.whole else None
        if turn is None or not turn.asked:
            self._close(open_item)
        return turn

    def abandon(self, unit: Unit) -> None:
        """Leave a unit open; its item can get no verdict in this run of the runner."""
        open_item = self._items[unit.item.seq]
        open_item.whole = False
        open_item.remaining -= 1
        if not open_item.remaining:
            self._close(open_item)

    def _take_turn(self, open_item: _OpenItem) -> Turn:
        item = open_item.item
        units = [open_item.units[seq] for seq in sorted(open_item.units)]
        if self.steps:
            return self._take_step(open_item, units)
        verdict = self._decider.decide(item.principle_id, units)
        return Turn(decided=SettledItem(seq=item.seq, verdict=verdict) if verdict else None)

    def _take_step(self, open_item: _OpenItem, units: Sequence[RatedUnit]) -> Turn:
        """Ask the next step of a cascade, or decide the item and spare what was not asked."""
        item, later = open_item.item, open_item.later
        move = self._decider.next_move(item.principle_id, units)
        if isinstance(move, Ask):
            judges = self.steps[move.step - 1]
            asked = [unit for unit in later if unit.judge.id in judges]
            open_item.later = [unit for unit in later if unit.judge.id not in judges]
            open_item.remaining = len(asked)
            return Turn(asked=asked)
        spared = Spared(step=move.cascade[-1].step)
        return Turn(
            decided=SettledItem(seq=item.seq, verdict=move),
            spared=[Settled(unit=unit, key=b"", outcome=spared) for unit in later],
        )

    def _close(self, open_item: _OpenItem) -> None:
        del self._items[open_item.item.seq]
        self._room.set()
