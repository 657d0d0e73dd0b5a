"""Which principle wins where two of them collide: by tier, by weight, or a person decides.

What a constitution declares about a conflict is read here and nowhere else. A gate does not: its numbers are those of
each principle by itself.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from typing import Final

from evenhand.records.constitution import Constitution
from evenhand.records.principle import Conflict, Importance, Principle
from evenhand.records.scale import PairwiseScale, Reading

_WEIGHTS: Mapping[Importance, int] = {"low": 1, "medium": 2, "high": 3, "critical": 4}


class Ground(StrEnum):
    """Why one of two principles wins, or neither does."""

    TIER = "tier"
    """The higher tier wins."""
    WEIGHT = "weight"
    """The greater severity wins."""
    EQUAL_TIERS = "equal_tiers"
    """Both are in one tier, so a person decides."""
    EQUAL_WEIGHTS = "equal_weights"
    """Both have one severity, so a person decides."""
    NO_TIER = "no_tier"
    """One of them is in no tier, so nothing orders them and a person decides."""
    ESCALATED = "escalated"
    """The constitution leaves every conflict to a person."""


GROUND_WORDS: Final[Mapping[Ground, str]] = {
    Ground.TIER: "its tier is higher",
    Ground.WEIGHT: "its severity is greater",
    Ground.EQUAL_TIERS: "both are in one tier",
    Ground.EQUAL_WEIGHTS: "both have one severity",
    Ground.NO_TIER: "one is in no tier",
    Ground.ESCALATED: "every conflict is left to people",
}
"""Why, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Precedence:
    """Two principles that are declared to collide, and which one wins."""

    first: str
    """Id of the one that stands first in the constitution."""
    second: str
    """Id of the other."""
    winner: str | None
    """The one that wins; None where a person decides."""
    ground: Ground
    """Why."""
    resolutions: tuple[str, ...]
    """What the constitution says about it in words, each once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Collision:
    """A declared conflict at work in one case: the text keeps to one of the two principles and breaks the other."""

    precedence: Precedence
    kept: str
    """The principle it keeps to."""
    broken: str
    """The principle it breaks."""

    @property
    def is_excused(self) -> bool | None:
        """Whether the broken principle had to yield to the one that was kept; None where a person decides."""
        return None if self.precedence.winner is None else self.precedence.winner == self.kept


def precedence_of(constitution: Constitution, one: str, other: str) -> Precedence:
    """Return which of two principles wins where they collide.

    Args:
        constitution: An effective one.
        one: Id of a principle.
        other: Id of another one.

    Raises:
        KeyError: There is no such principle.
    """
    positions = {principle.id: index for index, principle in enumerate(constitution.principles)}
    first, second = sorted((one, other), key=lambda name: positions[name])
    pair = constitution.by_id[first], constitution.by_id[second]
    winner, ground = _decide(constitution, *pair)
    said = [conflict.resolution for conflict in _between(*pair)]
    return Precedence(
        first=first,
        second=second,
        winner=winner,
        ground=ground,
        resolutions=tuple(dict.fromkeys(text for text in said if text)),
    )


def declared_conflicts(constitution: Constitution) -> tuple[Precedence, ...]:
    """Return every pair of principles that is declared to collide, on either side, with which one wins."""
    return tuple(
        precedence_of(constitution, one.id, other.id)
        for one, other in combinations(constitution.principles, 2)
        if any(True for _ in _between(one, other))
    )


def collisions(constitution: Constitution, verdicts: Mapping[str, str | None]) -> tuple[Collision, ...]:
    """Return the declared conflicts that are at work in one case.

    Args:
        constitution: An effective one.
        verdicts: The verdict on each principle that the case was judged by, by id; None for an undecided one. Neutral
            verdicts and abstentions collide with nothing, and neither do comparisons of two candidates.

    Raises:
        ValueError: A verdict is not on the scale of its principle.
    """
    readings = {name: _reading(constitution, name, label) for name, label in verdicts.items()}
    return tuple(
        Collision(precedence=each, kept=kept, broken=broken)
        for each in declared_conflicts(constitution)
        for kept, broken in ((each.first, each.second), (each.second, each.first))
        if readings.get(kept) is Reading.PASS and readings.get(broken) is Reading.FAIL
    )


def _decide(constitution: Constitution, first: Principle, second: Principle) -> tuple[str | None, Ground]:
    if constitution.conflict.rule == "escalate":
        return None, Ground.ESCALATED
    if constitution.conflict.rule == "weighted":
        weights = _WEIGHTS[first.severity], _WEIGHTS[second.severity]
        return _greater(first, second, *weights, ground=Ground.WEIGHT, equal=Ground.EQUAL_WEIGHTS)
    if not (first.tier in constitution.tiers and second.tier in constitution.tiers):
        return None, Ground.NO_TIER
    heights = -constitution.tiers.index(first.tier), -constitution.tiers.index(second.tier)
    return _greater(first, second, *heights, ground=Ground.TIER, equal=Ground.EQUAL_TIERS)


def _greater(
    first: Principle, second: Principle, mine: int, theirs: int, *, ground: Ground, equal: Ground
) -> tuple[str | None, Ground]:
    if mine == theirs:
        return None, equal
    return (first if mine > theirs else second).id, ground


def _between(one: Principle, other: Principle) -> Iterator[Conflict]:
    """Yield what each of two principles declares about the other."""
    yield from (conflict for conflict in one.conflicts_with if conflict.id == other.id)
    yield from (conflict for conflict in other.conflicts_with if conflict.id == one.id)


def _reading(constitution: Constitution, name: str, label: str | None) -> Reading | None:
    if label is None or name not in constitution.by_id:
        return None
    scale = constitution.scale_of(constitution.by_id[name])
    return None if isinstance(scale, PairwiseScale) else scale.reading(label)
