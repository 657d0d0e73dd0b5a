"""The numbers of a calibration as one record: the single source of the HTML, Markdown and JSON reports.

Plain values only, so that it is JSON as it stands. The sections follow the outline of the report (answer first).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from evenhand.calibration.table import LabelSource, SplitFacts
from evenhand.stats.estimate import Measured

SCHEMA: Final = "calibration-report/v1"
"""Kind and version of the JSON report."""

PANEL: Final = "panel"
"""How the panel is named where raters are listed."""

# -- Answer first ----------------------------------------------------------------------------------


class Trust(StrEnum):
    """How far a rater may be trusted for a principle."""

    AS_A_PERSON = "as a person"
    """It agrees with people at least as well as people with each other, within the margin."""
    WITH_SPOT_CHECKS = "with spot checks"
    """Its quality is above the floor, and the interval is too."""
    NOT_SHOWN = "not shown"
    """Its quality may be above the floor; the labels are too few to tell."""
    NO = "no"
    """Its quality is below the floor, and so is the whole interval."""
    PEOPLE_DISAGREE = "people disagree"
    """People do not agree with each other, so nothing can be measured against them; rewrite the principle first."""
    TOO_FEW = "too few labels"
    """Fewer labels than give any number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustCell:
    """May this rater be trusted for this principle, and why."""

    rater: str
    """A judge, or `PANEL`."""
    principle: str
    trust: Trust
    reason: str
    """One sentence with the numbers it rests on."""
    adds_nothing: bool = False
    """Whether an estimate with this rater is as wide as one from the human labels alone."""


class AdviceKind(StrEnum):
    """What kind of next step."""

    USE = "use"
    USE_SINGLE = "use the best single judge"
    DROP = "drop a judge"
    LABEL = "label more"
    REWRITE = "rewrite a principle"
    FIX_LABELS = "fix the labels"
    NOTHING = "nothing to do"


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What to do next, most important first."""

    kind: AdviceKind
    words: str
    """One sentence."""


# -- Data ------------------------------------------------------------------------------------------


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
    """Labelled items whose probability is not known; above 0 no rate is given."""
    blind: Mapping[str, int]
    """Labelled items by "blind", "not blind", "not recorded"."""
    dates: tuple[str, str]
    off_scale: int
    notes: tuple[str, ...]


# -- People ----------------------------------------------------------------------------------------


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


# -- Judges ----------------------------------------------------------------------------------------


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
    alternative_annotator: "AlternativeAnnotator | None"
    """May it replace an annotator; None where no epsilon was given."""


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


# -- The panel -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRow:
    """A way to combine the judges, on labels it has not seen."""

    rule: str
    """"best single judge: NAME", "majority", "the panel as it is", "weighted", "Dawid-Skene", "stack"."""
    accuracy: Measured
    gain: Measured
    """Over the best single judge, paired; `Undefined` for that judge itself."""
    beats_single: bool
    """Whether the whole interval of the gain is above 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairDependence:
    """Two judges."""

    first: str
    second: str
    agreement: Measured
    error_correlation: Measured
    same_wrong: Measured
    """Share of items both get wrong on which they give the same wrong answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DropRow:
    """What the panel would be without one judge."""

    judge: str
    change: Measured
    """Change of the majority's agreement with people."""
    saves_nanousd: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DisagreementBin:
    """Items on which the judges disagree alike."""

    low: float
    high: float
    n: int
    wrong: Measured
    """Share of them where the panel's verdict is not the reference label."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelCalibration:
    """The judges together."""

    quality: Quality
    on_learning_labels: Measured
    """Agreement on the labels for learning: no certificate."""
    principles: Mapping[str, Quality]
    severities: Mapping[str, Quality]
    """By severity of the principle."""
    confusions: Mapping[str, Confusion]
    """By principle."""
    n_eff: Measured
    """Effective number of judges."""
    judges: int
    mean_error_correlation: Measured
    best_single: str
    """The judge with the best agreement on the labels for learning; empty where too few."""
    rules: tuple[RuleRow, ...]
    recommended: str
    """The rule to use, in words."""
    pairs: tuple[PairDependence, ...]
    drops: tuple[DropRow, ...]
    disagreement: tuple[DisagreementBin, ...]
    disagreement_auroc: Measured
    """How well disagreement tells wrong verdicts from right ones; .5 is not at all."""
    errors_among_unanimous: Measured
    """Share of the panel's errors that lie where all judges agree."""
    against_people: Measured
    reliability: tuple[Reliability, ...]
    rate: RateResult


