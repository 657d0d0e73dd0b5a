"""Which principle of one constitution is which of another: by id, by alias, and what may have been renamed."""

from collections.abc import Mapping
from dataclasses import dataclass

from evenhand.records.constitution import Constitution, Principle


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A principle before and now."""

    before: Principle | None
    """None where it was added."""
    after: Principle | None
    """None where it was removed."""
    keeps_old_name: bool = True
    """Whether an alias holds the old id, where the id changed."""
    lives_on_in: str = ""
    """The principle that holds the id of one that was removed as an alias; empty where none does."""
    looks_like: str = ""
    """For one added or removed, the one removed or added that has the same text; empty where none has."""


def pair_principles(before: Constitution, after: Constitution) -> tuple[Pair, ...]:
    """Return each principle of both, once: in the order of the later constitution, then the removed ones."""
    renamed = _renamed(before, after)
    old_of = {name: name for name in after.by_id if name in before.by_id} | renamed
    gone = [each for each in before.principles if each.id not in set(old_of.values())]
    come = [each for each in after.principles if each.id not in old_of]
    likeness = _same_text(gone, come)
    heirs = {alias: each.id for each in after.principles for alias in each.aliases}
    return (
        *(
            Pair(
                before=before.by_id[old_of[each.id]] if each.id in old_of else None,
                after=each,
                keeps_old_name=each.id not in renamed or renamed[each.id] in each.aliases,
                looks_like=likeness.get(each.id, ""),
            )
            for each in after.principles
        ),
        *(
            Pair(
                before=each,
                after=None,
                lives_on_in=heirs.get(each.id, ""),
                looks_like="" if each.id in heirs else likeness.get(each.id, ""),
            )
            for each in gone
        ),
    )


def ids_before(before: Constitution, after: Constitution) -> Mapping[str, str]:
    """Return the earlier id of each principle that is in both, by its id now."""
    pairs = pair_principles(before, after)
    return {pair.after.id: pair.before.id for pair in pairs if pair.before and pair.after}


def _renamed(before: Constitution, after: Constitution) -> dict[str, str]:
    """Return the earlier id of each principle that has another one now, by its id now.

    An alias says so, whichever of the two files it stands in: a name can go back to what it was.
    """
    gone = [each for each in before.principles if each.id not in after.by_id]
    come = [each for each in after.principles if each.id not in before.by_id]
    found: dict[str, str] = {}
    for new in come:
        for old in gone:
            if new.id not in found and old.id not in found.values() and _are_joined(old, new):
                found[new.id] = old.id
    return found


def _are_joined(old: Principle, new: Principle) -> bool:
    return old.id in new.aliases or new.id in old.aliases


def _same_text(gone: list[Principle], come: list[Principle]) -> dict[str, str]:
    """Return pairs of principles whose text is the same word by word, in both directions."""
    found: dict[str, str] = {}
    by_text: dict[tuple[str, ...], list[str]] = {}
    for old in gone:
        by_text.setdefault(tuple(old.text.split()), []).append(old.id)
    for new in come:
        if names := by_text.get(tuple(new.text.split())):
            old_name = names.pop(0)
            found |= {new.id: old_name, old_name: new.id}
    return found
