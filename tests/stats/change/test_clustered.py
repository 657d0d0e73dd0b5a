import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import permutation_test, ttest_1samp

from evenhand.stats.change.clustered import clustered_mean, sign_flip_test
from evenhand.stats.change.paired import Alternative, PairedCounts, mcnemar
from evenhand.stats.estimate import Estimate, Measured, Undefined


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def estimate(measured: Measured) -> Estimate:
    assert isinstance(measured, Estimate), measured
    return measured


# -- Flipping signs ------------------------------------------------------------------------------------------


@given(
    lost=st.integers(0, 6),
    won=st.integers(0, 6),
    alternative=st.sampled_from(Alternative),
    mid_p=st.booleans(),
)
def test_of_answers_right_or_wrong_it_is_mcnemars_test(
    *, lost: int, won: int, alternative: Alternative, mid_p: bool
) -> None:
    counts = PairedCounts(both=3, only_old=lost, only_new=won, neither=2)
    differences = np.array([-1.0] * lost + [1.0] * won + [0.0] * 5)
    ours = sign_flip_test(differences, alternative=alternative, mid_p=mid_p, rng=rng())
    assert ours == pytest.approx(mcnemar(counts, alternative=alternative, mid_p=mid_p), abs=1e-12)


def test_many_answers_come_near_mcnemars_test() -> None:
    counts = PairedCounts(both=0, only_old=70, only_new=50, neither=0)
    differences = np.array([-1.0] * 70 + [1.0] * 50)
    ours = sign_flip_test(differences, rng=rng(), draws=100_000)
    assert ours == pytest.approx(mcnemar(counts), abs=0.002)  # three Monte-Carlo standard errors


def test_few_scores_equal_the_exact_test_of_scipy() -> None:
    differences = rng(3).normal(-0.4, 1, size=11)
    theirs = permutation_test(
        (differences,), np.mean, permutation_type="samples", alternative="less", n_resamples=10_000
    )
    assert sign_flip_test(differences, mid_p=False, rng=rng()) == pytest.approx(theirs.pvalue, abs=1e-12)


@pytest.mark.parametrize("n", [200, 5000])
def test_many_scores_come_near_the_t_test(n: int) -> None:
    differences = rng(4).normal(-1 / np.sqrt(n), 1, size=n)
    ours = sign_flip_test(differences, rng=rng(), draws=40_000)
    assert ours == pytest.approx(ttest_1samp(differences, 0, alternative="less").pvalue, abs=0.01)


def test_repeats_of_an_item_are_one_cluster() -> None:
    differences = np.array([-1.0, -1.0, -1.0, -1.0, 1.0, 0.0])
    clusters = np.array([1, 1, 1, 1, 2, 2])
    # totals -4 and +1: of the four sums -5, -3, 3, 5 one is below -3 and one is it
    assert sign_flip_test(differences, clusters=clusters, rng=rng()) == pytest.approx((1 + 0.5) / 4)


def test_no_difference_says_nothing() -> None:
    assert sign_flip_test(np.zeros(9), rng=rng()) == 0.5
    assert sign_flip_test(np.zeros(9), mid_p=False, rng=rng()) == 1.0
    assert sign_flip_test(np.zeros(9), alternative=Alternative.DIFFERENT, rng=rng()) == 1.0


def test_the_same_generator_gives_the_same_p_value() -> None:
    differences = rng(5).normal(size=50)
    assert sign_flip_test(differences, rng=rng(1)) == sign_flip_test(differences, rng=rng(1))


# -- Drawing clusters again ----------------------------------------------------------------------------------


def test_the_mean_is_over_items_not_clusters() -> None:
    differences = np.array([1.0, 1.0, 1.0, 0.0])
    measured = estimate(clustered_mean(differences, clusters=np.array([7, 7, 7, 8]), rng=rng()))
    assert (measured.value, measured.n) == (0.75, 2)


@pytest.mark.parametrize("n", [12, 100, 3000])
def test_of_independent_scores_it_comes_near_the_t_interval(n: int) -> None:
    differences = rng(6).normal(0.3, 1, size=n)
    interval = estimate(clustered_mean(differences, rng=rng())).interval
    theirs = ttest_1samp(differences, 0).confidence_interval(0.95)
    width = float(theirs.high - theirs.low)
    assert interval.high - interval.low == pytest.approx(width, rel=0.06)
    assert (interval.low, interval.high) == pytest.approx((theirs.low, theirs.high), abs=0.08 * width)


def test_clusters_that_move_together_widen_the_interval() -> None:
    differences = np.repeat(rng(7).normal(size=40), 5)
    clusters = np.repeat(np.arange(40), 5)
    alone = estimate(clustered_mean(differences, rng=rng())).interval
    together = estimate(clustered_mean(differences, clusters=clusters, rng=rng())).interval
    # five copies of each: sqrt(5) = 2.24 times as wide
    assert (together.high - together.low) / (alone.high - alone.low) == pytest.approx(5**0.5, rel=0.08)


@given(st.permutations(range(12)))
def test_the_numbers_of_clusters_do_not_matter(names: list[int]) -> None:
    differences, clusters = rng(8).normal(size=36), np.repeat(np.arange(12), 3)
    renamed = np.array(names)[clusters]
    p_values = [sign_flip_test(differences, clusters=c, rng=rng(), draws=5000) for c in (clusters, renamed)]
    assert p_values[0] == pytest.approx(p_values[1], abs=1e-12)


@pytest.mark.parametrize(
    ("differences", "clusters", "reason"),
    [
        ([], [], "no item"),
        ([0.5, 0.1], [1, 1], "one cluster"),
        ([0.5, 0.5], [1, 2], "one number"),
        ([0.0, 0.0], [1, 2], "one number"),
    ],
)
def test_a_mean_without_an_interval_says_why(
    differences: list[float], clusters: list[int], reason: str
) -> None:
    measured = clustered_mean(np.array(differences), clusters=np.array(clusters, dtype=np.int64), rng=rng())
    assert isinstance(measured, Undefined)
    assert reason in measured.reason


def test_nothing_changed_is_not_certainty_when_scores_have_a_span() -> None:
    interval = estimate(clustered_mean(np.zeros(59), span=1.0, confidence=0.9, rng=rng())).interval
    assert (interval.low, interval.high) == pytest.approx((-0.0495, 0.0495), abs=5e-5)  # 1 - .05^(1/59)


@pytest.mark.parametrize(
    ("differences", "clusters"),
    [([[1.0]], None), ([1.0, float("nan")], None), ([1.0, 2.0], [1]), ([1.0, float("inf")], [1, 2])],
)
def test_arrays_that_do_not_fit_are_refused(differences: list[float], clusters: list[int] | None) -> None:
    numbers = None if clusters is None else np.array(clusters)
    for method in (sign_flip_test, clustered_mean):
        with pytest.raises(ValueError, match=r"finite|fit"):
            method(np.array(differences), clusters=numbers, rng=rng())


def test_impossible_options_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        sign_flip_test(np.array([]), rng=rng())
    with pytest.raises(ValueError, match="between 0 and 1"):
        clustered_mean(np.array([1.0, 2.0]), confidence=1.0, rng=rng())
