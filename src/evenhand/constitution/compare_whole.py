"""What changed in a constitution outside of its principles."""

from collections.abc import Iterator, Sequence
from typing import Final

from evenhand.constitution.changes import Change, Effect, Part
from evenhand.constitution.compare_principle import told_others
from evenhand.constitution.pair_principles import Pair
from evenhand.records.constitution import Constitution

_TOLD: Final = frozenset(
    {
        *("schema", "id", "version", "changed", "principles", "tombstones", "scales"),
        *("tiers", "conflict", "status", "language"),
    }
)


def compare_whole(before: Constitution, after: Constitution, pairs: Sequence[Pair]) -> Iterator[Change]:
    """Yield what changed in the order of tiers, in the rule for conflicts, and in what describes the whole."""
    if before.tiers != after.tiers:
        yield _change(
            Part.TIERS, _tiers_told(before.tiers, after.tiers), _ordered(before.tiers), _ordered(after.tiers)
        )
    if before.conflict != after.conflict:
        yield _change(
            Part.CONFLICT_RULE,
            "conflicts are resolved in another way",
            before.conflict.rule,
            after.conflict.rule,
        )
    for part, was, now in (
        (Part.STATUS, before.status, after.status),
        (Part.LANGUAGE, before.language, after.language),
    ):
        if was != now:
            yield _change(part, f"{part} changed", was, now)
    if _is_reordered(before, pairs):
        yield _change(Part.ORDER, "the order of the principles changed")
    yield from _tombstones(before, after)
    yield from _others(before, after)


def _tiers_told(before: Sequence[str], after: Sequence[str]) -> str:
    old, new = ([name for name in side if name in before and name in after] for side in (before, after))
    told = [
        *(
            [f"tiers added: {', '.join(each for each in after if each not in before)}"]
            if set(after) - set(before)
            else []
        ),
        *(
            [f"tiers removed: {', '.join(each for each in before if each not in after)}"]
            if set(before) - set(after)
            else []
        ),
        *(["the order of the tiers changed, so other principles win conflicts"] if old != new else []),
    ]
    return "; ".join(told)


def _is_reordered(before: Constitution, pairs: Sequence[Pair]) -> bool:
    places = {each.id: place for place, each in enumerate(before.principles)}
    now = [places[pair.before.id] for pair in pairs if pair.before and pair.after]
    return now != sorted(now)


def _tombstones(before: Constitution, after: Constitution) -> Iterator[Change]:
    now = {each.id: each for each in after.tombstones}
    for stone in before.tombstones:
        if stone.id not in now and stone.id not in after.by_id:
            yield Change(
                part=Part.TOMBSTONE,
                effect=Effect.ADVISORY,
                what=f"the tombstone of {stone.id} is gone",
                before=stone.because,
                warning="nothing says any more what the principle was and why it left",
            )
        elif stone.id in now and now[stone.id] != stone:
            yield _change(
                Part.TOMBSTONE, f"the tombstone of {stone.id} changed", stone.because, now[stone.id].because
            )
    then = {each.id for each in before.tombstones} | before.by_id.keys()
    for name, stone in now.items():
        if name not in then:
            yield _change(Part.TOMBSTONE, f"a tombstone of {name} was added", after=stone.because)


def _others(before: Constitution, after: Constitution) -> Iterator[Change]:
    was, now = before.canonical(), after.canonical()
    names = {name for name in {*was, *now} - _TOLD if was.get(name) != now.get(name)}
    used = {each.scale for side in (before, after) for each in side.principles}
    unused = [
        {name: scale for name, scale in side.scales.items() if name not in used} for side in (before, after)
    ]
    yield from told_others(names | ({"scales that no principle uses"} if unused[0] != unused[1] else set()))


def _ordered(names: Sequence[str]) -> str:
    return " > ".join(names) or "none"


def _change(part: Part, what: str, before: str = "", after: str = "") -> Change:
    return Change(part=part, effect=Effect.ADVISORY, what=what, before=before, after=after)
