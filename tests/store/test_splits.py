"""How labels are divided is kept for good, and every use of them."""

from pathlib import Path

import pytest

from evenhand.errors import LedgerError
from evenhand.store.ledger import LedgerFile, open_ledger
from evenhand.store.splits import (
    LockedCluster,
    add_split_use,
    find_lock,
    lock_clusters,
    locked_clusters,
    make_lock,
    split_uses,
)

SHARES = (0.4, 0.4, 0.2)
ONE, TWO, THREE = b"1" * 8, b"2" * 8, b"3" * 8


@pytest.fixture
def ledger(tmp_path: Path) -> LedgerFile:
    return open_ledger(tmp_path / "ledger.sqlite", create=True)


def cluster(*digests: bytes, split: int = 1) -> LockedCluster:
    return LockedCluster(split=split, digests=frozenset(digests))


def test_a_lock_is_made_once_and_found_again(ledger: LedgerFile) -> None:
    assert find_lock(ledger, "s") is None
    made = make_lock(ledger, "s", SHARES, 7)
    assert (made.shares, made.seed) == (SHARES, 7)
    assert find_lock(open_ledger(ledger.path), "s") == made
    assert find_lock(ledger, "other") is None
    with pytest.raises(LedgerError):
        make_lock(ledger, "s", (0, 1, 0), 7)


def test_labels_that_come_later_are_added_to_their_cluster(ledger: LedgerFile) -> None:
    lock, other = make_lock(ledger, "s", SHARES, 0), make_lock(ledger, "t", SHARES, 0)
    lock_clusters(ledger, lock, {"a": cluster(ONE, TWO), "b": cluster(ONE, split=2)})
    lock_clusters(ledger, lock, {"a": cluster(THREE)})
    lock_clusters(ledger, other, {"a": cluster(TWO)})
    assert locked_clusters(ledger, lock, 8) == {"a": cluster(ONE, TWO, THREE), "b": cluster(ONE, split=2)}
    assert locked_clusters(ledger, other, 8) == {"a": cluster(TWO)}


def test_uses_are_told_in_their_order_and_by_suite(ledger: LedgerFile) -> None:
    for suite, split in (("s", "gate"), ("t", "gate"), ("s", "sealed")):
        add_split_use(ledger, suite, split=split, run="r", purpose="evenhand calibrate")
    assert [(use.split, use.run, use.purpose) for use in split_uses(ledger, "s")] == [
        ("gate", "r", "evenhand calibrate"),
        ("sealed", "r", "evenhand calibrate"),
    ]
    assert all(use.at.endswith("+00:00") for use in split_uses(ledger, "s"))
