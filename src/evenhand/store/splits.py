"""How the labels of a suite are divided, as the ledger keeps it for good, and every use of them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import insert, select

from evenhand.store import tables
from evenhand.store.ledger import LedgerFile, chunks

_ROWS_PER_COMMIT = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitLock:
    """How the labels of a suite were divided when they were first used."""

    id: int
    shares: tuple[float, float, float]
    seed: int
    made: str
    """UTC time, ISO 8601."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedCluster:
    """A labelled cluster, as it was when its labels were first used."""

    split: int
    digests: frozenset[bytes]
    """One for each label."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitUse:
    """The labels of a split were used to certify, or, of the split `optimise`, to compare candidates on."""

    at: str
    split: str
    run: str
    purpose: str


def find_lock(ledger: LedgerFile, suite: str) -> SplitLock | None:
    """Return how the labels of a suite are divided; None before their first use."""
    query = select(tables.split_locks).where(tables.split_locks.c.suite == suite)
    with ledger.read() as connection:
        row = connection.execute(query).first()
    if row is None:
        return None
    optimise, gate, sealed = json.loads(row.shares)
    return SplitLock(id=row.id, shares=(optimise, gate, sealed), seed=row.seed, made=row.made)


def make_lock(ledger: LedgerFile, suite: str, shares: Sequence[float], seed: int) -> SplitLock:
    """Write down how the labels of a suite are divided, for good; the caller holds the right to write."""
    row = {"suite": suite, "shares": json.dumps(list(shares)), "seed": seed, "made": _now()}
    with ledger.write() as connection:
        connection.execute(insert(tables.split_locks), row)
    made = find_lock(ledger, suite)
    assert made is not None
    return made


def locked_clusters(ledger: LedgerFile, lock: SplitLock, digest_bytes: int) -> Mapping[str, LockedCluster]:
    """Return the labelled clusters by name, as they were when their labels were first used."""
    columns = tables.split_labels.c
    query = select(columns.cluster, columns.split, columns.digests).where(columns.lock == lock.id)
    found: dict[str, LockedCluster] = {}
    with ledger.read() as connection:
        for cluster, split, packed in connection.execute(query):
            digests = {packed[at : at + digest_bytes] for at in range(0, len(packed), digest_bytes)}
            before = found[cluster].digests if cluster in found else frozenset()
            found[cluster] = LockedCluster(split=split, digests=before | digests)
    return found


def lock_clusters(ledger: LedgerFile, lock: SplitLock, clusters: Mapping[str, LockedCluster]) -> None:
    """Add labels that are used for the first time; the caller holds the right to write."""
    rows: Iterable[dict[str, object]] = (
        {"lock": lock.id, "cluster": name, "split": each.split, "digests": b"".join(sorted(each.digests))}
        for name, each in sorted(clusters.items())
    )
    for chunk in chunks(rows, _ROWS_PER_COMMIT):
        with ledger.write() as connection:
            connection.execute(insert(tables.split_labels), chunk)


def split_uses(ledger: LedgerFile, suite: str) -> tuple[SplitUse, ...]:
    """Return every use of the labels of a suite, the oldest first."""
    uses = tables.split_uses.c
    query = select(uses.at, uses.split, uses.run, uses.purpose).where(uses.suite == suite).order_by(uses.id)
    with ledger.read() as connection:
        return tuple(
            SplitUse(at=at, split=split, run=run, purpose=purpose)
            for at, split, run, purpose in connection.execute(query)
        )


def add_split_use(ledger: LedgerFile, suite: str, *, split: str, run: str, purpose: str) -> None:
    """Write down that the labels of a split are used; the caller holds the right to write."""
    row = {"suite": suite, "at": _now(), "split": split, "run": run, "purpose": purpose}
    with ledger.write() as connection:
        connection.execute(insert(tables.split_uses), row)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def locked_suites(ledger: LedgerFile) -> tuple[str, ...]:
    """Return the suites whose labels were used, in order of their names."""
    query = select(tables.split_locks.c.suite).order_by(tables.split_locks.c.suite)
    with ledger.read() as connection:
        return tuple(connection.execute(query).scalars())
