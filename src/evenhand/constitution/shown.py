"""A constitution as people look at it: its principles in the order that decides conflicts, and where each is from."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from evenhand.constitution.conflicts import Precedence, declared_conflicts
from evenhand.records.constitution import Constitution, Tombstone
from evenhand.records.extension import LeftOut, Origin
from evenhand.records.principle import Importance, Principle


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPrinciple:
    """A principle, and where it is from."""

    id: str
    title: str
    tier: str
    """Its tier; empty where it is in none."""
    severity: Importance
    strength: str
    scale: str
    """Name of its scale."""
    labels: tuple[str, ...]
    """The answers of the scale; empty where any number of a range is one."""
    examples: Mapping[str, int]
    """How many examples there are of each kind, as "violates", "complies" and "borderline"."""
    tests: int
    """How many of the examples judges are tested on; the others may be shown to them."""
    aliases: tuple[str, ...]
    """Earlier names."""
    hash: str
    """Over what a verdict on it rests on."""
    origin: Origin
    """Where it is written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownConstitution:
    """An effective constitution as people look at it."""

    id: str
    title: str
    version: str
    status: str
    file: str
    """Its file, as a reader wants to see it."""
    hash: str
    """Over everything the effective constitution says; what `extends` pins."""
    bases: tuple[str, ...]
    """Files it extends, directly or not."""
    tiers: tuple[str, ...]
    """Highest first."""
    rule: str
    """What decides when principles collide."""
    principles: tuple[ShownPrinciple, ...]
    """By tier, highest first; within a tier as they are written. Those in no tier are the last."""
    conflicts: tuple[Precedence, ...]
    """Declared conflicts, with which principle wins."""
    tombstones: tuple[Tombstone, ...]
    left_out: tuple[LeftOut, ...]
    """Principles of bases that are not taken."""


def show(
    constitution: Constitution,
    *,
    file: str,
    bases: Sequence[str] = (),
    origins: Mapping[str, Origin],
    left_out: Sequence[LeftOut] = (),
) -> ShownConstitution:
    """Return a constitution as people look at it.

    Args:
        constitution: The effective one.
        file: Its file.
        bases: Files it extends.
        origins: Where each of its principles is written, by id.
        left_out: Principles of the bases that it does not take.

    Raises:
        KeyError: A principle has no origin.
    """
    return ShownConstitution(
        id=constitution.id,
        title=constitution.title,
        version=constitution.version,
        status=constitution.status,
        file=file,
        hash=constitution.hash,
        bases=tuple(bases),
        tiers=constitution.tiers,
        rule=constitution.conflict.rule,
        principles=tuple(
            _shown(constitution, principle, origins[principle.id])
            for principle in in_tier_order(constitution)
        ),
        conflicts=declared_conflicts(constitution),
        tombstones=constitution.tombstones,
        left_out=tuple(left_out),
    )


def in_tier_order(constitution: Constitution) -> Iterator[Principle]:
    """Yield the principles by tier, highest first, those in no tier at the end; otherwise as they are written."""
    heights = {tier: height for height, tier in enumerate(constitution.tiers)}
    yield from sorted(
        constitution.principles, key=lambda principle: heights.get(principle.tier, len(heights))
    )


def _shown(constitution: Constitution, principle: Principle, origin: Origin) -> ShownPrinciple:
    kinds = [example.kind for example in principle.examples]
    return ShownPrinciple(
        id=principle.id,
        title=principle.title,
        tier=principle.tier,
        severity=principle.severity,
        strength=principle.strength,
        scale=principle.scale,
        labels=constitution.scale_of(principle).labels,
        examples={kind: kinds.count(kind) for kind in ("violates", "complies", "borderline")},
        tests=sum(example.use == "test" for example in principle.examples),
        aliases=principle.aliases,
        hash=constitution.binding_hash(principle),
        origin=origin,
    )
