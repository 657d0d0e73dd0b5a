"""What a tuning came to: the record that every report of it is made of."""

from dataclasses import dataclass
from typing import Literal

from evenhand.tuning.accept import Outcome
from evenhand.tuning.choices import Must
from evenhand.tuning.gains import Gain

Origin = Literal["current", "file", "few-shot", "reword", "dspy"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateResult:
    """A candidate that was judged on the labels to learn from."""

    name: str
    origin: Origin
    told: str
    """Where it comes from, in words: a file, how many worked examples, a model."""
    digest: str
    """Digest of everything of it that could change an answer."""
    score: float
    """Share of right answers on the items that candidates are compared on."""
    gain: Gain | None
    """Against the current judge there; None for the current judge itself. It chose, so it flatters."""
    picked: float | None
    """How often the cross-validation would have taken it, as a share; None where there is none."""
    length: int | None
    """Characters of its prompt, worked examples included; None where it is not known."""
    calls: int
    """Paid calls for these items."""
    nanousd: int
    """What they cost."""
    failed: int
    """Answers that are missing; each counts as wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedCandidate:
    """A proposal that was never judged."""

    name: str
    origin: Origin
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The choice among candidates on the labels to learn from."""

    name: str
    score: float
    """On the items that chose it."""
    cross_validated: float | None
    """What the same way of choosing is worth on items that did not choose; None where that can not be told."""
    optimism: float | None
    """The difference of both."""
    items: int
    clusters: int
    shown: int
    """Labelled items that proposers saw; none of them is among those compared on."""
    run: str
    """The run of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateTest:
    """One paired comparison of the gate."""

    principle: str
    measure: str
    slice: str
    """The group; empty for all."""
    cells: int
    old: float | None
    new: float | None
    low: float | None
    """One-sided lower limit of new - old."""
    margin: float
    outcome: str
    cells_needed: int | None
    """Cells it takes to exclude a drop of the margin when nothing changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gated:
    """What the gate said of the chosen candidate."""

    status: str
    headline: str
    reasons: tuple[str, ...]
    tests: tuple[GateTest, ...]
    gain: Gain | None
    """On all of its items; None where it was not measured."""
    run_old: str
    run_new: str
    accesses: int
    """Earlier uses of the labels of the gate split."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """What the sealed labels say of the accepted candidate."""

    gain: Gain
    optimism: float
    """Its score on the items that chose it, less that on the sealed ones."""
    opened_before: int
    """Earlier openings of these labels, by anything else than this candidate."""
    run: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TuningResult:
    """What a tuning came to."""

    suite: str
    judge: str
    """The judge that is tuned."""
    outcome: Outcome
    reason: str
    must: Must
    alpha: float
    seed: int
    candidates: tuple[CandidateResult, ...]
    """The current judge first."""
    refused: tuple[RefusedCandidate, ...]
    chosen: Chosen
    gate: Gated | None
    """None where nothing was better and the gate split was left alone."""
    sealed: Sealed | None
    """None where nothing was accepted, or the sealed labels were left closed."""
    tried_now: int
    """Candidates of this tuning."""
    tried_ever: int
    """Different candidates that were ever compared on these labels, those of this tuning among them."""
    tunings_before: int
    """Earlier tunings on these labels that compared other candidates."""
    left_out: tuple[str, ...]
    """What was not done, and why."""
    notes: tuple[str, ...]
    """What readers of the numbers have to know."""
    evenhand: str
    """Version."""
    command: str
