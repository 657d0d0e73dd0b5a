"""What a panel said each time, of the cells that were judged several times beside a run."""

from collections.abc import Mapping

from evenhand.records.baseline import Said
from evenhand.workflows.calibration.table import read_run_answers
from evenhand.workflows.gate.flakiness import find_companion
from evenhand.workflows.gate.readings import read_readings
from evenhand.workflows.gate.summarise import Cell
from evenhand.workflows.read_run import StoredRun, decider_of

_CASCADE = "The panel is a cascade, whose readings can not be told apart: how often it changes its mind is not known."


def read_again(stored: StoredRun) -> tuple[Mapping[Cell, tuple[Said, ...]], tuple[str, ...]]:
    """Return the verdicts of each reading of the cells that the run's companion judged, and what to know of them.

    Nothing where there is no companion.
    """
    run = find_companion(stored.ledger, stored.run)
    if run is None:
        return {}, ()
    if run.manifest.panel.cascade:
        return {}, (_CASCADE,)
    companion = StoredRun(root=stored.root, ledger=stored.ledger, run=run, decider=decider_of(run.manifest))
    counted = read_run_answers(companion).categories
    return {
        (each.case, each.candidate, each.principle): tuple(
            counted[each.principle].of(said) if isinstance(said, str) else said for said in each.said
        )
        for each in read_readings(companion)
    }, ()
