"""What changed in one principle."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from evenhand.calibration.words import count
from evenhand.constitution.changes import Change, Effect, Part
from evenhand.constitution.compare_examples import Owners, compare_examples
from evenhand.constitution.compare_scale import compare_scale
from evenhand.constitution.compare_scope import compare_scope
from evenhand.records.constitution import Constitution, Principle
from evenhand.records.word_diff import TextPart, told_as_one

_RANKS: Final[Mapping[str, Sequence[str]]] = {
    "severity": ("low", "medium", "high", "critical"),
    "strength": ("may", "should", "must"),
}
_TOLD: Final = frozenset(
    {
        *("id", "text", "exceptions", "scope", "when", "severity", "strength", "evidence", "tier"),
        *("conflicts_with", "examples", "title", "aliases", "pass"),
    }
)
"""Keys of a principle's file that are told by themselves, where they differ."""


def compare_principle(
    old: Principle, new: Principle, *, before: Constitution, after: Constitution
) -> Iterator[Change]:
    """Yield what changed from `old` of `before` to `new` of `after`, what binds first."""
    for part in (Part.TEXT, Part.EXCEPTIONS, Part.WHEN):
        yield from compare_prose(part, getattr(old, part), getattr(new, part), Effect.BINDING)
    yield from compare_scope(old.scope, new.scope)
    yield from _answers(old, new, before, after)
    yield from _settings(old, new)
    yield from _conflicts(old, new)
    yield from compare_examples(
        old.examples, new.examples, owners_before=_owners(before), owners_after=_owners(after)
    )
    yield from compare_prose(Part.TITLE, old.title, new.title, Effect.SHOWN)
    yield from compare_prose(Part.RATIONALE, _shown_rationale(old), _shown_rationale(new), Effect.SHOWN)
    yield from _others(old, new, is_scale_told=before.scale_of(old) != after.scale_of(new))


def compare_prose(part: Part, old: str, new: str, effect: Effect) -> Iterator[Change]:
    """Yield the change of a text, word by word."""
    if old == new:
        return
    words = told_as_one(old, new)
    yield Change(
        part=part, effect=effect, what=_told(part, old, new, words), before=old, after=new, words=words
    )


def _told(part: Part, old: str, new: str, words: Sequence[TextPart]) -> str:
    name = (
        "the rationale that judges may be shown" if part is Part.RATIONALE else _NAMES.get(part, part.value)
    )
    if not old or not new:
        return f"{name} {_were(part)} {'added' if new else 'removed'}"
    counts = {
        kind: sum(len(each.text.split()) for each in words if each.kind == kind)
        for kind in ("removed", "added")
    }
    if not any(counts.values()):
        return f"only white space of {name} changed, which is a part of it"
    return f"{name} changed: {count(counts['removed'], 'word')} out, {counts['added']:,} in"


_NAMES: Final = {
    Part.TEXT: "the text",
    Part.EXCEPTIONS: "the exceptions",
    Part.WHEN: "the words on when it holds",
    Part.TITLE: "the title",
}


def _were(part: Part) -> str:
    return "were" if part in {Part.EXCEPTIONS, Part.WHEN} else "was"


def _answers(old: Principle, new: Principle, before: Constitution, after: Constitution) -> Iterator[Change]:
    found = list(compare_scale(before.scale_of(old), after.scale_of(new)))
    yield from found
    if old.passes != new.passes and not any(each.part is Part.PASS for each in found):
        yield Change(
            part=Part.PASS,
            effect=Effect.BINDING,
            what="the labels that pass are written in another way, and the same ones pass",
            before=", ".join(old.passes) or "those of the scale",
            after=", ".join(new.passes) or "those of the scale",
        )


def _settings(old: Principle, new: Principle) -> Iterator[Change]:
    for part in (Part.SEVERITY, Part.STRENGTH, Part.EVIDENCE, Part.TIER):
        was, now = getattr(old, part), getattr(new, part)
        if was == now:
            continue
        what = f"{part} changed"
        if ranks := _RANKS.get(part):
            what = f"{part} was {'raised' if ranks.index(now) > ranks.index(was) else 'lowered'}"
        yield Change(part=part, effect=Effect.ADVISORY, what=what, before=was or "none", after=now or "none")


def _conflicts(old: Principle, new: Principle) -> Iterator[Change]:
    was, now = ({each.id: each.resolution for each in side.conflicts_with} for side in (old, new))
    for name in dict.fromkeys([*now, *was]):
        if name not in was or name not in now:
            word = "declared" if name in now else "declared no more"
            yield _conflict(f"a conflict with {name} is {word}", was.get(name, ""), now.get(name, ""))
        elif was[name] != now[name]:
            yield _conflict(f"the conflict with {name} is resolved in another way", was[name], now[name])


def _conflict(what: str, before: str, after: str) -> Change:
    words = told_as_one(before, after) if before and after else ()
    return Change(
        part=Part.CONFLICT, effect=Effect.ADVISORY, what=what, before=before, after=after, words=words
    )


def _shown_rationale(principle: Principle) -> str:
    return principle.rationale if "judges" in principle.show_rationale_to else ""


def _others(old: Principle, new: Principle, *, is_scale_told: bool) -> Iterator[Change]:
    was, now = old.canonical(), new.canonical()
    names = {name for name in {*was, *now} - _TOLD if was.get(name) != now.get(name)}
    if is_scale_told:
        names -= {"scale"}
    if _shown_rationale(old) != _shown_rationale(new):
        names -= {"rationale", "show_rationale_to"}
    if _other_aliases(old, new) != _other_aliases(new, old):
        names |= {"aliases"}
    yield from told_others(names)


def told_others(names: set[str]) -> Iterator[Change]:
    """Yield the fields that no gate and no judge looks at, as one change."""
    if names:
        yield Change(part=Part.OTHER, effect=Effect.ADVISORY, what=f"changed too: {', '.join(sorted(names))}")


def _other_aliases(principle: Principle, other: Principle) -> list[str]:
    """Return the aliases that are not how the two are joined."""
    return [name for name in principle.aliases if name not in {principle.id, other.id}]


def _owners(constitution: Constitution) -> Owners:
    return {example.id: each.id for each in constitution.principles for example in each.examples}
