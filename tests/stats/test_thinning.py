import numpy as np
import pytest
from numpy.typing import NDArray

from evenhand.stats.thinning import equally_likely


def test_labels_are_kept_in_proportion_to_their_weight() -> None:
    weights = np.repeat([2.0, 8.0], 20_000)
    kept = equally_likely(weights, rng=np.random.default_rng(1))
    assert kept[20_000:].all()
    assert kept[:20_000].mean() == pytest.approx(0.25, abs=0.01)


def test_equal_weights_keep_every_label() -> None:
    assert equally_likely(np.full(50, 3.0), rng=np.random.default_rng(1)).all()
    assert equally_likely(np.zeros(0), rng=np.random.default_rng(1)).shape == (0,)


def test_a_cluster_keeps_one_item_and_stands_for_its_size() -> None:
    clusters = np.concatenate([np.repeat(np.arange(4000), 2), np.arange(4000, 8000)])
    kept = equally_likely(np.ones(12_000), rng=np.random.default_rng(1), clusters=clusters)
    assert np.unique(clusters[kept], return_counts=True)[1].max() == 1
    # Two thirds of all items are in pairs, and so are two thirds of what is kept.
    assert kept[:8000].sum() / kept.sum() == pytest.approx(2 / 3, abs=0.02)


@pytest.mark.parametrize("weights", [np.array([0.5, 2.0]), np.array([np.inf, 1.0]), np.ones((2, 2))])
def test_weights_that_are_no_inverse_probabilities_are_refused(weights: NDArray[np.float64]) -> None:
    with pytest.raises(ValueError, match="inclusion probability"):
        equally_likely(weights, rng=np.random.default_rng(1))
