"""How the scope of a principle changed, by what `Principle.applies_to` makes of it."""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum

from evenhand.constitution.changes import Change, Effect, Part

Scope = Mapping[str, tuple[str, ...]]


class Relation(StrEnum):
    """How what falls under a principle now lies to what fell under it before."""

    SAME = "the same"
    WIDENED = "widened"
    NARROWED = "narrowed"
    MOVED = "moved"
    """Some cases came in and others went out."""


def relate(before: Sequence[str], after: Sequence[str]) -> Relation:
    """Return how the values of a dimension lie to each other; without values a dimension is open to all.

    A case that leaves the dimension out falls under the principle either way.
    """
    old, new = set(before), set(after)
    if old == new:
        return Relation.SAME
    if not new or (old and old < new):
        return Relation.WIDENED
    return Relation.NARROWED if not old or new < old else Relation.MOVED


def relate_scopes(before: Scope, after: Scope) -> Relation:
    """Return how two scopes lie to each other, all dimensions together."""
    found = {relate(before.get(name, ()), after.get(name, ())) for name in {*before, *after}}
    found.discard(Relation.SAME)
    if len(found) > 1:
        return Relation.MOVED
    return found.pop() if found else Relation.SAME


def compare_scope(before: Scope, after: Scope) -> Iterator[Change]:
    """Yield the dimensions that changed."""
    for name in dict.fromkeys([*before, *after]):
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        relation = relate(old or (), new or ())
        yield Change(
            part=Part.SCOPE,
            effect=Effect.BINDING,
            what=_SAME.format(name) if relation is Relation.SAME else f"scope {name} is {relation}",
            before=_told(old),
            after=_told(new),
        )


_SAME = "scope {} is written in another way and means the same; the question that judges read changes all the same"


def _told(values: Sequence[str] | None) -> str:
    return ", ".join(values) if values else "any"
