"""What a gate could see with the labels there are."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class GateSight:
    """What a gate could see with the labels there are."""

    principle: str
    """Empty for all together."""
    failing: int
    """Labelled items that fail: they carry sensitivity."""
    passing: int
    """Labelled items that pass: they carry specificity."""
    discordance: float
    """Share of items on which two versions of the panel are taken to differ."""
    discordance_basis: str
    sensitivity_drop: float | None
    """Smallest drop seen with power .8; None where even a whole one would not be."""
    specificity_drop: float | None
    sees_margin: bool
    """Whether both are within the margin."""
    words: str
