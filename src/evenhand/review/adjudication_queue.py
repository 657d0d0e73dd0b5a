"""Which items wait for an adjudicator, and in which order.

The order is made of what people said and of how much a principle matters, never of what the judges said: an order by
the judges' doubt would tell an adjudicator something of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, get_args

from evenhand.calibration.categories import categories
from evenhand.records.constitution import Importance
from evenhand.records.rating import Order
from evenhand.records.review import Adjudication, EvidenceSpan, ReviewLabel, ShownCase, ShownPrinciple
from evenhand.records.scale import Scale
from evenhand.review.adjudication import answer_of, counted, is_opinion
from evenhand.review.answers import in_frame
from evenhand.review.chance import chance

_SEVERITIES: Final = {name: place for place, name in enumerate(get_args(Importance))}


class Waiting(StrEnum):
    """Why an item waits for an adjudicator."""

    DIFFER = "differ"
    """People gave different answers."""
    CANNOT_TELL = "cannot_tell"
    """Somebody could not tell, and somebody else could."""
    FLAGGED = "flagged"
    """Somebody told the lead about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedItem:
    """An item in the queue of adjudicators: who said what is not in it."""

    id: str
    case_id: str
    principle_id: str
    severity: Importance
    reasons: tuple[Waiting, ...]
    disagreement: float
    """Of the people, 0 to 1."""
    people: int
    """Who labelled it."""
    flags: int
    own: bool
    """Whether the adjudicator who asks is one of them."""
    settled: bool
    """Whether it is decided already; then it is only shown on request."""


def reasons_to_wait(
    labels: Sequence[ReviewLabel], *, required: int, flagged: bool, scale: Scale
) -> tuple[Waiting, ...]:
    """Return why an item waits for an adjudicator; nothing where it does not.

    People who differ are adjudicated once all of them have answered; a flagged item at once, if anybody labelled it.

    Args:
        labels: All labels of the item.
        required: Distinct people wanted.
        flagged: Whether somebody flagged it.
        scale: What is answered on.
    """
    said = [label.label for label in counted(labels)]
    if not said:
        return ()
    reasons = []
    if len(said) >= required:
        known = categories(scale)
        opinions = {answer_of(label, known) for label in said if is_opinion(label, scale)}
        if len(opinions) > 1:
            reasons.append(Waiting.DIFFER)
        if opinions and not all(is_opinion(label, scale) for label in said):
            reasons.append(Waiting.CANNOT_TELL)
    return (*reasons, Waiting.FLAGGED) if flagged else tuple(reasons)


def queue_order(item: QueuedItem) -> tuple[int, float, int, str]:
    """Return what items are sorted by: severity, then disagreement, then flags."""
    return _SEVERITIES[item.severity], -item.disagreement, -item.flags, item.id


# -- One item, as an adjudicator sees it -----------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class NamelessOpinion:
    """What a reviewer said, without a name."""

    number: int
    """Reviewer 1, 2, ...; who is who differs from item to item."""
    label: str
    """In the frame of who looks at it: of a pair, "a" is the left one."""
    sure: bool
    defensible: tuple[str, ...] | None
    comment: str
    """Hostile text."""
    evidence: tuple[EvidenceSpan, ...]
    other_way_round: bool
    """Whether this reviewer saw the two candidates of a pair on the other sides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjudicationCase:
    """An item before an adjudicator: the text as reviewers see it and what they said, nameless and without judges."""

    item: str
    suite: str
    case: ShownCase
    """Outputs in the order in which this adjudicator sees them."""
    principle: ShownPrinciple
    severity: Importance
    reasons: tuple[Waiting, ...]
    opinions: tuple[NamelessOpinion, ...]
    flags: tuple[str, ...]
    """What was told to the lead. Hostile text."""
    own: bool
    """Whether the adjudicator labelled it too."""
    decision: Adjudication | None
    """The one that holds, with its label in the frame of who looks at it."""

    @property
    def after(self) -> str:
        """What a decision sends back, so that two adjudicators do not overwrite each other unseen."""
        return "" if self.decision is None else self.decision.id


def in_no_order(labels: Sequence[ReviewLabel], *, seed: int) -> tuple[ReviewLabel, ...]:
    """Return labels of one item in an order that tells nothing of who gave them, and stays the same."""
    return tuple(sorted(labels, key=lambda label: chance(seed, "nameless", label.item, label.person)))


def nameless(
    labels: Sequence[ReviewLabel], *, seed: int, order: Order, scale: Scale
) -> tuple[NamelessOpinion, ...]:
    """Return the labels that count, without their names, in the frame of a person.

    Args:
        labels: All labels of the item.
        seed: Of the draw.
        order: In which order the person sees a pair.
        scale: What is answered on.
    """
    return tuple(
        NamelessOpinion(
            number=number,
            label=in_frame(label.label, order, scale),
            sure=label.sure,
            defensible=None
            if label.defensible is None
            else tuple(in_frame(each, order, scale) for each in label.defensible),
            comment=label.comment,
            evidence=label.evidence,
            other_way_round=scale.type == "pairwise" and label.order is not order,
        )
        for number, label in enumerate(in_no_order(counted(labels), seed=seed), start=1)
    )
