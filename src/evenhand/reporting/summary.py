"""The numbers of a run as one record: the single source of the HTML, Markdown and JSON reports."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from pydantic import ConfigDict

from evenhand.records.candidate_flag import CandidateFlag
from evenhand.records.label import LabelKind
from evenhand.records.pacing import AccountPace, PaceChange
from evenhand.records.rating import FailureKind, Order
from evenhand.records.scale import Reading
from evenhand.records.spending import Spending
from evenhand.records.verdict import Undecided
from evenhand.reporting.cascade import CascadeResult
from evenhand.reporting.item_view import Excerpt, ItemView
from evenhand.reporting.stamp import Stamp
from evenhand.stats.estimate import Measured

SCHEMA: Final = "run-report/v1"
"""Kind and version of the JSON report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conservation:
    """Where every planned unit and item went: planned = rated + failed of every kind + spared + open."""

    planned: int
    rated: int
    failed: Mapping[FailureKind, int]
    spared: int
    """Units not asked, because an earlier step of a cascade settled their item."""
    open: int
    items: int
    """Items planned; each ends in one of the next three."""
    decided: int
    undecided: int
    items_open: int
    listed: int
    """Items the ledger lists; fewer than planned where a run broke off before it had listed them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelCount:
    """How often a label was given."""

    label: str
    reading: Reading
    """What the label means for a rate."""
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictCounts:
    """The panel's verdicts on a set of items."""

    items: int
    labels: tuple[LabelCount, ...]
    undecided: Mapping[Undecided, int]
    open: int
    """Items whose ratings are not all in."""
    pass_rate: Measured
    """Judges' pass rate: passing verdicts among those that pass or fail; not corrected for judge error."""
    worst: Measured
    """The same if every undecided and open item failed."""
    best: Measured
    """The same if every undecided and open item passed."""

    def read_as(self, reading: Reading) -> int:
        """Return how many verdicts mean `reading`."""
        return sum(each.count for each in self.labels if each.reading is reading)


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceResult:
    """Verdicts on the items of one slice."""

    dimension: str
    value: str
    verdicts: VerdictCounts


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeAnswers:
    """What one judge answered under a principle, its repeats and orders pooled."""

    judge: str
    labels: tuple[LabelCount, ...]
    tied: int
    """Items on which its answers tie."""
    unread: int
    """Items without a readable answer of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrincipleResult:
    """Everything counted under one principle."""

    principle: str
    title: str
    severity: str
    verdicts: VerdictCounts
    judges: tuple[JudgeAnswers, ...]
    slices: tuple[SliceResult, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PrincipleSet:
    """Principles answered on the same labels, so that answers under them can be counted together."""

    name: str
    """The principle's id, or what the principles share."""
    principles: tuple[str, ...]
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PairAgreement:
    """How far two raters give the same label to the same items."""

    over: PrincipleSet
    first: str
    second: str
    agreement: Measured
    """Share of the items both answered on which they agree."""
    kappa: Measured
    """Cohen's kappa on the same items."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfusionCounts:
    """How often a human label met which answer."""

    rows: tuple[str, ...]
    """Human labels."""
    columns: tuple[str, ...]
    """Answers; the last column is "no answer"."""
    counts: tuple[tuple[int, ...], ...]
    """One tuple of counts per row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelComparison:
    """A judge or the panel beside the labels of one annotator."""

    over: PrincipleSet
    rater: str
    is_panel: bool
    annotator: str
    kind: LabelKind
    of_all: Measured
    """Share of all labels it matches; no answer, tied or undecided does not match."""
    of_answered: Measured
    """Share matched among the items it answered."""
    kappa: Measured
    """Cohen's kappa among the items it answered."""
    off_scale: int
    """Labels that are not on the scale and are left out."""
    confusion: ConfusionCounts


