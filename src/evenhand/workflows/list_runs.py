"""List the runs of a workspace, with how far each one is and what it cost."""

from dataclasses import dataclass
from pathlib import Path

from evenhand.catalog.settings import find_workspace
from evenhand.judging.budget import NANOUSD
from evenhand.records.run import Run, RunState
from evenhand.store.ledger import LedgerFile, open_ledger
from evenhand.store.reading import run_account

_NOBODY = "no process is working on it; resume it"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedRun:
    """One run in a list."""

    id: str
    suite: str
    state: RunState
    reason: str
    """Why it is not finished; empty when it is, or when a process is working on it."""
    created: str
    """UTC time, ISO 8601."""
    finished: str
    """UTC time, ISO 8601; empty until it is finished."""
    planned: int
    """Units in the plan."""
    settled: int
    """Units in a terminal state."""
    failed: int
    """Units that ended in a failed rating."""
    usd: float
    """What its calls cost."""
    part: str
    """The part of the suite that is judged, in words; empty is the whole."""
    readings: int
    """How often the whole panel is asked."""


def list_runs(start: Path) -> tuple[ListedRun, ...]:
    """Return the runs of the workspace around `start`, the newest last; none where there is no ledger yet.

    Raises:
        LedgerError: The ledger can not be read.
    """
    path = find_workspace(start).ledger_path
    if not path.exists():
        return ()
    ledger = open_ledger(path)
    is_idle = ledger.writer() is None
    return tuple(_listed(ledger, run, is_idle=is_idle) for run in ledger.runs())


def _listed(ledger: LedgerFile, run: Run, *, is_idle: bool) -> ListedRun:
    account = run_account(ledger, run)
    reason = _NOBODY if run.state is RunState.RUNNING and is_idle else run.reason
    return ListedRun(
        id=run.id,
        suite=run.manifest.suite.id,
        state=run.state,
        reason=reason,
        created=run.created,
        finished=run.finished,
        planned=account.planned,
        settled=account.planned - account.open,
        failed=account.failed,
        usd=account.cost_nanousd / NANOUSD,
        part=run.manifest.narrow.words() if run.manifest.narrow else "",
        readings=run.manifest.readings,
    )


__all__ = ["ListedRun", "list_runs"]
