import numpy as np
import pytest

from evenhand.stats.aggregation.best_single import best_single, paired_gain
from evenhand.stats.estimate import Estimate, Measured, Undefined


def estimate(measured: Measured) -> Estimate:
    assert isinstance(measured, Estimate), measured
    return measured


def test_the_best_single_judge_is_right_most_often_on_the_labels() -> None:
    answers = np.array([[0, 1, 1], [0, 1, 1], [1, 0, -1], [0, 0, 0]])
    truth = np.array([1, 1, 0, -1])
    assert best_single(answers, truth) == 1
    assert best_single(answers[:, [0, 2]], truth) == 1


def test_weights_can_make_another_judge_the_best() -> None:
    answers, truth = np.array([[1, 0], [0, 1], [0, 1]]), np.ones(3, dtype=np.int64)
    assert best_single(answers, truth) == 1
    assert best_single(answers, truth, weights=np.array([5.0, 1.0, 1.0])) == 0


def test_without_a_judge_there_is_no_best() -> None:
    with pytest.raises(ValueError, match="a column for each judge"):
        best_single(np.zeros((3, 0), dtype=np.int64), np.zeros(3, dtype=np.int64))


def test_a_paired_gain_by_hand() -> None:
    truth = np.zeros(100, dtype=np.int64)
    first = np.where(np.arange(100) < 20, 1, 0)  # wrong on 20
    second = np.where(
        (np.arange(100) < 15) | (np.arange(100) >= 90), 1, 0
    )  # wrong on 15 of them and 10 others
    gain = estimate(paired_gain(first, second, truth, rng=np.random.default_rng(0), draws=4000))
    assert gain.value == pytest.approx(0.05)
    # variance of a difference of +1 in 10 of 100 and -1 in 5: (.15 - .05**2) / 100
    half = 1.96 * ((0.15 - 0.0025) / 100) ** 0.5
    assert gain.interval.low == pytest.approx(0.05 - half, abs=0.012)
    assert gain.interval.high == pytest.approx(0.05 + half, abs=0.012)


def test_two_that_are_right_on_the_same_items_are_not_certain_to_be() -> None:
    truth = np.array([0, 0, 1, 1])
    gain = estimate(paired_gain(truth, truth, truth, rng=np.random.default_rng(0), draws=50))
    assert gain.value == 0
    assert gain.interval.low < -0.4
    assert gain.interval.high > 0.4


def test_without_items_there_is_no_gain() -> None:
    none = np.zeros(0, dtype=np.int64)
    gain = paired_gain(none, none, none, rng=np.random.default_rng(0), draws=50)
    assert gain == Undefined(n=0, reason="no item has a human label")


# Short form: 400 repetitions, Monte-Carlo standard error 0.011.
def test_the_interval_of_a_gain_covers_the_truth() -> None:
    rng = np.random.default_rng(20261127)
    covered = []
    for _ in range(400):
        both, only_first, only_second = rng.multinomial(200, [0.7, 0.12, 0.07, 0.11])[:3]
        outcome = np.repeat(
            [0, 1, 2, 3], [both, only_first, only_second, 200 - both - only_first - only_second]
        )
        truth = np.zeros(200, dtype=np.int64)
        first, second = (~np.isin(outcome, right) for right in ([0, 1], [0, 2]))
        gain = estimate(
            paired_gain(first.astype(np.int64), second.astype(np.int64), truth, rng=rng, draws=500)
        )
        covered.append(gain.interval.low <= 0.05 <= gain.interval.high)
    assert 0.92 <= np.mean(covered) <= 0.98
