import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.stats.folds import fold_numbers


@given(st.integers(0, 60), st.integers(2, 7), st.integers(0, 99))
def test_folds_are_as_equal_as_can_be(items: int, folds: int, seed: int) -> None:
    sizes = np.bincount(fold_numbers(items, folds=folds, rng=np.random.default_rng(seed)), minlength=folds)
    assert sizes.sum() == items
    assert np.ptp(sizes) <= 1


@given(st.lists(st.integers(0, 8), min_size=1, max_size=60), st.integers(0, 99))
def test_items_of_one_cluster_are_in_one_fold(names: list[int], seed: int) -> None:
    clusters = np.array(names)
    folds = fold_numbers(clusters.size, clusters=clusters, rng=np.random.default_rng(seed))
    for name in np.unique(clusters):
        assert np.unique(folds[clusters == name]).size == 1
    largest = np.bincount(clusters).max()
    assert np.ptp(np.bincount(folds, minlength=5)) <= largest


def test_folds_are_drawn_at_random_and_repeatable() -> None:
    first, again, other = (fold_numbers(100, rng=np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_folds_that_are_none_are_refused() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="1 folds"):
        fold_numbers(5, folds=1, rng=rng)
    with pytest.raises(ValueError, match="clusters need one entry"):
        fold_numbers(5, clusters=np.zeros(4, dtype=np.int64), rng=rng)
