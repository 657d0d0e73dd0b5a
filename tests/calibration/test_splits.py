import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.calibration.splits import label_digest, split_clusters, splits_digest
from evenhand.calibration.table import Split

NAMES = st.lists(st.text(max_size=8), unique=True, max_size=30)
SHARES = (0.4, 0.4, 0.2)


@settings(max_examples=40)
@given(names=NAMES, more=NAMES, seed=st.integers(0, 2**40))
def test_more_clusters_move_none_of_those_that_are_there(
    names: list[str], more: list[str], seed: int
) -> None:
    alone = split_clusters("s", seed, SHARES, names)
    together = split_clusters("s", seed, SHARES, [*more, *names])
    assert alone.tolist() == together[len(more) :].tolist()


@given(names=NAMES)
def test_a_share_of_nothing_gets_nothing(names: list[str]) -> None:
    assert set(split_clusters("s", 0, (0, 1, 0), names)) <= {Split.GATE}
    assert Split.SEALED not in split_clusters("s", 0, (0.3, 0.7, 0), names)
    assert Split.OPTIMISE not in split_clusters("s", 0, (0, 0.1, 0.9), names)


def test_splits_get_their_shares() -> None:
    found = split_clusters("s", 0, SHARES, [f"cluster {number}" for number in range(20_000)])
    assert np.bincount(found) / 20_000 == pytest.approx(SHARES, abs=0.012)


def test_membership_is_fixed_for_good() -> None:
    """A change of these would move labels that somebody learned from into a split that certifies."""
    names = ["case-1", "case-2", "case-3", "source/ä", ""]
    assert split_clusters("suite", 7, SHARES, names).tolist() == EXPECTED


EXPECTED = [2, 0, 1, 0, 0]


@pytest.mark.parametrize(("suite", "seed"), [("t", 0), ("s", 1)])
def test_another_suite_or_seed_divides_anew(suite: str, seed: int) -> None:
    names = [f"cluster {number}" for number in range(100)]
    assert (
        split_clusters(suite, seed, SHARES, names).tolist() != split_clusters("s", 0, SHARES, names).tolist()
    )


def test_larger_shares_to_learn_from_take_only_from_their_neighbour() -> None:
    names = [f"cluster {number}" for number in range(500)]
    before = split_clusters("s", 0, (0.2, 0.6, 0.2), names)
    after = split_clusters("s", 0, (0.4, 0.4, 0.2), names)
    assert set(zip(before.tolist(), after.tolist(), strict=True)) == {(0, 0), (1, 0), (1, 1), (2, 2)}


def test_a_digest_tells_every_part_of_a_label() -> None:
    parts = ["case", "principle", "", "ann", "person", "complies"]
    digests = {label_digest(parts)} | {
        label_digest([*parts[:at], "other", *parts[at + 1 :]]) for at in range(len(parts))
    }
    assert len(digests) == len(parts) + 1
    assert label_digest(["a", "bc"]) != label_digest(["ab", "c"])


def test_the_digest_of_all_splits_does_not_depend_on_the_order_of_labels() -> None:
    one, other = label_digest(["1"]), label_digest(["2"])
    first = {"a": (Split.GATE, frozenset([one, other])), "b": (Split.SEALED, frozenset([one]))}
    second = {"b": (Split.SEALED, frozenset([one])), "a": (Split.GATE, frozenset([other, one]))}
    assert splits_digest(first) == splits_digest(second)
    assert splits_digest(first) != splits_digest({**first, "b": (Split.GATE, frozenset([one]))})
