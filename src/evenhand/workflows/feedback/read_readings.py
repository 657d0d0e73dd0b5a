"""What the panel of a run says of each reply under each principle: passes, fails, neither, or no verdict."""

from collections.abc import Mapping
from dataclasses import dataclass

from evenhand.calibration.table import NONE
from evenhand.catalog.settings import Workspace
from evenhand.errors import UsageError
from evenhand.records.run import RunState
from evenhand.records.scale import Reading
from evenhand.workflows.calibration.table import read_run_answers
from evenhand.workflows.prepare import existing_ledger
from evenhand.workflows.read_run import StoredRun, decider_of, read_run

Place = tuple[str, str, str]
"""Case, candidate and principle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadVerdict:
    """What the panel says in one place."""

    reading: Reading | None
    """None without a verdict: ratings failed, or the panel is undecided."""
    content: bytes | None
    """Digest of the prompt and of the reply that were judged; None in ledgers that did not keep it."""


def read_readings(stored: StoredRun) -> Mapping[Place, ReadVerdict]:
    """Return what the panel of a run says.

    Raises:
        MeasureError: An answer is not on its scale, or the ledger can not be read.
    """
    said = read_run_answers(stored)
    items, content = said.items, said.items.content or (None,) * said.items.n
    readings = {principle: tuple(each.readings.values()) for principle, each in said.categories.items()}
    verdicts = said.answers.verdict.tolist()
    return {
        (case, candidate, principle): ReadVerdict(
            reading=None if verdict == NONE else readings[principle][verdict], content=digest
        )
        for case, candidate, principle, verdict, digest in zip(
            items.case_id, items.candidate_id, items.principle_id, verdicts, content, strict=True
        )
    }


def find_judged_run(workspace: Workspace, suite_path: str, name: str = "") -> StoredRun:
    """Return the run of a suite that is named, or else its newest finished one.

    Args:
        workspace: The workspace.
        suite_path: The suite, as manifests name it.
        name: A run; empty takes the newest.

    Raises:
        UnknownNameError: There is no such run.
        UsageError: It is of another suite, or there is none of this one.
    """
    if name:
        stored = read_run(workspace.root, name)
        if stored.manifest.suite_path != suite_path:
            raise UsageError(
                f"run {stored.run.id} is of {stored.manifest.suite_path}, not of {suite_path}",
                hint="name a run of the suite whose replies are revised",
            )
        return stored
    ledger = existing_ledger(workspace)
    runs = ledger.runs() if ledger else ()
    found = [run for run in runs if run.manifest.suite_path == suite_path and run.state is RunState.FINISHED]
    if ledger is None or not found:
        raise UsageError(
            f"principles that the panel found violated are drawn from a run of {suite_path}, and there is none",
            hint=f"run it first: evenhand run {suite_path}; or name a run with --run",
        )
    return StoredRun(
        root=workspace.root, ledger=ledger, run=found[-1], decider=decider_of(found[-1].manifest)
    )
