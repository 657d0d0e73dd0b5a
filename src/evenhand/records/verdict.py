"""Verdicts: the panel's settled result on an item, or undecided, with the ratings behind it."""

from dataclasses import dataclass
from enum import StrEnum

from evenhand.records.rating import Distribution


class Undecided(StrEnum):
    """Why a panel left an item to people."""

    QUORUM = "quorum"
    """Too few judges had an opinion."""
    TIE = "tie"
    """Two labels had equal weight."""
    ABSTENTION = "abstention"
    """A judge could not tell, and the panel leaves such items to people."""
    MISSING = "missing"
    """A rating failed, and the panel leaves such items to people."""
    REFUSED = "refused"
    """Judges refused the item, and their votes against it would have changed the verdict."""
    SPLIT = "split"
    """The rule asks for unanimity and the judges differ."""
    ESCALATED = "escalated"
    """The last step of a cascade was not sure enough of its verdict."""


class StepDecision(StrEnum):
    """What became of an item at a step of a cascade."""

    SETTLED = "settled"
    """The step's verdict holds; later judges are spared."""
    ESCALATED = "escalated"
    """The next step was asked."""
    PEOPLE = "people"
    """There is no next step: people decide."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What one judge says on one item after its repeats and orders were pooled."""

    judge: str
    """Name of the judge."""
    label: str | None
    """Its answer; None when too few ratings are readable, or its repeats tie."""
    distribution: Distribution
    """Pooled probabilities; empty without a readable rating."""
    score: float | None = None
    """Expected value on the scale; None on a scale without an order."""
    ratings: int
    """Readable ratings pooled."""
    failed: tuple[str, ...] = ()
    """Kinds of its failed ratings."""
    abstains: bool = False
    """Whether it can not tell, by its answer or because its repeats tie."""
    inconsistent: bool = False
    """Whether the two orders of a pair gave different answers."""
    one_order: bool = False
    """Whether a pair was asked in one order only, so that a position bias can not show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepOutcome:
    """What one step of a cascade came to on an item."""

    step: int
    """Its number, from 1."""
    decision: StepDecision
    """What became of the item."""
    label: str | None
    """The verdict of its voters, sure enough or not; None where the rule leaves it open."""
    undecided: Undecided | None
    """Why the rule leaves it open."""
    disagreement: float
    """Of its voters."""
    confidence: float | None
    """Probability of the label that was compared with the threshold; None without a label."""
    raw: float | None
    """The same as the judges give it, before calibration."""
    calibrated: bool
    """Whether every voter's probability was read through a calibration map."""
    words: tuple[str, ...]
    """The arithmetic, in words, so that it can be re-derived by hand."""

    @property
    def lines(self) -> tuple[str, ...]:
        """The words, each with the step they are of."""
        return tuple(f"step {self.step}: {words}" for words in self.words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The panel's settled result on one item."""

    label: str | None
    """The settled answer; None is undecided."""
    undecided: Undecided | None
    """Why it is undecided; None when it is settled."""
    distribution: Distribution
    """The panel's probabilities, the mean over judges with an opinion."""
    disagreement: float
    """0 (one voice) to 1: the entropy of the judges' labels over the logarithm of their number, where 1 is that no two
    agree; for numbers the standard deviation over half the range."""
    opinions: tuple[Opinion, ...]
    """What each judge said."""
    score: float | None = None
    """Panel value on the scale, for the rules "mean" and "median" on scales with an order."""
    steps: tuple[str, ...] = ()
    """The arithmetic, in words, so that it can be re-derived by hand."""
    cascade: tuple[StepOutcome, ...] = ()
    """The road through the steps of the panel's cascade; empty without one."""
