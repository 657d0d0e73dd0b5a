"""What an estimate of a rate comes to: the rate with how it was made, or why it is refused."""

from dataclasses import dataclass
from enum import StrEnum

from evenhand.stats.estimate import Estimate, Measured
from evenhand.stats.rates.labels_alone import ADDS_NOTHING
from evenhand.stats.rates.strata import Stratum


class Method(StrEnum):
    """How a rate was estimated."""

    CHAIN_RULE = "chain rule"
    """Post-stratified by verdict, Jeffreys posteriors (methods.md 3.1)."""
    AIPW = "AIPW"
    """Scores of all items, followed as far as they help, corrected by weighted labels (methods.md 3.3, 3.5)."""
    ROGAN_GLADEN = "Rogan-Gladen"
    """Verdicts corrected by the sensitivity and specificity of another population (methods.md 3.2)."""
    PPI = "PPI++"
    """Prediction-powered mean of a score (methods.md 3.3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignFacts:
    """How the labelled items were drawn, as far as the estimate depends on it."""

    strata: tuple[Stratum, ...]
    """Strata the rate is made of; empty where the method uses none."""
    weight_ratio: float
    """Largest weight of a label over the smallest."""
    effective_labels: float
    """Labels drawn evenly and independently that would tell as much by themselves."""
    design_effect: float
    """How many labels of clustered items tell as much as one of independent items."""
    clusters: int | None
    """Clusters with labels; None where items are independent."""
    left_out: int
    """Labels that were not used because their inclusion probability is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RateEstimate:
    """A rate (or a mean score), and what is needed to believe it."""

    method: Method
    estimand: str
    """What the number is, in one sentence."""
    estimate: Estimate
    humans_only: Measured
    """The same from the human labels alone."""
    judges_only: Measured
    """What the verdicts alone would have said."""
    width_ratio: float | None
    """Width of the interval over that from human labels alone; None where either is missing or has no width."""
    labelled: int
    """Human labels used."""
    judged: int
    """Items of the population, those without a verdict among them."""
    design: DesignFacts
    reason: str
    """Why this method."""
    warnings: tuple[str, ...]

    @property
    def judge_adds_nothing(self) -> bool:
        """Whether the verdicts made the interval no narrower to speak of."""
        return self.width_ratio is not None and self.width_ratio > ADDS_NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class RateRefused:
    """No rate, and why: the labels do not allow one."""

    reason: str
    """For people."""
    labelled: int
    """Human labels there were."""
    judged: int
    left_out: int
    """Labels without a known inclusion probability."""
    judges_only: Measured
    """What the verdicts alone say; it is no estimate of the rate."""
