"""What can be asked about how people label: measures with their intervals, and a question where one stands out.

None of it says that somebody works badly. Each measure has a caveat that goes with it wherever it is shown, and a
question is put only where a 99 % interval, or a test at that level, leaves little to chance: a lead with ten careful
people and eleven measures should not be given a list of false alarms.

Source: methods.md 2.2; Klie et al. (2024), Computational Linguistics 50, 817-866; Abercrombie et al. (2023).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from evenhand.calibration.categories import Categories
from evenhand.records.review import Adjudication, ReviewItem, ReviewLabel
from evenhand.stats.estimate import Estimate, Measured, Undefined


class QualityKind(StrEnum):
    """What is measured of a person."""

    SELF_AGREEMENT = "self_agreement"
    PACE = "pace"
    LEFT_RIGHT = "left_right"
    ADJUDICATION = "adjudication"
    GOLD = "gold"
    CANNOT_TELL = "cannot_tell"
    OTHERS = "others"
    KAPPA = "kappa"
    ONE_ANSWER = "one_answer"
    LATE = "late"
    DRIFT = "drift"
    CHANGED_MINDS = "changed_minds"


TITLES: Final[Mapping[QualityKind, str]] = {
    QualityKind.SELF_AGREEMENT: "same answer when an item came again",
    QualityKind.PACE: "labels given faster than the text can be read",
    QualityKind.LEFT_RIGHT: "left side chosen, of pairs with a winner",
    QualityKind.ADJUDICATION: "same answer as the adjudicator",
    QualityKind.GOLD: "same answer as the gold items",
    QualityKind.CANNOT_TELL: '"cannot tell"',
    QualityKind.OTHERS: "same answer as another person on the item",
    QualityKind.KAPPA: "Cohen's kappa with other people",
    QualityKind.ONE_ANSWER: "the answer given most often",
    QualityKind.LATE: "same answer as gold, adjudicator or others, late in a sitting",
    QualityKind.DRIFT: "failing, since the principle was edited",
    QualityKind.CHANGED_MINDS: "minds changed towards the judges, of minds changed",
}

CAVEATS: Final[Mapping[QualityKind, str]] = {
    QualityKind.SELF_AGREEMENT: (
        "Does not prove carelessness: people change answers where the principle leaves room. Look at the items first."
    ),
    QualityKind.PACE: (
        "Does not prove that nothing was read: short refusals, texts known from another principle and obvious cases "
        "are fast, and time with scripts off is not measured. Slow does not prove that it was read."
    ),
    QualityKind.LEFT_RIGHT: (
        "Sides are drawn at random for each person, so the rate should be near one half; on few pairs it strays."
    ),
    QualityKind.ADJUDICATION: (
        "Only items on which people differ are adjudicated: one half is usual here, and the adjudicator may be wrong."
    ),
    QualityKind.GOLD: (
        "Does not prove error: a gold answer can be wrong or unclear. Look at the items people miss most."
    ),
    QualityKind.CANNOT_TELL: (
        '"Cannot tell" is an honest answer. Many of one person may mean that something is missing from what they see.'
    ),
    QualityKind.OTHERS: "Who differs from the others may be the one who reads the principle as it stands.",
    QualityKind.KAPPA: "Kappa falls with the commonness of an answer at unchanged error rates: read it with the share.",
    QualityKind.ONE_ANSWER: (
        "Does not prove rubber-stamping: most items may well pass. It is set against what others answered in the same "
        "draw."
    ),
    QualityKind.LATE: "Does not prove tiredness: late items may be harder by chance.",
    QualityKind.DRIFT: (
        "An edit is meant to change answers. Labels on the earlier text stay labels on the earlier text."
    ),
    QualityKind.CHANGED_MINDS: (
        "Judges can be right. Only the first labels, given blind, are measured against; this says what a look at the "
        "judges does to people."
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityMeasure:
    """One measure of a person's labels."""

    kind: QualityKind
    value: Measured
    detail: str = ""
    """What else there is to know of it, such as the median time."""
    question: str = ""
    """What to ask; empty where nothing stands out."""

    @property
    def title(self) -> str:
        """What is measured, in words."""
        return TITLES[self.kind]

    @property
    def caveat(self) -> str:
        """What it does not prove."""
        return CAVEATS[self.kind]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonQuality:
    """What can be asked about one person's labels."""

    person: str
    labels: int
    """First labels that stand."""
    measures: tuple[QualityMeasure, ...]

    @property
    def questions(self) -> tuple[QualityMeasure, ...]:
        """The measures that stand out."""
        return tuple(each for each in self.measures if each.question)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewedItem:
    """An item with everything people said about it, to measure them by."""

    item: ReviewItem
    labels: tuple[ReviewLabel, ...]
    """All of them."""
    adjudication: Adjudication | None
    """The one that holds."""
    known: Categories
    """What answers on its scale are counted as."""
    length: int
    """Characters that are read to label it."""
    verdict: str | None = None
    """The panel's label, where somebody changed their mind after a look at it; else None."""


# -- Questions -------------------------------------------------------------------------------------

LEAST: Final = 5
"""Fewer labels give no measure."""
SURE: Final = 0.99
"""Confidence of the intervals that questions rest on; those that are shown are of the usual confidence."""


def too_few(n: int) -> Undefined:
    """Return that `n` labels give no measure."""
    return Undefined(n=n, reason="too few")


def percent_of(measured: Measured) -> str:
    """Return a share and what it rests on, for a question."""
    if isinstance(measured, Estimate):
        return f"{100 * measured.value:.0f} % of {measured.n:,}"
    return f"{measured.reason} ({measured.n:,})"
