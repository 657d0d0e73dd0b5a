"""A label with what it can be held against, and measures made of counts of them."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from evenhand.records.review import ReviewLabel
from evenhand.review.adjudication import answer_of, counted
from evenhand.review.quality import (
    LEAST,
    SURE,
    QualityKind,
    QualityMeasure,
    ReviewedItem,
    percent_of,
    too_few,
)
from evenhand.stats.change.independent import fisher_lower
from evenhand.stats.estimate import Estimate, Measured
from evenhand.stats.intervals import proportion

_LEVEL: Final = (1 - SURE) / 2
"""Of the one-sided tests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A first label with what it can be held against."""

    label: ReviewLabel
    item: ReviewedItem
    answer: str
    """What it is counted as."""
    others: tuple[str, ...]
    """What other people's labels are counted as."""
    settled: str | None
    """What the adjudicator's label is counted as, where that was somebody else."""
    gold: str | None
    at: float

    @property
    def is_right(self) -> bool | None:
        """Whether it is the gold, the settled, or the others' answer; None where there is nothing to compare with."""
        wanted = self.gold or self.settled
        if wanted is None and self.others:
            (first, count), *rest = Counter(self.others).most_common(2)
            wanted = first if not rest or rest[0][1] < count else None
        return None if wanted is None else self.answer == wanted


def said_of(each: ReviewedItem, label: ReviewLabel) -> Said:
    """Return a label with what it can be held against."""
    known = each.known
    decision = each.adjudication
    by_another = decision is not None and decision.person != label.person
    return Said(
        label=label,
        item=each,
        answer=answer_of(label.label, known),
        others=tuple(
            answer_of(other.label, known) for other in counted(each.labels) if other.person != label.person
        ),
        settled=answer_of(decision.label, known) if decision is not None and by_another else None,
        gold=None if each.item.gold is None else answer_of(each.item.gold, known),
        at=datetime.fromisoformat(label.at).timestamp(),
    )


def share(successes: int, n: int, *, confidence: float | None = None) -> Measured:
    """Return a share with its interval; undefined where too few labels are behind it."""
    if n < LEAST:
        return too_few(n)
    return proportion(successes, n) if confidence is None else proportion(successes, n, confidence=confidence)


def ends_below(successes: int, n: int, limit: float) -> bool:
    """Tell whether a share is below a limit, as surely as a question needs."""
    found = share(successes, n, confidence=SURE)
    return isinstance(found, Estimate) and found.interval.high < limit


def starts_above(successes: int, n: int, limit: float) -> bool:
    """Tell whether a share is above a limit, as surely as a question needs."""
    found = share(successes, n, confidence=SURE)
    return isinstance(found, Estimate) and found.interval.low > limit


def is_rarer(successes: int, n: int, others: int, of_others: int) -> bool:
    """Tell whether a share is below that of `others` in `of_others`, as surely as a question needs."""
    return min(n, of_others) >= LEAST and fisher_lower(successes, n, others, of_others) < _LEVEL


def measure_share(
    kind: QualityKind,
    successes: int,
    n: int,
    *,
    asks: bool,
    question: Callable[[str], str],
    detail: str = "",
) -> QualityMeasure:
    """Return a measure that is a share.

    Args:
        kind: What is measured.
        successes: Labels that count.
        n: Labels there are.
        asks: Whether it stands out.
        question: Makes the question from the share in words.
        detail: What else there is to know.
    """
    value = share(successes, n)
    told = question(percent_of(value)) if asks and isinstance(value, Estimate) else ""
    return QualityMeasure(kind=kind, value=value, detail=detail, question=told)


def measure_matches(
    kind: QualityKind,
    held: Sequence[tuple[str, str | None]],
    *,
    expected: float,
    question: Callable[[str], str],
) -> QualityMeasure:
    """Return how often a person's answers are those they are held against; asked about where that is rare.

    Args:
        kind: What is measured.
        held: Answers, each with the one it is held against; None holds nothing against it.
        expected: What careful people reach at least.
        question: Makes the question from the share in words.
    """
    matches = [answer == right for answer, right in held if right is not None]
    same, n = sum(matches), len(matches)
    return measure_share(kind, same, n, asks=ends_below(same, n, expected), question=question)


def told_beside(whom: str, successes: int, n: int) -> str:
    """Return the share of others in words; empty where there are none."""
    return f"{whom} {100 * successes / n:.0f} % of {n:,}" if n else ""
