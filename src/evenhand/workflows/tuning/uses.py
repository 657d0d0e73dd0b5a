"""What a tuning did with the labels of a suite, as the ledger keeps it: comparisons, gates, opened seals."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from evenhand.calibration.splits import DIGEST_BYTES
from evenhand.calibration.table import Split
from evenhand.records.suite import Suite
from evenhand.store.ledger import LedgerFile
from evenhand.store.splits import (
    SplitUse,
    add_split_use,
    find_lock,
    locked_clusters,
    locked_suites,
    split_uses,
)
from evenhand.workflows.calibration.divide import LEARNED_FROM, Division, divide_labels, lock_labels
from evenhand.workflows.calibration.given import gather_labels
from evenhand.workflows.calibration.groups import cluster_names
from evenhand.workflows.calibration.table import read_run_answers
from evenhand.workflows.read_run import StoredRun

_COMPARED: Final = "judge tune: compared"
_OPENED: Final = "judge tune: opened for"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What was tried on the labels of a suite."""

    runs: Mapping[str, str]
    """The run that first compared each candidate, by the digest of the candidate."""

    @property
    def candidates(self) -> frozenset[str]:
        """Digests of the candidates that were ever compared."""
        return frozenset(self.runs)

    def tunings_besides(self, digests: Collection[str]) -> int:
        """Return how many tunings compared others than these candidates; the same tuning again is none."""
        return len({run for digest, run in self.runs.items() if digest not in digests})


def note_candidates(stored: StoredRun, suite: Suite, digests: Sequence[str]) -> Tried:
    """Write down which candidates are compared on the labels of a run; return what was tried before.

    The division of the labels is locked, if nothing has used them yet. A candidate counts once, however often it is
    compared.

    Args:
        stored: The run, of a part of the suite.
        suite: The suite that is tuned.
        digests: Of the candidates.

    Raises:
        UsageError: The labels were divided in another way when they were first used.
        LedgerError: The ledger can not be written.
    """
    division = _division(stored, suite, opened=False)
    ledger = stored.ledger
    with ledger.writing():
        lock_labels(ledger, suite, division)
        before = tried(ledger, suite.id)
        for digest in digests:
            if digest not in before.candidates:
                purpose = f"{_COMPARED} {digest}"
                add_split_use(ledger, suite.id, split=LEARNED_FROM, run=stored.run.id, purpose=purpose)
    return before


def note_gate(stored: StoredRun, suite: Suite, purpose: str) -> int:
    """Write down that the labels of the gate split decide; return how often those to certify were used before."""
    division = _division(stored, suite, opened=False)
    ledger = stored.ledger
    with ledger.writing():
        lock_labels(ledger, suite, division)
        before = [use for use in split_uses(ledger, suite.id) if use.split != LEARNED_FROM]
        add_split_use(ledger, suite.id, split="gate", run=stored.run.id, purpose=purpose)
    return len(before)


def note_opening(stored: StoredRun, suite: Suite, digest: str) -> int:
    """Write down that the sealed labels are opened for a candidate, once; return the openings for anything else."""
    division = _division(stored, suite, opened=True)
    ledger = stored.ledger
    purpose = f"{_OPENED} {digest}"
    with ledger.writing():
        lock_labels(ledger, suite, division)
        openings = [use for use in split_uses(ledger, suite.id) if use.split == "sealed"]
        if not any(use.purpose == purpose for use in openings):
            add_split_use(ledger, suite.id, split="sealed", run=stored.run.id, purpose=purpose)
    return sum(use.purpose != purpose for use in openings)


def held_elsewhere(ledger: LedgerFile, suite: str) -> frozenset[str]:
    """Return the sources whose labels other suites of the ledger keep to certify with."""
    locks = (find_lock(ledger, name) for name in locked_suites(ledger) if name != suite)
    return frozenset(
        name
        for lock in locks
        if lock is not None
        for name, each in locked_clusters(ledger, lock, DIGEST_BYTES).items()
        if Split(each.split) is not Split.OPTIMISE
    )


def tried(ledger: LedgerFile, suite: str) -> Tried:
    """Return what was tried on the labels of a suite."""
    mine = [use for use in split_uses(ledger, suite) if _is_comparison(use)]
    return Tried(runs={use.purpose.removeprefix(_COMPARED).strip(): use.run for use in reversed(mine)})


def _is_comparison(use: SplitUse) -> bool:
    return use.split == LEARNED_FROM and use.purpose.startswith(_COMPARED)


def _division(stored: StoredRun, suite: Suite, *, opened: bool) -> Division:
    """Return how the suite divides the labels of a run of one of its parts."""
    said = read_run_answers(stored)
    labels = gather_labels(stored, said.items, said.categories, (), review=False)
    names, _ = cluster_names(stored, said.items)
    return divide_labels(stored.ledger, suite, said.items, names, labels, opened=opened)
