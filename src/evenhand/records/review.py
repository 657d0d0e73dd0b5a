"""Review: what is drawn for people, what a reviewer may see of it, and what people answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from evenhand.records.constitution import Importance, Principle
from evenhand.records.message import Text
from evenhand.records.rating import Order
from evenhand.records.scale import Scale

CANNOT_TELL = "cannot_tell"
"""What a person answers who can not tell, where the scale has no label of its own for that."""


class Role(StrEnum):
    """What a person may do; each may do what those before it may."""

    REVIEWER = "reviewer"
    """Labels items, blind."""
    ADJUDICATOR = "adjudicator"
    """Settles items on which reviewers differ."""
    LEAD = "lead"
    """Sees progress and questions about quality, and admits people."""

    def may(self, role: "Role") -> bool:
        """Tell whether this role includes `role`."""
        order = list(Role)
        return order.index(self) >= order.index(role)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who reviews."""

    name: str
    """Name, unique; labels are stored under it."""
    role: Role
    opts_out: tuple[str, ...] = ()
    """Content tags whose items are never given to this person."""
    active: bool = True
    """Whether they may sign in."""


# -- What was drawn --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewDraw:
    """One draw of items for people. A first draw and those that top it up are one design."""

    id: str
    """Name of the draw, such as rd-20261127-kfqzt."""
    design: str
    """Name of the first draw of the design; a probability holds within it."""
    run: str
    """The run whose items are the population."""
    suite: str
    constitution: str
    """Name and version, as in acme@2.3.0."""
    made: str
    """UTC time, ISO 8601."""
    seed: int
    """Of every random choice of the design."""
    population: int
    """Items of the run, failed and undecided ones among them."""
    budget: float
    """Items expected in the whole design after this draw."""
    drawn: int
    """Items in the whole design after this draw."""
    uniform: float
    """Share of the budget spread evenly."""
    most_ratio: float
    """Largest weight over smallest weight within a stratum."""
    strata: tuple[str, ...] = ()
    """What the budget was divided by: "principle", or names of slices."""
    reviewers: int = 1
    """Distinct people wanted for each item."""
    double: float = 0.1
    """Share of items that at least two people label, drawn at random."""
    repeats: float = 0.05
    """Share of a person's items that are shown to that person again."""
    reveal: bool = True
    """Whether a reviewer may look at the judges once the label is given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewItem:
    """An item drawn for people, with what the estimates need. Reviewers never see this record."""

    id: str
    """Derived from design, case, candidate and principle."""
    design: str
    draw: str
    """The draw that brought it."""
    run: str
    seq: int
    """Position in the run."""
    case_id: str
    candidate_id: str
    """The candidate, or both with a bar between them."""
    principle_id: str
    principle_hash: str
    """Hash over what a label on the principle rests on."""
    content: str
    """Hash of the text that is shown."""
    stratum: str
    inclusion: float | None
    """Probability with which the design draws it; None for a gold item, which no estimate uses."""
    uncertainty: float
    """What the panel's votes leave open, 0 to 1."""
    position: int
    """Place in the random order of the queue."""
    required: int
    """Distinct people wanted."""
    severity: Importance
    sensitive: tuple[str, ...] = ()
    """Content tags of its case."""
    gold: str | None = None
    """The answer that is known already; None for an item of the draw."""


