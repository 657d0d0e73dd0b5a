"""What a panel said each time, of the cells that were judged several times beside a run."""

from collections.abc import Mapping

from evenhand.records.baseline import Said
from evenhand.workflows.gate.flakiness import find_companion
from evenhand.workflows.gate.readings import read_counted_readings
from evenhand.workflows.gate.summarise import Cell
from evenhand.workflows.read_run import StoredRun, decider_of


def read_again(stored: StoredRun) -> tuple[Mapping[Cell, tuple[Said, ...]], tuple[str, ...]]:
    """Return the verdicts of each reading of the cells that the run's companion judged, and what to know of them.

    Nothing where there is no companion.
    """
    run = find_companion(stored.ledger, stored.run)
    if run is None:
        return {}, ()
    companion = StoredRun(root=stored.root, ledger=stored.ledger, run=run, decider=decider_of(run.manifest))
    cells = read_counted_readings(companion)
    return {(each.case, each.candidate, each.principle): each.said for each in cells}, ()
