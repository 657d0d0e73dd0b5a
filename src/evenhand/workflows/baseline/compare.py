"""What a run would change in the accepted baseline of its suite."""

from dataclasses import dataclass
from pathlib import Path

from evenhand.errors import UsageError
from evenhand.gate.baseline_diff import BaselineDiff, compare_baselines
from evenhand.records.baseline import Baseline
from evenhand.workflows.baseline.find import SuitePlace, find_both, load_accepted
from evenhand.workflows.garbage import collecting_less
from evenhand.workflows.gate.again import read_again
from evenhand.workflows.gate.summarise import summarise_run
from evenhand.workflows.read_run import StoredRun


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedRun:
    """A run beside the accepted baseline."""

    place: SuitePlace
    stored: StoredRun
    old: Baseline
    new: Baseline
    diff: BaselineDiff


def compare_run(start: Path, suite: str, run: str) -> ComparedRun:
    """Return what accepting a run would change. Nothing is written.

    Args:
        start: Folder from which the workspace is looked for.
        suite: The suite; empty takes the only one with a gate.
        run: The run; empty takes the newest that judged the whole suite.

    Raises:
        UsageError: There is no baseline yet, or suite or run can not be told.
        FileError: The baseline or the suite is wrong.
        MeasureError: The ledger can not be read.
    """
    place, stored = find_both(start, suite, run)
    old = load_accepted(place)
    if old is None:
        raise UsageError(
            f"suite {place.suite.id} has no baseline yet ({place.shown_baseline})",
            hint=f"make this run the first: evenhand baseline accept {place.shown} {stored.run.id} --reason TEXT",
        )
    with collecting_less():
        new = sum_up(stored)
        old = old.called(stored.manifest.constitution.renamed)
        diff = compare_baselines(old, new)
    return ComparedRun(place=place, stored=stored, old=old, new=new, diff=diff)


def sum_up(stored: StoredRun) -> Baseline:
    """Return a run in the form of a baseline, with what its panel said in several readings."""
    readings, _ = read_again(stored)
    return summarise_run(stored, stored.account(), readings=readings).baseline
