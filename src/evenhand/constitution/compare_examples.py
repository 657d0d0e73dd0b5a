"""How the examples of a principle changed: those judges are tested on, and those they are shown."""

from collections.abc import Iterator, Mapping, Sequence

from evenhand.constitution.changes import Change, Effect, Part
from evenhand.records.canonical import content_hash
from evenhand.records.constitution import Example
from evenhand.records.message import plain

Owners = Mapping[str, str]
"""The principle of each example of a constitution, by the id of the example."""

_TEST_BECAME_SHOT = (
    "judges that show it have seen its answer: it can not test them any more, and what it tested them by before is no "
    "measure of them now"
)
_SHOT_BECAME_TEST = "judges have been shown its answer: it flatters those that showed it"


def compare_examples(
    before: Sequence[Example], after: Sequence[Example], *, owners_before: Owners, owners_after: Owners
) -> Iterator[Change]:
    """Yield what changed in the examples of one principle.

    Args:
        before: Its examples.
        after: Its examples now.
        owners_before: Where every example of the earlier constitution stood, so that one that moved is told as that.
        owners_after: The same of the later one.
    """
    old, new = ({each.id: each for each in examples} for examples in (before, after))
    for name, example in new.items():
        if name in old:
            yield from _changed(old[name], example)
        else:
            yield _added(example, owners_before.get(name, ""), _tests(before))
    for name, example in old.items():
        if name not in new:
            yield _removed(example, owners_after.get(name, ""))
    both = [_shots(each) for each in (before, after)]
    common = [[name for name in names if name in set(both[0]) & set(both[1])] for names in both]
    if common[0] != common[1]:
        yield _change("the order of the examples that judges are shown changed", Effect.SHOWN)


def expected(example: Example) -> str:
    """Return the label a good judge gives."""
    return example.expect or example.kind


def content_of(example: Example) -> str:
    """Return a hash over the texts of an example, by which it is known under any id."""
    return content_hash({"prompt": plain(example.prompt), "response": plain(example.response)})


def _added(example: Example, came_from: str, tests: Mapping[str, str]) -> Change:
    known_as = tests.get(content_of(example), "") if example.use == "shot" else ""
    source = f" and comes from {came_from}" if came_from else ""
    warning = f"its text is that of the test {known_as}: {_TEST_BECAME_SHOT}" if known_as else ""
    return _change(
        f"example {example.id} ({_use(example)}) was added{source}",
        _effect(example),
        after=expected(example),
        warning=warning,
    )


def _removed(example: Example, went_to: str) -> Change:
    target = f" and went to {went_to}" if went_to else ""
    return _change(
        f"example {example.id} ({_use(example)}) was removed{target}",
        _effect(example),
        before=expected(example),
    )


def _changed(old: Example, new: Example) -> Iterator[Change]:
    effect = max(_effect(old), _effect(new), key=lambda each: each.rank)
    if old.use != new.use:
        yield _change(
            f"example {new.id} is used for something else",
            effect,
            before=_use(old),
            after=_use(new),
            warning=_TEST_BECAME_SHOT if new.use == "shot" else _SHOT_BECAME_TEST,
        )
    if expected(old) != expected(new):
        yield _change(
            f"example {new.id} expects another answer", effect, before=expected(old), after=expected(new)
        )
    elif old.kind != new.kind or old.expect != new.expect:
        yield _change(
            f"example {new.id}: its kind is another one, and the answer it expects is not",
            Effect.ADVISORY,
            before=old.kind,
            after=new.kind,
        )
    if texts := [name for name in ("prompt", "response", "why") if getattr(old, name) != getattr(new, name)]:
        yield _change(f"example {new.id}: {_listed(texts)} changed", effect)
    if (old.tags, old.sensitive) != (new.tags, new.sensitive):
        yield _change(f"example {new.id}: its tags changed", Effect.ADVISORY)


def _change(what: str, effect: Effect, *, before: str = "", after: str = "", warning: str = "") -> Change:
    return Change(part=Part.EXAMPLE, effect=effect, what=what, before=before, after=after, warning=warning)


def _effect(example: Example) -> Effect:
    return Effect.SHOWN if example.use == "shot" else Effect.ADVISORY


def _use(example: Example) -> str:
    return "a test" if example.use == "test" else "a shot"


def _tests(examples: Sequence[Example]) -> Mapping[str, str]:
    return {content_of(each): each.id for each in examples if each.use == "test"}


def _shots(examples: Sequence[Example]) -> list[str]:
    return [each.id for each in examples if each.use == "shot"]


def _listed(names: Sequence[str]) -> str:
    return " and ".join(names) if len(names) < 3 else f"{', '.join(names[:-1])} and {names[-1]}"
