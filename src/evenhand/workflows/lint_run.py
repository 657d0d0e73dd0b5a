"""Lint a constitution with what a run said under it: the findings of its file, and those of the evidence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from evenhand.catalog.constitutions import read_constitution
from evenhand.catalog.files import shown_path
from evenhand.catalog.record_files import RecordFile
from evenhand.catalog.shape_errors import quoted
from evenhand.catalog.source import in_order, refuse, select_texts, whole_file
from evenhand.constitution.lint.check import lint_evidence
from evenhand.constitution.lint.choices import LintChoices
from evenhand.constitution.lint.results import EvidenceFinding, EvidenceLint
from evenhand.errors import Finding, Severity
from evenhand.records.constitution import Constitution
from evenhand.workflows.constitution_lint.read import read_evidence

_NAMED: Final = 3
"""Items named in the message of a finding."""


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
    file = read_constitution(path)
    refuse(file.findings)
    read = read_evidence(start, runs, now=file.record, humans=humans, overall=overall, review=review)
    found = lint_evidence(read.evidence, choices)
    return RunLint(evidence=found, findings=tuple(in_order([_placed(file, each) for each in found.findings])))


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
    names = [quoted(item.text) for item in found.items[:_NAMED]]
    more = len(found.items) + found.more_items - len(names)
    if not names:
        return ""
    return f" ({', '.join(names)}{f' and {more:,} more' if more else ''})"
