"""What step of the version a change asks for, and whether the version makes it."""

from collections.abc import Iterator, Sequence
from typing import Final

from evenhand.constitution.changes import (
    Change,
    Effect,
    Fate,
    Part,
    PrincipleChange,
    Step,
    VersionRule,
)
from evenhand.records.constitution import Constitution

_DECIDING: Final = frozenset(
    {
        *(Part.SEVERITY, Part.STRENGTH, Part.EVIDENCE, Part.TIER, Part.CONFLICT, Part.EXAMPLE),
        *(Part.TIERS, Part.CONFLICT_RULE),
    }
)
"""Parts that decide what follows from verdicts, or what judges are tested on."""


def version_rule(
    before: Constitution,
    after: Constitution,
    principles: Sequence[PrincipleChange],
    whole: Sequence[Change],
) -> VersionRule:
    """Return what the version should have done, and whether it did.

    A principle that asks something else, or is gone, is a major step. One that was added or renamed, other words or
    examples for judges, and what decides about gates and conflicts are a minor one; everything else is a patch. While
    the major version is 0, a minor step says what else is a major one.
    """
    steps = list(_steps(principles, whole))
    asked, why = max(steps, key=lambda each: each[0].rank, default=(Step.NONE, ""))
    if before.id != after.id:
        said = f"{before.id} and {after.id} are two constitutions: their versions say nothing of each other"
        return VersionRule(asked=asked, why=why, made=None, holds=True, said=said)
    made = _made(before.version, after.version)
    needed = _needed(asked, before.version)
    holds = made is not None and made.rank >= needed.rank
    return VersionRule(
        asked=asked,
        why=why,
        made=made,
        holds=holds,
        said=_said(before, after, needed, why, made, holds=holds),
    )


def _steps(principles: Sequence[PrincipleChange], whole: Sequence[Change]) -> Iterator[tuple[Step, str]]:
    for each in principles:
        yield _step_of(each)
    for change in whole:
        yield (Step.MINOR if change.part in _DECIDING else Step.PATCH), change.what


def _step_of(each: PrincipleChange) -> tuple[Step, str]:
    """Return the step that one principle asks for: that of the first row that holds."""
    deciding = next((change.what for change in each.changes if change.part in _DECIDING), "")
    renamed = each.fate is Fate.RENAMED
    rows = (
        (each.fate is Fate.REMOVED, Step.MAJOR, f"{each.id} was removed"),
        (each.fate is Fate.ADDED, Step.MINOR, f"{each.id} was added"),
        (each.effect is Effect.BINDING, Step.MAJOR, f"{each.id} asks something else"),
        (renamed and bool(each.warnings), Step.MAJOR, f"the name {each.before} is gone"),
        (renamed, Step.MINOR, f"{each.before} was renamed"),
        (each.effect is Effect.SHOWN, Step.MINOR, f"judges are shown {each.id} in another way"),
        (bool(deciding), Step.MINOR, f"{each.id}: {deciding}"),
        (True, Step.PATCH, f"{each.id} is explained in another way"),
    )
    return next((step, why) for holds, step, why in rows if holds)


def _made(before: str, after: str) -> Step | None:
    old, new = ([int(number) for number in version.split(".")] for version in (before, after))
    if new < old:
        return None
    steps = (Step.MAJOR, Step.MINOR, Step.PATCH)
    return next((step for step, was, now in zip(steps, old, new, strict=True) if was != now), Step.NONE)


def _needed(asked: Step, before: str) -> Step:
    return Step.MINOR if asked is Step.MAJOR and before.startswith("0.") else asked


def _said(
    before: Constitution, after: Constitution, needed: Step, why: str, made: Step | None, *, holds: bool
) -> str:
    versions = f"{before.version} to {after.version}"
    if needed is Step.NONE:
        return (
            f"nothing asks for a new version ({versions})"
            if made is Step.NONE
            else f"{versions}; nothing asks for it"
        )
    asks = f"this asks for a {needed} step of the version ({why})"
    if holds:
        return (
            f"{asks}, and {versions} is one" if made is needed else f"{asks}, and {versions} is a larger one"
        )
    if made is None:
        return f"{asks}, and {versions} goes back"
    return (
        f"{asks}, and it is still {after.version}"
        if made is Step.NONE
        else f"{asks}, and {versions} is a {made} step"
    )
