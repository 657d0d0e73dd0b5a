"""Ratings: one rater's answer on one item; and failed ratings, which are never a score."""

from dataclasses import dataclass
from enum import StrEnum


class FailureKind(StrEnum):
    """Why a rating has no readable answer. Each is counted by itself; none is ever a score."""

    REFUSED = "refused"
    """The model declined to judge."""
    FILTERED = "filtered"
    """The provider's filter stopped the reply."""
    TRUNCATED = "truncated"
    """The reply was cut off."""
    EMPTY = "empty"
    """The reply holds no answer at all."""
    MALFORMED = "malformed"
    """The reply is not exactly one answer in the shape asked for."""
    TOO_LONG = "too_long"
    """The candidate is longer than the judge may be shown."""
    REJECTED = "rejected"
    """The endpoint answered that it does not take this question."""
    UNREACHABLE = "unreachable"
    """No attempt got a reply."""
    UNKNOWN_OUTCOME = "unknown_outcome"
    """A call was sent, its reply never stored, and it is not asked again."""
    NOT_RECORDED = "not_recorded"
    """A recorded judge has no line for the item."""
    NOT_COVERED = "not_covered"
    """An offline judge has no rules or examples for the principle."""


class Order(StrEnum):
    """In which order a pair was shown."""

    GIVEN = "given"
    SWAPPED = "swapped"


class Basis(StrEnum):
    """Where the distribution of a rating comes from."""

    LOGPROBS = "logprobs"
    """Token log-probabilities of the answer."""
    SCORES = "scores"
    """Scores of an offline judge."""
    DECISION = "decision"
    """Probabilities that a decision endpoint gave."""
    RECORDED = "recorded"
    """Probabilities recorded with the rating."""
    ANSWER = "answer"
    """The answer alone: all weight on one label."""


Distribution = tuple[tuple[str, float], ...]
"""Labels with their probabilities; sums to 1, labels of weight 0 may be left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """A readable answer."""

    label: str
    """The answer: a label of the scale, or a number as text. Pairwise labels are in the frame of the case."""
    distribution: Distribution
    """Probabilities over the scale, in the same frame."""
    basis: Basis
    """Where the distribution comes from."""
    missing_mass: float = 0.0
    """Probability that the log-probabilities shown do not account for, 0 to 1."""
    stated: float | None = None
    """Confidence the judge stated, 0 to 1, where it was asked."""
    reason: str = ""
    """The judge's reason, hostile text."""
    quotes: tuple[str, ...] = ()
    """Passages the judge quoted, hostile text."""
    flags: tuple[str, ...] = ()
    """Observations such as `unquoted` (evidence was required and not given)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedRating:
    """No readable answer."""

    kind: FailureKind
    """Why."""
    detail: str = ""
    """What was seen, for people; hostile text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spared:
    """Not asked, because an earlier step of the panel's cascade settled the item. Neither an answer nor a failure."""

    step: int
    """The step that settled the item, from 1."""

    @property
    def reason(self) -> str:
        """Why it was not asked, in words."""
        return f"step {self.step} of the cascade settled the item"


Outcome = Rating | FailedRating
"""What asking a judge brought."""

TerminalState = Outcome | Spared
"""What became of a unit."""

RATED, SPARED = "rated", "spared"
"""Names of the states that are no failure; those of failures are their kinds."""


def state_of(outcome: TerminalState) -> str:
    """Return the name of a terminal state."""
    if isinstance(outcome, FailedRating):
        return outcome.kind.value
    return SPARED if isinstance(outcome, Spared) else RATED


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens a provider counted for one attempt."""

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    estimated: bool = False
    """True where the provider reported nothing and the counts are ours."""
