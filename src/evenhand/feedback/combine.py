"""What several items of one pair, or of one text, come to together: a label holds only where none contradicts it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from evenhand.feedback.judged import TextOutcome
from evenhand.feedback.results import PairOutcome
from evenhand.records.rating import Distribution
from evenhand.records.scale import Reading
from evenhand.records.verdict import Undecided, Verdict

OutcomeT = TypeVar("OutcomeT", PairOutcome, TextOutcome)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said(Generic[OutcomeT]):
    """What was said of a pair or a text under one principle."""

    item: int
    """Position of the item in its run."""
    principle_id: str
    outcome: OutcomeT
    p: float | None
    """Probability that the first is better, or that the text passes; None where nothing was measured."""
    by_people: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Together(Generic[OutcomeT]):
    """What all of it comes to."""

    outcome: OutcomeT
    p: float | None
    rests_on: tuple[Said[OutcomeT], ...]
    """The parts the outcome follows from."""

    @property
    def by_people(self) -> bool:
        """Whether people settled all that it rests on."""
        return bool(self.rests_on) and all(each.by_people for each in self.rests_on)


# -- Pairs -----------------------------------------------------------------------------------------

_LABELS: Final = {"a": PairOutcome.FIRST, "b": PairOutcome.SECOND}
_OPEN: Final = (
    PairOutcome.UNMEASURED,
    PairOutcome.INCONSISTENT,
    PairOutcome.SPLIT,
    PairOutcome.ABSTAINED,
)
"""Outcomes that leave a pair open, the one that is told first at the beginning."""


def pair_label(label: str) -> PairOutcome:
    """Return what an answer about a pair says; of two bad ones neither is better."""
    return _LABELS.get(label, PairOutcome.TIE)


def combine_pair(parts: Sequence[Said[PairOutcome]]) -> Together[PairOutcome]:
    """Return what a pair comes to under several principles: the one that is better under some and worse under none.

    A tie under one principle does not contradict the others; a part that is open leaves the whole open. The
    probability is the mean.
    """
    found = {part.outcome for part in parts}
    known = [part.p for part in parts if part.p is not None]
    p = sum(known) / len(known) if known else None
    for reason in _OPEN:
        if reason in found:
            return Together(outcome=reason, p=p, rests_on=())
    if {PairOutcome.FIRST, PairOutcome.SECOND} <= found:
        return Together(outcome=PairOutcome.SPLIT, p=p, rests_on=())
    better = found - {PairOutcome.TIE}
    return Together(outcome=better.pop() if better else PairOutcome.TIE, p=p, rests_on=tuple(parts))


# -- Texts -----------------------------------------------------------------------------------------

_READINGS: Final = {
    Reading.PASS: TextOutcome.PASSED,
    Reading.FAIL: TextOutcome.FAILED,
    Reading.ABSTAIN: TextOutcome.ABSTAINED,
    Reading.NEUTRAL: TextOutcome.NEUTRAL,
}
_MEASURED: Final = (Undecided.MISSING, Undecided.REFUSED, Undecided.QUORUM)


def text_label(reading: Reading) -> TextOutcome:
    """Return what an answer about a text says."""
    return _READINGS[reading]


def text_outcome(verdict: Verdict | None, reading: Reading | None) -> TextOutcome:
    """Return what a verdict says of a text; `reading` is that of its label."""
    if verdict is None:
        return TextOutcome.UNMEASURED
    if reading is not None:
        return _READINGS[reading]
    if verdict.undecided is Undecided.ABSTENTION:
        return TextOutcome.ABSTAINED
    return TextOutcome.UNMEASURED if verdict.undecided in _MEASURED else TextOutcome.UNDECIDED


def p_pass(distribution: Distribution, readings: Mapping[str, Reading]) -> float | None:
    """Return the probability of passing among the answers that pass or fail; None where none does."""
    passing = sum(share for label, share in distribution if readings.get(label) is Reading.PASS)
    failing = sum(share for label, share in distribution if readings.get(label) is Reading.FAIL)
    return passing / (passing + failing) if passing + failing > 0 else None


def combine_text(parts: Sequence[Said[TextOutcome]]) -> Together[TextOutcome]:
    """Return what a text comes to under several principles: it fails where one fails, and passes where all that say do.

    The outcome rests on the failing parts, or on all of them; the probability is the least of those.
    """
    failing = tuple(part for part in parts if part.outcome is TextOutcome.FAILED)
    if failing:
        return Together(outcome=TextOutcome.FAILED, p=_least(failing), rests_on=failing)
    found = {part.outcome for part in parts}
    for reason in (TextOutcome.UNMEASURED, TextOutcome.UNDECIDED, TextOutcome.ABSTAINED):
        if reason in found:
            return Together(outcome=reason, p=_least(parts), rests_on=())
    passing = tuple(part for part in parts if part.outcome is TextOutcome.PASSED)
    if not passing:
        return Together(outcome=TextOutcome.NEUTRAL, p=None, rests_on=())
    return Together(outcome=TextOutcome.PASSED, p=_least(passing), rests_on=tuple(parts))


def _least(parts: Sequence[Said[TextOutcome]]) -> float | None:
    return min((part.p for part in parts if part.p is not None), default=None)


__all__ = [
    "Said",
    "Together",
    "combine_pair",
    "combine_text",
    "p_pass",
    "pair_label",
    "text_label",
    "text_outcome",
]