# -- What a reviewer sees --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownOutput:
    """A candidate as a reviewer sees it: no producer."""

    id: str
    """Its name in the case; not shown for pairs, which are LEFT and RIGHT."""
    text: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCase:
    """The text of a case as it is kept for review. Nothing that says who wrote it, or what anybody thought of it."""

    case_id: str
    prompt: Text | None
    outputs: tuple[ShownOutput, ...]
    """The one candidate, or the two to compare, in the order of the case."""
    reference: Text | tuple[str, ...] | None = None
    """A right answer, or several."""
    sensitive: tuple[str, ...] = ()
    """Content tags: the body stays folded until the reviewer opens it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPrinciple:
    """A principle beside the candidate, as it was when the item was drawn."""

    principle: Principle
    scale: Scale
    hash: str
    """Hash over what a label on it rests on."""

    @property
    def answers(self) -> Mapping[str, str]:
        """Labels a person may give, with what each means; numeric scales list none but "cannot tell"."""
        described = {label: self.scale.describe.get(label, "") for label in self.scale.labels}
        if not self.scale.abstain:
            described[CANNOT_TELL] = "What is shown is not enough to decide."
        return described

    def holds(self, label: str) -> bool:
        """Tell whether a person may answer `label`."""
        return self.scale.holds(label) or label in self.answers


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceSpan:
    """A passage that the label rests on. Places count code points of the text as it is, from 0."""

    block: str
    """Where: "prompt", or "output:" and the name of the candidate; "/" and a number after it is the turn, from 0."""
    start: int
    end: int
    """One after the last."""
    quote: str
    """The passage itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a reviewer has entered so far."""

    label: str = ""
    """Of a pair in the frame of the person: "a" is the left one."""
    sure: bool = True
    defensible: tuple[str, ...] | None = None
    """Other labels that could be defended, in the same frame; empty where the person looked and found none, None where
    not asked."""
    comment: str = ""
    evidence: tuple[EvidenceSpan, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """Time spent on an item."""

    active_ms: int = 0
    """With the page in view and something done at least every two minutes."""
    idle_ms: int = 0
    """With the page in view, beyond that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One look at an item, from the loading of its page on."""

    id: str
    """Chosen when the page is made; the same visit told again replaces what it told before."""
    spent: Spent
    """In this visit so far."""


class AssignmentKind(StrEnum):
    """Why an item is before a person. Never shown."""

    FIRST = "first"
    """To label it."""
    REPEAT = "repeat"
    """To label it again, for self-agreement."""


class AssignmentState(StrEnum):
    """What became of an assignment."""

    OPEN = "open"
    COMMITTED = "committed"
    SKIPPED = "skipped"
    RETURNED = "returned"
    """Put back by the reviewer, or its time ran out and somebody else has its place; the draft is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """An item before a person. Its id is random, so that nothing can be told from it."""

    id: str
    item: str
    person: str
    kind: AssignmentKind
    state: AssignmentState
    order: Order
    """Which candidate of a pair stands left: the first where the order is as given."""
    opened: str
    """UTC time, ISO 8601, of the first opening."""
    expires: float
    """Until when nobody else is given its place, in seconds since 1970."""
    turn: int = 0
    """Grows with every decision and undo, so that a form that was filled in before is known to be stale."""
    revisits: int = 0
    """How often it was opened again."""
    revealed: bool = False
    """Whether the person has seen the judges."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenItem:
    """Everything a reviewer is shown of an item, and nothing else: a page or a terminal is made of this alone."""

    assignment: str
    """What its address is made of."""
    turn: int
    """Sent back with every form: see `Assignment`."""
    suite: str
    case: ShownCase
    """Outputs in the order in which this person sees them: of a pair, left first."""
    principle: ShownPrinciple
    draft: Draft
    spent: Spent
    """So far."""
    done: int
    """Items this person has labelled in the design."""
    left: int
    """About how many items there are for this person still, this one among them. Repeats and gold items count as they
    are expected, so that the number does not tell which items they were."""
    session_done: int = 0
    """Items labelled since the person's last break."""
    session_active_ms: int = 0
    """Active time since then."""
    can_undo: bool = False

    @property
    def is_pair(self) -> bool:
        """Whether two candidates are compared."""
        return len(self.case.outputs) == 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Committed:
    """A label is on disk."""

    assignment: str
    label: str
    """In the person's frame."""
    may_reveal: bool
    """Whether this person may look at the judges now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastDecision:
    """Something a person decided, for the list of what can be undone."""

    assignment: str
    state: AssignmentState
    label: str
    """In the person's frame; empty for a skip."""
    case_id: str
    principle_id: str
    revealed: bool


