"""What feedback comes to: chains of revisions and labelled pairs, which everything written is made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from evenhand.records.message import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionStep:
    """One critique and the revision that followed from it."""

    round: int
    """From 1."""
    principle_id: str
    critique: str
    """Hostile text; empty where no critique was asked for."""
    revision: str
    """Hostile text."""
    keys: tuple[str, ...]
    """Digests of what was asked, critique first, as hex: the prompt hashes of the two texts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisedCase:
    """A case whose reply went through all its rounds."""

    case_id: str
    candidate_id: str
    source: str
    """Source of the case: cases that share one are not independent; its own id where it names none."""
    slice: Mapping[str, str]
    prompt: Text | None
    original: str
    """The first reply."""
    original_producer: str
    steps: tuple[RevisionStep, ...]
    """In order; the last revision is the result."""

    @property
    def final(self) -> str:
        """The last revision."""
        return self.steps[-1].revision if self.steps else self.original


class PairOutcome(StrEnum):
    """What became of a pair: the first of these that holds, in this order.

    Nothing here is ever turned into a half, and no pair is left out: pairs = the sum over all outcomes.
    """

    UNMEASURED = "unmeasured"
    """Under one of its principles a rating is open, or failed ratings keep the panel from a verdict."""
    INCONSISTENT = "inconsistent"
    """The answer changes with the order in which the two were shown: another leads with the first shown first than with
    the second shown first, each averaged over judges and principles."""
    ABSTAINED = "abstained"
    """Under one of its principles the judges can not tell, and too few others are left to decide."""
    SPLIT = "split"
    """Judges contradict each other so that the panel leaves it to people, principles point to different sides, or the
    verdicts point to one side and the soft probability to the other."""
    TIE = "tie"
    """No verdict points to a side, or the soft probability lies within `tie_within` of a half."""
    FIRST = "first"
    """The first is better."""
    SECOND = "second"
    """The second is better."""


DECIDED = frozenset({PairOutcome.FIRST, PairOutcome.SECOND})


class PreferenceBasis(StrEnum):
    """What a probability rests on, the best first."""

    PROBABILITIES = "probabilities"
    """Log-probabilities of the answer, a decision endpoint, or probabilities recorded with it."""
    REPEATS = "repeats"
    """Shares of the answers of several repeats."""
    ANSWER = "answer"
    """One answer alone: hard, 0 or 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawPreference:
    """What one judge said of a pair under one principle, in one order and repeat."""

    judge: str
    principle_id: str
    order: str
    """The order it was shown in: given or swapped."""
    repeat: int
    p_first: float | None
    """Its probability for the first of the pair among the two, P(first) / (P(first) + P(second)), whichever was shown
    first; None where it gave no readable answer, or nothing to either."""
    p_neither: float | None
    """Its probability that neither is better; None where it gave no readable answer."""
    said: str
    """Its label in the frame of the case (a is the first), or the kind of its failure."""
    basis: PreferenceBasis | None
    """What it rests on; None where it gave no readable answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrinciplePreference:
    """What the panel says of a pair under one of its principles."""

    principle_id: str
    outcome: PairOutcome
    """As if it were the only principle."""
    p_first: float | None
    human: str | None = None
    """What people said: first, second or tie; None where nobody did or they differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledPair:
    """A pair with its AI preference label."""

    case_id: str
    source: str
    """Source of the case: cases that share one are not independent; its own id where it names none."""
    slice: Mapping[str, str]
    prompt: Text | None
    first: str
    """Hostile text."""
    second: str
    """Hostile text."""
    first_id: str
    second_id: str
    first_producer: str
    second_producer: str
    principle_ids: tuple[str, ...]
    outcome: PairOutcome
    p_first: float | None
    """Soft probability for the first: shares of first and second averaged over orders, then judges, then principles,
    and normalised. None where nothing was measured, or nobody gave anything to either."""
    p_clamped: float | None
    """The same inside of the clamp."""
    p_neither: float | None = None
    """Share of "neither is better", averaged alike."""
    basis: PreferenceBasis | None = None
    """The weakest thing that the probability rests on; None where there is none."""
    flipped: bool | None = None
    """Whether the answer changed with the order; None where no judge answered in both."""
    principles: tuple[PrinciplePreference, ...] = ()
    """The same, principle by principle."""
    raw: Sequence[RawPreference] = ()
    trusted: bool = False
    """Whether a calibrated panel may decide this pair alone."""
    trust_reason: str = ""
    """Why, or why not."""
    items: tuple[int, ...] = ()
    """Positions, in the run that judged it, of the items its label rests on."""
    by_people: bool = False
    """Whether people settled all of them."""


__all__ = [
    "DECIDED",
    "LabelledPair",
    "PairOutcome",
    "PreferenceBasis",
    "PrinciplePreference",
    "RawPreference",
    "RevisedCase",
    "RevisionStep",
]
