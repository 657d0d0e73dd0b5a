"""How the scale of a principle changed: its answers, what they mean for a rate, and how they are described."""

from collections.abc import Iterator
from typing import Any

from evenhand.constitution.changes import Change, Effect, Part
from evenhand.records.scale import NumericScale, Reading, Scale, number_text

_READINGS = {
    Reading.PASS: "passes",
    Reading.FAIL: "fails",
    Reading.NEUTRAL: "is outside of rates",
    Reading.ABSTAIN: "is no opinion",
}


def compare_scale(before: Scale, after: Scale) -> Iterator[Change]:
    """Yield what changed; the labels that pass for the principle are counted in."""
    if before == after:
        return
    found = list(_changes(before, after))
    yield from found or [_change("the scale is written in another way")]


def _changes(before: Scale, after: Scale) -> Iterator[Change]:
    if before.type != after.type:
        yield _change(f"a {before.type} scale became {_a(after.type)} one", before.type, after.type)
        return
    if isinstance(before, NumericScale) and isinstance(after, NumericScale):
        yield from _numbers(before, after)
    else:
        yield from _labels(before, after)
    for label in dict.fromkeys([*before.describe, *after.describe]):
        old, new = before.describe.get(label, ""), after.describe.get(label, "")
        if old != new:
            yield _change(f"the answer {label} is described in another way", old, new)


def _labels(before: Scale, after: Scale) -> Iterator[Change]:
    for label in after.labels:
        if label not in before.labels:
            yield _change(f"the answer {label} was added", after=label)
    for label in before.labels:
        if label not in after.labels:
            yield _change(f"the answer {label} was removed", before=label)
    both = [label for label in before.labels if label in after.labels]
    if both != [label for label in after.labels if label in both]:
        yield _change("the order of the answers changed", ", ".join(before.labels), ", ".join(after.labels))
    for label in both:
        old, new = before.reading(label), after.reading(label)
        if old is not new:
            yield _change(
                f"the answer {label} {_READINGS[old]} no more: it {_READINGS[new]}", old, new, part=Part.PASS
            )


def _numbers(before: NumericScale, after: NumericScale) -> Iterator[Change]:
    old, new = (f"{number_text(each.minimum)} to {number_text(each.maximum)}" for each in (before, after))
    if old != new:
        yield _change("the range of numbers changed", old, new)
    if before.pass_at != after.pass_at:
        yield _change(
            "the lowest number that passes changed",
            *(_number(each.pass_at) for each in (before, after)),
            part=Part.PASS,
        )


def _number(value: float | None) -> str:
    return "none" if value is None else number_text(value)


def _a(word: str) -> str:
    return f"an {word}" if word[0] in "aeiou" else f"a {word}"


def _change(what: str, before: Any = "", after: Any = "", *, part: Part = Part.SCALE) -> Change:
    return Change(part=part, effect=Effect.BINDING, what=what, before=str(before), after=str(after))
