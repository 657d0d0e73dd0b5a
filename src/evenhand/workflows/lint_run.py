"""Lint a constitution with what a run said under it: the findings of its file, and those of the evidence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from evenhand.catalog.constitutions import read_constitution
from evenhand.catalog.files import shown_path
from evenhand.catalog.record_files import RecordFile
from evenhand.catalog.source import in_order, refuse, select_texts, whole_file
from evenhand.constitution.lint.check import lint_evidence
from evenhand.constitution.lint.choices import LintChoices
from evenhand.constitution.lint.evidence import RunEvidence
from evenhand.constitution.lint.results import EvidenceFinding, EvidenceLint
from evenhand.errors import Finding, MeasureError, Severity, UsageError
from evenhand.records.constitution import Constitution
from evenhand.workflows.calibration.table import read_run_answers, read_table
from evenhand.workflows.constitution_lint.gather import gather_evidence
from evenhand.workflows.constitution_lint.whole_replies import WholeReplies, read_whole_replies
from evenhand.workflows.garbage import collecting_less
from evenhand.workflows.read_run import StoredRun, read_run

_NAMED: Final = 3
"""Items named in the message of a finding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadEvidence:
    """What a run says about a constitution, and what it was read from."""

    stored: StoredRun
    constitution: Constitution
    evidence: RunEvidence
    whole: WholeReplies | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLint:
    """What a run says against a constitution, at the places of its file."""

    evidence: EvidenceLint
    findings: tuple[Finding, ...]
    """Its findings, in the order of the file."""


def lint_run(
    start: Path,
    path: Path,
    runs: Sequence[str],
    *,
    humans: Sequence[Path] = (),
    overall: Path | None = None,
    review: bool = True,
    choices: LintChoices | None = None,
) -> RunLint:
    """Hold a constitution against one run, and against others that put it to judges in other words. Writes nothing.

    Args:
        start: Folder from which the workspace is looked for.
        path: The constitution's file.
        runs: The run; then runs of the same cases with paraphrased prompts, read for opinions alone.
        humans: Files of human labels beside those of the suite.
        overall: A file of what people say of whole replies.
        review: Whether the labels that people gave in the workspace's review are read.
        choices: Cut-offs.

    Raises:
        UnknownNameError: There is no such run.
        FileError: The constitution or a file of labels has findings.
        UsageError: The run judged by another constitution, or a file of labels meets no item of it.
        MeasureError: The run has not ended, or the ledger can not be read.
    """
    read = read_evidence(start, path, runs, humans=humans, overall=overall, review=review)
    found = lint_evidence(read.evidence, choices)
    file = read_constitution(path)
    return RunLint(evidence=found, findings=tuple(in_order([_placed(file, each) for each in found.findings])))


def read_evidence(
    start: Path,
    path: Path,
    runs: Sequence[str],
    *,
    humans: Sequence[Path] = (),
    overall: Path | None = None,
    review: bool = True,
) -> ReadEvidence:
    """Read what runs and people said under a constitution, as `lint_run`."""
    if not runs:
        raise UsageError("no run is named", hint="name one with --run; `evenhand runs` lists them")
    file = read_constitution(path)
    refuse(file.findings)
    assert file.record is not None
    stored, *others = (_finished(read_run(start, name)) for name in runs)
    constitution = _as_judged(file.record, stored, path)
    whole = read_whole_replies(overall) if overall else None
    with collecting_less():
        said = read_run_answers(stored)
        table = read_table(
            stored, humans=humans, review=review, said=said, history=False, needs_labels=False
        ).table
        evidence = gather_evidence(stored, said, table, constitution, others=others, whole=whole)
    if whole is not None and not any(whole.of(each.case_id, each.candidate_id) for each in evidence.names):
        raise UsageError(
            f"no label of {whole.source} meets a reply of run {stored.run.id}",
            hint="its `case` and `candidate` are those of the suite's cases",
        )
    return ReadEvidence(
        stored=stored,
        constitution=constitution,
        evidence=_noted(evidence, file.record, stored),
        whole=whole,
    )


def _finished(stored: StoredRun) -> StoredRun:
    if not stored.run.finished:
        raise MeasureError(
            f"run {stored.run.id} has not ended, and what it has so far is no fair part of it",
            hint=f"go on with `evenhand resume {stored.run.id}`, or name a finished run",
        )
    return stored


def _as_judged(now: Constitution, stored: StoredRun, path: Path) -> Constitution:
    """Return the constitution as it is now, with the principles of the run that it no longer has.

    Raises:
        UsageError: It has none of the run's principles.
    """
    then = stored.manifest.constitution
    if not set(now.by_id) & set(then.by_id):
        raise UsageError(
            f"run {stored.run.id} judged by constitution {then.id}, which shares no principle with {shown_path(path)}",
            hint="name the constitution of the run, or another run",
        )
    gone = tuple(each for each in then.principles if each.id not in now.by_id)
    return now.model_copy(update={"principles": (*now.principles, *gone)})


def _noted(evidence: RunEvidence, now: Constitution, stored: StoredRun) -> RunEvidence:
    """Say which findings are about a text that has changed since, or is gone."""
    then = stored.manifest.constitution
    judged = [each.id for each in evidence.principles]
    gone = [name for name in judged if name not in now.by_id]
    changed = [
        name
        for name in judged
        if name in now.by_id and now.binding_hash(now.by_id[name]) != then.binding_hash(then.by_id[name])
    ]
    unjudged = [each.id for each in now.principles if each.id not in set(judged)]
    words = (
        (changed, "changed since the run; what is said of them is about the earlier text"),
        (gone, "are no longer in the constitution"),
        (unjudged, "were not judged in the run, and nothing is said of them"),
    )
    notes = tuple(f"Principles that {text}: {', '.join(names)}." for names, text in words if names)
    return replace(evidence, notes=(*evidence.notes, *notes))


def _placed(file: RecordFile[Constitution], found: EvidenceFinding) -> Finding:
    """Return a finding at the principle it is about, or at the whole file."""
    severity = Severity.ERROR if found.blocking else Severity.WARNING
    message = found.message + _items(found)
    place = _places(file).get(found.principles[-1] if found.principles else "")
    if place is None:
        made = whole_file(shown_path(file.path), found.check.value, message, suggestion=found.suggestion)
        return replace(made, severity=severity)
    source = file.document.source
    return source.finding(
        found.check.value,
        message,
        source.value_span((*place, "id")),
        suggestion=found.suggestion,
        severity=severity,
    )


def _places(file: RecordFile[Constitution]) -> Mapping[str, tuple[str | int, ...]]:
    return {name: place[:-1] for place, name in select_texts(file.document.data, "principles", None, "id")}


def _items(found: EvidenceFinding) -> str:
    names = [item.text for item in found.items[:_NAMED]]
    more = len(found.items) + found.more_items - len(names)
    if not names:
        return ""
    return f" ({', '.join(names)}{f' and {more:,} more' if more else ''})"
