"""What a monitor reads: the runs of a suite in order of time, and what people said about their items."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from evenhand.stats.monitoring.betting import ALPHA, TOLERANCE
from evenhand.stats.monitoring.lasting_drop import Usual

ItemName = tuple[str, str, str]
"""Case, candidate, principle."""


class Answer(IntEnum):
    """A verdict beside the reference label of its item."""

    MISSING = -1
    """There is no verdict, because ratings failed."""
    DIFFERS = 0
    """The verdict is another label, or the panel is undecided."""
    AGREES = 1
    """The verdict is the reference label."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedRun:
    """A finished run."""

    run: str
    """Its name."""
    finished: str
    """UTC time, ISO 8601."""
    whole: bool
    """Whether the whole suite was judged; a part need not hold every anchor."""
    most_missing: float
    """Largest share of missing anchors with which it measures anything: the suite's limit of failed ratings."""
    answers: Mapping[ItemName, Answer]
    """On the items with a reference label of the gate split that it judged."""
    again: frozenset[ItemName]
    """Those of them that were really asked: with at least one reply that no earlier run has used."""
    changes: tuple[str, ...] = ()
    """What changed from the run before it, in words."""

    @property
    def day(self) -> str:
        """The day it ended, YYYY-MM-DD."""
        return self.finished[:10]


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledItem:
    """An item with a reference label of the gate split, with what the first run that judged it said."""

    item: ItemName
    run: str
    day: str
    """The day on which verdict and label were both there, YYYY-MM-DD."""
    answer: Answer
    inclusion: float
    """Probability with which it was drawn for people; not a number where that is not known."""
    design: str
    """The draw it came by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Everything a monitor knows."""

    suite: str
    runs: tuple[WatchedRun, ...]
    """Oldest first."""
    labelled: tuple[LabelledItem, ...]
    """Each item once, anchors among them."""
    notes: tuple[str, ...] = ()
    """What readers of the numbers have to know about the data, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watching:
    """How to watch."""

    alpha: float = ALPHA
    """Chance that a stream without a change ever raises the alarm, for each of the two."""
    tolerance: float = TOLERANCE
    """How far agreement may fall without an alarm."""
    guard_days: int = 7
    """Days within which two alarms are one change."""
    fewest_anchors: int = 60
    """Anchors asked again after a live alarm that make their silence speak (methods.md 6.6)."""
    usual: Usual | None = None
    """Agreement on the anchors from elsewhere; without it the runs before a change are their own reference."""
