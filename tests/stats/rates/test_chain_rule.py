from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.stats.estimate import Estimate, Measured, Undefined
from evenhand.stats.intervals import wilson_interval
from evenhand.stats.rates.chain_rule import ChainRuleRate, chain_rule_rate
from evenhand.stats.rates.draws import draw_strata
from evenhand.stats.rates.labels_alone import humans_only, rate_design_effect

Counts = tuple[int, int, int]


def rate(*strata: Counts, finite: bool = False, seed: int = 0, **options: float) -> ChainRuleRate:
    population, successes, labelled = zip(*strata, strict=True)
    return chain_rule_rate(
        population,
        successes,
        labelled,
        rng=np.random.default_rng(seed),
        finite=finite,
        **options,  # type: ignore[arg-type] # one option is not a float
    )


def estimate(measured: Measured) -> Estimate:
    assert isinstance(measured, Estimate), measured
    return measured


def test_value_is_worked_by_hand() -> None:
    # 9/10 of items pass, of which 38 of 40 are good; of the failing tenth 2 of 10 are
    found = rate((900, 38, 40), (100, 2, 10))
    assert estimate(found.estimate).value == pytest.approx(
        float(Fraction(9, 10) * Fraction(38, 40) + Fraction(1, 10) * Fraction(2, 10)), abs=1e-12
    )
    assert (found.labelled, found.judged) == (50, 1000)


def test_draws_have_the_moments_of_the_posterior() -> None:
    sizes, hits, labels = np.array([900, 100]), np.array([38, 2]), np.array([40, 10])
    rates = draw_strata(sizes, hits, labels, rng=np.random.default_rng(1), draws=200_000).rates
    shares, total = (sizes + 0.5) / 1001, 1001
    means = (hits + 0.5) / (labels + 1)
    spread = means * (1 - means) / (labels + 2)
    mean = (shares * means).sum()
    # E[W^2] Var(mu) + Var(W . E mu) for Dirichlet weights
    squares = shares**2 + shares * (1 - shares) / (total + 1)
    variance = (squares * spread).sum() + ((shares * means**2).sum() - mean**2) / (total + 1)
    assert rates.mean() == pytest.approx(mean, abs=4 * np.sqrt(variance / 200_000))
    assert rates.var() == pytest.approx(variance, rel=0.02)


def test_one_stratum_is_jeffreys_interval_of_the_labels() -> None:
    # Brown, Cai & DasGupta (2001): quantiles of Beta(x + 1/2, n - x + 1/2); here of Beta(8.5, 12.5)
    found = estimate(rate((10**9, 8, 20)).estimate)
    assert found.interval.low == pytest.approx(0.2098, abs=0.006)
    assert found.interval.high == pytest.approx(0.6180, abs=0.006)


def test_humans_only_is_wilsons_interval() -> None:
    found = estimate(rate((900, 38, 40), (100, 2, 10)).humans_only)
    assert found.value == pytest.approx(0.8)
    assert found.interval == wilson_interval(40, 50)


def test_humans_only_undoes_uneven_sampling() -> None:
    # 100 of 900 and 50 of 100 were asked: each label stands for 9 and 2 items
    found = estimate(humans_only([90, 5], [100, 50], inclusion=[1 / 9, 1 / 2]))
    assert found.value == pytest.approx((9 * 90 + 2 * 5) / 1000)
    kish = wilson_interval(0.82 * 1000**2 / 8300, 1000**2 / 8300)
    assert (found.interval.low, found.interval.high) == pytest.approx((kish.low, kish.high))


def test_a_good_judge_narrows_the_interval() -> None:
    found = rate((10**6, 950, 1000), (10**6, 50, 1000))
    assert found.width_ratio is not None
    # the variance law: 1 - rho^2 with rho = .9
    assert found.width_ratio == pytest.approx((1 - 0.9**2) ** 0.5, abs=0.015)
    assert not found.judge_adds_nothing


def test_a_worthless_judge_is_said_to_add_nothing() -> None:
    assert rate((5000, 80, 100), (5000, 80, 100)).judge_adds_nothing


def test_between_strata_any_number_may_be_asked() -> None:
    few, many = rate((900, 85, 100), (100, 2, 10)), rate((900, 85, 100), (100, 20, 100))
    assert estimate(few.estimate).value == pytest.approx(estimate(many.estimate).value)


@pytest.mark.parametrize(("successes", "limit"), [((0, 0), 0.0), ((50, 50), 1.0)])
def test_labels_of_one_mind_reach_the_edge(successes: tuple[int, int], limit: float) -> None:
    found = estimate(rate((900, successes[0], 50), (100, successes[1], 50)).estimate)
    assert found.value == limit
    assert limit in (found.interval.low, found.interval.high)
    assert 0.02 < found.interval.high - found.interval.low < 0.08


def test_a_stratum_without_labels_widens_the_interval() -> None:
    known, unknown = rate((900, 45, 50), (100, 5, 10)), rate((900, 45, 50), (100, 0, 0))
    widths = [
        estimate(each.estimate).interval.high - estimate(each.estimate).interval.low
        for each in (known, unknown)
    ]
    assert widths[1] > widths[0]
    assert estimate(unknown.estimate).value == pytest.approx(0.9 * 0.9 + 0.1 * 0.5)


