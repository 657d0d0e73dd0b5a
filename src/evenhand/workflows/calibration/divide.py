"""The splits of a run's labels: locked at their first use, verified at every later one, and each use written down."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evenhand.calibration.splits import DIGEST_BYTES, split_clusters, splits_digest
from evenhand.calibration.table import Split, SplitAccess, SplitFacts
from evenhand.errors import UsageError
from evenhand.records.suite import Suite
from evenhand.store.columns import ItemColumns
from evenhand.store.ledger import LedgerFile
from evenhand.store.splits import (
    LockedCluster,
    SplitLock,
    add_split_use,
    find_lock,
    lock_clusters,
    locked_clusters,
    make_lock,
    split_uses,
)
from evenhand.workflows.calibration.given import HumanLabels

LEARNED_FROM: Final = "optimise"
"""Split of a use that learned from labels. It certifies nothing, and is kept to count what was tried on them."""
_MOST_NAMED = 5
"""Clusters named whose labels changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledClusters:
    """The clusters of a run, and the labels on them."""

    split: Mapping[str, Split]
    """Of every cluster of the run, labelled or not."""
    digests: Mapping[str, frozenset[bytes]]
    """Of the labels of each labelled cluster."""
    earlier: Mapping[bytes, bytes] = field(default_factory=dict)
    """These by what they were under earlier names of the principles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Division:
    """Which split every item of a run is in."""

    clusters: NDArray[np.int64]
    """Number of the cluster of each item, shape (N,)."""
    split: NDArray[np.int8]
    """`Split` of each item, shape (N,)."""
    labelled: LabelledClusters
    facts: SplitFacts
    notes: tuple[str, ...]


def divide_labels(
    ledger: LedgerFile,
    suite: Suite,
    items: ItemColumns,
    names: Sequence[str],
    labels: HumanLabels,
    *,
    opened: bool,
) -> Division:
    """Return the split of each item, and what became of the labels since their first use. Nothing is written.

    Args:
        ledger: Where the lock lies, if the labels were used before.
        suite: The suite as it ran.
        items: The items of the run.
        names: Name of the cluster of each item.
        labels: The labels.
        opened: Whether the sealed labels are read.

    Raises:
        UsageError: The labels were divided in another way when they were first used.
    """
    lock = find_lock(ledger, suite.id)
    refuse_another_division(lock, suite)
    known = {name: number for number, name in enumerate(dict.fromkeys(names))}
    clusters = np.fromiter((known[name] for name in names), np.int64, len(names))
    of_clusters = split_clusters(suite.id, suite.seed, suite.splits.shares, known)
    labelled = LabelledClusters(
        split={name: Split(int(of_clusters[number])) for name, number in known.items()},
        digests=_digests(dict(zip(items.case_id, names, strict=True)), labels),
        earlier=labels.earlier,
    )
    locked = _locked(ledger, lock, labelled) if lock else {}
    moved, learned = _moved(locked, labelled), _learned_from(locked, labelled)
    return Division(
        clusters=clusters,
        split=of_clusters[clusters],
        labelled=labelled,
        facts=SplitFacts(
            shares=suite.splits.shares,
            digest=_digest(labelled),
            labelled=_count_labelled(of_clusters[clusters], labels),
            opened=opened,
            accesses=_accesses(ledger, suite.id),
            moved=sum(moved.values()) + sum(learned.values()),
        ),
        notes=(*_moved_words(moved), *_learned_words(learned)),
    )


def note_use(
    ledger: LedgerFile, suite: Suite, division: Division, *, run: str, purpose: str
) -> tuple[SplitAccess, ...]:
    """Lock the division at its first use, add labels that are new to it, and write this use down.

    Returns:
        The uses before this one, those that came while the labels were read among them.

    Raises:
        LedgerError: Another process writes to the ledger, or it can not be written.
        UsageError: The labels were divided in another way when they were first used.
    """
    with ledger.writing():
        lock_labels(ledger, suite, division)
        before = _accesses(ledger, suite.id)
        for split in ("gate", "sealed") if division.facts.opened else ("gate",):
            add_split_use(ledger, suite.id, split=split, run=run, purpose=purpose)
    return before


def lock_labels(ledger: LedgerFile, suite: Suite, division: Division) -> None:
    """Lock the division at its first use, and add labels that are new to it; the caller holds the right to write.

    Raises:
        UsageError: The labels were divided in another way when they were first used.
    """
    lock = find_lock(ledger, suite.id)
    refuse_another_division(lock, suite)
    lock = lock or make_lock(ledger, suite.id, suite.splits.shares, suite.seed)
    lock_clusters(ledger, lock, _new_ones(ledger, lock, division.labelled))


def refuse_another_division(lock: SplitLock | None, suite: Suite) -> None:
    """Refuse a suite that divides its labels in another way than when they were first used.

    Raises:
        UsageError: It does.
    """
    if lock is None:
        return
    if lock.seed != suite.seed or any(
        abs(then - now) > 1e-9 for then, now in zip(lock.shares, suite.splits.shares, strict=True)
    ):
        then = ", ".join(
            f"{split.name.lower()}: {share:g}" for split, share in zip(Split, lock.shares, strict=True)
        )
        raise UsageError(
            f"the labels of suite {suite.id} were first used on {lock.made[:10]} with other splits, and labels that "
            "were learned from can not certify",
            hint=f"put back `splits: {{{then}}}` and `seed: {lock.seed}` in the suite file; for another division give "
            "the suite another id and label new cases",
        )


def _digests(cluster_of: Mapping[str, str], labels: HumanLabels) -> Mapping[str, frozenset[bytes]]:
    found: dict[str, set[bytes]] = {}
    for case, digests in labels.digests.items():
        found.setdefault(cluster_of[case], set()).update(digests)
    return {name: frozenset(digests) for name, digests in found.items()}


def _digest(labelled: LabelledClusters) -> str:
    return splits_digest({name: (labelled.split[name], found) for name, found in labelled.digests.items()})


def _count_labelled(split: NDArray[np.int8], labels: HumanLabels) -> tuple[int, int, int]:
    items = np.fromiter({label.item for label in labels.labels}, np.int64)
    optimise, gate, sealed = np.bincount(split[items], minlength=len(Split))
    return int(optimise), int(gate), int(sealed)


def _locked(ledger: LedgerFile, lock: SplitLock, labelled: LabelledClusters) -> Mapping[str, LockedCluster]:
    """Return what was locked; labels under earlier names of their principles are those they are now."""
    found = locked_clusters(ledger, lock, DIGEST_BYTES)
    if not labelled.earlier:
        return found
    now = labelled.earlier
    return {
        name: replace(each, digests=frozenset(now.get(digest, digest) for digest in each.digests))
        for name, each in found.items()
    }


def _new_ones(ledger: LedgerFile, lock: SplitLock, labelled: LabelledClusters) -> Mapping[str, LockedCluster]:
    before = _locked(ledger, lock, labelled)
    fresh = {
        name: digests - (before[name].digests if name in before else frozenset())
        for name, digests in labelled.digests.items()
    }
    return {
        name: LockedCluster(split=int(labelled.split[name]), digests=digests)
        for name, digests in fresh.items()
        if digests
    }


def _moved(locked: Mapping[str, LockedCluster], labelled: LabelledClusters) -> Mapping[str, int]:
    """Return how many labels to certify with are not what they were, by cluster; only clusters of this run count."""
    gone = {
        name: len(then.digests - labelled.digests.get(name, frozenset()))
        for name, then in locked.items()
        if labelled.split.get(name) in {Split.GATE, Split.SEALED}
    }
    return {name: count for name, count in gone.items() if count}


def _learned_from(locked: Mapping[str, LockedCluster], labelled: LabelledClusters) -> Mapping[str, int]:
    """Return how many labels to certify with were to learn from at an earlier use, by cluster of today."""
    learned = frozenset[bytes]().union(
        *(then.digests for then in locked.values() if then.split == Split.OPTIMISE)
    )
    now = {
        name: len(digests & learned)
        for name, digests in labelled.digests.items()
        if labelled.split[name] != Split.OPTIMISE
    }
    return {name: count for name, count in now.items() if count}


def _moved_words(moved: Mapping[str, int]) -> list[str]:
    if not moved:
        return []
    words = (
        f"Labels to certify with that were changed or removed since they were first used, or are not among those of "
        f"this calibration: {sum(moved.values()):,}, on {_named(moved)}."
    )
    return [words]


def _learned_words(learned: Mapping[str, int]) -> list[str]:
    if not learned:
        return []
    words = (
        f"Labels to certify with that were labels to learn from at an earlier use, and can not certify, because the "
        f"sources of their cases changed: {sum(learned.values()):,}, on {_named(learned)}."
    )
    return [words]


def _named(counts: Mapping[str, int]) -> str:
    return ", ".join(sorted(counts)[:_MOST_NAMED]) + (", and more" if len(counts) > _MOST_NAMED else "")


def _accesses(ledger: LedgerFile, suite: str) -> tuple[SplitAccess, ...]:
    return tuple(
        SplitAccess(
            at=use.at,
            split="sealed" if use.split == "sealed" else "gate",
            run=use.run,
            purpose=use.purpose,
        )
        for use in split_uses(ledger, suite)
        if use.split != LEARNED_FROM
    )
