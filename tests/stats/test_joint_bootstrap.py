import numpy as np
import pytest

from evenhand.stats.estimate import Estimate, Undefined
from evenhand.stats.joint_bootstrap import bootstrap_totals, percentile_measure, units_of_items, units_of_rows
from evenhand.stats.patterns import Patterns

VALUES = np.array([0.0, 1.0, 5.0])


def values_and_items(patterns: Patterns) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    return np.column_stack([VALUES[patterns.answers[:, 0]], np.ones(len(patterns.counts))])


def answers() -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    return np.repeat([0, 1, 2], [50, 30, 20])[:, np.newaxis]


def test_the_first_totals_are_those_of_the_sample() -> None:
    totals = bootstrap_totals(
        units_of_items(answers(), values_and_items), rng=np.random.default_rng(3), draws=4
    )
    assert totals[0].tolist() == [130.0, 100.0]
    assert totals.shape == (5, 2)


def test_totals_have_the_mean_and_spread_of_a_bootstrap() -> None:
    totals = bootstrap_totals(
        units_of_items(answers(), values_and_items), rng=np.random.default_rng(3), draws=20_000
    )
    assert (totals[:, 1] == 100).all()
    assert totals[1:, 0].mean() == pytest.approx(130, abs=0.6)
    assert totals[1:, 0].std() == pytest.approx(10 * VALUES[answers()].std(), rel=0.02)


def test_a_cluster_is_drawn_as_a_whole() -> None:
    # two clusters with sums 10 and 0: a bootstrap of two clusters gives 0, 10 or 20 and nothing between
    units = units_of_rows(np.array([[4.0], [6.0], [0.0]]), clusters=np.array([3, 3, 9]))
    totals = bootstrap_totals(units, rng=np.random.default_rng(3), draws=200)
    assert set(totals.ravel()) == {0.0, 10.0, 20.0}
    same = units_of_items(
        np.array([[2], [2], [0]]),
        values_and_items,
        clusters=np.array([3, 3, 9]),
        weights=np.array([1.0, 2.0, 1.0]),
    )
    assert sorted(same[0][:, 0]) == [0.0, 15.0]


def test_items_of_different_weight_are_different_units() -> None:
    contributions, counts = units_of_items(
        np.array([[1], [1], [1]]), values_and_items, weights=np.array([2.0, 0.5, 2.0])
    )
    assert contributions.tolist() == [[0.5, 0.5], [2.0, 2.0]]
    assert counts.tolist() == [1, 2]


def test_a_bootstrap_of_nothing_is_nothing() -> None:
    totals = bootstrap_totals(
        (np.zeros((0, 2)), np.zeros(0, dtype=np.int64)), rng=np.random.default_rng(1), draws=3
    )
    assert totals.tolist() == [[0.0, 0.0]] * 4


def test_long_bootstraps_in_parts_are_repeatable() -> None:
    units = units_of_rows(np.arange(3000.0)[:, np.newaxis])
    first, second = (bootstrap_totals(units, rng=np.random.default_rng(5), draws=2000) for _ in range(2))
    assert first.shape == (2001, 1)
    assert np.array_equal(first, second)


def test_units_without_a_row_are_refused() -> None:
    with pytest.raises(ValueError, match="a row each"):
        bootstrap_totals(
            (np.zeros((2, 1)), np.ones(3, dtype=np.int64)), rng=np.random.default_rng(1), draws=3
        )


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
