"""Mistakes worth reading."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorItem:
    """An item worth reading. Never from a gate or sealed split."""

    seq: int
    """Its position in the suite."""
    principle: str
    verdict: str
    """Category of the verdict; empty where it is undecided."""
    reference: str
    confidence: float | None
    disagreement: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorGallery:
    """Mistakes worth reading."""

    confident: tuple[ErrorItem, ...]
    """The panel was sure and people say otherwise; at most 20."""
    split: tuple[ErrorItem, ...]
    """The judges divided; at most 20."""
    held_back: int
    """Mistakes on labels to certify with; showing them would use these labels up."""
