"""Judges that judge the work of their own model family: they are known to favour it."""

from collections.abc import Iterable, Mapping

from pydantic import Field

from evenhand.records.canonical import FileRecord
from evenhand.records.judge import Judge, ModelJudge
from evenhand.records.model_name import is_own_family

MOST_PRODUCERS = 10_000
"""Producers counted by name; the names of any beyond are not kept, so that memory stays flat."""
_LONGEST_NAME = 200
_SHOWN = 5

Producers = tuple[str, ...]
"""Who wrote the one candidate of an item, or the two."""


class OwnFamily(FileRecord):
    """A judge whose own model family wrote some of what it judges."""

    judge: str
    """The judge."""
    count: int = Field(ge=1)
    """How many of the things counted its own family wrote, or wrote a part of."""
    of: int = Field(ge=1)
    """How many there are in all."""
    producers: tuple[str, ...]
    """The first names under which its family appears, hostile text."""


def add_producers(counts: dict[Producers, int], names: Iterable[str]) -> None:
    """Count one item, or one candidate, by who wrote it; one that nobody signed is counted nowhere."""
    key = tuple(name[:_LONGEST_NAME] for name in names if name)
    if key and (key in counts or len(counts) < MOST_PRODUCERS):
        counts[key] = counts.get(key, 0) + 1


def own_families(
    judges: Iterable[Judge], counts: Mapping[Producers, int], total: int
) -> tuple[OwnFamily, ...]:
    """Return the judges whose own family is among the producers, with how much of the work is theirs."""
    found = (_own_family(judge, counts, total) for judge in judges if isinstance(judge, ModelJudge))
    return tuple(each for each in found if each is not None)


def _own_family(judge: ModelJudge, counts: Mapping[Producers, int], total: int) -> OwnFamily | None:
    names: dict[str, None] = {}
    count = 0
    for producers, number in counts.items():
        own = [name for name in producers if is_own_family(judge.model, name)]
        names.update(dict.fromkeys(own))
        count += number if own else 0
    return (
        OwnFamily(judge=judge.id, count=count, of=total, producers=tuple(names)[:_SHOWN]) if count else None
    )
