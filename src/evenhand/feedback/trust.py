"""May a label go into training data without a person having seen it? A decision for each record, with its reason."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray


class TrustReason(StrEnum):
    """Why a record is trusted, or why not."""

    PEOPLE = "people settled it"
    CERTIFIED = "the calibrated panel is as sure as it has to be to decide alone"
    NO_CERTIFICATE = "no calibration allows this panel to decide anything alone"
    NOT_CERTIFIED = "the calibration has no labels on a principle of it"
    UNSURE = "the panel is not as sure as it has to be to decide alone"
    NO_VERDICT = "a part of what it rests on has no verdict"
    NOT_JUDGED = "no panel judged it"


TRUSTED = frozenset({TrustReason.PEOPLE, TrustReason.CERTIFIED})


def doubt(reason: TrustReason) -> int:
    """Return how little a label is believed beside another one: people before the panel, the panel before the rest."""
    return 0 if reason is TrustReason.PEOPLE else 1 if reason in TRUSTED else 2


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingFacts:
    """What a calibration lets a panel decide alone, in numbers and words."""

    certified: bool
    """Whether it may decide anything alone."""
    run: str = ""
    """The run whose labels certify; empty where none was looked at."""
    reason: str = ""
    """Why nothing is certified, for people, as the rest of a sentence; empty where something is."""
    hint: str = ""
    """What to do about it."""
    alpha: float | None = None
    """At most this share of the decisions made alone is wrong."""
    delta: float | None = None
    """Chance that the promise is broken by an unlucky draw of the labels."""
    threshold: float | None = None
    """Confidence it needs."""
    confidence_source: str = ""
    """What the confidence is, in words."""
    automated: float = 0.0
    """Share of all items it may decide alone."""
    passing: bool = False
    """Whether only verdicts that do not fail a text are meant, because no other becomes a row."""

    @property
    def words(self) -> str:
        """The same in a sentence about the panel."""
        if not self.certified:
            return f"may decide nothing alone: {self.reason}"
        what = "alone that a text passes" if self.passing else "alone"
        return (
            f"may decide {what} where its confidence is {self.threshold:.4g} or more: at most {self.alpha:.0%} of "
            f"these decisions are wrong, unless the draw of the labels was unlucky ({self.delta:.0%} of draws)"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a panel may decide alone in a run, item by item."""

    facts: StandingFacts
    confidence: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    """Of each item of the exported run by its position, shape (N,); not a number without a verdict, or on a principle
    without labels."""
    covered: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, dtype=bool))
    """Whether the principle of each item has labels to certify with, shape (N,)."""


def no_standing(reason: str, *, hint: str, run: str = "") -> Standing:
    """Return that nothing may be decided alone, and why."""
    return Standing(facts=StandingFacts(certified=False, run=run, reason=reason, hint=hint))


def decide_trust(items: Sequence[int], standing: Standing, people: AbstractSet[int]) -> TrustReason:
    """Return whether a record that rests on `items` is trusted, as the reason.

    Every item has to be settled by people or decided by the panel with the confidence it needs: the promise is about
    single decisions, and a label that rests on several is right only where none of them is wrong.

    Args:
        items: Positions of the items the label rests on.
        standing: What the panel may decide alone.
        people: Positions of the items that people settled.
    """
    if not items:
        return TrustReason.NOT_JUDGED
    left = [item for item in items if item not in people]
    if not left:
        return TrustReason.PEOPLE
    if not standing.facts.certified:
        return TrustReason.NO_CERTIFICATE
    return max((_of_item(item, standing) for item in left), key=_RANK.__getitem__)


def _of_item(item: int, standing: Standing) -> TrustReason:
    if not standing.covered[item]:
        return TrustReason.NOT_CERTIFIED
    confidence, threshold = standing.confidence[item], standing.facts.threshold
    if np.isnan(confidence) or threshold is None:
        return TrustReason.NO_VERDICT
    return TrustReason.CERTIFIED if confidence >= threshold else TrustReason.UNSURE


_RANK = {
    TrustReason.CERTIFIED: 0,
    TrustReason.UNSURE: 1,
    TrustReason.NO_VERDICT: 2,
    TrustReason.NOT_CERTIFIED: 3,
}

__all__ = ["TRUSTED", "Standing", "StandingFacts", "TrustReason", "decide_trust", "doubt", "no_standing"]
