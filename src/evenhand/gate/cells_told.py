"""What became of every cell of a gate, for reports that list them one by one."""

from dataclasses import dataclass
from enum import StrEnum


class CellState(StrEnum):
    """What became of a cell between baseline and run."""

    EQUAL = "equal"
    """Compared; its score is the one it had."""
    BETTER = "better"
    """Compared; its score rose."""
    WORSE = "worse"
    """Compared; its score fell."""
    MISSING = "missing"
    """There is no verdict on one side or both, because ratings failed."""
    QUARANTINED = "quarantined"
    """Shown, and decides nothing for a while."""
    NOT_COMPARABLE = "not comparable"
    """Text, label, scale or instrument is another one."""
    FRESH = "fresh"
    """The baseline does not hold it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CellTold:
    """One cell and what became of it."""

    case: str
    candidate: str
    principle: str
    state: CellState
    reason: str = ""
    """Why it is missing, quarantined or not comparable; for people."""