def test_without_labels_there_is_no_rate() -> None:
    found = rate((900, 0, 0), (100, 0, 0))
    assert isinstance(found.estimate, Undefined)
    assert found.width_ratio is None
    assert not found.judge_adds_nothing


def test_a_census_of_a_finite_population_is_certain() -> None:
    found = rate((90, 80, 90), (10, 1, 10), finite=True)
    interval = estimate(found.estimate).interval
    assert (interval.low, interval.high) == pytest.approx((0.81, 0.81), abs=1e-12)
    assert estimate(found.humans_only).interval.low == estimate(found.humans_only).interval.high
    assert found.width_ratio is None


def test_a_census_says_less_about_the_system_than_about_its_items() -> None:
    interval = estimate(rate((90, 80, 90), (10, 1, 10)).estimate).interval
    # as Wilson's interval of 81 in 100
    assert interval.low == pytest.approx(wilson_interval(81, 100).low, abs=0.02)
    assert interval.high == pytest.approx(wilson_interval(81, 100).high, abs=0.02)


def test_half_a_finite_population_is_known() -> None:
    whole, half = rate((1000, 400, 500)), rate((1000, 400, 500), finite=True)
    widths = [
        estimate(each.estimate).interval.high - estimate(each.estimate).interval.low for each in (whole, half)
    ]
    assert widths[1] / widths[0] == pytest.approx(0.5**0.5, abs=0.03)
    assert half.width_ratio == pytest.approx(1, abs=0.03)


def test_a_design_effect_of_four_doubles_the_width() -> None:
    found = [
        estimate(rate((10**6, 150, 200), (10**6, 50, 200), design_effect=effect).estimate)
        for effect in (1, 4)
    ]
    widths = [each.interval.high - each.interval.low for each in found]
    assert widths[1] / widths[0] == pytest.approx(2, abs=0.06)
    assert found[0].value == found[1].value


@given(st.lists(st.tuples(*[st.integers(0, 60)] * 3), min_size=1, max_size=4))
def test_value_and_limits_are_in_order(strata: list[Counts]) -> None:
    counts = [(sum(each), each[0], each[0] + each[1]) for each in strata]
    population, successes, labelled = zip(*counts, strict=True)
    found = chain_rule_rate(population, successes, labelled, rng=np.random.default_rng(0), draws=200)
    if isinstance(found.estimate, Estimate):
        interval = found.estimate.interval
        assert 0 <= interval.low <= found.estimate.value <= interval.high <= 1


def test_the_same_seed_gives_the_same_interval() -> None:
    assert rate((900, 38, 40), (100, 2, 10), seed=3) == rate((900, 38, 40), (100, 2, 10), seed=3)


@pytest.mark.parametrize(
    ("strata", "message"),
    [
        (((10, 6, 5),), "successes <= labelled"),
        (((4, 3, 5),), "labelled <= population"),
        (((9, -1, 5),), "0 <="),
    ],
)
def test_impossible_counts_are_refused(strata: tuple[Counts, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        rate(*strata)


def test_counts_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="one entry a stratum"):
        chain_rule_rate([10, 20], [1], [2, 3], rng=np.random.default_rng(0))


def test_a_finite_population_has_no_design_effect() -> None:
    with pytest.raises(ValueError, match="design effect"):
        rate((100, 5, 10), finite=True, design_effect=2.0)


# -- Clusters ----------------------------------------------------------------------------------


def test_items_of_their_own_have_no_design_effect() -> None:
    assert rate_design_effect(np.zeros(4, dtype=np.int64), np.array([0, 1, 1, -1]), np.arange(4)) == 1.0


def test_copies_count_once() -> None:
    rng = np.random.default_rng(5)
    truth = np.repeat(rng.integers(0, 2, 400), 4)
    strata = np.repeat(rng.integers(0, 2, 400), 4)
    # four copies of each label: a factor of four, a little more for 400 clusters
    assert rate_design_effect(strata, truth, np.repeat(np.arange(400), 4)) == pytest.approx(4.03, abs=0.1)


def test_clusters_that_share_nothing_have_hardly_a_design_effect() -> None:
    rng = np.random.default_rng(6)
    truth = rng.integers(0, 2, 2000)
    effect = rate_design_effect(np.zeros(2000, dtype=np.int64), truth, np.repeat(np.arange(500), 4))
    assert effect == pytest.approx(1.0, abs=0.2)


def test_clusters_of_one_mind_count_as_their_number() -> None:
    truth, strata = np.ones(40, dtype=np.int64), np.zeros(40, dtype=np.int64)
    effect = rate_design_effect(strata, truth, np.repeat(np.arange(8), 5))
    assert effect == pytest.approx(5 * (2.3646 / 1.95996) ** 2, abs=1e-3)


def test_one_cluster_is_one_label() -> None:
    assert (
        rate_design_effect(
            np.zeros(7, dtype=np.int64), np.ones(7, dtype=np.int64), np.zeros(7, dtype=np.int64)
        )
        == 7.0
    )
