import math

import numpy as np
import pytest

from evenhand.stats.estimate import Estimate, Measured, Undefined
from evenhand.stats.planning import (
    BurnIn,
    LabelPrice,
    burn_in,
    cost_optimal_inclusion,
    cost_optimal_rate,
    labels_for_half_width,
    plan_labels,
    price_labels,
)
from evenhand.stats.rates.chain_rule import chain_rule_rate
from evenhand.stats.rates.quality import chain_rule_quality


def estimate(measured: Measured) -> Estimate:
    assert isinstance(measured, Estimate), measured
    return measured


def seen(
    population: list[int], successes: list[int], labelled: list[int], verdicts: list[int] | None = None
) -> BurnIn:
    return burn_in(
        population, successes, labelled, verdicts or [1, 0], rng=np.random.default_rng(0), draws=4000
    )


@pytest.mark.parametrize(
    ("half_width", "labels"), [(0.05, (246, 185, 126, 89, 47)), (0.03, (683, 513, 349, 246, 130))]
)
def test_labels_needed_are_those_of_the_table(half_width: float, labels: tuple[int, ...]) -> None:
    # methods.md 3.3, at a rate of .8
    found = [
        labels_for_half_width(half_width, rate=0.8, correlation=rho) for rho in (0.0, 0.5, 0.7, 0.8, 0.9)
    ]
    assert found == list(labels)


def test_few_judged_items_ask_for_more_labels() -> None:
    few, many, none = (
        labels_for_half_width(0.05, rate=0.8, correlation=0.8, judged=judged) for judged in (100, 10**9, 0)
    )
    assert (none, many) == (246, 89)
    assert 89 < few < 246
    # the law itself, at the number found
    assert 1.95996**2 * 0.16 * (1 - 0.64 * 100 / (few + 100)) / few <= 0.05**2


@pytest.mark.parametrize(
    ("half_width", "rate", "correlation"), [(0, 0.5, 0), (1, 0.5, 0), (0.05, 1.5, 0), (0.05, 0.5, 2)]
)
def test_impossible_wishes_are_refused(half_width: float, rate: float, correlation: float) -> None:
    with pytest.raises(ValueError, match="expected"):
        labels_for_half_width(half_width, rate=rate, correlation=correlation)


def test_burn_in_tells_the_correlation() -> None:
    # half positive, right 9 times in 10 on either side: phi = .8
    found = seen([5000, 5000], [27, 3], [30, 30])
    assert estimate(found.correlation).value == pytest.approx(0.8)
    interval = estimate(found.correlation).interval
    assert interval.low < 0.75
    assert interval.high > 0.85
    assert not found.too_small


def test_plan_agrees_with_the_law() -> None:
    plan = plan_labels(seen([5000, 5000], [27, 3], [30, 30]), 0.05)
    assert estimate(plan.labels).value == labels_for_half_width(0.05, rate=0.5, correlation=0.8)
    assert estimate(plan.without_judge).value == labels_for_half_width(0.05, rate=0.5)
    assert plan.warnings == ()


@pytest.mark.parametrize(
    ("target", "half_width"), [("rate", 0.03), ("sensitivity", 0.03), ("specificity", 0.06)]
)
def test_plan_keeps_its_word(target: str, half_width: float) -> None:
    # of 9,000 called positive 95 % are, of 1,000 called negative 20 %
    plan = plan_labels(seen([9000, 1000], [855, 20], [900, 100]), half_width, target=target)
    n = round(estimate(plan.labels).value)
    yes, no = round(n * 0.9), round(n * 0.1)
    counts = [9 * 10**6, 10**6], [round(yes * 0.95), round(no * 0.2)], [yes, no]
    measured = (
        chain_rule_rate(*counts, rng=np.random.default_rng(1)).estimate
        if target == "rate"
        else getattr(chain_rule_quality(*counts, [1, 0], rng=np.random.default_rng(1)), target)
    )
    interval = estimate(measured).interval
    assert (interval.high - interval.low) / 2 == pytest.approx(half_width, rel=0.1)


def test_known_verdicts_spare_labels_for_sensitivity() -> None:
    plan = plan_labels(seen([9000, 1000], [855, 20], [900, 100]), 0.03, target="sensitivity")
    assert estimate(plan.labels).value < 0.8 * estimate(plan.without_judge).value


def test_the_range_narrows_with_the_burn_in() -> None:
    small, large = (
        estimate(plan_labels(seen([5000, 5000], [9 * k, k], [10 * k, 10 * k]), 0.05).labels).interval
        for k in (3, 100)
    )
    assert large.high - large.low < 0.35 * (small.high - small.low)


