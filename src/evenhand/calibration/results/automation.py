"""Where the panel may decide alone."""

from dataclasses import dataclass

from evenhand.stats.estimate import Measured


@dataclass(frozen=True, slots=True, kw_only=True)
class AutomationStep:
    """One threshold of the pre-registered grid."""

    coverage: float
    """Share of all items at or above the threshold."""
    threshold: float
    labelled: int
    errors: int
    agreement: Measured
    p_value: float | None
    """Of an error rate above the promise; None where the sequence had stopped."""
    certified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Automation:
    """Where the panel may decide alone."""

    alpha: float
    """Promise: at most this share of the decisions made alone is wrong."""
    delta: float
    """Chance that the promise is broken by an unlucky calibration."""
    confidence_source: str
    """What the confidence is."""
    automated: float
    """Share of all items that may be decided alone; 0 where nothing could be certified."""
    threshold: float | None
    steps: tuple[AutomationStep, ...]
    least_labels: int
    """Fewest labels without an error that could certify anything."""
    words: str
    """The outcome in a sentence."""
