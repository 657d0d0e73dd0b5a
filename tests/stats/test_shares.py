import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from evenhand.stats.estimate import Estimate, Measured, Undefined
from evenhand.stats.intervals import proportion
from evenhand.stats.shares import effective_size, weighted_share


def estimate(measured: Measured) -> Estimate:
    assert isinstance(measured, Estimate), measured
    return measured


def width(measured: Measured) -> float:
    interval = estimate(measured).interval
    return interval.high - interval.low


def successes(k: int, n: int) -> NDArray[np.bool_]:
    return np.arange(n) < k


@settings(deadline=None)  # the quantile of t loads scipy
@given(st.integers(1, 400), st.floats(0.01, 100), st.sampled_from([0.9, 0.95]), st.data())
def test_with_equal_weights_it_is_wilsons_interval(
    n: int, weight: float, confidence: float, data: st.DataObject
) -> None:
    k = data.draw(st.integers(0, n))
    plain = proportion(k, n, confidence=confidence)
    assert weighted_share(successes(k, n), confidence=confidence) == plain
    weighted = estimate(weighted_share(successes(k, n), weights=np.full(n, weight), confidence=confidence))
    assert weighted.interval == estimate(plain).interval
    assert weighted.value == pytest.approx(k / n, abs=1e-12)


def test_the_estimate_is_hajeks_worked_by_hand() -> None:
    share = weighted_share(np.array([True, False, True, False]), weights=np.array([1.0, 1.0, 4.0, 2.0]))
    assert estimate(share).value == pytest.approx(5 / 8)
    assert estimate(share).n == 4


def test_weights_that_tell_nothing_cost_kishs_factor() -> None:
    # Half weigh 1 and half 3: n x sum of squares / square of sum = (1 + 9) / 2 / 4 = 1.25
    success = np.tile([True, True, False, False], 500)
    size = effective_size(success, weights=np.tile([1.0, 3.0], 1000))
    assert size.design_effect == pytest.approx(1.25, abs=0.01)
    assert size.n == pytest.approx(1600, rel=0.01)


def test_items_that_repeat_a_cluster_count_once() -> None:
    success = np.repeat(np.arange(200) % 5 > 0, 4)
    size = effective_size(success, clusters=np.repeat(np.arange(200), 4))
    assert size.design_effect == pytest.approx(4, rel=0.03)
    clustered = weighted_share(success, clusters=np.repeat(np.arange(200), 4))
    assert width(clustered) == pytest.approx(width(proportion(160, 200)), rel=0.03)


def test_clusters_of_one_item_are_no_clusters_but_for_the_quantile_of_t() -> None:
    success = successes(150, 200)
    clustered = weighted_share(success, clusters=np.arange(200))
    assert width(clustered) == pytest.approx(width(proportion(150, 200)), rel=0.01)


def test_few_clusters_widen_the_interval() -> None:
    success = np.tile(np.arange(10) < 7, 6)
    few = weighted_share(success, clusters=np.repeat(np.arange(3), 20))
    many = weighted_share(success, clusters=np.repeat(np.arange(30), 2))
    assert width(few) > width(many) / 2
    assert estimate(few).interval.low < estimate(few).value < estimate(few).interval.high


def test_where_all_succeed_each_cluster_counts_as_one_item() -> None:
    share = estimate(weighted_share(np.ones(60, dtype=bool), clusters=np.repeat(np.arange(20), 3)))
    assert (share.value, share.interval.high) == (1.0, 1.0)
    # t of 19 degrees is 2.0930, so 20 clusters are worth 20 x (1.9600 / 2.0930)^2 = 17.54 items
    assert share.interval.low == pytest.approx(17.54 / (17.54 + 1.96**2), abs=1e-3)


@settings(deadline=None)  # the quantile of t loads scipy
@given(st.integers(2, 60), st.integers(0, 1000))
def test_the_share_lies_within_its_limits(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    share = weighted_share(
        rng.random(n) < rng.choice([0.02, 0.5, 0.97]),
        weights=rng.uniform(0.2, 5, n),
        clusters=rng.integers(0, max(2, n // 3), n),
    )
    if isinstance(share, Estimate):
        assert 0 <= share.interval.low <= share.value + 1e-12
        assert share.value - 1e-12 <= share.interval.high <= 1


def test_nothing_to_count_says_so() -> None:
    assert weighted_share(np.array([], dtype=bool)) == Undefined(n=0, reason="nothing to count")
    assert weighted_share(successes(2, 3), clusters=np.zeros(3, dtype=np.int64)) == Undefined(
        n=3, reason="one cluster says nothing about others"
    )


@pytest.mark.parametrize(
    ("weights", "clusters", "message"),
    [
        ([1.0, 0.0], None, "positive and finite"),
        ([1.0, np.nan], None, "positive and finite"),
        ([1.0], None, "weights"),
        (None, [1], "clusters"),
    ],
)
def test_impossible_input_is_refused(
    weights: list[float] | None, clusters: list[int] | None, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        weighted_share(
            successes(1, 2),
            weights=None if weights is None else np.array(weights),
            clusters=None if clusters is None else np.array(clusters),
        )


def test_counts_are_not_taken_for_successes() -> None:
    with pytest.raises(ValueError, match="expected bool"):
        weighted_share(np.array([1, 0, 2]))
