"""List the runs of a workspace, with how far each one is and what it cost."""

from dataclasses import dataclass
from pathlib import Path

from evenhand.catalog.settings import find_workspace
from evenhand.judging.budget import NANOUSD
from evenhand.records.generation import WRITTEN, GenerationRun, Purpose
from evenhand.records.run import Run, RunState
from evenhand.store.generations import generation_account, generations
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedGeneration:
    """One generation run, for a list."""

    id: str
    purpose: Purpose
    """What was written."""
    title: str
    """What it was for."""
    generator: str
    """Who wrote."""
    state: RunState
    reason: str
    created: str
    """UTC time, ISO 8601."""
    chains: int
    """Chains in the plan."""
    written: int
    """Texts that were written or taken over."""
    failed: int
    """Texts that did not come."""
    usd: float
    """What its calls cost."""


def list_generations(start: Path) -> tuple[ListedGeneration, ...]:
    """Return the generation runs of the workspace around `start`, the newest last; none without a ledger.

    Raises:
        LedgerError: The ledger can not be read.
    """
    path = find_workspace(start).ledger_path
    if not path.exists():
        return ()
    ledger = open_ledger(path)
    is_idle = ledger.writer() is None
    return tuple(_listed_generation(ledger, run, is_idle=is_idle) for run in generations(ledger))


def _listed_generation(ledger: LedgerFile, run: GenerationRun, *, is_idle: bool) -> ListedGeneration:
    account = generation_account(ledger, run)
    written = account.steps.get(WRITTEN, 0)
    return ListedGeneration(
        id=run.id,
        purpose=run.manifest.purpose,
        title=run.manifest.title,
        generator=run.manifest.generator.id,
        state=run.state,
        reason=_NOBODY if run.state is RunState.RUNNING and is_idle else run.reason,
        created=run.created,
        chains=account.chains,
        written=written,
        failed=sum(account.steps.values()) - written,
        usd=account.cost_nanousd / NANOUSD,
    )


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


__all__ = ["ListedGeneration", "ListedRun", "list_generations", "list_runs"]
