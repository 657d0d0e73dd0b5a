"""What a calibration was made from."""

from collections.abc import Mapping
from dataclasses import dataclass

from evenhand.calibration.table import LabelSource, SplitFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class DataFacts:
    """What was there, how it was drawn, and who was missing."""

    items: int
    verdicts: int
    undecided: int
    """Items without a verdict, open ones included."""
    labelled: int
    """Items with a reference label that is not sealed."""
    labels: int
    """Labels of persons on them."""
    people: int
    sources: tuple[LabelSource, ...]
    splits: SplitFacts
    basis: Mapping[str, int]
    """Labelled items by how the reference label came about."""
    drawn: str
    """How labelled items were drawn, in words."""
    inclusion: tuple[float, float] | None
    """Smallest and largest probability of being labelled; None where it is not known."""
    without_inclusion: int
    """Labelled items whose probability is not known; above 0 no rate is given. Those that stand apart from a draw do
    not count."""
    blind: Mapping[str, int]
    """Labelled items by "blind", "not blind", "not recorded"."""
    dates: tuple[str, str]
    off_scale: int
    notes: tuple[str, ...]
