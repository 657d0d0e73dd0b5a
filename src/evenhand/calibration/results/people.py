"""How people agree with each other."""

from dataclasses import dataclass

from evenhand.stats.estimate import Measured


@dataclass(frozen=True, slots=True, kw_only=True)
class PeoplePrinciple:
    """How people agree with each other on one principle."""

    principle: str
    doubly_labelled: int
    """Items with labels of at least two persons."""
    ceiling: Measured
    """Agreement of one person with the others."""
    pairwise: Measured
    """Share of pairs of persons who gave the same label."""
    alpha: Measured
    """Krippendorff's alpha at the level of the scale."""
    contested: Measured
    """Share of doubly labelled items on which people differ."""
    defensible: Measured
    """Share of labels that say more than one answer is defensible."""
    cannot_tell: Measured
    """Share of labels that are an abstention."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """One annotator."""

    annotator: str
    labels: int
    with_others: Measured
    """Agreement with the others."""
    seconds: float | None
    """Median active time of a label."""


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """What people say, before any judge is measured against them."""

    principles: tuple[PeoplePrinciple, ...]
    overall: PeoplePrinciple
    """All principles together; its `principle` is empty."""
    persons: tuple[PersonRow, ...]
    seconds_per_label: float | None
    """Median active time of a label; None where not recorded."""
    left_out: int
    """Persons beyond those listed one by one."""
