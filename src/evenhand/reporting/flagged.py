"""Flagged candidates, counted while the items stream by: what was noticed, and what passed all the same."""

from collections import Counter
from collections.abc import Collection, Iterator

from evenhand.records.candidate_flag import CandidateFlag, Flags
from evenhand.records.rated import RatedItem
from evenhand.records.scale import Reading
from evenhand.reporting.summary import FlagCount, Flagged, FlaggedItem

MOST_LISTED = 100
"""Flagged items listed: those that passed first, the trivial ones before all."""
_PAIR_LABELS = ("a", "b")


class FlagTally:
    """Counts flagged items. Feed it every item once, in order."""

    def __init__(self) -> None:
        """Start at nothing."""
        self._place = 0
        self._looked_at = 0
        self._passed = 0
        self._trivial: Counter[bool] = Counter()
        self._flags: Counter[CandidateFlag] = Counter()
        self._passing_flags: Counter[CandidateFlag] = Counter()
        self._listed: tuple[list[FlaggedItem], ...] = ([], [], [])
        self._items = 0

    def add(self, item: RatedItem, reading: Reading | None) -> None:
        """Count one item; `reading` is what its verdict means, None while it is undecided or open."""
        place = self._place
        self._place += 1
        if item.flags is None:
            return
        self._looked_at += 1
        if not any(item.flags):
            return
        passing = list(_passing(item, item.flags, reading))
        flags = set().union(*item.flags)
        self._items += 1
        self._passed += bool(passing)
        self._flags.update(flags)
        self._passing_flags.update(set().union(*passing))
        trivial = any(flag.is_trivial for flag in flags)
        trivial_passed = any(flag.is_trivial for each in passing for flag in each)
        self._trivial[trivial_passed] += trivial
        rank = self._listed[0 if trivial_passed else 1 if passing else 2]
        if len(rank) < MOST_LISTED:
            rank.append(_listed(item, place, flags, passed=bool(passing)))

    def result(self) -> Flagged:
        """Return the counts."""
        listed = [item for rank in self._listed for item in rank][:MOST_LISTED]
        return Flagged(
            looked_at=self._looked_at,
            items=self._items,
            passed=self._passed,
            trivial=self._trivial.total(),
            trivial_passed=self._trivial[True],
            flags=tuple(self._counts()),
            listed=tuple(listed),
            left_out=self._items - len(listed),
        )

    def _counts(self) -> Iterator[FlagCount]:
        for flag in CandidateFlag:
            if self._flags[flag]:
                yield FlagCount(flag=flag, items=self._flags[flag], passed=self._passing_flags[flag])


def _passing(item: RatedItem, flags: tuple[Flags, ...], reading: Reading | None) -> Iterator[Flags]:
    """Yield the flags of each flagged candidate that passed, or that was preferred to the other one."""
    label = item.verdict.label if item.verdict else None
    for each, wins in zip(flags, _PAIR_LABELS, strict=False):
        if each and (reading is Reading.PASS if len(flags) == 1 else label == wins):
            yield each


def _listed(item: RatedItem, place: int, flags: Collection[CandidateFlag], *, passed: bool) -> FlaggedItem:
    label = item.verdict.label if item.verdict else None
    in_order = tuple(flag for flag in CandidateFlag if flag in flags)
    return FlaggedItem(item=item.name, place=place, flags=in_order, label=label, passed=passed)
