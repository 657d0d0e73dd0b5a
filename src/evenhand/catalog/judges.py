"""Judges from files, each with its prompt template and its recording."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args

from evenhand.catalog.files import read_utf8
from evenhand.catalog.record_files import RecordFile, follow_reference, read_record
from evenhand.catalog.shape_errors import quoted
from evenhand.catalog.source import Document, Place, lookup, refuse, select, select_texts
from evenhand.errors import FileError, Finding
from evenhand.records.judge import Judge, ModelJudge, RecordedJudge, Sight

MAX_TEMPLATE_BYTES = 200_000

_RECORDINGS = (("ratings", "path"), ("replies", None, "path"))


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedJudge:
    """A judge with the files it names."""

    judge: Judge
    path: Path
    """Its file."""
    template: str = ""
    """Text of its prompt template; empty for a judge that asks no model."""
    template_path: Path | None = None
    """File of the template."""
    recording_paths: tuple[Path, ...] = ()
    """Files of its recorded ratings, or of its replies in their order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeFile:
    """A judge's file that was read, right or wrong."""

    file: RecordFile[Judge]
    loaded: LoadedJudge | None
    """The judge; None where something is wrong."""
    findings: tuple[Finding, ...]
    """Everything wrong in the file and in what it names."""


def load_judge(path: Path, root: Path) -> LoadedJudge:
    """Return the judge of a file.

    Args:
        path: A YAML file.
        root: The workspace; a recording may not lie outside.

    Raises:
        FileError: The file, or one it names, has findings.
    """
    judge = read_judge(path, root)
    refuse(judge.findings)
    assert judge.loaded is not None
    return judge.loaded


def read_judge(path: Path, root: Path) -> JudgeFile:
    """Read a judge with everything wrong in it."""
    file: RecordFile[Judge] = read_record(path, Judge, "judge/v1", _check)
    judge, findings = file.record, list(file.findings)
    loaded = LoadedJudge(judge=judge, path=path) if judge else None
    if isinstance(judge, ModelJudge) and loaded:
        loaded, more = _with_template(loaded, file)
        findings += more
    elif isinstance(judge, RecordedJudge) and loaded:
        loaded, more = _with_recordings(loaded, file, root)
        findings += more
    return JudgeFile(file=file, loaded=loaded, findings=tuple(findings))


def _with_template(
    loaded: LoadedJudge, file: RecordFile[Judge]
) -> tuple[LoadedJudge | None, tuple[Finding, ...]]:
    target = follow_reference(file, ("template",), root=file.path.parent)
    if isinstance(target, Finding):
        return None, (target,)
    try:
        text = read_utf8(target, limit=MAX_TEMPLATE_BYTES)
    except FileError as error:
        return None, error.findings
    return replace(loaded, template=text, template_path=target), ()


def _with_recordings(
    loaded: LoadedJudge, file: RecordFile[Judge], root: Path
) -> tuple[LoadedJudge | None, tuple[Finding, ...]]:
    data = file.document.data
    places = [place for pattern in _RECORDINGS for place, _ in select_texts(data, *pattern)]
    targets = [follow_reference(file, place, root=root) for place in places]
    if findings := tuple(target for target in targets if isinstance(target, Finding)):
        return None, findings
    return replace(loaded, recording_paths=tuple(path for path in targets if isinstance(path, Path))), ()


def _check(document: Document) -> Iterator[Finding]:
    kind = lookup(document.data, ("kind",))
    if kind == "model":
        yield from _sees_a_candidate(document)
    elif kind == "pattern":
        yield from _labels_of_patterns(document)


def _at(document: Document, code: str, message: str, place: Place, suggestion: str = "") -> Finding:
    span = document.source.value_span(place)
    return document.source.finding(code, message, span, suggestion=suggestion)


def _sees_a_candidate(document: Document) -> Iterator[Finding]:
    sees = [text for _, text in select_texts(document.data, "sees", None)]
    pairwise = lookup(document.data, ("mode",)) == "pairwise"
    needed = ("case.response_a", "case.response_b") if pairwise else ("case.response",)
    if lookup(document.data, ("sees",)) is None:
        return
    for name in needed:
        if name not in sees and set(sees) <= set(get_args(Sight)):
            yield _at(
                document, "J001", f"the judge does not see {name}, which it judges", ("sees",), f"add {name}"
            )


def _labels_of_patterns(document: Document) -> Iterator[Finding]:
    for place, label in select(document.data, "principles", None, "patterns", None, "label"):
        prior = lookup(document.data, (*place[:2], "prior"))
        if isinstance(prior, dict) and str(label) not in prior:
            message = f"{quoted(label)} has no score in prior, so it can not be given"
            yield _at(document, "J002", message, place, f"add {label} to prior")
