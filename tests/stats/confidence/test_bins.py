from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn.calibration import calibration_curve

from evenhand.stats.confidence.bins import reliability_bins

grades = st.lists(st.tuples(st.integers(0, 20), st.booleans()), min_size=1, max_size=300)


@given(grades)
def test_every_answer_is_in_one_bin_and_bins_do_not_overlap(answers: list[tuple[int, bool]]) -> None:
    confidence = np.array([grade / 20 for grade, _ in answers])
    correct = np.array([right for _, right in answers])
    bins = reliability_bins(confidence, correct)
    assert sum(each.n for each in bins) == len(answers)
    assert sum(each.correct for each in bins) == correct.sum()
    assert sum(each.share for each in bins) == pytest.approx(1)
    assert all(left.high < right.low for left, right in pairwise(bins))
    assert len(bins) <= max(len(answers) // 20, 1)


@pytest.mark.parametrize(("n", "bins"), [(10, 1), (39, 1), (40, 2), (200, 10), (300, 15), (10_000, 15)])
def test_few_answers_make_few_bins(n: int, bins: int) -> None:
    confidence = (np.arange(n) + 0.5) / n
    assert len(reliability_bins(confidence, confidence > 0.5)) == bins


def test_bins_of_distinct_confidences_are_those_of_scikit_learn() -> None:
    rng = np.random.default_rng(1)
    confidence = rng.random(1000)
    correct = rng.random(1000) < confidence
    right, stated = calibration_curve(correct, confidence, n_bins=10, strategy="quantile")
    bins = reliability_bins(confidence, correct, most=10)
    assert [each.accuracy.value for each in bins] == pytest.approx(right, abs=1e-12)
    assert [each.confidence for each in bins] == pytest.approx(stated, abs=1e-12)


def test_a_bin_has_jeffreys_interval() -> None:
    (only,) = reliability_bins(np.full(30, 0.9), np.arange(30) < 24)
    assert only.accuracy.value == 0.8
    assert (only.accuracy.interval.low, only.accuracy.interval.high) == pytest.approx(
        stats.beta.ppf([0.025, 0.975], 24.5, 6.5), abs=1e-9
    )


@pytest.mark.parametrize(("right", "low", "high"), [(30, 0.92, 1.0), (0, 0.0, 0.08)])
def test_a_bin_of_one_kind_touches_the_end_and_is_not_certain(right: int, low: float, high: float) -> None:
    (only,) = reliability_bins(np.full(30, 0.9), np.arange(30) < right)
    assert (only.accuracy.interval.low, only.accuracy.interval.high) == pytest.approx((low, high), abs=0.01)


def test_weights_make_bins_of_equal_mass_and_wider_intervals() -> None:
    confidence = (np.arange(400) + 0.5) / 400
    weights = np.where(confidence < 0.5, 3.0, 1.0)
    bins = reliability_bins(confidence, confidence > 0.3, weights=weights, most=4)
    assert [each.share for each in bins] == pytest.approx([0.25] * 4, abs=0.01)
    mixed, plain = (
        reliability_bins(np.full(40, 0.5), np.arange(40) % 2 == 0, weights=given)[0].accuracy.interval
        for given in (np.tile([1.0, 1.0, 5.0, 5.0], 10), None)
    )
    assert mixed.low < plain.low
