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
    """What became of a pair."""

    FIRST = "first"
    SECOND = "second"
    TIE = "tie"
    """The panel finds neither better."""
    ABSTAINED = "abstained"
    """The judges can not tell."""
    INCONSISTENT = "inconsistent"
    """The answer changed with the order in which the two were shown."""
    SPLIT = "split"
    """The panel is undecided for another reason: judges or principles contradict each other."""
    UNMEASURED = "unmeasured"
    """Ratings failed or are open."""


DECIDED = frozenset({PairOutcome.FIRST, PairOutcome.SECOND})


@dataclass(frozen=True, slots=True, kw_only=True)
class RawPreference:
    """What one judge said of a pair under one principle in one order."""

    judge: str
    principle_id: str
    order: str
    """The order it was shown in: given or swapped."""
    repeat: int
    p_first: float | None
    """Its probability for the first of the pair, whichever was shown first; None where it gave no readable answer."""
    said: str
    """Its label, or the kind of its failure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledPair:
    """A pair with its AI preference label."""

    case_id: str
    source: str
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
    """Soft probability for the first, averaged over orders, judges and principles; None where nothing was measured."""
    p_clamped: float | None
    """The same inside of the clamp."""
    raw: Sequence[RawPreference] = ()
    trusted: bool = False
    """Whether a calibrated panel may decide this pair alone."""
    trust_reason: str = ""
    """Why, or why not."""


__all__ = [
    "DECIDED",
    "LabelledPair",
    "PairOutcome",
    "RawPreference",
    "RevisedCase",
    "RevisionStep",
]
