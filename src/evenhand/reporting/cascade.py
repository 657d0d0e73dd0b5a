"""What became of the items of a run at each step of its panel's cascade, and what it saved."""

from dataclasses import dataclass
from typing import Literal

from evenhand.stats.estimate import Measured


@dataclass(frozen=True, slots=True, kw_only=True)
class StepAgreement:
    """The verdicts a step settled beside the labels of one annotator."""

    annotator: str
    matched: Measured
    """Share of the labels that the verdicts settled at this step match."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepResult:
    """One step of a cascade, counted over the items of a run."""

    step: int
    """Its number, from 1."""
    judges: tuple[str, ...]
    """Judges asked at this step."""
    combine: Literal["step", "all"]
    """Whether only they vote, or the judges of earlier steps with them."""
    confidence: float | None
    """Least confidence that settles; None where the step does not ask for one."""
    disagreement: float | None
    """Most disagreement that settles; None where the step does not ask for it."""
    reached: int
    """Items that came to it and have a verdict; the sum of the next three."""
    settled: int
    escalated: int
    """Items handed to the next step."""
    people: int
    """Items left to people, because there is no next step."""
    calibrated: int
    """Items whose confidence here was read through a calibration map of every voter."""
    calls: int
    """Calls made for its judges."""
    nanousd: int
    """What these calls cost."""
    agreement: tuple[StepAgreement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Saving:
    """What was not asked of one judge, and what that would have cost: an estimate."""

    judge: str
    spared: int
    """Ratings that were not asked for."""
    calls: float
    """Calls they would have taken: one a rating, and as many more as its other ratings took on average."""
    low_nanousd: int | None
    """What they would have cost, low end; None where nothing is known to go by."""
    high_nanousd: int | None
    """High end."""
    basis: Literal["offline", "its calls", "its price", "unknown"]
    """Where the estimate comes from: a judge without calls costs nothing; the mean and the spread of what its own
    ratings cost in this run; its price, with prompts as long as those of the other judges."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CascadeResult:
    """A cascade over the items of a run."""

    steps: tuple[StepResult, ...]
    savings: tuple[Saving, ...]
    """By judge, those of which anything was spared."""
    calibration: str
    """Hash of the calibration map; empty where the panel names none."""
    calibration_made: str
    """When it was measured, YYYY-MM-DD; empty where it does not say."""
    is_calibrated: bool
    """Whether every confidence that was compared with a threshold was read through a calibration map."""
