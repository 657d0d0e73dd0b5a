"""Decisions of people on items a panel judged too, and which of them are learned from."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Side(StrEnum):
    """What a decision, or a vote, comes down to."""

    FIRST = "first"
    """The first of a pair is better; of a single reply: it is acceptable."""
    SECOND = "second"
    """The second of a pair is better; of a single reply: it is not acceptable."""
    NEITHER = "neither"
    """No opinion: a tie, an abstention, an undecided verdict, or a principle that does not bear on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One item that people decided."""

    name: str
    """Name of the item, for people."""
    source: str
    """Items of one source are not independent."""
    principle_id: str
    """The principle it was judged under."""
    prompt: str
    """Hostile text."""
    first: str
    """The reply, or the first of the pair; hostile text."""
    second: str
    """The second of the pair; empty for a single reply."""
    human: Side
    """What people decided; never `NEITHER`."""
    panel: Side
    """What the panel decided."""

    @property
    def is_override(self) -> bool:
        """Whether people decided against an opinion of the panel."""
        return self.panel is not Side.NEITHER and self.panel is not self.human


def ordered(decisions: Iterable[Decision], seed: int) -> list[Decision]:
    """Return decisions in an order that the seed and their names alone decide."""
    return sorted(decisions, key=lambda each: _draw(each, seed))


def learned_from(decisions: Sequence[Decision], seed: int, *, most: int) -> tuple[Decision, ...]:
    """Return the overrides, and as many decisions on which people and panel agree, `most` of each at most.

    Without the latter, a proposal that says the opposite of the panel whatever the case would explain everything.
    """
    drawn = ordered(decisions, seed)
    overrides = [each for each in drawn if each.is_override][:most]
    agreed = [each for each in drawn if each.panel is each.human][: len(overrides)]
    return (*overrides, *agreed)


def held_out(decisions: Sequence[Decision], seed: int, *, most: int) -> tuple[Decision, ...]:
    """Return `most` decisions at most, drawn without looking at what was decided."""
    return tuple(ordered(decisions, seed)[:most])


def batches(decisions: Sequence[Decision], seed: int, *, size: int) -> tuple[tuple[Decision, ...], ...]:
    """Return the overrides of each principle in batches, in a seeded order."""
    found: list[tuple[Decision, ...]] = []
    for principle in sorted({each.principle_id for each in decisions}):
        mine = ordered(
            (each for each in decisions if each.is_override and each.principle_id == principle), seed
        )
        found += [tuple(mine[start : start + size]) for start in range(0, len(mine), size)]
    return tuple(found)


def _draw(decision: Decision, seed: int) -> bytes:
    name = f"{seed}\0{decision.principle_id}\0{decision.name}"
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest()
