"""What a gate says: one record that every output is made of, of plain values, so that it is the JSON report too."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from evenhand.records.baseline import Accepted, Counted, Said
from evenhand.records.constitution import Importance
from evenhand.stats.change.noninferiority import Outcome
from evenhand.stats.estimate import Measured


class Status(StrEnum):
    """What a gate came to."""

    PASSED = "passed"
    FAILED = "failed"
    UNDECIDED = "undecided"
    COULD_NOT_MEASURE = "could not measure"


class Measure(StrEnum):
    """What is compared on a principle."""

    SENSITIVITY = "sensitivity"
    """Share of the items that people say fail which the panel fails."""
    SPECIFICITY = "specificity"
    """Share of the items that people say pass which the panel passes."""
    AGREEMENT = "agreement"
    """Share of verdicts that are the reference label, on scales where nothing passes or fails."""
    PASS_RATE = "pass rate"  # noqa: S105 - a share, no password
    """Share of outputs that pass."""
    SCORE = "score"
    """Mean place on the scale, 0 worst and 1 best, on ordered scales where nothing passes or fails."""


class Tier(StrEnum):
    """A word beside an outcome."""

    REGRESSION = "regression"
    """Worse, adjusted for all tests of the gate: the test failed."""
    LIKELY = "likely"
    """Worse by its own p-value, not when adjusted."""
    WATCH = "watch"
    """Fell by the margin or more, with a p-value worth a look."""
    STABLE = "stable"
    """A drop of the margin is excluded."""
    IMPROVEMENT = "improvement"
    """A drop of the margin is excluded, and it is better, adjusted for all tests of the gate."""
    UNRELIABLE = "unreliable baseline"
    """The baseline contradicts itself too often to be compared with."""
    UNDECIDED = "undecided"
    """Neither a drop nor its absence is shown."""
    NOT_COMPARABLE = "not comparable"
    """Too little of the baseline can be compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """A declared group of cases."""

    dimension: str
    value: str

    def __str__(self) -> str:
        """Return it as people write it."""
        return f"{self.dimension} {self.value}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """What a test says when every missing verdict is taken one way."""

    cells: int
    """Cells with a verdict on both sides then: all of them."""
    lost: int
    """Cells whose score fell then."""
    won: int
    """Cells whose score rose then."""
    new: float
    """The new mean then."""
    old: float
    """The old mean then."""
    low: float | None
    """Lower limit of new - old then; None where there is none."""
    p_adjusted: float
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class TestResult:
    """One paired comparison: one measure of one principle, on all of its cells or on a slice."""

    __test__ = False

    principle: str
    """The principle; "all principles" for the test of all of them together."""
    severity: Importance
    """Its severity; of all principles together, the highest."""
    measure: Measure
    slice: Slice | None
    """The slice; None is all cells of the principle."""
    cells: int
    """Cells compared: those with a verdict, or a panel that is undecided, on both sides."""
    clusters: int
    """Independent groups of them."""
    old: float | None
    """Mean over the compared cells, 0 to 1; None without cells."""
    new: float | None
    lost: int
    """Cells whose score fell."""
    won: int
    """Cells whose score rose."""
    both: int
    """Cells with the full score on both sides."""
    neither: int
    """Cells with equal scores below the full one on both sides."""
    difference: Measured
    """new - old, with the interval whose lower limit is one-sided at `alpha`."""
    low: float | None
    """The lower limit that decided: that of `difference`, or the one that flips alone ask for, whichever is lower."""
    margin: float
    alpha: float
    method: Literal["mcnemar", "sign-flip"]
    """mcnemar: mid-p, with the interval of Tango; sign-flip: with a bootstrap of clusters."""
    p: float
    """One-sided p-value of "not worse"."""
    p_adjusted: float
    """The same after Holm's adjustment over all tests of the gate."""
    p_better: float
    """One-sided p-value of "not better", adjusted in the same way."""
    rank: int
    """Place of `p` among all tests of the gate, 1 is the smallest."""
    flip_old: float | None
    """Chance that two readings of a cell differ, measured at the baseline; None where it was not measured."""
    flip_new: float | None
    """The same now."""
    flip_error: float
    """Standard error that flips alone give the change; 0 where it is not known, or both sides are the same answers."""
    discordance: float
    """Share of cells on which the two sides differ that the detectable drop is figured with."""
    detectable: float | None
    """Smallest drop whose p-value would be small enough with a chance of 80 %; None where no drop would do."""
    cells_needed: int | None
    """Cells it takes to exclude a drop of the margin with a chance of 80 % when nothing changed."""
    missing_old: int
    """Cells without a verdict at the baseline, because ratings failed."""
    missing_new: int
    worst: Bound | None
    """With every missing verdict taken against the new side; None where none is missing."""
    best: Bound | None
    """With every missing verdict taken for the new side."""
    same: bool
    """Whether both sides are one measurement: nothing changed, nobody was asked, every answer was taken over."""
    decides: bool
    """Whether an undecided outcome of this test leaves the gate undecided. An undecided slice does so where the suite
    says it must pass, and where it could fail if missing verdicts were there."""
    outcome: Outcome
    tier: Tier
    reason: str
    """In a sentence."""

    @property
    def sees_margin(self) -> bool:
        """Whether it would see a drop of its own margin."""
        return self.detectable is not None and self.detectable <= self.margin

    @property
    def could_fail(self) -> bool:
        """Whether it fails with every missing verdict taken against the new side, and not as it stands."""
        could = self.worst is not None and self.worst.outcome is Outcome.FAILED
        return could and self.outcome is Outcome.UNDECIDED