def test_a_small_burn_in_is_said_to_be_too_small() -> None:
    found = seen([5000, 5000], [18, 2], [20, 20])
    assert found.too_small
    assert "40 labels, fewer than 60" in plan_labels(found, 0.05).warnings[0]


@pytest.mark.parametrize(("successes", "labelled"), [([0, 0], [0, 0]), ([0, 0], [40, 40])])
def test_what_the_burn_in_does_not_show_is_undefined(successes: list[int], labelled: list[int]) -> None:
    found = seen([5000, 5000], successes, labelled)
    assert isinstance(found.correlation, Undefined)
    if sum(labelled) == 0:
        assert isinstance(found.rate, Undefined)
        assert isinstance(plan_labels(found, 0.05).labels, Undefined)
    else:
        assert isinstance(plan_labels(found, 0.05, target="sensitivity").labels, Undefined)
        # none positive among 80 is no proof that there are none
        assert estimate(plan_labels(found, 0.05).labels).interval.high > 0


def test_unknown_targets_are_refused() -> None:
    with pytest.raises(ValueError, match="'kappa', expected one of rate, sensitivity, specificity"):
        plan_labels(seen([10, 10], [1, 1], [5, 5]), 0.05, target="kappa")


def test_labels_are_priced_at_the_pace_seen() -> None:
    found = price_labels(246, [60.0] * 10, per_hour=30)
    assert isinstance(found, LabelPrice)
    assert found.likely_minutes == pytest.approx(246)
    assert found.money == pytest.approx(4.1 * 30)
    assert found.minutes.low == found.minutes.high == pytest.approx(246)


def test_an_uneven_pace_gives_a_range() -> None:
    found = price_labels(100, [30.0, 90.0, math.nan, 40.0, 80.0])
    assert isinstance(found, LabelPrice)
    assert found.likely_minutes == pytest.approx(100)
    assert found.minutes.low < 60
    assert found.minutes.high > 140


def test_one_time_is_no_pace() -> None:
    assert isinstance(price_labels(10, [30.0, math.nan]), Undefined)


@pytest.mark.parametrize(("labels", "seconds", "price"), [(-1, [1.0], 0), (1, [-1.0], 0), (1, [1.0], -1)])
def test_negative_prices_are_refused(labels: int, seconds: list[float], price: float) -> None:
    with pytest.raises(ValueError, match="not negative"):
        price_labels(labels, seconds, per_hour=price)


def test_cost_optimal_rate_minimises_variance_times_cost() -> None:
    variance, error, judge, human = 0.16, 0.06, 0.01, 1.0
    best = cost_optimal_rate(judge_cost=judge, human_cost=human, variance=variance, squared_error=error)
    assert best == pytest.approx(math.sqrt(0.01 * 0.06 / 0.10))

    def price_of_variance(p: float) -> float:
        # AIPW of N items: (V - M + M / p) / N, at (c_g + p c_h) an item
        return (variance - error + error / p) * (judge + p * human)

    assert price_of_variance(best) < min(price_of_variance(best * 1.05), price_of_variance(best / 1.05))


@pytest.mark.parametrize(("variance", "error", "judge"), [(0.1, 0.2, 0.01), (0.1, 0.09, 10.0)])
def test_a_poor_or_dear_judge_leaves_humans_only(variance: float, error: float, judge: float) -> None:
    assert cost_optimal_rate(judge_cost=judge, human_cost=1, variance=variance, squared_error=error) == 1


def test_cost_optimal_inclusion_follows_the_root_of_the_uncertainty() -> None:
    doubt = np.array([0.0, 0.04, 0.16])
    found = cost_optimal_inclusion(doubt, judge_cost=0.01, human_cost=1, variance=0.2)
    np.testing.assert_allclose(found, np.sqrt(0.01 * doubt / (0.2 - doubt.mean())), atol=1e-12)
    even = cost_optimal_inclusion([0.06] * 5, judge_cost=0.01, human_cost=1, variance=0.16)
    assert even == pytest.approx(
        cost_optimal_rate(judge_cost=0.01, human_cost=1, variance=0.16, squared_error=0.06)
    )
    assert (cost_optimal_inclusion([0.3, 0.3], judge_cost=1, human_cost=1, variance=0.2) == 1).all()


def test_costs_of_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="above 0"):
        cost_optimal_rate(judge_cost=0, human_cost=1, variance=0.1, squared_error=0.05)
    with pytest.raises(ValueError, match="not negative"):
        cost_optimal_rate(judge_cost=1, human_cost=1, variance=-0.1, squared_error=0.05)
    with pytest.raises(ValueError, match="not negative"):
        cost_optimal_inclusion([-0.1], judge_cost=1, human_cost=1, variance=0.1)
