"""What changed between two constitutions, principle by principle."""

from collections.abc import Iterator, Mapping

from evenhand.constitution.changes import (
    Change,
    ConstitutionDiff,
    Effect,
    Fate,
    PrincipleChange,
    Version,
)
from evenhand.constitution.compare_principle import compare_principle
from evenhand.constitution.compare_whole import compare_whole
from evenhand.constitution.pair_principles import Pair, pair_principles
from evenhand.constitution.version_rule import version_rule
from evenhand.records.constitution import Constitution, Principle, Tombstone


def diff_constitutions(
    before: Constitution, after: Constitution, *, names: tuple[str, str] = ("before", "after")
) -> ConstitutionDiff:
    """Return what changed from one constitution to the other.

    Args:
        before: The earlier one.
        after: The later one.
        names: What they are called in what is told.
    """
    pairs = pair_principles(before, after)
    stones = {stone.id: stone for stone in after.tombstones}
    told = [_told(pair, before, after, stones) for pair in pairs]
    principles = tuple(each for each in told if each is not None)
    whole = tuple(compare_whole(before, after, pairs))
    return ConstitutionDiff(
        before=_version(before, names[0]),
        after=_version(after, names[1]),
        principles=principles,
        whole=whole,
        unchanged=len(pairs) - len(principles),
        version_rule=version_rule(before, after, principles, whole),
    )


def _version(constitution: Constitution, name: str) -> Version:
    return Version(
        name=name,
        id=constitution.id,
        version=constitution.version,
        hash=constitution.hash,
        principles=len(constitution.principles),
    )


def _told(
    pair: Pair, before: Constitution, after: Constitution, stones: Mapping[str, Tombstone]
) -> PrincipleChange | None:
    """Return what became of a principle; None where nothing changed."""
    old, new = pair.before, pair.after
    if old is None:
        assert new is not None
        return _added(pair, new.id, new.title, before)
    if new is None:
        return _removed(pair, old.id, old.title, stones)
    changes = tuple(compare_principle(old, new, before=before, after=after))
    renamed = old.id != new.id
    warnings = (*_name_warnings(pair, old.id, new.id), *_lost_names(old, after))
    if not changes and not renamed:
        return None
    return PrincipleChange(
        fate=Fate.RENAMED if renamed else Fate.CHANGED,
        before=old.id,
        after=new.id,
        title=new.title,
        effect=_largest(changes),
        changes=changes,
        warnings=warnings,
    )


def _largest(changes: tuple[Change, ...]) -> Effect:
    return max((each.effect for each in changes), key=lambda each: each.rank, default=Effect.ADVISORY)


def _name_warnings(pair: Pair, old: str, new: str) -> Iterator[str]:
    if not pair.keeps_old_name:
        yield f"history is lost: write `aliases: [{old}]` at {new}, so that what was said of {old} stays joined to it"


def _lost_names(old: Principle, after: Constitution) -> Iterator[str]:
    """Yield what is wrong where an earlier name that a principle had is nobody's any more."""
    stones = {stone.id for stone in after.tombstones}
    for name in old.aliases:
        if after.current_id(name) not in after.by_id and name not in stones:
            yield (
                f"history is lost: its alias {name} is gone, and what was said of that is joined to nothing"
            )


def _reused(name: str, before: Constitution) -> Iterator[str]:
    """Yield what is wrong where a principle takes the name of one that was removed."""
    for stone in before.tombstones:
        if stone.id == name:
            yield (
                f"its id was that of a principle removed in {stone.removed}, and what was said of that one would count "
                "for this one: put the tombstone back, and give this one an id of its own"
            )


def _added(pair: Pair, name: str, title: str, before: Constitution) -> PrincipleChange:
    guess = (
        f"it has the text of {pair.looks_like}, which is gone: if it was renamed, write `aliases: [{pair.looks_like}]` "
        "at it"
        if pair.looks_like
        else ""
    )
    return PrincipleChange(
        fate=Fate.ADDED,
        before="",
        after=name,
        title=title,
        effect=Effect.ADVISORY,
        warnings=tuple(_reused(name, before)),
        guess=guess,
    )


def _removed(pair: Pair, name: str, title: str, stones: Mapping[str, Tombstone]) -> PrincipleChange:
    stone = stones.get(name)
    warnings = []
    if stone is None and not pair.lives_on_in:
        warnings.append("there is no tombstone: write one under `tombstones:` that says why it left")
    guess = f"{pair.looks_like}, which was added, has its text" if pair.looks_like else ""
    if pair.lives_on_in:
        guess = f"{pair.lives_on_in} holds its name as an alias: it is a part of that one now"
    return PrincipleChange(
        fate=Fate.REMOVED,
        before=name,
        after="",
        title=title,
        effect=Effect.BINDING,
        tombstone=stone.because if stone else "",
        warnings=tuple(warnings),
        guess=guess,
    )
