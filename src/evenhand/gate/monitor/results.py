"""What a monitor says: one record that every output is made of, of plain values, so that it is the JSON report too."""

from dataclasses import dataclass
from enum import StrEnum

from evenhand.stats.estimate import Measured

SCHEMA = "monitor-report/v1"


class Finding(StrEnum):
    """What a monitor came to."""

    NONE = "none"
    """Nothing changed, as far as is seen."""
    SYSTEM = "system"
    """What is judged changed."""
    JUDGE = "judge"
    """Who judges changed."""
    UNDECIDED = "undecided"
    """Something changed, but which can not be told, or not yet."""
    COULD_NOT_MEASURE = "could not measure"
    """Too many answers are missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A stream when it was looked at: a round of the anchors, or a day of live labels."""

    name: str
    """The run, or the day."""
    day: str
    n: int
    """Items."""
    agreed: int
    """Items whose verdict is the reference label."""
    missing: int
    """Items without a verdict, because ratings failed."""
    agreement: Measured
    """Share of the items that have a verdict; not of a stream whose items were drawn with unequal probabilities."""
    low: float
    """Lower limit of the mean of the stream so far, good at all looks at once."""
    high: float
    """Upper limit."""
    log10_evidence: float | None
    """Logarithm to the base of 10 of the evidence for a drop, missing answers counting against it; None where there is
    nothing to compare with yet."""
    log10_at_most: float | None
    """The same with answers that are missing since the last complete look counting for it."""
    measured: bool
    """Whether anything was bet on it; not where too many answers are missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """One of the two streams."""

    looks: tuple[Look, ...]
    """In order of time."""
    items: int
    """Different items."""
    alarm: int | None
    """Place of the look at which the alarm was raised; it stays raised."""
    possible: bool
    """Whether missing answers may hide a drop now."""
    changed: int | None
    """Place of the first look after the change, where the evidence puts it; None without an alarm."""
    before: Measured
    """Agreement before the change; over all looks without an alarm."""
    since: Measured
    """Agreement since the change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLine:
    """What was known after a run."""

    run: str
    finished: str
    anchors: int
    """Anchors it holds."""
    asked: int
    """Anchors that were really asked; the others were answered from store, which is no new evidence."""
    agreed: int
    """Asked anchors whose verdict is the reference label."""
    missing: int
    """Asked anchors without a verdict."""
    log10_anchors: float | None
    """Evidence on the anchors at the end of its day, as logarithm to the base of 10; None before the first look."""
    log10_live: float | None
    """Evidence on the live labels."""
    finding: Finding
    """What was known at the end of its day."""
    changes: tuple[str, ...]
    """What changed before it, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorResult:
    """What a monitor says of a suite."""

    suite: str
    finding: Finding
    reason: str
    """Why, for people."""
    alpha: float
    tolerance: float
    guard_days: int
    fewest_anchors: int
    log10_alarm: float
    """Evidence at which the alarm is raised, as logarithm to the base of 10."""
    anchors: Stream
    live: Stream
    runs: tuple[RunLine, ...]
    """Oldest first."""
    notes: tuple[str, ...]
    """What readers of the numbers have to know about the data, in words."""
