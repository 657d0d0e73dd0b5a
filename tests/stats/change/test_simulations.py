"""Short forms of `python -m benchmarks.coverage.change`: the functions it prints, with fewer repetitions."""

import numpy as np
import pytest
from benchmarks.coverage.change import (
    Pair,
    clustered_limits,
    clustered_sizes,
    familywise_errors,
    gate_outcomes,
    gate_power,
    in_range,
    interval_coverage,
    likely_tables,
    mcnemar_sizes,
    unpaired_rejections,
)

from evenhand.stats.change.noninferiority import MARGIN, Outcome, noninferiority
from evenhand.stats.change.paired import PairedCounts


def rng() -> np.random.Generator:
    return np.random.default_rng(20261127)


def test_mid_p_has_the_wanted_size_from_ten_expected_discordant_items_on() -> None:
    sizes = {(n, share): size for n, share, _, size in mcnemar_sizes()}
    assert all(in_range(size) for (n, share), size in sizes.items() if n * share >= 10)
    assert all(size <= 0.055 for size in sizes.values())


def test_the_paired_gate_has_about_twice_the_power_of_the_unpaired_one() -> None:
    # methods.md 6.1, which does not print its accuracies: .61 exact, .67 mid-p, .31 unpaired at n = 200; .90, .92, .65
    for (_, pair, exact, mid_p, unpaired), published in zip(
        [row for row in gate_power(reps=4000, rng=rng()) if row[1].old > row[1].new],
        [(0.61, 0.67, 0.31), (0.90, 0.92, 0.65)],
        strict=True,
    ):
        assert pair == Pair(old=0.85, new=0.80)
        assert (exact, mid_p, unpaired) == pytest.approx(published, abs=0.025)


def test_the_unpaired_test_hardly_ever_rejects_without_a_drop() -> None:
    # methods.md 6.1: .005
    rate = unpaired_rejections(Pair(old=0.85, new=0.85), 200, reps=4000, rng=rng())
    assert rate == pytest.approx(0.005, abs=0.003)


@pytest.mark.parametrize("principles", [1, 6])
def test_an_unchanged_judge_rarely_fails_any_of_its_principles(principles: int) -> None:
    # 1,500 repetitions: standard error .0056
    adjusted, bare = familywise_errors(principles, 400, shared=False, reps=1500, rng=rng())
    assert adjusted == pytest.approx(0.0475, abs=0.017)
    assert bare == pytest.approx(1 - 0.951**principles, abs=0.035)


@pytest.mark.parametrize(("n", "share"), [(200, 0.15), (400, 0.10), (1000, 0.05), (2000, 0.15)])
def test_a_judge_worse_by_the_margin_passes_about_as_often_as_allowed(n: int, share: float) -> None:
    assert gate_outcomes(n, share, MARGIN)[0] == pytest.approx(0.05, abs=0.006)


def test_a_gate_of_400_items_sees_five_points_and_leaves_an_unchanged_judge_alone() -> None:
    assert gate_outcomes(400, 0.12, 0.05)[1] >= 0.8
    assert gate_outcomes(400, 0.12, 0.0)[1] <= 0.05


def test_the_enumerated_outcomes_are_those_of_the_gate() -> None:
    lost, won, chance = likely_tables(20, 0.10, 0.05)
    assert chance.sum() == pytest.approx(1, abs=1e-9)
    shares = dict.fromkeys(Outcome, 0.0)
    for only_old, only_new, share in zip(lost.tolist(), won.tolist(), chance.tolist(), strict=True):
        counts = PairedCounts(both=20 - only_old - only_new, only_old=only_old, only_new=only_new, neither=0)
        shares[noninferiority(counts).outcome] += share
    assert tuple(shares.values()) == pytest.approx(gate_outcomes(20, 0.15, 0.05), abs=1e-9)


@pytest.mark.parametrize("pair", [Pair(old=0.85, new=0.85), Pair(old=0.85, new=0.80), Pair(old=0.6, new=0.8)])
def test_intervals_of_the_difference_cover_it(pair: Pair) -> None:
    # 500 repetitions: standard error .01
    tango, newcombe = interval_coverage(pair, 100, reps=500, rng=rng())
    assert tango == pytest.approx(0.95, abs=0.03)
    assert 0.93 <= newcombe <= 0.995


def test_flipping_whole_clusters_keeps_the_size_that_flipping_items_loses() -> None:
    # 400 repetitions: standard error .011
    whole, items = clustered_sizes(40, 10, reps=400, draws=500, rng=rng())
    assert whole == pytest.approx(0.05, abs=0.033)
    assert items > 0.06


def test_limits_of_clustered_means_miss_as_often_as_they_say() -> None:
    # 300 repetitions: standard error .0126
    below, above, undefined = clustered_limits(40, 5, reps=300, draws=500, rng=rng())
    assert (below, above) == pytest.approx((0.05, 0.05), abs=0.038)
    assert undefined == 0
