from typing import Literal

import numpy as np
import pytest
from scipy.stats import bootstrap as oracle

from evenhand.stats.arrays import Floats
from evenhand.stats.bootstrap import (
    Method,
    Unseen,
    bootstrap,
    bootstrap_totals,
    percentile_measure,
    resampled,
    smoothed_bootstrap,
)
from evenhand.stats.estimate import Estimate, Measured, Undefined
from evenhand.stats.exact_intervals import jeffreys_interval
from evenhand.stats.patterns import Patterns
from evenhand.stats.units import (
    cluster_units,
    difference,
    item_units,
    pattern_units,
    ratio,
    row_units,
    units_of,
)

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


# -- Many statistics of one set of draws -------------------------------------------------------------------

VALUES = np.array([0.0, 1.0, 5.0])


def values_and_items(patterns: Patterns) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    return np.column_stack([VALUES[patterns.answers[:, 0]], np.ones(len(patterns.counts))])


def answers() -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    return np.repeat([0, 1, 2], [50, 30, 20])[:, np.newaxis]


def test_the_first_totals_are_those_of_the_sample() -> None:
    totals = bootstrap_totals(
        pattern_units(answers(), values_and_items), rng=np.random.default_rng(3), draws=4
    )
    assert totals[0].tolist() == [130.0, 100.0]
    assert totals.shape == (5, 2)


def test_totals_have_the_mean_and_spread_of_a_bootstrap() -> None:
    totals = bootstrap_totals(
        pattern_units(answers(), values_and_items), rng=np.random.default_rng(3), draws=20_000
    )
    assert (totals[:, 1] == 100).all()
    assert totals[1:, 0].mean() == pytest.approx(130, abs=0.6)
    assert totals[1:, 0].std() == pytest.approx(10 * VALUES[answers()].std(), rel=0.02)


def test_a_cluster_is_drawn_as_a_whole() -> None:
    # two clusters with sums 10 and 0: a bootstrap of two clusters gives 0, 10 or 20 and nothing between
    units = row_units(np.array([[4.0], [6.0], [0.0]]), clusters=np.array([3, 3, 9]))
    totals = bootstrap_totals(units, rng=np.random.default_rng(3), draws=200)
    assert set(totals.ravel()) == {0.0, 10.0, 20.0}
    same = pattern_units(
        np.array([[2], [2], [0]]),
        values_and_items,
        clusters=np.array([3, 3, 9]),
        weights=np.array([1.0, 2.0, 1.0]),
    )
    assert sorted(same.features[:, 0]) == [0.0, 15.0]


def test_items_of_different_weight_are_different_units() -> None:
    units = pattern_units(np.array([[1], [1], [1]]), values_and_items, weights=np.array([2.0, 0.5, 2.0]))
    assert units.features.tolist() == [[0.5, 0.5], [2.0, 2.0]]
    assert units.counts.tolist() == [1, 2]


def test_a_bootstrap_of_nothing_is_nothing() -> None:
    totals = bootstrap_totals(item_units(np.zeros((0, 2))), rng=np.random.default_rng(1), draws=3)
    assert totals.tolist() == [[0.0, 0.0]] * 4


def test_long_bootstraps_in_parts_are_repeatable() -> None:
    units = row_units(np.arange(3000.0)[:, np.newaxis])
    first, second = (bootstrap_totals(units, rng=np.random.default_rng(5), draws=2000) for _ in range(2))
    assert first.shape == (2001, 1)
    assert np.array_equal(first, second)


def test_an_interval_holds_the_middle_of_the_draws() -> None:
    series = np.concatenate([[50.0], np.arange(101.0)])
    measured = percentile_measure(series, n=7, undefined="no", confidence=0.9)
    assert isinstance(measured, Estimate)
    assert (measured.interval.low, measured.value, measured.interval.high) == pytest.approx((5.0, 50.0, 95.0))


@pytest.mark.parametrize(
    ("series", "reason"),
    [
        ([np.nan, 1.0, 1.0], "no number"),
        ([1.0, np.nan, 1.0], "hardly any"),
        ([1.0], "hardly any"),
    ],
)
def test_what_has_no_number_says_why(series: list[float], reason: str) -> None:
    measured = percentile_measure(np.array(series), n=3, undefined="no number", rare="hardly any")
    assert measured == Undefined(n=3, reason=reason)


def test_few_clusters_widen_the_tails() -> None:
    series = np.concatenate([[0.0], np.random.default_rng(2).normal(size=4000)])
    widths = []
    for clusters in (np.arange(4), np.arange(1000), None):
        measured = percentile_measure(series, n=7, undefined="no", clusters=clusters)
        assert isinstance(measured, Estimate)
        widths.append(measured.interval.high - measured.interval.low)
    # t with 3 degrees of freedom is 3.18 for 1.96, and (4/3) ** .5 comes on top
    assert widths[0] / widths[2] > 1.5
    assert widths[1] == pytest.approx(widths[2], rel=0.02)


def test_one_cluster_says_nothing_about_others() -> None:
    measured = percentile_measure(np.ones(5), n=3, undefined="no", clusters=np.zeros(3, dtype=np.int64))
    assert isinstance(measured, Undefined)
    assert "one cluster" in measured.reason
