"""Readings: a panel asked several times over, to see how often unchanged judges change their mind.

A judge with k repeats is asked N x k times for N readings. Reading r is its repeats r x k to (r + 1) x k - 1, so the
first reading asks exactly what an ordinary run asks. A judge that can not answer differently is asked once, and what
it says belongs to every reading. In a cascade a step is asked for all readings or for none, so that each has all that
its own road needs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evenhand.records.baseline import Said
from evenhand.records.judge import Judge, ModelJudge, RecordedJudge
from evenhand.records.rated import RatedUnit
from evenhand.records.run import Manifest
from evenhand.records.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """How often a panel is asked."""

    count: int = 1
    """How often."""
    once: frozenset[str] = frozenset()
    """Judges that say the same in every reading, and are asked for the first alone."""

    def repeats(self, judge: Judge) -> int:
        """Return how often a judge is asked about an item in each order, all readings together."""
        return repeats_of(judge) * (1 if judge.id in self.once else self.count)


ONE_READING = Readings()
"""An ordinary run."""


def repeats_of(judge: Judge) -> int:
    """Return how often a judge is asked about an item in each order in one reading."""
    return judge.repeats if isinstance(judge, ModelJudge | RecordedJudge) else 1


def readings_of(manifest: Manifest) -> Readings:
    """Return how often the panel of a run was asked."""
    return Readings(count=manifest.readings, once=frozenset(manifest.asked_once))


class ReadingUnits:
    """Tells the units of one reading of a run from those of another."""

    def __init__(self, judges: Sequence[Judge], readings: Readings) -> None:
        """Hold the judges of the run and how often they were asked."""
        self._count = readings.count
        self._each: Mapping[str, int] = {
            judge.id: repeats_of(judge) for judge in judges if judge.id not in readings.once
        }

    def of(self, units: Sequence[RatedUnit]) -> tuple[tuple[RatedUnit, ...], ...]:
        """Return the units of each reading, in the order of `units`; those of a judge asked once are in every one."""
        return tuple(
            tuple(unit for unit in units if self._belongs(unit, reading)) for reading in range(self._count)
        )

    def _belongs(self, unit: RatedUnit, reading: int) -> bool:
        each = self._each.get(unit.judge)
        return each is None or unit.repeat // each == reading


def said_of(verdict: Verdict | None) -> Said:
    """Return what a verdict says; an open one is missing, and one left undecided where a judge's ratings failed."""
    if verdict is None:
        return False
    lost = any(opinion.failed and opinion.label is None for opinion in verdict.opinions)
    return False if verdict.label is None and lost else verdict.label
