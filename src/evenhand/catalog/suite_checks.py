"""What is wrong between a suite and the files it names: patterns, labels and names that meet nothing."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from evenhand.catalog.cases import CaseScan
from evenhand.catalog.files import digest_file
from evenhand.catalog.panels import PanelFile
from evenhand.catalog.record_files import RecordFile
from evenhand.catalog.shape_errors import did_you_mean, quoted
from evenhand.catalog.source import Place, lookup, select, select_texts
from evenhand.errors import FileError, Finding
from evenhand.records.constitution import Constitution, Principle
from evenhand.records.judge import Judge, ModelJudge, RecordedJudge
from evenhand.records.scale import PAIR
from evenhand.records.suite import Suite


def check_suite(
    file: RecordFile[Suite], constitution: Constitution, panel: PanelFile | None
) -> Iterator[Finding]:
    """Yield what does not fit between a suite, its constitution and its judges."""
    yield from _patterns_meet_principles(file, constitution)
    judges = [judge.file for judge in panel.judges] if panel else []
    labels = _labels(constitution, file.record, [judge.record for judge in judges if judge.record])
    for index, _ in enumerate(file.record.labels if file.record else ()):
        yield from _words_meet(file, ("labels", index), constitution, labels)
    for judge in judges:
        yield from _check_judge(judge, constitution, labels)


def check_cases(scan: CaseScan, constitution: Constitution) -> Iterator[Finding]:
    """Yield a finding for each principle, or pattern, that a case names and the constitution does not have."""
    ids = tuple(constitution.by_id)
    for pattern, (path, line) in scan.principle_patterns.items():
        if not any(principle.is_meant_by([pattern]) for principle in constitution.principles):
            yield Finding(
                path=path,
                line=line,
                column=1,
                code="S008",
                message=f"the case names {quoted(pattern)}, and no principle is meant by it",
                suggestion=did_you_mean(pattern, ids),
            )


def drifted(file: RecordFile[Suite], place: Place, target: Path) -> Iterator[Finding]:
    """Yield a finding if a file is not the one whose digest stands beside its path."""
    spot = (*place[:-1], "hash")
    wanted = lookup(file.document.data, spot)
    if not isinstance(wanted, str) or not wanted:
        return
    try:
        found = digest_file(target)
    except FileError as error:
        yield from error.findings
        return
    if wanted.removeprefix("sha256:") != found.removeprefix("sha256:"):
        hint = f"if the change is meant, write {found}"
        yield file.finding("S004", "the file has changed since its hash was written", spot, suggestion=hint)


def selected(suite: Suite | None, constitution: Constitution) -> tuple[Principle, ...]:
    """Return the principles that the patterns of a suite choose, severity aside; all of them without a suite."""
    if suite is None:
        return constitution.principles
    include, exclude = suite.principles.include, suite.principles.exclude
    return tuple(
        principle
        for principle in constitution.principles
        if principle.is_meant_by(include) and not principle.is_meant_by(exclude)
    )


def _patterns_meet_principles(file: RecordFile[Suite], constitution: Constitution) -> Iterator[Finding]:
    ids = tuple(constitution.by_id)
    for key, code in (("include", "S001"), ("exclude", "S002")):
        for place, pattern in select_texts(file.document.data, "principles", key, None):
            if not any(principle.is_meant_by([pattern]) for principle in constitution.principles):
                message = f"{quoted(pattern)} matches no principle"
                yield file.finding(code, message, place, suggestion=did_you_mean(pattern, ids))


def _labels(
    constitution: Constitution, suite: Suite | None, judges: Sequence[Judge]
) -> tuple[str, ...] | None:
    """Return every label of the scales in play; None if one of them takes any number."""
    if any(isinstance(judge, ModelJudge | RecordedJudge) and judge.mode == "pairwise" for judge in judges):
        return PAIR.labels
    scales = [constitution.scale_of(principle) for principle in selected(suite, constitution)]
    if any(scale.type == "numeric" for scale in scales):
        return None
    return tuple(dict.fromkeys(label for scale in scales for label in scale.labels))


def _words_meet(
    file: RecordFile[Any], place: Place, constitution: Constitution, labels: tuple[str, ...] | None
) -> Iterator[Finding]:
    """Check the translation of a file's words: ids of principles that exist, labels of a scale in play."""
    ids = tuple(constitution.by_id)
    source = file.document.source
    for spot, _ in select(file.document.data, *place, "principles", None):
        name = str(spot[-1])
        if constitution.current_id(name) not in ids:
            message, hint = f"there is no principle {quoted(name)}", did_you_mean(name, ids)
            yield source.finding("S005", message, source.key_span(spot), suggestion=hint)
    for spot, label in select(file.document.data, *place, "labels", None):
        if labels is not None and str(label) not in labels:
            message = f"{quoted(label)} is no label of a scale in play"
            yield file.finding("S006", message, spot, suggestion=did_you_mean(str(label), labels))


def _check_judge(
    judge: RecordFile[Judge], constitution: Constitution, labels: tuple[str, ...] | None
) -> Iterator[Finding]:
    kind = lookup(judge.document.data, ("kind",))
    if kind == "recorded":
        yield from _words_meet(judge, ("ratings",), constitution, labels)
        for place, _ in select(judge.document.data, "replies", None):
            yield from _words_meet(judge, place, constitution, labels)
        yield from _reply_labels(judge, labels)
    elif kind == "pattern":
        yield from _pattern_labels(judge, constitution)


def _reply_labels(judge: RecordFile[Judge], labels: tuple[str, ...] | None) -> Iterator[Finding]:
    for place, label in select(judge.document.data, "replies", None, "format", "patterns", None, "label"):
        if label is not None and labels is not None and str(label) not in labels:
            message = f"{quoted(label)} is no label of a scale in play"
            yield judge.finding("S006", message, place, suggestion=did_you_mean(str(label), labels))


def _pattern_labels(judge: RecordFile[Judge], constitution: Constitution) -> Iterator[Finding]:
    """Check that the rules of each principle give labels of its own scale; the first rules that fit hold."""
    rules = {str(place[-1]): place for place, _ in select(judge.document.data, "principles", None)}
    reached: dict[str, Mapping[str, None]] = {}
    for principle in constitution.principles:
        pattern = next((pattern for pattern in rules if principle.is_meant_by([pattern])), None)
        labels = constitution.scale_of(principle).labels
        if pattern is not None and labels:
            reached[pattern] = {**reached.get(pattern, {}), **dict.fromkeys(labels)}
    for pattern, known in reached.items():
        for place, _ in select(judge.document.data, *rules[pattern], "prior", None):
            if place[-1] not in known:
                message = f"{quoted(str(place[-1]))} is no label of the principles these rules are for"
                span = judge.document.source.key_span(place)
                hint = did_you_mean(str(place[-1]), known)
                yield judge.document.source.finding("S007", message, span, suggestion=hint)
