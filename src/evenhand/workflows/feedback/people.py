"""What people said of the items of a run: labels that beat the panel, and sources that never become training data."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from evenhand.calibration.splits import DIGEST_BYTES
from evenhand.calibration.table import NONE, CalibrationTable, PrincipleAnswers, ReferenceBasis, Split
from evenhand.errors import NoLabelsError
from evenhand.records.scale import Reading
from evenhand.store.ledger import LedgerFile
from evenhand.store.splits import find_lock, locked_clusters, locked_suites
from evenhand.workflows.calibration.table import ReadTable, read_table
from evenhand.workflows.read_run import StoredRun

_SETTLED = (ReferenceBasis.SINGLE, ReferenceBasis.UNANIMOUS, ReferenceBasis.RESOLVED)
"""How a label is settled: nobody says otherwise, or somebody decided. A majority of people who differ is neither."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonSaid:
    """What people settled on an item."""

    label: str
    reading: Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """What people said of a run."""

    said: Mapping[int, PersonSaid]
    """By the position of the item; only labels that may become training data."""
    held: frozenset[str]
    """Sources with labels that are kept to certify with."""
    read: ReadTable | None
    """The run with all its labels; None where it has none."""


def read_people(
    stored: StoredRun,
    *,
    humans: Sequence[Path],
    include_gate: bool,
    elsewhere: AbstractSet[str] = frozenset(),
) -> People:
    """Return what people said of a run. Nothing is written.

    Labels of the optimise split are what may be learned from; those of the gate split only where `include_gate` says
    so, and those of the sealed split never. The same holds for sources whose labels were used in any other suite of
    the ledger, and for those in `elsewhere`.

    Raises:
        FileError: A file of labels has bad lines.
        UsageError: The labels were divided in another way before, or a file of labels meets no item.
        MeasureError: An answer is not on its scale.
    """
    open_splits = {Split.OPTIMISE, Split.GATE} if include_gate else {Split.OPTIMISE}
    held = {*elsewhere, *_locked(stored.ledger, open_splits)}
    try:
        read = read_table(stored, humans=humans, history=False)
    except NoLabelsError:
        return People(said={}, held=frozenset(held), read=None)
    labelled = read.division.labelled
    held.update(name for name in labelled.digests if labelled.split[name] not in open_splits)
    return People(said=dict(_said(read.table, open_splits)), held=frozenset(held), read=read)


def _said(table: CalibrationTable, open_splits: set[Split]) -> Iterator[tuple[int, PersonSaid]]:
    for each in table.principles:
        for row in np.flatnonzero(_may_be_learned(each, open_splits)).tolist():
            code = each.reference.label[row]
            yield (
                int(each.seq[row]),
                PersonSaid(label=each.categories[code], reading=each.readings[code]),
            )


def _may_be_learned(each: PrincipleAnswers, open_splits: set[Split]) -> np.ndarray:
    reference = each.reference
    settled = (reference.label != NONE) & np.isin(reference.basis, _SETTLED)
    return np.asarray(settled & np.isin(each.split, list(open_splits)))


def _locked(ledger: LedgerFile, open_splits: set[Split]) -> Iterator[str]:
    for suite in locked_suites(ledger):
        lock = find_lock(ledger, suite)
        if lock is not None:
            clusters = locked_clusters(ledger, lock, DIGEST_BYTES)
            yield from (name for name, each in clusters.items() if Split(each.split) not in open_splits)


__all__ = ["People", "PersonSaid", "read_people"]
