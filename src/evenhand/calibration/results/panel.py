"""What the judges are worth together."""

from collections.abc import Mapping
from dataclasses import dataclass

from evenhand.calibration.results.raters import Confusion, Quality, RateResult, Reliability
from evenhand.stats.estimate import Measured


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRow:
    """A way to combine the judges, on labels it has not seen."""

    rule: str
    """"best single judge: NAME", "majority", "the panel as it is", "weighted", "Dawid-Skene", "stack"."""
    accuracy: Measured
    gain: Measured
    """Over the best single judge, paired; `Undefined` for that judge itself."""
    beats_single: bool
    """Whether the whole interval of the gain is above 0; of a learnt rule also whether it is as good on items that pass
    and on items that fail, taken alike."""


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