# -- What the judges said, once the label is given -------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class RevealedRating:
    """What one judge said."""

    judge: str
    label: str | None
    """Its answer; None where the rating failed."""
    failed: str = ""
    """Kind of the failure."""
    reason: str = ""
    """Hostile text."""
    quotes: tuple[str, ...] = ()
    """Hostile text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revealed:
    """The judges behind an item, for a person whose label is on disk."""

    assignment: str
    label: str
    """What the person answered. Like the labels below, in the person's frame: of a pair, "a" is the left one."""
    verdict: str | None
    """The panel's label; None is undecided."""
    undecided: str = ""
    """Why it is undecided."""
    ratings: tuple[RevealedRating, ...] = ()
    stratum: str = ""
    """How the item was drawn."""


# -- What people answer ----------------------------------------------------------------------------


class ReviewLabelKind(StrEnum):
    """What a label of a reviewer is good for."""

    FIRST = "first"
    """Given blind; the only one that calibration reads."""
    REPEAT = "repeat"
    """Given blind to an item labelled before, by the same person."""
    REVEALED = "revealed"
    """A changed mind, after a look at the judges."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewLabel:
    """One label by one person. Appended, never changed; a label that was undone is marked by an event after it."""

    id: str
    item: str
    """Id of the review item."""
    assignment: str
    """Empty for one that was imported."""
    person: str
    kind: ReviewLabelKind
    label: str
    """A label of the scale, a number as text, or "cannot_tell"; of a pair in the frame of the case, where "a" is the
    first."""
    sure: bool
    defensible: tuple[str, ...] | None
    comment: str
    evidence: tuple[EvidenceSpan, ...]
    order: Order
    """In which order a pair was shown."""
    blind: bool
    at: str
    """UTC time, ISO 8601."""
    spent: Spent
    revisits: int
    principle_hash: str
    via: str
    """Where it was given: "web", "terminal", or the format it was imported from."""
    withdrawn: bool = False
    """Whether it was undone."""


class AdjudicationReason(StrEnum):
    """Why reviewers differed."""

    AMBIGUOUS_TEXT = "ambiguous_text"
    GUIDELINE_GAP = "guideline_gap"
    """The principle does not say; opens a stub against it."""
    ANNOTATOR_ERROR = "annotator_error"
    EDGE_CASE = "edge_case"
    SUBJECTIVE = "subjective"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjudication:
    """The human decision that settles an item. A record beside the labels, which stay as they are."""

    id: str
    item: str
    person: str
    label: str
    """In the frame of the case."""
    reason: AdjudicationReason
    note: str
    """Needed where no reviewer gave this label."""
    at: str
    spent: Spent
    principle_hash: str
    own: bool = False
    """Whether the person had labelled the item too."""


class Provenance(StrEnum):
    """Where the label of an item comes from."""

    SINGLE = "single"
    UNANIMOUS = "unanimous"
    MAJORITY = "majority"
    """Never a reference label where adjudication is asked for."""
    ADJUDICATED = "adjudicated"
    UNRESOLVED = "unresolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flagged:
    """A reviewer's word to the lead about an item."""

    item: str
    person: str
    text: str
    at: str


GOLD_REQUIRED = 1_000_000
"""`required` of a gold item: it never closes, so that everybody meets it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewEvent:
    """One line of the review ledger's chain: everything people do is one, and nothing else changes the ledger."""

    number: int
    """From 1, without gaps."""
    at: str
    person: str
    kind: str
    """What happened, such as "commit" or "undo"."""
    subject: str
    """Id of the assignment, item, draw or person it is about."""
    body: Mapping[str, object] = field(default_factory=dict)
    """The rest, as plain JSON values."""
    prev: str = ""
    """Hash of the event before; empty for the first."""
    hash: str = ""
    """sha256 over everything above, in hex."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """How far the chain of events had come. Kept outside the ledger, it shows that no event was cut off its end."""

    number: int
    """Of the last event; 0 before the first."""
    hash: str
    """Hash of that event; empty before the first."""

    def __str__(self) -> str:
        """Return it on one line."""
        return f"{self.number}:{self.hash}"
