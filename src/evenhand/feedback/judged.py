"""What a panel said of single texts, and of replies before and after they were revised."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from evenhand.feedback.results import RevisedCase
from evenhand.records.message import Text


class TextOutcome(StrEnum):
    """What became of a text."""

    PASSED = "passed"
    """It passes under every principle it was judged by."""
    FAILED = "failed"
    """It fails under at least one of them."""
    ABSTAINED = "abstained"
    """It fails nowhere, and somewhere the panel can not tell."""
    UNDECIDED = "undecided"
    """It fails nowhere, and somewhere the panel is undecided."""
    NEUTRAL = "neutral"
    """No principle's answer says pass or fail."""
    UNMEASURED = "unmeasured"
    """Ratings failed or are open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRating:
    """What one judge said of a text under one principle, in one repeat."""

    judge: str
    principle_id: str
    repeat: int
    p_pass: float | None
    """Its probability of passing; None where it gave no readable answer."""
    said: str
    """Its label, or the kind of its failure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedText:
    """A text with what a panel, or people, said of it under its principles."""

    case_id: str
    candidate_id: str
    source: str
    """Source of the case; its own id where it names none."""
    slice: Mapping[str, str]
    prompt: Text | None
    text: Text | None
    """Hostile text; None where it is not there any more."""
    producer: str
    principle_ids: tuple[str, ...]
    """Those the outcome rests on: all that passed, or all that failed."""
    outcome: TextOutcome
    p_pass: float | None
    """Lowest probability of passing among them; None where nothing was measured."""
    raw: Sequence[RawRating] = ()
    """What each judge said of it."""
    items: tuple[int, ...] = ()
    """Positions in the run of the items the outcome rests on."""
    by_people: bool = False
    """Whether people settled all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedRevision:
    """A reply that was revised, with what a panel said of it before and after, blind to which is which."""

    revised: RevisedCase
    before: JudgedText
    """The first reply."""
    after: JudgedText
    """The last revision; the same as `before` where nothing changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unwritten:
    """A reply whose revision did not come to its end; no text of it is a row."""

    source: str = ""


__all__ = ["JudgedRevision", "JudgedText", "RawRating", "TextOutcome", "Unwritten"]
