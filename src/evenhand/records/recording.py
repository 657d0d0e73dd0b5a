"""Recordings: ratings and raw replies that were obtained elsewhere, as files hold them and as judges read them."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import Field

from evenhand.records.canonical import FileRecord
from evenhand.records.rating import Distribution, FailureKind, Order


class RatingLine(FileRecord):
    """One line of a file of recorded ratings."""

    case: str = Field(min_length=1)
    """The case."""
    candidate: str = ""
    """The candidate, or both of a pair with a bar between them; may be empty where the case has no choice."""
    principle: str = Field(min_length=1)
    """The principle, or the file's own name for it."""
    judge: str = ""
    """Who gave the rating, where the file holds several judges."""
    label: str
    """The answer, pairwise labels in the frame of the case; empty means that there was no readable answer."""
    failure: FailureKind | None = None
    """Why there was no readable answer, where that is known."""
    score: float | None = None
    """The answer as a number, as the source gives it; kept for people, the label counts."""
    distribution: Mapping[str, float] | None = None
    """Probability of each label, where the source gives it."""
    reason: str = ""
    """The judge's reason."""
    order: Order = Order.GIVEN
    """In which order a pair was shown."""
    repeat: int = Field(default=0, ge=0)
    """Which repeat of the same question, from 0."""


class ReplyLine(FileRecord):
    """One line of a file of recorded raw replies."""

    case: str = Field(min_length=1)
    """The case."""
    candidate: str = ""
    """The candidate, or both of a pair with a bar between them; may be empty where the case has no choice."""
    principle: str = ""
    """The principle, where replies of one case differ by it."""
    judge: str = ""
    """Who replied, where the file holds several judges."""
    stage: str = ""
    """Which step of a longer exchange the reply belongs to."""
    text: str
    """The reply, exactly as it came."""
    finish: str = ""
    """Why the reply ended, in the provider's word."""
    order: Order = Order.GIVEN
    """In which order a pair was shown."""
    repeat: int = Field(default=0, ge=0)
    """Which repeat of the same question, from 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedRating:
    """A recorded rating in the words of the suite: principle ids and labels of the scale."""

    case_id: str
    candidate_id: str
    """Empty where the line names none."""
    principle_id: str
    order: Order
    repeat: int
    label: str
    """The answer; empty with `failure`."""
    failure: FailureKind | None
    """Why there is no readable answer; None with a label."""
    distribution: Distribution
    """Recorded probabilities; empty where there are none."""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedReply:
    """A recorded raw reply."""

    case_id: str
    candidate_id: str
    """Empty where the line names none."""
    principle_id: str
    """Empty where the line names none."""
    order: Order
    repeat: int
    text: str
    finish: str
