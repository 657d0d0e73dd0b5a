from typing import Literal

import numpy as np
import pytest
from scipy.stats import bootstrap as oracle

from evenhand.stats.bootstrap import Method, Unseen, bootstrap, resampled, smoothed_bootstrap
from evenhand.stats.estimate import Estimate, Measured, Undefined
from evenhand.stats.exact_intervals import jeffreys_interval
from evenhand.stats.units import Floats, cluster_units, difference, item_units, ratio, units_of

HALF_OF_EACH = Unseen(features=np.array([[1.0, 1.0], [0.0, 1.0]]), shapes=np.array([0.5, 0.5]))


def mean(totals: Floats) -> Floats:
    """Mean of values, whose features are the value and 1."""
    values: Floats = totals[:, 0] / totals[:, 1]
    return values


def second_mean(totals: Floats) -> Floats:
    values: Floats = totals[:, 2] / totals[:, 1]
    return values


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def estimate(measured: Measured) -> Estimate:
    assert isinstance(measured, Estimate), measured
    return measured


def with_ones(values: Floats) -> Floats:
    return np.column_stack([values, np.ones(len(values))])


@pytest.mark.parametrize(("method", "theirs"), [("percentile", "percentile"), ("bca", "BCa")])
def test_intervals_equal_the_ones_of_scipy(method: Method, theirs: Literal["percentile", "BCa"]) -> None:
    values = rng(3).gamma(4, size=60)
    measured = estimate(
        bootstrap(mean, item_units(with_ones(values)), rng=rng(), draws=40_000, method=method)
    )
    interval = oracle((values,), np.mean, n_resamples=40_000, method=theirs, rng=rng(1)).confidence_interval
    spread = interval.high - interval.low
    # Both draw at random: two Monte-Carlo errors of 40,000 draws.
    assert measured.interval.low == pytest.approx(interval.low, abs=0.03 * spread)
    assert measured.interval.high == pytest.approx(interval.high, abs=0.03 * spread)


def test_equal_items_may_be_counted_instead_of_repeated() -> None:
    features, counts = with_ones(np.array([0.0, 1.0, 4.0])), np.array([5, 9, 3])
    compressed, repeated = item_units(features, counts), item_units(np.repeat(features, counts, axis=0))
    one = estimate(bootstrap(mean, compressed, rng=rng(), draws=20_000))
    other = estimate(bootstrap(mean, repeated, rng=rng(), draws=20_000))
    assert one.value == pytest.approx(other.value)
    assert one.interval.low == pytest.approx(other.interval.low, abs=0.03)
    assert one.interval.high == pytest.approx(other.interval.high, abs=0.03)
    assert one.n == other.n == 17


def test_a_statistic_of_the_weights_of_patterns_is_one_of_totals() -> None:
    patterns, codes = np.array([[0.0, 1.0], [1.0, 1.0]]), np.array([0, 1, 1, 0, 1])
    by_weight = resampled(
        lambda weights: (weights @ patterns)[:, 0] / weights.sum(axis=1),
        units_of(np.eye(2), codes=codes),
        rng=rng(),
        draws=50,
    )
    by_totals = resampled(mean, units_of(with_ones(patterns[:, 0]), codes=codes), rng=rng(), draws=50)
    assert by_weight == pytest.approx(by_totals)


def test_clusters_are_drawn_as_one() -> None:
    values = np.repeat(rng(1).normal(size=50), 4)
    apart = estimate(bootstrap(mean, item_units(with_ones(values)), rng=rng(), method="percentile"))
    clusters = cluster_units(with_ones(values), np.repeat(np.arange(50), 4))
    together = estimate(bootstrap(mean, clusters, rng=rng(), method="percentile"))
    widths = [each.interval.high - each.interval.low for each in (together, apart)]
    assert widths[0] / widths[1] == pytest.approx(2, rel=0.12)  # sqrt(4), and a t quantile of 49 degrees
    assert together.n == 200


def test_a_difference_is_paired() -> None:
    first = rng(2).normal(size=200)
    features = np.column_stack([first, np.ones(200), first + rng(3).normal(scale=0.1, size=200)])
    gain = estimate(bootstrap(difference(second_mean, mean), item_units(features), rng=rng()))
    assert gain.interval.high - gain.interval.low == pytest.approx(2 * 1.96 * 0.1 / 200**0.5, rel=0.15)


def test_a_ratio_that_has_no_value_is_left_out_and_many_such_are_undefined() -> None:
    features = np.column_stack([np.array([0.0, 0, 0, 0, 1]), np.ones(5), np.ones(5)])
    measured = bootstrap(ratio(second_mean, mean), item_units(features), rng=rng())
    assert measured == Undefined(n=5, reason="too many bootstrap draws have no value")


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ([], "there is no item"),
        ([1.0], "one independent unit says nothing about others"),
        ([2.0, 2.0, 2.0], "every bootstrap draw has the same value"),
    ],
)
def test_without_spread_there_is_no_interval(values: list[float], reason: str) -> None:
    units = item_units(with_ones(np.array(values)))
    assert bootstrap(mean, units, rng=rng()) == Undefined(n=len(values), reason=reason)


def test_a_statistic_without_a_value_says_so() -> None:
    units = item_units(with_ones(np.array([1.0, 2.0])))
    nowhere = bootstrap(lambda totals: np.full(len(totals), np.nan), units, rng=rng())
    assert nowhere == Undefined(n=2, reason="it has no value on these items")


def test_a_smoothed_bootstrap_of_a_share_is_jeffreys_interval() -> None:
    units = item_units(with_ones(np.array([1.0, 0.0])), np.array([27, 3]))
    measured = estimate(smoothed_bootstrap(mean, units, HALF_OF_EACH, rng=rng(), draws=40_000))
    exact = jeffreys_interval(27, 30)
    assert measured.interval.low == pytest.approx(exact.low, abs=0.005)
    assert measured.interval.high == pytest.approx(exact.high, abs=0.005)


def test_a_smoothed_bootstrap_spreads_where_all_are_equal() -> None:
    units = item_units(with_ones(np.ones(30)))
    measured = estimate(smoothed_bootstrap(mean, units, HALF_OF_EACH, rng=rng()))
    assert measured.value == measured.interval.high == 1.0
    assert 0.85 < measured.interval.low < 0.95


def test_many_distinct_units_are_drawn_in_pieces_and_give_the_same_interval() -> None:
    values = rng(5).normal(size=3000)
    units = item_units(with_ones(values))
    measured = estimate(bootstrap(mean, units, rng=rng(), method="percentile"))
    assert measured.interval.high - measured.interval.low == pytest.approx(2 * 1.96 / 3000**0.5, rel=0.1)


def test_impossible_input_is_refused() -> None:
    with pytest.raises(ValueError, match="expected \\(n, features\\)"):
        item_units(np.ones((2, 1)), np.array([1]))
    with pytest.raises(ValueError, match="none negative"):
        item_units(np.ones((2, 1)), np.array([1, -1]))
    with pytest.raises(ValueError, match="clusters"):
        cluster_units(np.ones((2, 1)), np.array([1]))
    with pytest.raises(ValueError, match="between 0 and 1"):
        bootstrap(mean, item_units(with_ones(np.array([1.0, 2.0]))), rng=rng(), confidence=1)
