"""Find the suite and the run that somebody means, and the baseline that belongs to them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from evenhand.catalog.baselines import read_baseline
from evenhand.catalog.files import shown_path
from evenhand.catalog.gate_files import baseline_path
from evenhand.catalog.record_files import RecordFile, read_record
from evenhand.catalog.settings import find_workspace
from evenhand.catalog.source import refuse
from evenhand.errors import EvenhandError, UnknownNameError, UsageError
from evenhand.records.baseline import Baseline
from evenhand.records.run import Run
from evenhand.records.suite import Suite
from evenhand.store.ledger import open_ledger
from evenhand.workflows.find_suite import find_suite
from evenhand.workflows.garbage import collecting_less
from evenhand.workflows.read_run import StoredRun, decider_of, read_run

_RUNS_LOOKED_AT = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class SuitePlace:
    """A suite with where its baseline is, or will be."""

    root: Path
    """The workspace."""
    suite: Suite
    path: Path
    """Its file."""
    baseline_path: Path

    @property
    def shown(self) -> str:
        """The suite's file as people type it."""
        return shown_path(self.path)

    @property
    def shown_baseline(self) -> str:
        """The baseline's file as people type it."""
        return shown_path(self.baseline_path)


def find_place(start: Path, name: str = "") -> SuitePlace:
    """Return the suite of a name or a file, with the place of its baseline.

    Args:
        start: Folder from which the workspace is looked for.
        name: The suite; empty takes the only one with a gate, or else the only one.

    Raises:
        UnknownNameError: There is no such suite.
        UsageError: No suite is named, and there are several.
        FileError: The suite's file is wrong.
    """
    root = find_workspace(start).root
    path = find_suite(start, name) if name else _only_suite(root)
    suite = _record(path)
    return SuitePlace(root=root, suite=suite, path=path, baseline_path=baseline_path(suite, path, root))


def _record(path: Path) -> Suite:
    file: RecordFile[Suite] = read_record(path, Suite, "suite/v1")
    refuse(file.findings)
    assert file.record is not None
    return file.record


def _only_suite(root: Path) -> Path:
    suites = dict(_suites(root))
    gated = [path for path, suite in suites.items() if suite.gate]
    chosen = gated or list(suites)
    if len(chosen) == 1:
        return chosen[0]
    names = ", ".join(path.stem for path in chosen) or "none"
    raise UsageError("say which suite is meant", hint=f"name one of: {names}")


def _suites(root: Path) -> Iterator[tuple[Path, Suite]]:
    for path in sorted((root / "suites").glob("*.y*ml")):
        record: Suite | None = read_record(path, Suite, "suite/v1").record
        if record is not None:
            yield path, record


def load_accepted(place: SuitePlace) -> Baseline | None:
    """Return the accepted baseline of a suite; None where there is none yet.

    Raises:
        FileError: The file is wrong.
        UsageError: It is the baseline of another suite.
    """
    if not place.baseline_path.exists():
        return None
    with collecting_less():
        found = read_baseline(place.baseline_path)
    if found.head.suite != place.suite.id:
        raise UsageError(
            f"{place.shown_baseline} is a baseline of suite {found.head.suite}, not of {place.suite.id}",
            hint="give each suite a file of its own: gate: {baseline: ...}",
        )
    return found


def find_run(start: Path, place: SuitePlace, name: str = "") -> StoredRun:
    """Return a run of a suite.

    Args:
        start: Folder from which the workspace is looked for.
        place: The suite.
        name: The run; empty takes the newest that judged the whole suite once.

    Raises:
        UnknownNameError: There is no such run.
        UsageError: It is a run of another suite, or there is none of this one.
        LedgerError: There is no ledger, or it can not be read.
    """
    if name:
        stored = read_run(start, name)
        if stored.manifest.suite.id != place.suite.id:
            raise UsageError(
                f"run {stored.run.id} is of suite {stored.manifest.suite.id}, not of {place.suite.id}",
                hint=f"name its suite: evenhand baseline diff {stored.manifest.suite_path} {stored.run.id}",
            )
        return stored
    ledger = open_ledger(find_workspace(start).ledger_path)
    for run in ledger.recent_runs(_RUNS_LOOKED_AT):
        if _is_whole(run, place.suite):
            return StoredRun(root=place.root, ledger=ledger, run=run, decider=decider_of(run.manifest))
    raise UsageError(
        f"no run has judged the whole of suite {place.suite.id}",
        hint=f"judge it with: evenhand run {place.shown}",
    )


def _is_whole(run: Run, suite: Suite) -> bool:
    manifest = run.manifest
    return manifest.suite.id == suite.id and manifest.narrow is None and manifest.readings == 1


def find_both(start: Path, suite: str, run: str) -> tuple[SuitePlace, StoredRun]:
    """Return a suite and a run of it; a run alone, named in place of the suite, brings its suite along.

    Raises:
        UsageError: As `find_place` and `find_run`.
    """
    try:
        place = find_place(start, suite)
    except UnknownNameError:
        if run or not (known := _run_of(start, suite)):
            raise
        return find_place(start, str(known.root / known.manifest.suite_path)), known
    return place, find_run(start, place, run)


def _run_of(start: Path, name: str) -> StoredRun | None:
    try:
        return read_run(start, name)
    except EvenhandError:
        return None
