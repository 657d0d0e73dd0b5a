"""Propose which judges of a run to keep."""

from collections.abc import Sequence
from pathlib import Path

from evenhand.calibration.choices import Choices
from evenhand.calibration.sample import purpose_of
from evenhand.calibration.select_judges import NotSelected, SelectedJudges
from evenhand.calibration.select_judges import select_judges as select
from evenhand.errors import MeasureError, UsageError
from evenhand.workflows.calibration.divide import note_use
from evenhand.workflows.calibration.table import read_table
from evenhand.workflows.read_run import read_run


def select_judges(
    start: Path, name: str, *, keep: int, humans: Sequence[Path] = (), command: str = ""
) -> SelectedJudges:
    """Propose the judges of a run that are worth keeping, from its human labels for learning.

    Args:
        start: Folder from which the workspace is looked for.
        name: The run, or "latest".
        keep: How many judges to keep.
        humans: Files of labels beside those of the suite.
        command: What was typed, for the record of uses of labels.

    Raises:
        UnknownNameError: There is no such run.
        UsageError: The run has not so many judges.
        MeasureError: There are too few labels.
    """
    stored = read_run(start, name)
    judges = len(stored.manifest.judges)
    if not 1 <= keep <= judges:
        raise UsageError(f"run {stored.run.id} has {judges} judges, and {keep} can not be kept of them")
    read = read_table(stored, humans=humans)
    choices = Choices(seed=stored.manifest.suite.seed)
    found = select(read.table, choices, keep=keep)
    if isinstance(found, NotSelected):
        raise MeasureError(found.reason, hint=found.hint)
    if purpose_of(read.table, choices).cross_fit:
        note_use(stored.ledger, stored.manifest.suite, read.division, run=stored.run.id, purpose=command)
    return found
