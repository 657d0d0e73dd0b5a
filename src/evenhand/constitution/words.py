"""What a comparison of constitutions says in a sentence, and a changed text on one line."""

from collections.abc import Iterator, Sequence

from evenhand.constitution.changes import ConstitutionDiff, Effect, Fate, PrincipleChange
from evenhand.records.word_diff import TextPart

_MARKS = {"removed": ("[-", "-]"), "added": ("{+", "+}")}


def headline(diff: ConstitutionDiff) -> str:
    """Return what changed in one sentence without a full stop, what binds first."""
    if diff.is_empty:
        same = "" if diff.before.version == diff.after.version else " but the version"
        return f"nothing changed{same}"
    return "; ".join(_clauses(diff))


def _clauses(diff: ConstitutionDiff) -> Iterator[str]:
    binding, shown, advisory = (len(diff.with_effect(effect)) for effect in Effect)
    if binding:
        yield f"{plural(binding, 'principle')} changed what {'it asks' if binding == 1 else 'they ask'}"
    if shown:
        yield f"{plural(shown, 'principle')} {'is' if shown == 1 else 'are'} shown to judges in another way"
    if advisory:
        yield f"{plural(advisory, 'principle')} changed without another question"
    fates = [
        f"{len(diff.with_fate(fate)):,} {fate}"
        for fate in (Fate.ADDED, Fate.REMOVED, Fate.RENAMED)
        if diff.with_fate(fate)
    ]
    if fates:
        yield ", ".join(fates)
    if diff.whole:
        yield f"{plural(len(diff.whole), 'change')} outside of principles"


def plural(count: int, word: str) -> str:
    """Return a count with what it counts."""
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def marked(parts: Sequence[TextPart], *, around: int = 120) -> str:
    """Return two texts as one, what each has alone between marks, as `git diff --word-diff` writes them.

    Of long stretches that are in both, `around` characters beside what changed are kept.
    """
    last = len(parts) - 1
    return "".join(
        _shorter(part.text, around, is_first=place == 0, is_last=place == last)
        if part.kind == "same"
        else _marked(part)
        for place, part in enumerate(parts)
    )


def _shorter(text: str, around: int, *, is_first: bool, is_last: bool) -> str:
    start = "" if is_first else text[:around]
    end = "" if is_last else text[-around:]
    return text if len(text) <= len(start) + len(end) + around else f"{start} … {end}"


def _marked(part: TextPart) -> str:
    opens, closes = _MARKS[part.kind]
    inner = part.text.lstrip()
    return f"{part.text[: len(part.text) - len(inner)]}{opens}{inner}{closes}" if inner else part.text


def name_of(change: PrincipleChange) -> str:
    """Return how a principle is called, with its earlier id where it had another."""
    return f"{change.before} -> {change.after}" if change.fate is Fate.RENAMED else change.id


def said_of(change: PrincipleChange) -> str:
    """Return what became of a principle, in a few words."""
    if change.fate in {Fate.ADDED, Fate.REMOVED}:
        return change.fate
    words = {
        Effect.BINDING: "it asks something else",
        Effect.SHOWN: "it is shown to judges in another way",
        Effect.ADVISORY: "the question is the same",
    }
    return f"{change.fate}: {words[change.effect]}"


def told_warnings(diff: ConstitutionDiff) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with how the constitution was changed, each with what it is about."""
    for each in diff.principles:
        for warning in (*each.warnings, *(change.warning for change in each.changes if change.warning)):
            yield name_of(each), warning
    for change in diff.whole:
        if change.warning:
            yield change.what, change.warning
