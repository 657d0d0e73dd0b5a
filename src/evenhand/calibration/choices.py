"""Every value choice of a calibration in one place, printed in its report."""

from dataclasses import dataclass

from evenhand.stats.estimate import CONFIDENCE


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """Cut-offs and seeds. The defaults are those of methods.md."""

    confidence: float = CONFIDENCE
    """Of every interval."""
    draws: int = 2000
    """Bootstrap draws."""
    seed: int = 0
    """Of every random choice."""
    too_few: int = 20
    """Fewer labels give no number (methods.md 2.5)."""
    floor: float = 0.75
    """Balanced accuracy (agreement, where nothing passes or fails) a rater needs to be used with spot checks."""
    person_margin: float = 0.05
    """How far below one person a rater may be and still count as one."""
    least_human_alpha: float = 0.4
    """Below this alpha of people among themselves nothing is measured against them (methods.md 7.2)."""
    adds_nothing: float = 0.97
    """Width ratio above which a judge adds nothing (methods.md 3.1)."""
    learn_from: int = 200
    """Labels a stack needs (methods.md 1.5)."""
    alpha: tuple[float, ...] = (0.1, 0.2)
    """Error rates that decisions made alone are certified for (methods.md 4.1)."""
    delta: float = 0.1
    """Chance that such a certificate is wrong."""
    margin: float = 0.03
    """Drop of sensitivity or specificity that a gate should see (methods.md 6.2)."""
    power: float = 0.8
    """With which it should see it."""
    discordance: float = 0.15
    """Share of items on which two versions differ, where it was not measured (methods.md 6.3)."""
    epsilon: float | None = None
    """Of the alternative-annotator test: what a person costs more than a judge. No default: it is a value choice."""
