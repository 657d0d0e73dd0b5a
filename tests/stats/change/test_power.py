import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest
from statsmodels.stats.proportion import proportion_confint

from evenhand.stats.change.paired import PairedCounts, mcnemar
from evenhand.stats.change.power import (
    draws_needed_for_bound,
    mcnemar_power,
    pairs_needed,
    pairs_needed_within,
    smallest_detectable_difference,
    zero_failure_bound,
)
from evenhand.stats.estimate import Undefined


# methods.md 6.3 and 6.2
@pytest.mark.parametrize(("difference", "pairs"), [(0.10, 91), (0.05, 369), (0.03, 1029)])
def test_the_pairs_a_difference_needs(difference: float, pairs: int) -> None:
    assert pairs_needed(difference, 0.15) == pairs


@pytest.mark.parametrize(("margin", "pairs"), [(0.05, 371), (0.03, 1031), (0.02, 2319)])
def test_the_pairs_a_margin_needs(margin: float, pairs: int) -> None:
    assert pairs_needed_within(margin, 0.15) == pairs


def test_a_true_drop_within_the_margin_needs_more_pairs() -> None:
    # the squares of the two quantiles' sum, 6.1826, times .1499, over that of .02
    assert pairs_needed_within(0.03, 0.15, difference=-0.01) == 2317


@given(st.floats(0.01, 1.0), st.floats(0.01, 1.0))
def test_the_smallest_detectable_difference_needs_just_these_pairs(share: float, part: float) -> None:
    difference = share * part
    n = pairs_needed(difference, share)
    detectable = smallest_detectable_difference(n, share)
    assert isinstance(detectable, float) or n < 3
    if isinstance(detectable, float) and n > 3:
        assert detectable <= difference + 1e-9
        assert pairs_needed(min(detectable + 1e-9, share), share) <= n


def test_a_drop_beyond_the_discordance_brings_its_own() -> None:
    detectable = smallest_detectable_difference(100, 0.01)
    assert isinstance(detectable, float)
    assert detectable > 0.01
    assert pairs_needed(detectable, detectable) == pytest.approx(100, abs=1)


def test_two_pairs_detect_nothing() -> None:
    assert smallest_detectable_difference(2, 0.5) == Undefined(n=2, reason="too few pairs to show any drop")


# methods.md 6.3: 59 -> 5 %, 300 -> 1 %
@pytest.mark.parametrize(("n", "bound"), [(59, 0.0495), (300, 0.0099), (0, 1.0)])
def test_the_bound_without_a_failure(n: int, bound: float) -> None:
    assert zero_failure_bound(n) == pytest.approx(bound, abs=5e-5)


@given(st.integers(1, 5000))
def test_the_bound_without_a_failure_is_clopper_and_pearsons_and_below_three_over_n(n: int) -> None:
    theirs = proportion_confint(0, n, alpha=0.1, method="beta")[1]
    assert zero_failure_bound(n) == pytest.approx(theirs, abs=1e-9)
    assert zero_failure_bound(n) < 3 / n


@given(st.floats(0.001, 0.9))
def test_the_draws_needed_are_the_fewest(bound: float) -> None:
    n = draws_needed_for_bound(bound)
    assert zero_failure_bound(n) <= bound + 1e-12
    assert zero_failure_bound(n - 1) > bound


def test_fifty_nine_draws_bound_a_rate_by_five_percent() -> None:
    assert draws_needed_for_bound(0.05) == 59


@pytest.mark.parametrize("mid_p", [False, True])
@pytest.mark.parametrize(("share", "drop"), [(0.3, 0.0), (0.4, 0.2), (1.0, 0.3)])
def test_power_is_the_sum_over_all_tables(share: float, drop: float, *, mid_p: bool) -> None:
    n = 25
    tables = [(lost, won) for lost in range(n + 1) for won in range(n + 1 - lost)]
    expected = sum(
        binom.pmf(lost + won, n, share) * binom.pmf(won, lost + won, (share - drop) / (2 * share))
        for lost, won in tables
        if mcnemar(PairedCounts(both=0, only_old=lost, only_new=won, neither=0), mid_p=mid_p) <= 0.05
    )
    assert mcnemar_power(n, share, drop, mid_p=mid_p) == pytest.approx(expected, abs=1e-10)


def test_power_with_everything_discordant_is_that_of_the_sign_test() -> None:
    rejected = [k for k in range(41) if binomtest(k, 40, alternative="less").pvalue <= 0.05]
    expected = binom.cdf(max(rejected), 40, 0.3)
    assert mcnemar_power(40, 1.0, 0.4, mid_p=False) == pytest.approx(expected, abs=1e-10)


# methods.md 6.1 prints .032 / .052, .61 / .67 and .90 / .92 from 4,000 repetitions without its base rates;
# accuracies of .85 and .80 whose errors have a correlation of .6 come nearest, and are enumerated here.
@pytest.mark.parametrize(
    ("n", "share", "drop", "exact", "mid_p"),
    [
        (200, 0.1020, 0.0, 0.0325, 0.0487),
        (200, 0.1186, 0.05, 0.601, 0.669),
        (400, 0.1186, 0.05, 0.883, 0.907),
    ],
)
def test_size_and_power_of_a_gate(n: int, share: float, drop: float, exact: float, mid_p: float) -> None:
    found = [mcnemar_power(n, share, drop, mid_p=half) for half in (False, True)]
    assert found == pytest.approx([exact, mid_p], abs=6e-4)


def test_the_planned_pairs_have_the_planned_power() -> None:
    assert mcnemar_power(pairs_needed(0.05, 0.15), 0.15, 0.05) == pytest.approx(0.8, abs=0.015)


def test_power_of_many_pairs_is_a_number() -> None:
    assert np.isfinite(mcnemar_power(20_000, 0.1, 0.005))


@pytest.mark.parametrize(
    "call",
    [
        lambda: pairs_needed(0.2, 0.1),
        lambda: pairs_needed(0.0, 0.1),
        lambda: pairs_needed(0.1, 0.2, power=1.0),
        lambda: pairs_needed_within(0.03, 0.15, difference=-0.03),
        lambda: pairs_needed_within(0.03, 0.0),
        lambda: smallest_detectable_difference(-1, 0.1),
        lambda: smallest_detectable_difference(10, 0.0),
        lambda: zero_failure_bound(-1),
        lambda: zero_failure_bound(3, confidence=1.0),
        lambda: draws_needed_for_bound(0.0),
        lambda: mcnemar_power(-1, 0.1, 0.0),
        lambda: mcnemar_power(10, 0.1, 0.2),
    ],
)
def test_impossible_plans_are_refused(call: object) -> None:
    assert callable(call)
    with pytest.raises(ValueError, match=r"difference|alpha|pairs|draws|bound"):
        call()
