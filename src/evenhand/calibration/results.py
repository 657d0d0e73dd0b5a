"""The numbers of a calibration as one record: the single source of the HTML, Markdown and JSON reports.

Plain values only, so that it is JSON as it stands. The sections follow the outline of the report (answer first).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from evenhand.calibration.rater_results import (
    AlternativeAnnotator,
    Confusion,
    DisagreementBin,
    DropRow,
    JudgeCalibration,
    PairDependence,
    PanelCalibration,
    PrincipleCalibration,
    Quality,
    RateResult,
    Reliability,
    ReliabilityBin,
    RuleRow,
    SliceRow,
)
from evenhand.calibration.table import LabelSource, SplitFacts
from evenhand.stats.estimate import Measured

__all__ = [
    "PANEL",
    "SCHEMA",
    "Advice",
    "AdviceKind",
    "AlternativeAnnotator",
    "Automation",
    "AutomationStep",
    "Calibration",
    "CalibrationStamp",
    "ChartPoint",
    "Confusion",
    "CostRow",
    "DataFacts",
    "DisagreementBin",
    "DropRow",
    "ErrorGallery",
    "ErrorItem",
    "GateSight",
    "History",
    "JudgeCalibration",
    "Method",
    "PairDependence",
    "PanelCalibration",
    "People",
    "PeoplePrinciple",
    "PersonRow",
    "PrincipleCalibration",
    "Quality",
    "RateResult",
    "Reliability",
    "ReliabilityBin",
    "RuleRow",
    "SliceRow",
    "Trust",
    "TrustCell",
]

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
