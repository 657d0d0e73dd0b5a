"""What a format out came to: its text, and what it has no place for."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from evenhand.records.constitution import Principle


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Something the format has no place for."""

    what: str
    """A field of principles, or what else."""
    count: int
    """How many principles have it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A constitution in another format."""

    text: str
    left_out: tuple[LeftOut, ...] = ()


def fields_left_out(principles: Iterable[Principle], kept: Iterable[str]) -> tuple[LeftOut, ...]:
    """Return the fields that principles have set and a format does not keep, the most frequent first."""
    held = {*kept}
    counts = Counter(key for each in principles for key in each.canonical() if key not in held)
    return tuple(
        LeftOut(what=key, count=count)
        for key, count in sorted(counts.items(), key=lambda of: (-of[1], of[0]))
    )
