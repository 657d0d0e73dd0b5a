"""Save what can be read of a workspace's damaged ledger into a new file."""

from dataclasses import dataclass
from pathlib import Path

from evenhand.catalog.settings import find_workspace
from evenhand.errors import LedgerError
from evenhand.store.salvage import salvage


@dataclass(frozen=True, slots=True, kw_only=True)
class SalvagedLedger:
    """What was saved, and where it lies."""

    damaged: str
    """The damaged ledger; it is left as it is."""
    target: str
    """The new ledger."""
    runs: tuple[str, ...]
    """Runs that can be resumed."""
    replies: int
    """Replies that will not be paid for again."""
    attempts: int
    """Paid calls that are known."""
    replies_lost: int
    """Paid calls whose reply could not be read any more: they are asked again."""
    labels: int
    """Human labels."""
    without_run: int
    """Replies of a run that is lost: a new run of the same suite uses them."""


def salvage_ledger(start: Path, target: Path) -> SalvagedLedger:
    """Save the ledger of the workspace around `start` into `target`.

    Raises:
        LedgerError: There is no ledger, `target` exists, or nothing can be read.
    """
    damaged = find_workspace(start).ledger_path
    if not damaged.exists():
        raise LedgerError(f"there is no ledger at {damaged}", hint="name the workspace with --workspace")
    found = salvage(damaged, target)
    return SalvagedLedger(
        damaged=str(damaged),
        target=str(target),
        runs=found.runs,
        replies=found.replies,
        attempts=found.attempts,
        replies_lost=found.replies_lost,
        labels=found.labels,
        without_run=found.without_run,
    )
