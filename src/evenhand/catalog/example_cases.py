"""Test cases of principles, from the files that a constitution names."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from evenhand.catalog.first_seen import FirstSeen
from evenhand.catalog.json_lines import Complaint, JsonLines
from evenhand.catalog.shape_errors import quoted
from evenhand.records.example_case import ExampleCase
from evenhand.records.scale import Scale


def find_example_files(pattern: str, *, folder: Path, root: Path) -> list[Path]:
    """Return the files that a path or pattern in `tests` means, by name; none outside the workspace.

    Args:
        pattern: As it is written, from `folder`.
        folder: The folder of the constitution.
        root: The workspace.
    """
    plain = pattern.isprintable() and not PurePosixPath(pattern).is_absolute() and "**" not in pattern
    if not plain or not pattern:
        return []
    try:
        found = sorted(path.resolve() for path in folder.glob(pattern) if path.is_file())
    except (ValueError, NotImplementedError, OSError):
        return []
    return [path for path in dict.fromkeys(found) if path.is_relative_to(root.resolve())]


def read_example_cases(paths: list[Path], scale: Scale) -> Iterator[tuple[str, ExampleCase]]:
    """Yield the test cases of one principle, each with its file and line in words.

    Args:
        paths: JSONL files (`.gz` for gzip).
        scale: The scale of the principle.

    Raises:
        FileError: Lines are wrong, a name stands twice, a case has no text or several, or expects what is no label.
    """
    seen = FirstSeen()

    def check(case: ExampleCase, line: int) -> Iterator[Complaint]:
        if before := seen.add(case.id, line):
            yield "D010", f"case id {quoted(case.id)} stands twice, first in {before}", "id"
        if len(case.outputs) != 1 or case.outputs[0].text is None:
            yield "D018", "a test of a principle has one output with its text", "id"
        if not scale.holds(case.expect):
            yield "C007", f"{quoted(case.expect)} is no label of the scale", "expect"

    for path in paths:
        lines = JsonLines(path, ExampleCase, check=check)
        seen.begin_file(lines.shown)
        for case in lines:
            yield f"{lines.shown}:{lines.number}", case
