"""Which label of an item holds, what has to be settled first, and what a decision needs. Opinions are never averaged.

What people said                                     Provenance    Reference label
=================================================  ============  ===============
an adjudicator decided; the last decision holds      adjudicated   the decided one
one person                                           single        theirs
several, who say the same                            unanimous     what they say
several, one answer given more often than any other  majority      none: they differ
several, none leads; or nobody                       unresolved    none

"Cannot tell" is an answer like any other here. People who differ are always adjudicated: most of three is still one
person who read something else, and what it was is the useful part.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from evenhand.calibration.categories import Categories, categories
from evenhand.errors import UsageError
from evenhand.records.review import (
    CANNOT_TELL,
    Adjudication,
    Provenance,
    ReviewLabel,
    ReviewLabelKind,
)
from evenhand.records.scale import Reading, Scale

_HOLDS: Final = frozenset({Provenance.SINGLE, Provenance.UNANIMOUS, Provenance.ADJUDICATED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """Where the label of an item stands."""

    provenance: Provenance
    label: str | None
    """What the adjudicator, all, or most say; None where nothing leads."""

    @property
    def reference(self) -> str | None:
        """The label that may be measured against; None for what most say, and for what is unresolved."""
        return self.label if self.provenance in _HOLDS else None


def counted(labels: Iterable[ReviewLabel]) -> tuple[ReviewLabel, ...]:
    """Return the labels that count: first ones, given blind, and not undone; one for each person, the last."""
    found = {
        label.person: label
        for label in labels
        if label.kind is ReviewLabelKind.FIRST and label.blind and not label.withdrawn
    }
    return tuple(found.values())


def settle(labels: Iterable[ReviewLabel], adjudication: Adjudication | None, scale: Scale) -> Settled:
    """Return where the label of an item stands.

    Two numbers on the same side of a pass mark (or in the same quarter of a range without one) are the same answer, as
    calibration counts them; the earlier one stands for both.

    Args:
        labels: All labels of the item.
        adjudication: The one that holds.
        scale: What is answered on.
    """
    if adjudication is not None:
        return Settled(provenance=Provenance.ADJUDICATED, label=adjudication.label)
    return _of_people([label.label for label in counted(labels)], categories(scale))


def _of_people(said: Sequence[str], known: Categories) -> Settled:
    answers = Counter(answer_of(label, known) for label in said)
    leading = [answer for answer, count in answers.items() if count == max(answers.values())]
    if len(leading) != 1:
        return Settled(provenance=Provenance.UNRESOLVED, label=None)
    label = next(label for label in said if answer_of(label, known) == leading[0])
    if len(said) == 1:
        return Settled(provenance=Provenance.SINGLE, label=label)
    provenance = Provenance.UNANIMOUS if len(answers) == 1 else Provenance.MAJORITY
    return Settled(provenance=provenance, label=label)


def answer_of(label: str, known: Categories) -> str:
    """Return what a label is counted as."""
    return known.find(label) or label


def is_opinion(label: str, scale: Scale) -> bool:
    """Tell whether a label says more than "cannot tell"."""
    return label != CANNOT_TELL and label not in scale.abstain


# -- How far people differ -------------------------------------------------------------------------

_UNSURE = 0.5
"""Distance of an opinion from "cannot tell"."""


def disagreement(said: Sequence[str], scale: Scale) -> float:
    """Return how far labels of people on one item differ, 0 to 1: the mean distance of two of them.

    Two labels are 1 apart where one passes and the other fails, or where the scale has no order; on an ordered one
    else by their numbers, over its range; one half where just one of them is an opinion.
    """
    known = categories(scale)
    distances = [_distance(one, other, known) for one, other in combinations(said, 2)]
    return sum(distances) / len(distances) if distances else 0.0


def _distance(one: str, other: str, known: Categories) -> float:
    scale = known.scale
    if answer_of(one, known) == answer_of(other, known):
        return 0.0
    if is_opinion(one, scale) != is_opinion(other, scale):
        return _UNSURE
    if not is_opinion(one, scale):
        return 0.0
    if {_reading(one, scale), _reading(other, scale)} == {Reading.PASS, Reading.FAIL}:
        return 1.0
    return _on_order(one, other, scale)


def _reading(label: str, scale: Scale) -> Reading:
    return scale.reading(label) if scale.holds(label) else Reading.ABSTAIN


def _on_order(one: str, other: str, scale: Scale) -> float:
    first, second = scale.score(one), scale.score(other)
    if scale.type == "numeric":
        low, high = scale.minimum, scale.maximum
    elif scale.type == "ordinal":
        low, high = min(scale.points.values()), max(scale.points.values())
    else:
        return 1.0
    return 1.0 if first is None or second is None else abs(first - second) / (high - low)


# -- What a decision needs -------------------------------------------------------------------------


def check_note(label: str, note: str, labels: Iterable[ReviewLabel], scale: Scale) -> None:
    """Make sure that a decision for a label that no reviewer gave says why.

    Raises:
        UsageError: It does not.
    """
    known = categories(scale)
    given = {answer_of(each.label, known) for each in counted(labels)}
    if answer_of(label, known) not in given and not note.strip():
        raise UsageError(
            f"no reviewer answered {label!r}, so a decision for it needs a note",
            hint="say what they overlooked",
        )
