"""Cases from JSONL files: streamed, ids kept as they are written, every bad line named."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from evenhand.catalog.first_seen import FirstSeen
from evenhand.catalog.json_lines import Complaint, JsonLines
from evenhand.catalog.line_file import LineFile
from evenhand.catalog.shape_errors import quoted
from evenhand.records.own_family import Producers, add_producers
from evenhand.records.suite import Case


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseScan:
    """What one pass over the case files of a suite found."""

    count: int
    """How many cases there are."""
    digests: Mapping[Path, str]
    """`sha256:` and the digest of each file."""
    scope_names: frozenset[str]
    """Dimensions of scope that cases name."""
    principle_patterns: Mapping[str, tuple[str, int]]
    """Principles, or patterns of principles, that cases name, with the file and line that named each first."""
    candidates: int
    """How many outputs there are to judge."""
    producers: Mapping[Producers, int]
    """Candidates by who wrote them, where the case says."""


def read_cases(files: Mapping[Path, str] | Iterable[Path], *, read_before: bool = False) -> Iterator[Case]:
    """Yield the cases of files, file by file and line by line.

    Args:
        files: JSONL files (`.gz` for gzip); a mapping gives each the word that is added to the tags of its cases.
        read_before: Whether they were scanned without a finding: then what stands twice is not looked for again.

    Raises:
        FileError: Lines are wrong, or a case id stands twice; no case after the first bad line of a file was yielded.
    """
    seen = None if read_before else FirstSeen()
    tags = files if isinstance(files, Mapping) else {}
    for path in files:
        tag = tags.get(path, "")
        for case in _open_cases(path, seen):
            yield case.model_copy(update={"tags": (*case.tags, tag)}) if tag else case


def scan_cases(files: Iterable[Path], note: Callable[[Case], None] = lambda _case: None) -> CaseScan:
    """Read every case once, to count them, check them and take the digests of their files; `note` sees each.

    Raises:
        FileError: As `read_cases`.
    """
    seen, count = FirstSeen(), 0
    digests: dict[Path, str] = {}
    scopes: set[str] = set()
    patterns: dict[str, tuple[str, int]] = {}
    producers: dict[Producers, int] = {}
    candidates = 0
    for path in files:
        lines = _open_cases(path, seen)
        for case in lines:
            count += 1
            note(case)
            scopes.update(case.scope)
            for pattern in case.principles:
                patterns.setdefault(pattern, (lines.shown, lines.number))
            for output in case.outputs:
                candidates += 1
                add_producers(producers, (output.producer,))
        digests[path] = lines.sha256
    return CaseScan(
        count=count,
        digests=digests,
        scope_names=frozenset(scopes),
        principle_patterns=patterns,
        candidates=candidates,
        producers=producers,
    )


def find_case_lines(path: Path, wanted: Collection[str]) -> Iterator[tuple[str, int]]:
    """Yield name and line number of some cases of a file that was read before without a finding."""
    left = set(wanted)
    for number, content in LineFile(path):
        if not left:
            return
        line = json.loads(content) if content.strip() else None
        name = line.get("id") if isinstance(line, dict) else None
        if isinstance(name, str) and name in left:
            left.discard(name)
            yield name, number


def _open_cases(path: Path, seen: FirstSeen | None) -> JsonLines[Case]:
    if seen is None:
        return JsonLines(path, Case, read_before=True)

    def check(case: Case, line: int) -> Iterator[Complaint]:
        if before := seen.add(case.id, line):
            yield "D010", f"case id {quoted(case.id)} stands twice, first in {before}", "id"

    lines = JsonLines(path, Case, check=check)
    seen.begin_file(lines.shown)
    return lines