# -- Principles and slices -------------------------------------------------------------------------


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
    rate: RateResult
    ceiling: Measured
    hardest: tuple[str, ...]
    """Names of labelled items the panel got wrong and was sure of; from the labels for learning only."""


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


# -- Automation ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class AutomationStep:
    """One threshold of the pre-registered grid."""

    coverage: float
    """Share of all items at or above the threshold."""
    threshold: float
    labelled: int
    errors: int
    agreement: Measured
    p_value: float | None
    """Of an error rate above the promise; None where the sequence had stopped."""
    certified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Automation:
    """Where the panel may decide alone."""

    alpha: float
    """Promise: at most this share of the decisions made alone is wrong."""
    delta: float
    """Chance that the promise is broken by an unlucky calibration."""
    confidence_source: str
    """What the confidence is."""
    automated: float
    """Share of all items that may be decided alone; 0 where nothing could be certified."""
    threshold: float | None
    steps: tuple[AutomationStep, ...]
    least_labels: int
    """Fewest labels without an error that could certify anything."""
    words: str
    """The outcome in a sentence."""


# -- Time, errors, gate, cost, method --------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartPoint:
    """One run in the control chart."""

    run: str
    finished: str
    agreement: Measured
    low: float | None
    """Lower control limit."""
    high: float | None
    inside: bool
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Agreement of the panel with people, run by run."""

    centre: float | None
    points: tuple[ChartPoint, ...]
    words: str


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


@dataclass(frozen=True, slots=True, kw_only=True)
class GateSight:
    """What a gate could see with the labels there are."""

    principle: str
    """Empty for all together."""
    failing: int
    """Labelled items that fail: they carry sensitivity."""
    passing: int
    """Labelled items that pass: they carry specificity."""
    discordance: float
    """Share of items on which two versions of the panel are taken to differ."""
    discordance_basis: str
    sensitivity_drop: float | None
    """Smallest drop seen with power .8; None where even a whole one would not be."""
    specificity_drop: float | None
    sees_margin: bool
    """Whether both are within the margin."""
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CostRow:
    """What a judge costs beside what it is worth."""

    judge: str
    calls: int
    nanousd: int
    per_thousand_nanousd: float | None
    """For 1,000 of its ratings; None without any."""
    failed_share: Measured
    agreement: Measured


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """What has to be known to do it again."""

    choices: Mapping[str, str]
    """Every cut-off and its value."""
    procedure: tuple[str, ...]
    """How the numbers were made from the labels, in sentences: splits, weights, cross-fitting."""
    seed: int
    versions: Mapping[str, str]
    command: str
    """The command that rebuilds the report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationStamp:
    """What was calibrated, with what, when."""

    run: str
    suite: str
    finished: str
    constitution: str
    """Title, version and hash."""
    panel: str
    rule: str
    judges: tuple[str, ...]
    """Judge, version, model and served models, one line each."""
    blind: bool | None
    """Whether all reference labels are blind; None where it is not recorded."""
    reviewers: int
    label_dates: tuple[str, str]
    stale_days: int | None
    """Days between the last label and the run; None where not recorded."""
    evenhand: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """How judges and panel relate to reference labels."""

    stamp: CalibrationStamp
    trust: tuple[TrustCell, ...]
    advice: tuple[Advice, ...]
    since_last: tuple[str, ...]
    """What changed since the last calibrated run, in words."""
    data: DataFacts
    people: People
    judges: tuple[JudgeCalibration, ...]
    panel: PanelCalibration
    principles: tuple[PrincipleCalibration, ...]
    slices: tuple[SliceRow, ...]
    automation: tuple[Automation, ...]
    history: History
    errors: ErrorGallery
    gate: tuple[GateSight, ...]
    cost: tuple[CostRow, ...]
    method: Method
