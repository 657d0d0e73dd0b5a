import numpy as np
import pytest
from hypothesis import given, settings
from scipy.stats import kendalltau
from tests.stats.agreement.kit import estimate, noisy_answers, rng, seeds

from evenhand.stats.agreement.kendall import kendall_tau_b
from evenhand.stats.confusion import Counts, confusion
from evenhand.stats.estimate import Undefined


@settings(max_examples=40, deadline=None)
@given(seeds)
def test_tau_b_equals_scipy(seed: int) -> None:
    first, second = noisy_answers(seed, items=40, raters=2, gaps=0).T
    table = confusion(first, second, categories=4).table
    measured = estimate(kendall_tau_b(table, rng=rng(), draws=20))
    assert measured.value == pytest.approx(kendalltau(first, second).statistic, abs=1e-12)


def test_turning_a_scale_round_turns_the_sign() -> None:
    table = np.array([[8, 2, 1], [1, 9, 2], [0, 1, 7]])
    assert estimate(kendall_tau_b(table[:, ::-1], rng=rng())).value == pytest.approx(
        -estimate(kendall_tau_b(table, rng=rng())).value, abs=1e-12
    )


def test_the_same_order_is_not_certainty() -> None:
    measured = estimate(kendall_tau_b(np.diag([20, 20, 20]), rng=rng()))
    assert measured.value == pytest.approx(1, abs=1e-12)
    assert 0.8 < measured.interval.low < 0.99


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        (np.zeros((2, 2), dtype=np.int64), "no item was labelled by both"),
        (np.array([[3, 4], [0, 0]]), "a rater gave one label only, so there is no order"),
        (np.array([[3, 0], [4, 0]]), "a rater gave one label only, so there is no order"),
    ],
)
def test_tau_b_without_an_order_says_why(table: Counts, reason: str) -> None:
    assert kendall_tau_b(table, rng=rng()) == Undefined(n=int(table.sum()), reason=reason)
