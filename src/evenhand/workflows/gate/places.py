"""Where the things stand that a gate is about: its block in the suite, principles, cases."""

from collections.abc import Collection, Iterator
from pathlib import Path

from evenhand.catalog.cases import find_case_lines
from evenhand.catalog.constitutions import read_constitution
from evenhand.catalog.files import follow
from evenhand.catalog.record_files import RecordFile, read_record
from evenhand.records.suite import Suite
from evenhand.reporting.gate.places import Place, Places
from evenhand.workflows.read_run import StoredRun


def find_places(stored: StoredRun, wanted: Collection[str]) -> Places:
    """Return where suite, principles and some cases of a run stand, as their files are now.

    Whatever can not be found points at the suite. Files that are wrong by now are no reason to fail.

    Args:
        stored: The run.
        wanted: Cases.
    """
    path = stored.root / stored.manifest.suite_path
    suite: RecordFile[Suite] = read_record(path, Suite, "suite/v1")
    source = suite.document.source
    gate = Place(path=stored.manifest.suite_path, line=max(1, source.key_span(("gate",)).line))
    return Places(
        gate=gate,
        principles=dict(_principles(stored, path)),
        cases=dict(_cases(stored, frozenset(wanted))),
    )


def _principles(stored: StoredRun, suite: Path) -> Iterator[tuple[str, Place]]:
    path = follow(stored.manifest.suite.constitution, folder=suite.parent, root=stored.root)
    if not isinstance(path, Path):
        return
    for name, origin in read_constitution(path, stored.root).origins.items():
        if shown := _shown(stored, Path(origin.file)):
            yield name, Place(path=shown, line=max(1, origin.line))


def _cases(stored: StoredRun, wanted: frozenset[str]) -> Iterator[tuple[str, Place]]:
    paths, _ = stored.unchanged_case_files()
    for path in paths:
        shown = _shown(stored, path)
        for name, line in find_case_lines(path, wanted) if shown else ():
            yield name, Place(path=shown, line=line)


def _shown(stored: StoredRun, path: Path) -> str:
    try:
        return path.resolve().relative_to(stored.root.resolve()).as_posix()
    except ValueError:
        return ""
