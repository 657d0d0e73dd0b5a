import math

import numpy as np
import pytest
from scipy import stats

from evenhand.stats.clusters import cluster_count, cluster_sums
from evenhand.stats.exact_intervals import jeffreys_limits
from evenhand.stats.influence import mean_interval, share_interval, standard_error
from evenhand.stats.intervals import wilson_interval


def test_jeffreys_limits_are_quantiles_of_a_beta_distribution() -> None:
    low, high = jeffreys_limits(np.array([0.0, 3.0, 10.0]), np.array([10.0, 10.0, 10.0]), 0.95)
    assert low == pytest.approx(
        [0, stats.beta.ppf(0.025, 3.5, 7.5), stats.beta.ppf(0.025, 10.5, 0.5)], abs=1e-9
    )
    assert high == pytest.approx(
        [stats.beta.ppf(0.975, 0.5, 10.5), stats.beta.ppf(0.975, 3.5, 7.5), 1], abs=1e-9
    )


def test_the_error_of_a_mean_is_the_one_of_the_textbook() -> None:
    values = np.random.default_rng(1).normal(size=40)
    assert standard_error((values - values.mean()) / 40) == pytest.approx(stats.sem(values))


def test_clusters_are_summed_before_they_vary() -> None:
    values = np.repeat(np.random.default_rng(1).normal(size=20), 3)
    clusters = np.repeat(np.arange(20), 3) * 7
    influence = (values - values.mean()) / 60
    assert standard_error(influence, clusters) == pytest.approx(stats.sem(values[::3]))
    assert cluster_sums(np.ones(60), clusters) == pytest.approx(np.full(20, 3.0))
    assert (cluster_count(60, clusters), cluster_count(60, None)) == (20, 60)


def test_one_cluster_has_no_error() -> None:
    assert math.isnan(standard_error(np.zeros(5), np.zeros(5, dtype=np.int64)))


def test_a_share_of_independent_draws_has_wilsons_interval() -> None:
    ours, wilson = share_interval(0.7, (0.21 / 50) ** 0.5, 9, 0.95), wilson_interval(35, 50)
    assert (ours.low, ours.high) == pytest.approx((wilson.low, wilson.high), abs=1e-12)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_a_share_without_spread_counts_the_draws_it_is_told(share: float) -> None:
    ours, wilson = share_interval(share, 0.0, 30, 0.95), wilson_interval(round(30 * share), 30)
    assert (ours.low, ours.high) == pytest.approx((wilson.low, wilson.high), abs=1e-12)


def test_the_interval_of_a_mean_is_cut_to_what_is_possible() -> None:
    interval = mean_interval(0.98, 0.02, 10, 0.95)
    assert interval.low == pytest.approx(0.98 - stats.t.ppf(0.975, 9) * 0.02)
    assert interval.high == 1.0
