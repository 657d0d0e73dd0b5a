"""What judges cost."""

from dataclasses import dataclass

from evenhand.stats.estimate import Measured


@dataclass(frozen=True, slots=True, kw_only=True)
class CostRow:
    """What a judge costs beside what it is worth."""

    judge: str
    calls: int
    nanousd: int
    per_thousand_nanousd: float | None
    """For 1,000 of its ratings; None without any."""
    failed_share: Measured
    agreement: Measured
