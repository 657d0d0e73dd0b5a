"""Lint of constitutions: what is allowed and will still make raters disagree, or can not be meant."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path, PurePosixPath

from evenhand.catalog.lint_words import lint_claims, lint_names
from evenhand.catalog.record_files import RecordFile
from evenhand.catalog.shape_errors import quoted
from evenhand.catalog.source import Place
from evenhand.errors import Finding, Severity
from evenhand.records.constitution import Constitution, Principle
from evenhand.records.scale import BUILT_IN_SCALES, NominalScale, NumericScale, PairwiseScale, number_text

_VAGUE = re.compile(
    r"\b(?:in)?appropriate(?:ly)?\b|\b(?:un)?suitabl[ey]\b|\b(?:un)?reasonabl[ey]\b|\b(?:in)?adequate(?:ly)?\b"
    r"|\b(?:im)?proper(?:ly)?\b|\b(?:in)?sufficient(?:ly)?\b|\bexcessive(?:ly)?\b|\bproblematic\b|\bundue\b|\bunduly\b"
    r"|\bas (?:needed|necessary)\b|\bif necessary\b|\bwh(?:ere|en) possible\b|\band so on\b|\betc\b",
    re.IGNORECASE,
)
_AND_OR = re.compile(r"\band/or\b", re.IGNORECASE)
_MODAL = r"\b(?:must|should|shall|may)\b"
_TWO_DUTIES = re.compile(
    rf"{_MODAL}[^.;:!?\n]{{1,400}}?\b(?:and|or)\b[^.;:!?\n]{{0,80}}?({_MODAL})", re.IGNORECASE
)
_WORD = re.compile(r"\w+")
_LABELS_OF = {"nominal": "values", "numeric": "minimum"}
"""Where a finding about the labels of a scale stands."""
_NEAR = 0.6
_COMMON = 50


def lint_constitution(file: RecordFile[Constitution], root: Path) -> Iterator[Finding]:
    """Yield warnings about a constitution whose shape and content are right.

    Args:
        file: The file.
        root: The workspace; test files outside are none.
    """
    constitution = file.record
    if constitution is None:
        return
    for index, principle in enumerate(constitution.principles):
        place: Place = ("principles", index)
        if not isinstance(constitution.scale_of(principle), PairwiseScale):
            yield from _sides(file, principle, place)
        yield from _conflict_examples(file, principle, place)
        yield from _tests(file, principle, place, root)
        if constitution.language.startswith("en"):
            wording = list(_wording(file, principle, place))
            yield from wording
            told = any(finding.code == "L002" for finding in wording)
            yield from lint_claims(file, principle, place, told=told)
        yield from lint_names(file, constitution, principle, place)
    yield from _near_texts(file, constitution)
    yield from _scales(file, constitution)
    yield from _tiers(file, constitution)


def warn(
    file: RecordFile[Constitution],
    code: str,
    message: str,
    place: Place,
    *,
    suggestion: str = "",
    word: str = "",
) -> Finding:
    """Return a warning at a place of a file, or at a word of the text that begins there."""
    source = file.document.source
    span = source.value_span(place)
    span = source.find(word, span) if word else span
    return source.finding(code, message, span, suggestion=suggestion, severity=Severity.WARNING)


def _sides(file: RecordFile[Constitution], principle: Principle, place: Place) -> Iterator[Finding]:
    kinds = {example.kind for example in principle.examples}
    for kind, words in (("violates", "breaks"), ("complies", "keeps to")):
        if kind not in kinds:
            message = f"no example {words} {principle.id}"
            yield warn(file, "L001", message, (*place, "id"), suggestion=f"add an example of kind {kind}")


def _wording(file: RecordFile[Constitution], principle: Principle, place: Place) -> Iterator[Finding]:
    for key, text in (("text", principle.text), ("exceptions", principle.exceptions)):
        spot = (*place, key)
        for match in _VAGUE.finditer(text):
            message = f"{quoted(match[0])} means something else to each rater"
            yield warn(
                file, "L003", message, spot, word=match[0], suggestion="say what can be seen in a reply"
            )
    spot = (*place, "text")
    if either := _AND_OR.search(principle.text):
        yield warn(
            file, "L002", "and/or leaves open what is asked", spot, word=either[0], suggestion="choose one"
        )
    elif second := _TWO_DUTIES.search(principle.text):
        hint = "make two principles, so that each has its own verdict"
        yield warn(file, "L002", "one sentence asks for two things", spot, word=second[1], suggestion=hint)


def _conflict_examples(
    file: RecordFile[Constitution], principle: Principle, place: Place
) -> Iterator[Finding]:
    if not principle.conflicts_with or any(example.kind == "borderline" for example in principle.examples):
        return
    message = "a conflict is declared, and no borderline example shows where the line runs"
    hint = "add an example of kind borderline"
    yield warn(file, "L012", message, (*place, "conflicts_with", 0), suggestion=hint)


def _tests(
    file: RecordFile[Constitution], principle: Principle, place: Place, root: Path
) -> Iterator[Finding]:
    for index, pattern in enumerate(principle.tests):
        if not _matches_a_file(file.path.parent, pattern, root):
            spot = (*place, "tests", index)
            yield warn(
                file,
                "L007",
                f"{quoted(pattern)} matches no file",
                spot,
                suggestion="write a path from this file",
            )


def _matches_a_file(folder: Path, pattern: str, root: Path) -> bool:
    plain = pattern.isprintable() and not PurePosixPath(pattern).is_absolute() and "**" not in pattern
    if not plain or not pattern:
        return False
    try:
        found = (path.resolve() for path in folder.glob(pattern) if path.is_file())
        return any(path.is_relative_to(root.resolve()) for path in found)
    except (ValueError, NotImplementedError, OSError):
        return False


def _near_texts(file: RecordFile[Constitution], constitution: Constitution) -> Iterator[Finding]:
    """Compare principles by the runs of three words they share, through an index and not pair by pair."""
    runs = [_runs(principle.text) for principle in constitution.principles]
    holders: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for index, mine in enumerate(runs):
        for run in mine:
            holders[run].append(index)
    shared: Counter[tuple[int, int]] = Counter()
    for indices in holders.values():
        if len(indices) <= _COMMON:
            shared.update(combinations(indices, 2))
    near: dict[int, list[str]] = defaultdict(list)
    for (first, second), count in sorted(shared.items()):
        if count / (len(runs[first]) + len(runs[second]) - count) >= _NEAR:
            near[second].append(constitution.principles[first].id)
    for second, (other, *others) in sorted(near.items()):
        more = f" and of {len(others):,} more" if others else ""
        message = f"the text is nearly that of {other}{more}"
        place = ("principles", second, "text")
        yield warn(file, "L004", message, place, suggestion="make one principle, or say what differs")


def _runs(text: str) -> set[tuple[str, ...]]:
    words = [word.lower() for word in _WORD.findall(text)]
    return {tuple(words[at : at + 3]) for at in range(max(1, len(words) - 2))}


def _scales(file: RecordFile[Constitution], constitution: Constitution) -> Iterator[Finding]:
    used = {principle.scale for principle in constitution.principles}
    for name, scale in constitution.scales.items():
        place: Place = ("scales", name)
        if name not in used and name not in BUILT_IN_SCALES:
            yield warn(file, "L005", f"no principle uses the scale {name}", place, suggestion="remove it")
        missing = [label for label in scale.labels if label not in scale.describe]
        if isinstance(scale, NumericScale):
            missing = [
                end for end in map(number_text, (scale.minimum, scale.maximum)) if end not in scale.describe
            ]
        if missing and scale.type in {"nominal", "numeric"}:
            message = f"the scale does not say what {quoted(missing[0])} means"
            yield warn(
                file,
                "L006",
                message,
                (*place, _LABELS_OF[scale.type]),
                suggestion=f"describe it: {missing[0]}: ...",
            )
    for index, principle in enumerate(constitution.principles):
        own = constitution.scale_of(principle)
        if isinstance(own, NominalScale) and not own.passes:
            message = f"no label of the scale {principle.scale} passes, so the principle has no rate"
            hint = "name passing labels with pass, in the scale or the principle"
            yield warn(file, "L008", message, ("principles", index, "scale"), suggestion=hint)


def _tiers(file: RecordFile[Constitution], constitution: Constitution) -> Iterator[Finding]:
    used = {principle.tier for principle in constitution.principles}
    for index, tier in enumerate(constitution.tiers):
        if tier not in used:
            yield warn(file, "L013", f"no principle is in the tier {quoted(tier)}", ("tiers", index))
    for index, principle in enumerate(constitution.principles):
        if constitution.tiers and not principle.tier:
            message = f"{principle.id} is in no tier, so conflicts with it have no order"
            hint = f"write one of: {', '.join(constitution.tiers)}"
            yield warn(file, "L014", message, ("principles", index, "id"), suggestion=hint)
