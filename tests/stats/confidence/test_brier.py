import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import brier_score_loss

from evenhand.stats.confidence.brier import BrierParts, brier_parts, brier_score, spiegelhalter_test
from evenhand.stats.estimate import Estimate, Measured, Undefined

grades = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=2, max_size=120)


def estimate(measured: Measured) -> Estimate:
    assert isinstance(measured, Estimate), measured
    return measured


@settings(max_examples=25, deadline=None)  # scikit-learn takes its time
@given(grades)
def test_the_score_equals_the_one_of_scikit_learn_and_its_parts_add_up(
    answers: list[tuple[float, bool]],
) -> None:
    confidence = np.array([probability for probability, _ in answers])
    correct = np.array([right for _, right in answers])
    weights = np.arange(1.0, confidence.size + 1)
    measured = estimate(brier_score(confidence, correct, weights=weights))
    theirs = np.average((confidence - correct) ** 2, weights=weights)
    assert measured.value == pytest.approx(theirs, abs=1e-12)
    if 0 < correct.sum() < correct.size:
        assert estimate(brier_score(confidence, correct)).value == pytest.approx(
            brier_score_loss(correct, confidence), abs=1e-12
        )
    parts = brier_parts(confidence, correct, weights=weights)
    assert isinstance(parts, BrierParts)
    whole = parts.reliability - parts.resolution + parts.uncertainty + parts.within_bins
    assert whole == pytest.approx(measured.value, abs=1e-12)


def test_the_parts_of_two_confidences_worked_by_hand() -> None:
    # 20 answers at .4, 10 right; 20 at .9, 18 right. Overall 28/40 = .7.
    confidence, correct = np.repeat([0.4, 0.9], 20), np.r_[np.arange(20) < 10, np.arange(20) < 18]
    parts = brier_parts(confidence, correct)
    assert isinstance(parts, BrierParts)
    assert parts.reliability == pytest.approx(0.01 / 2)
    assert parts.resolution == pytest.approx(0.04)
    assert parts.uncertainty == pytest.approx(0.21)
    assert parts.within_bins == pytest.approx(0, abs=1e-12)


def test_the_interval_is_students_over_answers() -> None:
    rng = np.random.default_rng(1)
    confidence = rng.random(60)
    correct = rng.random(60) < confidence
    losses = (confidence - correct) ** 2
    low, high = stats.t.interval(0.95, 59, losses.mean(), stats.sem(losses))
    interval = estimate(brier_score(confidence, correct)).interval
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=1e-9)


def test_answers_that_are_all_right_leave_room_for_errors_not_seen() -> None:
    interval = estimate(brier_score(np.full(50, 0.9), np.ones(50, dtype=np.bool_))).interval
    assert interval.low == pytest.approx(0.01)
    assert interval.high == pytest.approx(0.01 + 0.0713 * 0.99, abs=1e-3)
    turned = estimate(brier_score(np.full(50, 0.9), np.zeros(50, dtype=np.bool_))).interval
    assert turned.low < 0.76
    assert turned.high == pytest.approx(0.81)


def test_one_answer_has_no_interval() -> None:
    assert isinstance(brier_score(np.array([0.5]), np.array([True])), Undefined)


def test_spiegelhalters_statistic_worked_by_hand() -> None:
    # At .8: lean -.6; 10 answers, 5 right. z = 10 * -.6 * (.5 - .8) / sqrt(10 * .36 * .16)
    result = spiegelhalter_test(np.full(10, 0.8), np.arange(10) < 5)
    assert not isinstance(result, Undefined)
    assert result.z == pytest.approx(1.8 / 0.576**0.5)
    assert result.p_value == pytest.approx(2 * stats.norm.sf(1.8 / 0.576**0.5), abs=1e-12)


@pytest.mark.parametrize("probability", [0.0, 0.5, 1.0])
def test_spiegelhalters_test_needs_something_to_vary(probability: float) -> None:
    assert isinstance(spiegelhalter_test(np.full(10, probability), np.arange(10) < 5), Undefined)


def test_spiegelhalters_test_rejects_calibrated_confidences_as_often_as_it_says() -> None:
    rng, rejected = np.random.default_rng(20261127), 0
    for _ in range(2000):
        confidence = 0.5 + 0.5 * rng.random(200)
        result = spiegelhalter_test(confidence, rng.random(200) < confidence)
        rejected += not isinstance(result, Undefined) and result.p_value < 0.05
    assert rejected / 2000 == pytest.approx(0.05, abs=0.015)


# Short form of `python -m benchmarks.coverage.selective`: 2,000 repetitions, Monte-Carlo standard error .005.
@pytest.mark.parametrize(("n", "least"), [(50, 0.92), (200, 0.935)])
def test_the_interval_covers_the_truth(n: int, least: float) -> None:
    rng = np.random.default_rng(20261127)
    truth, covered = 1 / 6, 0  # of a calibrated judge, even over .5 to 1: the mean of c (1 - c)
    for _ in range(2000):
        confidence = 0.5 + 0.5 * rng.random(n)
        interval = estimate(brier_score(confidence, rng.random(n) < confidence)).interval
        covered += interval.low <= truth <= interval.high
    assert least <= covered / 2000 <= 0.97
