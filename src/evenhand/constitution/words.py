"""What a comparison of constitutions says in a sentence, and a changed text on one line."""

from collections.abc import Iterator, Mapping, Sequence

from evenhand.calibration.words import count
from evenhand.constitution.changes import ConstitutionDiff, Effect, Fate, PrincipleChange
from evenhand.constitution.staleness import Known, Staleness
from evenhand.records.word_diff import TextPart

_MARKS = {"removed": ("[-", "-]"), "added": ("{+", "+}")}


PANEL = "verdicts"
"""What the answers of the panel are called in a table beside those of judges."""
KNOWN_BY: Mapping[Known, str] = {
    "written": "the text people saw",
    "pinned": "the first run that read them",
    "assumed": "nothing: no run has read them",
}
"""What tells of which text labels are."""


def headline(diff: ConstitutionDiff) -> str:
    """Return what changed in one sentence without a full stop, what binds first."""
    if diff.is_empty:
        same = "" if diff.before.version == diff.after.version else " but the version"
        return f"nothing changed{same}"
    return "; ".join(_clauses(diff))


def conclusion(diff: ConstitutionDiff, staleness: Staleness | None, *more: str) -> str:
    """Return what changed, what is stale through it, and more clauses, in one sentence without a full stop."""
    return "; ".join([headline(diff), *stale_clauses(staleness), *more])


def stale_clauses(staleness: Staleness | None) -> Iterator[str]:
    """Yield what is stale, in words; nothing where nobody looked or nothing is there."""
    if staleness is None:
        return
    lost = [
        *(
            [f"{count(staleness.lost_verdicts, 'verdict')} in {count(staleness.lost_runs, 'run')}"]
            if staleness.lost_verdicts
            else []
        ),
        *([count(staleness.lost_labels, "human label")] if staleness.lost_labels else []),
    ]
    if lost:
        is_one = staleness.lost_verdicts + staleness.lost_labels == 1
        yield f"{' and '.join(lost)} {'is' if is_one else 'are'} stale"
    if staleness.reworded_answers:
        yield f"{count(staleness.reworded_answers, 'rating')} would be asked in other words"


def _clauses(diff: ConstitutionDiff) -> Iterator[str]:
    binding, shown, advisory = (len(diff.with_effect(effect)) for effect in Effect)
    if binding:
        yield f"{count(binding, 'principle')} changed what {'it asks' if binding == 1 else 'they ask'}"
    if shown:
        yield f"{count(shown, 'principle')} {'is' if shown == 1 else 'are'} shown to judges in another way"
    if advisory:
        yield f"{count(advisory, 'principle')} changed without another question"
    fates = [
        f"{len(diff.with_fate(fate)):,} {fate}"
        for fate in (Fate.ADDED, Fate.REMOVED, Fate.RENAMED)
        if diff.with_fate(fate)
    ]
    if fates:
        yield ", ".join(fates)
    if diff.whole:
        yield f"{count(len(diff.whole), 'change')} outside of principles"


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
