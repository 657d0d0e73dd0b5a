"""One measurement of a report."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """One command and what its table means."""

    title: str
    script: str
    """Path below `benchmarks`, or `-m` and a module."""
    full: Sequence[str] = ()
    """Arguments at full size."""
    quick: Sequence[str] = ()
    """Arguments that only show that it works."""
    meaning: str
    recorded_data: bool = False
    """Whether it reads the recorded data sets beside the checkout."""
