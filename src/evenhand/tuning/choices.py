"""What a tuning decides by, with its defaults."""

from dataclasses import dataclass
from typing import Literal

from evenhand.errors import UsageError

Must = Literal["better", "no-worse"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TuningChoices:
    """Seeds and cut-offs of one tuning."""

    seed: int = 0
    """Seed of every random choice."""
    shown: float = 0.5
    """Share of the sources to learn from that proposers see; candidates are compared on the others."""
    folds: int = 5
    """Folds of the cross-validation, whole sources each."""
    rounds: int = 20
    """Times the folds are drawn anew."""
    alpha: float = 0.05
    """Chance that a candidate which is no better is taken for better; one-sided."""
    must: Must = "better"
    """Whether a candidate that the gate passes must also be shown to be better than the current judge there."""

    def __post_init__(self) -> None:
        """Refuse what gives no choice.

        Raises:
            UsageError: A number is out of its range.
        """
        if not 0 < self.shown < 1:
            raise UsageError(f"the share that proposers see is {self.shown:g}; it should be between 0 and 1")
        if not 0 < self.alpha < 0.5:
            raise UsageError(f"alpha is {self.alpha:g}; it should be above 0 and below 0.5")
        if self.folds < 2 or self.rounds < 1:
            raise UsageError("cross-validation needs two folds and one round at least")
