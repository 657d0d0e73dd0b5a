"""What a rater is worth: its quality, its confidence, its rate; one judge with all of them."""

from collections.abc import Mapping
from dataclasses import dataclass

from evenhand.stats.estimate import Measured


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """One rater against the reference labels of the gate split, on one principle or on all of them."""

    labelled: int
    """Items with a reference label."""
    answered: int
    """Those the rater answered."""
    agreement: Measured
    """Share of equal labels among those, weighted by how they were drawn."""
    unweighted: Measured
    """The same without weights; equal to it where all items had the same probability of being labelled."""
    sensitivity: Measured
    """Share of failing items it fails."""
    specificity: Measured
    """Share of passing items it passes."""
    balanced_accuracy: Measured
    """Mean of the two."""
    kappa: Measured
    """Cohen's; with quadratic weights on an ordered scale."""
    gwet: Measured
    """Gwet's AC1; AC2 with quadratic weights on an ordered scale."""
    mcc: Measured
    """Matthews correlation of the two readings."""
    alpha: Measured
    """Krippendorff's alpha of rater and reference."""
    prevalence: Measured
    """Share of failing items among the labelled."""
    ordered: Mapping[str, Measured]
    """Kendall's tau-b and ICC(2,1) on an ordered scale; empty otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confusion:
    """Counts of reference labels met by answers."""

    categories: tuple[str, ...]
    """Rows and columns; the last column counts items without an answer."""
    counts: tuple[tuple[int, ...], ...]
    """By reference label and answer; each row has one count more than there are categories."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliabilityBin:
    """Answers of like confidence."""

    low: float
    high: float
    confidence: float
    """Mean confidence."""
    correct: Measured
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """What a rater's confidence is worth."""

    kind: str
    """What the confidence is: "as the judge gives it" or the kind of the calibration map."""
    n: int
    bins: tuple[ReliabilityBin, ...]
    ece: Measured
    """Expected calibration error, corrected for its bias."""
    brier: Measured
    auroc: Measured
    """How well confidence tells right answers from wrong ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RateResult:
    """The share of passing items, from many verdicts and few labels."""

    rater: str
    principle: str
    """Empty for all principles together."""
    method: str
    """Estimator, in words; empty where the rate is refused."""
    rate: Measured
    """Share of items that pass, corrected by the labels; `Undefined` says why it is refused."""
    humans_only: Measured
    """The same from the human labels alone."""
    judges_alone: Measured
    """What the rater alone would have said."""
    width_ratio: float | None
    """Width of the interval over the width from human labels alone."""
    adds_nothing: bool
    """Whether the ratio is above .97."""
    labelled: int
    judged: int
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AlternativeAnnotator:
    """The alternative-annotator test of one rater."""

    epsilon: float
    winning_rate: float | None
    """Share of annotators it beats; None where the test can not be made."""
    advantage: float | None
    annotators: int
    passed: bool
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeCalibration:
    """One judge."""

    judge: str
    version: str
    model: str
    overall: Quality
    on_learning_labels: Measured
    """Agreement on the labels for learning, which its prompt may have been tuned on: no certificate, shown beside
    that of the gate split so that a difference is seen."""
    principles: Mapping[str, Quality]
    severities: Mapping[str, Quality]
    """By severity of the principle."""
    confusions: Mapping[str, Confusion]
    """By principle."""
    against_people: Measured
    """Its agreement with people over that of one person with the others, on the same items."""
    reliability: tuple[Reliability, ...]
    """As it gives it, and as calibrated on other labels; empty for a judge without probabilities."""
    no_probabilities: str
    """Why there is no reliability; empty where there is."""
    rate: RateResult
    """All principles together."""
    alternative_annotator: AlternativeAnnotator | None
    """May it replace an annotator; None where no epsilon was given."""
