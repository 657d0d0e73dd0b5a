"""Agreement of the panel with people over runs."""

from dataclasses import dataclass

from evenhand.stats.estimate import Measured


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartPoint:
    """One run in the control chart."""

    run: str
    finished: str
    agreement: Measured
    low: float | None
    """Lower control limit."""
    high: float | None
    inside: bool
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Agreement of the panel with people, run by run."""

    centre: float | None
    points: tuple[ChartPoint, ...]
    words: str
