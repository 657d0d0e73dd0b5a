"""Read a run back: its items with their verdicts computed again from the ledger, and the text behind them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from evenhand.catalog.cases import read_cases
from evenhand.catalog.files import digest_file
from evenhand.catalog.settings import find_workspace
from evenhand.judging.decide import Decider, ReadingDecider
from evenhand.judging.plan import scales_of, units_by_judge
from evenhand.judging.readings import ONE_READING, Readings, ReadingUnits, readings_of
from evenhand.records.rated import RatedItem, RunAccount
from evenhand.records.run import Manifest, Run
from evenhand.records.suite import Case
from evenhand.store.ledger import LedgerFile, open_ledger
from evenhand.store.reading import case_names, item_places, rated_item, rated_items, run_account
from evenhand.workflows.derived import derived_path

_RUNS_LOOKED_AT: Final = (1, 20, 500)
"""Newest runs among which one of a suite is looked for: mostly it is the first, and manifests are long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRun:
    """A run with what is needed to read it; the files it was started from need not exist any more."""

    root: Path
    ledger: LedgerFile
    run: Run
    decider: Decider

    @property
    def manifest(self) -> Manifest:
        """The run's manifest."""
        return self.run.manifest

    def items(self) -> Iterator[RatedItem]:
        """Yield its items in order."""
        return rated_items(self.ledger, self.run, decide=self.decider.decide)

    def items_of(self, name: str) -> Iterator[RatedItem]:
        """Yield the items whose case is `name`, or the first part of `name`."""
        for seq in item_places(self.ledger, self.run, name):
            item = self.item_at(seq)
            if item is not None:
                yield item

    def item_at(self, seq: int) -> RatedItem | None:
        """Return the item at a position; None where there is none."""
        return rated_item(self.ledger, self.run, seq, decide=self.decider.decide)

    def case_names(self, most: int) -> set[str]:
        """Return the names of its cases."""
        return case_names(self.ledger, self.run, most)

    def account(self) -> RunAccount:
        """Return where every unit went and what it cost."""
        return run_account(self.ledger, self.run)

    def cases(self, wanted: frozenset[str]) -> dict[str, Case]:
        """Return the cases named, from the files as they were; those of a file that has changed are absent."""
        paths, _ = self.unchanged_case_files()
        return {case.id: case for case in read_cases(paths) if case.id in wanted}

    def unchanged_case_files(self) -> tuple[list[Path], bool]:
        """Return the case files that are what they were when the run read them, and whether that is all of them."""
        pins = [file for file in self.manifest.files if file.role == "cases"]
        paths = [self.root / pin.path for pin in pins if self._is_same(pin.path, pin.sha256)]
        return paths, len(paths) == len(pins)

    def _is_same(self, path: str, sha256: str) -> bool:
        there = self.root / path
        return there.is_file() and digest_file(there) == sha256


def read_run(start: Path, name: str) -> StoredRun:
    """Open a run of the workspace around `start` by its name, or "latest".

    Raises:
        LedgerError: There is no ledger, or it can not be read.
        UnknownNameError: There is no such run.
    """
    workspace = find_workspace(start)
    ledger = open_ledger(workspace.ledger_path)
    run = ledger.run(name)
    return StoredRun(root=workspace.root, ledger=ledger, run=run, decider=decider_of(run.manifest))


def read_own_run(start: Path, name: str) -> StoredRun:
    """Open a run as `read_run`; "latest" is the newest of a suite that people wrote, not of one that a command made.

    A test of a constitution, or an impact, is a run as well, of examples or of the principles that changed alone.
    Where no run of a suite is near, it is the newest of all.

    Raises:
        LedgerError: There is no ledger, or it can not be read.
        UnknownNameError: There is no such run.
    """
    if name != "latest":
        return read_run(start, name)
    workspace = find_workspace(start)
    ledger, made = open_ledger(workspace.ledger_path), derived_path(workspace)
    for most in _RUNS_LOOKED_AT:
        for run in ledger.recent_runs(most):
            if not (workspace.root / run.manifest.suite_path).is_relative_to(made):
                return read_run(start, run.id)
    return read_run(start, name)


def decider_of(manifest: Manifest) -> Decider:
    """Return what settles the items of a run, from its manifest alone."""
    several = readings_of(manifest)
    return _decider(manifest, several, None if several.count == 1 else reading_decider_of(manifest))


def reading_decider_of(manifest: Manifest) -> ReadingDecider:
    """Return what settles each reading of a run by itself, from its manifest alone."""
    units = ReadingUnits(manifest.judges, readings_of(manifest))
    return ReadingDecider(_decider(manifest, ONE_READING), units)


def _decider(manifest: Manifest, asked: Readings, readings: ReadingDecider | None = None) -> Decider:
    pairwise = manifest.mode == "pairwise"
    return Decider(
        panel=manifest.panel,
        units_by_judge=units_by_judge(manifest.judges, pairwise=pairwise, readings=asked),
        scales=scales_of(manifest.suite, manifest.constitution, pairwise=pairwise),
        calibration=manifest.calibration,
        fit=manifest.fit,
        readings=readings,
    )
