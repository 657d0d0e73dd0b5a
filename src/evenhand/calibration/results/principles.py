"""The panel on each principle and on each slice of the items."""

from dataclasses import dataclass

from evenhand.calibration.results.raters import Quality, RateResult
from evenhand.stats.estimate import Measured


@dataclass(frozen=True, slots=True, kw_only=True)
class PrincipleCalibration:
    """The panel on one principle."""

    principle: str
    title: str
    severity: str
    items: int
    labelled: int
    quality: Quality
    shrunken: Measured
    """Agreement, drawn towards that of all principles as far as its few labels ask for."""
    gain: Measured
    """Agreement of the panel less that of its best single judge, on the same labels."""
    rate: RateResult
    ceiling: Measured
    hardest: tuple[str, ...]
    """Positions in the suite, as text, of items the panel got wrong and was sure of; from labels for learning only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceRow:
    """The panel on one slice."""

    dimension: str
    value: str
    items: int
    labelled: int
    agreed: int
    agreement: Measured
    """Of its own labels; `Undefined` under 20."""
    shrunken: Measured
    worse: float | None
    """Probability that its agreement is more than the margin below that of all items."""
    adjusted_p: float | None
    """Of being below the others, adjusted over all slices by Holm's method."""
