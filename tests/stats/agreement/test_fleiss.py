import numpy as np
import pytest
from hypothesis import given, settings
from statsmodels.stats.inter_rater import fleiss_kappa as oracle
from tests.stats.agreement.kit import (
    GWET_FOUR_RATERS,
    TWO_RATERS,
    Answers,
    estimate,
    noisy_answers,
    rng,
    seeds,
)

from evenhand.stats.agreement.fleiss import fleiss_kappa
from evenhand.stats.agreement.weights import Weighting
from evenhand.stats.estimate import Estimate, Undefined


@settings(max_examples=30, deadline=None)
@given(seeds)
def test_without_gaps_it_equals_statsmodels(seed: int) -> None:
    answers = noisy_answers(seed, items=30, gaps=0)
    counts = np.stack([(answers == code).sum(axis=1) for code in range(4)], axis=1)
    measured = estimate(fleiss_kappa(answers, categories=4, rng=rng(), draws=50))
    assert measured.value == pytest.approx(oracle(counts), abs=1e-12)


# irrCAC 0.4.4 (pandas 2.3.3, scipy 1.17.1), CAC(frame, weights=..., digits=15).fleiss()["est"]["coefficient_value"].
@pytest.mark.parametrize(
    ("answers", "categories", "weights", "expected"),
    [
        (GWET_FOUR_RATERS, 5, "nominal", 0.761169275422411),
        (GWET_FOUR_RATERS, 5, "linear", 0.817944767097309),
        (GWET_FOUR_RATERS, 5, "quadratic", 0.864935064935065),
        (TWO_RATERS, 4, "nominal", 0.541284403669725),
    ],
)
def test_with_gaps_it_equals_irrcac(
    answers: Answers, categories: int, weights: Weighting, expected: float
) -> None:
    measured = estimate(fleiss_kappa(answers, categories=categories, weights=weights, rng=rng()))
    assert measured.value == pytest.approx(expected, abs=1e-12)


def test_scotts_pi_worked_by_hand() -> None:
    # 20 agree on 0, 15 on 1, 15 differ: p_o = 35/50, shares 55/100 and 45/100, p_e = .505
    answers = np.array([[0, 0]] * 20 + [[1, 1]] * 15 + [[0, 1]] * 5 + [[1, 0]] * 10)
    measured = estimate(fleiss_kappa(answers, categories=2, rng=rng()))
    assert measured.value == pytest.approx((0.7 - 0.505) / 0.495, abs=1e-12)


def test_one_label_for_everything_has_no_kappa() -> None:
    measured = fleiss_kappa(np.zeros((50, 3), dtype=np.int64), categories=2, rng=rng())
    assert measured == Undefined(n=50, reason="only one label was given, so chance explains everything")


def test_n_counts_the_items_that_two_raters_answered() -> None:
    answers = np.array([[0, 0, 1], [1, -1, -1], [1, 1, -1], [-1, -1, -1], [0, 1, 0]])
    assert estimate(fleiss_kappa(answers, categories=2, rng=rng())).n == 3


def test_items_of_a_cluster_widen_the_interval() -> None:
    once = noisy_answers(3, items=60, gaps=0)
    answers, clusters = np.repeat(once, 5, axis=0), np.repeat(np.arange(60), 5)
    apart = estimate(fleiss_kappa(answers, categories=4, rng=rng()))
    together = estimate(fleiss_kappa(answers, categories=4, clusters=clusters, rng=rng()))
    assert together.value == pytest.approx(apart.value, abs=1e-12)
    assert width(together) == pytest.approx(width(apart) * 5**0.5, rel=0.1)


def width(measured: Estimate) -> float:
    return measured.interval.high - measured.interval.low
