import math

import numpy as np
import pytest
from numpy.typing import NDArray

from evenhand.stats.estimate import Estimate, Measured, Undefined
from evenhand.stats.human_noise import NoiseCorrection, human_error_rate, noise_corrected_accuracy

Integers = NDArray[np.int64]


def value(measured: Measured) -> float:
    assert isinstance(measured, Estimate), measured
    return measured.value


def noisy(truth: Integers, error: float, categories: int, rng: np.random.Generator) -> Integers:
    """Answers that err with this probability, evenly over the wrong answers."""
    wrong = (truth + rng.integers(1, categories, truth.size)) % categories
    return np.where(rng.random(truth.size) < error, wrong, truth)


def corrected(n: int, *, judge: float, error: float, categories: int = 2, seed: int = 0) -> NoiseCorrection:
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, categories, n)
    answers = np.column_stack([noisy(truth, error, categories, rng) for _ in range(3)])
    return noise_corrected_accuracy(
        noisy(truth, judge, categories, rng), answers, categories=categories, rng=rng, draws=400
    )


@pytest.mark.parametrize(("error", "categories"), [(0.0, 2), (0.1, 2), (0.3, 2), (0.2, 5), (0.5, 4)])
def test_the_error_rate_explains_the_agreement(error: float, categories: int) -> None:
    agreement = (1 - error) ** 2 + error**2 / (categories - 1)
    assert human_error_rate(agreement, categories=categories) == pytest.approx(error, abs=1e-12)


def test_the_error_rate_of_two_categories_is_the_printed_formula() -> None:
    assert human_error_rate(0.82, categories=2) == pytest.approx((1 - math.sqrt(2 * 0.82 - 1)) / 2)


def test_agreement_below_chance_has_no_error_rate() -> None:
    assert math.isnan(human_error_rate(0.49, categories=2))


@pytest.mark.parametrize("categories", [2, 4])
def test_the_correction_finds_the_accuracy_behind_noisy_labels(categories: int) -> None:
    seen = corrected(20_000, judge=0.15, error=0.1, categories=categories)
    assert value(seen.human_error) == pytest.approx(0.1, abs=0.01)
    assert value(seen.agreement) < 0.8
    assert value(seen.accuracy) == pytest.approx(0.85, abs=0.015)


def test_the_intervals_cover_the_truth() -> None:
    covered = 0
    for seed in range(100):
        accuracy = corrected(300, judge=0.15, error=0.1, seed=seed).accuracy
        assert isinstance(accuracy, Estimate)
        covered += accuracy.interval.low <= 0.85 <= accuracy.interval.high
    assert covered / 100 >= 0.88  # Monte-Carlo standard error .022


def test_a_perfect_judge_is_not_more_than_perfect() -> None:
    assert value(corrected(100, judge=0.0, error=0.2, seed=3).accuracy) <= 1


def test_people_who_guess_can_not_be_corrected_for() -> None:
    seen = corrected(300, judge=0.2, error=0.5)
    assert isinstance(seen.accuracy, Undefined)


def test_no_item_with_two_labels_gives_no_number() -> None:
    seen = noise_corrected_accuracy(
        np.array([0, 1]), np.array([[0, -1], [1, -1]]), categories=2, rng=np.random.default_rng(0)
    )
    assert isinstance(seen.agreement, Undefined)


@pytest.mark.parametrize(
    ("judge", "answers", "categories", "message"),
    [
        (np.array([0]), np.array([[0, 1]]), 1, "two or more"),
        (np.array([0, 1]), np.array([[0, 1]]), 2, "expected a judge"),
        (np.array([2]), np.array([[0, 1]]), 2, "off the scale"),
        (np.array([0]), np.array([[0, 2]]), 2, "off the scale"),
    ],
)
def test_what_are_no_answers_is_refused(
    judge: Integers, answers: Integers, categories: int, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        noise_corrected_accuracy(judge, answers, categories=categories, rng=np.random.default_rng(0))
