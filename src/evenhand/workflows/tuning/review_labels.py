"""The labels that people gave in the review of a suite, as labels of a file would be."""

from dataclasses import dataclass

from evenhand.catalog.settings import Workspace
from evenhand.records.label import HumanLabel, LabelKind
from evenhand.records.run import Run, RunState
from evenhand.store.ledger import open_ledger
from evenhand.workflows.calibration.reviewed import read_reviewed
from evenhand.workflows.calibration.table import read_run_answers
from evenhand.workflows.read_run import StoredRun, decider_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewLabels:
    """Labels of a review."""

    labels: tuple[HumanLabel, ...]
    """Those on items whose reviewers agree, or that were adjudicated."""
    notes: tuple[str, ...]


def find_review_labels(workspace: Workspace, suite: str) -> ReviewLabels | None:
    """Return the labels of the review of a suite, held against its newest finished run; None where there are none.

    Raises:
        LedgerError: A ledger can not be read.
    """
    run = _newest(workspace, suite)
    if run is None or not workspace.review_path.exists():
        return None
    stored = StoredRun(
        root=workspace.root,
        ledger=open_ledger(workspace.ledger_path),
        run=run,
        decider=decider_of(run.manifest),
    )
    said = read_run_answers(stored)
    found = read_reviewed(stored, said.items, said.categories)
    if found is None:
        return None
    labels = tuple(
        HumanLabel(
            case_id=row.place[0],
            candidate_id=row.candidate_id,
            principle_id=row.place[1],
            annotator=row.annotator,
            kind=LabelKind.RESOLVED if row.settled else LabelKind.PERSON,
            label=row.label,
        )
        for row in found.rows
        if (row.place[0], row.candidate_id, row.place[1]) not in found.unresolved
    )
    return ReviewLabels(labels=labels, notes=found.notes)


def _newest(workspace: Workspace, suite: str) -> Run | None:
    if not workspace.ledger_path.exists():
        return None
    runs = open_ledger(workspace.ledger_path).runs()
    mine = [run for run in runs if run.state is RunState.FINISHED and run.manifest.suite.id == suite]
    return mine[-1] if mine else None