@dataclass(frozen=True, slots=True, kw_only=True)
class BestJudge:
    """The panel beside the judge that matches most labels of an annotator."""

    over: PrincipleSet
    annotator: str
    judge: str
    judge_of_all: Measured
    """Share of all labels the judge matches; flattered, because it was picked on the same labels."""
    panel_of_all: Measured


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Items whose disagreement lies above `low` and not above `high`; the first bin is exactly 0."""

    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """How divided the judges are over the items."""

    bins: tuple[Bin, ...]
    fewer_than_two: int
    """Items with fewer than two answers, where nothing can differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureExample:
    """One failed rating."""

    item: str
    order: Order
    repeat: int
    detail: Excerpt


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureGroup:
    """Failed ratings of one kind of one judge."""

    judge: str
    kind: FailureKind
    count: int
    examples: tuple[FailureExample, ...]
    """The first ones, in the order of the suite."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeFailures:
    """How many of a judge's ratings failed."""

    judge: str
    share: Measured
    groups: tuple[FailureGroup, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Consistency:
    """How far a judge agrees with itself."""

    judge: str
    differing: int
    """Pairs or groups in which its own answers differ."""
    same: Measured
    """Share in which they are the same."""
    one_order: int
    """Pairs it answered in one order only, which can not show a position bias."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagCount:
    """How often a flag was raised."""

    flag: CandidateFlag
    items: int
    passed: int
    """Items among them whose flagged candidate passed, or was preferred to the other one of its pair."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlaggedItem:
    """An item with a flagged candidate."""

    item: str
    place: int
    """Place among the run's items, from 0."""
    flags: tuple[CandidateFlag, ...]
    label: str | None
    """The panel's verdict; None while undecided or open."""
    passed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Flagged:
    """Candidates that were flagged before any judge saw them; a flag changes no verdict."""

    looked_at: int
    """Items whose candidates were looked at; those of older ledgers were not."""
    items: int
    """Items with a flagged candidate."""
    passed: int
    """Items whose flagged candidate passed, or was preferred to the other one of its pair."""
    trivial: int
    """Items with a candidate that says nothing."""
    trivial_passed: int
    """Items whose candidate that says nothing passed, or was preferred."""
    flags: tuple[FlagCount, ...]
    listed: tuple[FlaggedItem, ...]
    """Some of the items, those that passed first."""
    left_out: int
    """Flagged items that are not listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallCost:
    """What calls came to, in billionths of a US dollar."""

    judge: str
    """The judge, or "preflight"."""
    calls: int
    failed: int
    asked_again: int
    possible_duplicates: int
    reused: int
    imported: int
    """How many of `reused` come from recordings that were imported from a file."""
    input_tokens: int
    output_tokens: int
    nanousd: int
    at_risk_nanousd: int
    """Worst-case price of calls that may have been billed without an answer reaching the ledger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnFamilyItems:
    """Items a judge judged that its own model family wrote."""

    judge: str
    items: int
    of: int
    """Items in the plan."""
    producers: tuple[str, ...]
    """The first names under which its family appears."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointView:
    """What preflight found out about an endpoint."""

    judge: str
    protocol: str
    transport: str
    base_url: str
    model: str
    served_model: str
    means: str
    logprobs: int
    left_out: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaceStep:
    """One change of an account's pace."""

    after_s: float
    """Seconds since the run's first change."""
    why: PaceChange
    limit: int
    """Most calls in flight from then on."""
    in_flight: int
    """Calls in flight then."""
    rest_s: float
    """With `rest`: seconds the provider asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPacing:
    """How an account was asked over the run."""

    pace: AccountPace
    history: tuple[PaceStep, ...]
    left_out: int
    """Changes beyond those; the ledger has them all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """A run in numbers."""

    __pydantic_config__ = ConfigDict(use_attribute_docstrings=True)
    schema: Literal["run-report/v1"] = SCHEMA
    confidence: float
    """Confidence of every interval."""
    too_few: int
    """Groups with fewer units get no estimate."""
    stamp: Stamp
    conservation: Conservation
    warnings: tuple[str, ...]
    """What a reader must know before any number."""
    principles: tuple[PrincipleResult, ...]
    slices_left_out: tuple[str, ...]
    """Slice dimensions with too many values to report."""
    judge_pairs: tuple[PairAgreement, ...]
    people_pairs: tuple[PairAgreement, ...]
    comparisons: tuple[LabelComparison, ...]
    people_left_out: int
    """Persons beyond those that are compared one by one."""
    best_judges: tuple[BestJudge, ...]
    disagreement: Disagreement
    divided: tuple[ItemView, ...]
    failures: tuple[JudgeFailures, ...]
    flagged: Flagged
    orders: tuple[Consistency, ...]
    """Pairs asked in both orders, by judge."""
    repeats: tuple[Consistency, ...]
    """Items asked more than once, by judge."""
    cascade: CascadeResult | None
    """What each step of the panel's cascade came to; None without one."""
    cost: tuple[CallCost, ...]
    spending: tuple[Spending, ...]
    """What each judge's calls cost, by what they were good for; together `total_nanousd`."""
    total_nanousd: int
    pacing: tuple[AccountPacing, ...]
    """How many calls at once each account bore."""
    own_family: tuple[OwnFamilyItems, ...]
    """Judges that judged their own model family."""
    endpoints: tuple[EndpointView, ...]
    notes: tuple[str, ...]
    """How the numbers were made and what they do not say."""