@dataclass(frozen=True, slots=True, kw_only=True)
class FloorResult:
    """A least value that holds whatever was before."""

    principle: str
    severity: Importance
    measure: Measure
    slice: Slice | None
    cells: int
    clusters: int
    floor: float
    value: Measured
    """The new mean, with the interval whose limits are one-sided at `alpha`."""
    p: float
    """One-sided p-value of "at the floor or above"."""
    p_adjusted: float
    """After Holm's adjustment over all floors."""
    missing: int
    decides: bool
    outcome: Outcome
    reason: str
    could_fail: bool = False
    """Whether it is undecided and fails with every missing verdict taken as wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleResult:
    """Zero tolerance on a principle: a rule, not statistics."""

    principle: str
    severity: Importance
    cells: tuple[tuple[str, str], ...]
    """Case and candidate of the cells that passed at the baseline and are now failed by a panel of one voice."""
    outcome: Outcome
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PrincipleResult:
    """A principle in one line."""

    principle: str
    severity: Importance
    outcome: Outcome
    tier: Tier
    compared: int
    """Cells compared, missing ones among them."""
    of: int
    """Cells of the principle that the baseline holds, quarantined ones aside."""
    not_comparable: Mapping[str, int]
    """Cells that can not be compared, by reason."""
    fresh: int
    """Cells that the baseline does not hold."""
    quarantined: int
    blocks: bool
    """Whether an undecided outcome leaves the gate undecided."""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedCell:
    """A compared cell whose verdict is another one than before."""

    case: str
    candidate: str
    principle: str
    severity: Importance
    old: Said
    new: Said
    reference: str
    """The reference label; empty where candidates are compared."""
    worse: bool
    """Whether its score fell."""
    better: bool
    """Whether its score rose."""
    for_it: int
    """Judges that say what the new verdict says."""
    judges: int
    """Judges of the panel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeChange:
    """One judge of both panels by itself, on one principle; told, and no part of the gate."""

    judge: str
    principle: str
    measure: Measure
    cells: int
    old: float
    new: float


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantinedCells:
    """Cells that are shown and decide nothing, for a while."""

    case: str
    principle: str
    """Principle or pattern; "*" is all."""
    reason: str
    owner: str
    until: str
    cells: int
    """Cells of the run it covers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlipResult:
    """How often readings of one cell differ."""

    principle: str
    """Empty for all together."""
    side: Literal["baseline", "run"]
    cells: int
    """Cells read several times."""
    pairs: int
    """Pairs of readings compared."""
    rate: float
    """Share of pairs that differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectedDifference:
    """Change of a pass rate after correction for the panel's errors, where human labels allow."""

    principle: str
    sensitivity: Measured
    specificity: Measured
    labelled: int
    apparent: float
    """new - old of the verdicts."""
    corrected: Measured
    """new - old of what people would say, by Rogan and Gladen: apparent / (sensitivity + specificity - 1)."""
    outcome: Outcome
    """The outcome with the corrected limits."""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """The run that is gated."""

    suite_path: str
    created: str
    units: Counted
    open: int
    failed_share: float
    failed_share_limit: float
    calls: int
    reused: int
    """Answers taken from earlier runs and recordings."""
    usd: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineFacts:
    """What it is compared with."""

    path: str
    """File from the workspace, or empty where a run of the ledger was named."""
    run: str
    accepted: Accepted | None
    cells: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GateResult:
    """What a gate says."""

    suite: str
    title: str
    run: str
    compares: Literal["judges", "candidates"]
    """Which gate it is."""
    status: Status
    exit_code: int
    """Before `--exit-zero` and `--undecided`."""
    headline: str
    """The outcome in one sentence of plain text."""
    reasons: tuple[str, ...]
    """Why, most important first: what could not be measured, what failed, what is undecided."""
    principles: tuple[PrincipleResult, ...]
    tests: tuple[TestResult, ...]
    floors: tuple[FloorResult, ...]
    rules: tuple[RuleResult, ...]
    corrected: tuple[CorrectedDifference, ...]
    changed: tuple[ChangedCell, ...]
    """Compared cells with another verdict, the worse ones first, then by severity, principle and case."""
    judges: tuple[JudgeChange, ...]
    changes: tuple[str, ...]
    """What changed between baseline and run that could move a verdict, in words."""
    rules_changed: tuple[str, ...]
    """What decides the gate and is other than when the baseline was made, in words: rules, severities, groups."""
    flips: tuple[FlipResult, ...]
    quarantined: tuple[QuarantinedCells, ...]
    accesses: int
    """Earlier uses of the anchors to certify or to gate."""
    baseline: BaselineFacts | None
    """None where it could not be read."""
    facts: RunFacts | None
    """None where there is no run."""
    alpha: float
    margin: float
    likely: float
    reliability: float
    least_comparable: float
    slices: tuple[str, ...]
    seed: int
    notes: tuple[str, ...]
    """What readers of the numbers have to know."""
    evenhand: str
    """Version."""
    command: str
    """What makes this result again."""
