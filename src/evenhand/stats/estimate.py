"""What every statistic returns: an estimate with its interval, or the reason why there is none."""

from dataclasses import dataclass

CONFIDENCE = 0.95
"""Share of repetitions in which an interval should cover the truth, unless told otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A two-sided interval."""

    low: float
    """Lower limit."""
    high: float
    """Upper limit."""
    confidence: float
    """Share of repetitions in which such an interval covers the truth, 0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A number that says how sure it is."""

    value: float
    """The point estimate."""
    interval: Interval
    """Where the truth may lie."""
    n: int
    """Units it rests on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undefined:
    """No number, and why."""

    n: int
    """Units there were."""
    reason: str
    """Why they give no number, for people."""


Measured = Estimate | Undefined
"""What a statistic came to."""
