"""Cells that do not hold still, out of everything that the judges of a run were ever asked about them."""

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from evenhand.workflows.gate.history import RUNS_LOOKED_AT, per_case_history
from evenhand.workflows.read_run import read_run

MOST_NAMED: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class FlakyCell:
    """A cell on which an unchanged panel contradicts itself."""

    case: str
    candidate: str
    principle: str
    readings: int
    """Readings that were asked for."""
    runs: int
    """Runs they come from."""
    flip_rate: float
    """Share of pairs of readings that differ."""
    command: str
    """What holds it back from a gate, without the words that only a person can write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlakyCells:
    """The cells of a run that flip most."""

    run: str
    cells: int
    """Cells that were read at least twice."""
    flaky: int
    """How many of them ever flipped."""
    worst: tuple[FlakyCell, ...]
    """Those that flip most, at most 20."""


def find_flaky(start: Path, name: str, *, most_runs: int = RUNS_LOOKED_AT) -> FlakyCells:
    """Return the cells of a run on which its judges contradict themselves.

    Only readings that were asked for count: `--readings`, `--again`, and the share that each gate reads several times.

    Args:
        start: Folder from which the workspace is looked for.
        name: The run, or "latest".
        most_runs: How many of the newest runs are looked at.

    Raises:
        UnknownNameError: There is no such run.
        LedgerError: The ledger can not be read.
    """
    stored = read_run(start, name)
    suite = stored.manifest.suite_path
    found = [
        FlakyCell(
            case=each.case,
            candidate=each.candidate,
            principle=each.principle,
            readings=len(each.said),
            runs=each.runs,
            flip_rate=each.flips.share or 0.0,
            command=shlex.join(
                ["evenhand", "quarantine", "add", each.case, "--principle", each.principle, "--suite", suite]
            ),
        )
        for each in per_case_history(stored, most_runs=most_runs)
    ]
    flaky = sorted(
        (each for each in found if each.flip_rate),
        key=lambda each: (-each.flip_rate, -each.readings, each.case, each.principle),
    )
    return FlakyCells(run=stored.run.id, cells=len(found), flaky=len(flaky), worst=tuple(flaky[:MOST_NAMED]))
