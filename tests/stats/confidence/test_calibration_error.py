import numpy as np
import pytest
from benchmarks.coverage.selective import MODELS, ConfidenceModel, measure_coverage
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from evenhand.stats.confidence.calibration_error import CalibrationError, expected_calibration_error
from evenhand.stats.estimate import Estimate, Undefined

Floats = NDArray[np.float64]


def error(
    confidence: Floats,
    correct: NDArray[np.bool_],
    *,
    clusters: NDArray[np.int64] | None = None,
    weights: Floats | None = None,
) -> CalibrationError:
    seen = expected_calibration_error(
        confidence, correct, rng=np.random.default_rng(0), clusters=clusters, weights=weights, draws=500
    )
    assert isinstance(seen, CalibrationError)
    return seen


def corrected(seen: CalibrationError) -> Estimate:
    assert isinstance(seen.corrected, Estimate), seen
    return seen.corrected


def test_the_error_of_two_bins_worked_by_hand() -> None:
    # 20 answers at .4, half right: off by .1. 20 at .9, 16 right: off by .1 the other way. (.1 + .1) / 2
    seen = error(np.repeat([0.4, 0.9], 20), np.r_[np.arange(20) < 10, np.arange(20) < 16])
    assert seen.plain == pytest.approx(0.1)
    assert seen.bins == 2


def test_noise_alone_is_corrected_away() -> None:
    rng = np.random.default_rng(3)
    seen = [
        error(confidence, rng.random(200) < confidence)
        for confidence in (0.5 + 0.5 * rng.random(200) for _ in range(40))
    ]
    assert np.mean([each.plain for each in seen]) > 0.06
    assert np.mean([corrected(each).value for each in seen]) < 0.025
    assert sum(corrected(each).interval.low == 0 for each in seen) >= 35


def test_a_judge_far_too_sure_needs_no_correction() -> None:
    confidence = 1 - 0.1 * np.random.default_rng(1).random(500)
    seen = error(confidence, np.arange(500) % 10 < 6)
    assert corrected(seen).value == pytest.approx(seen.plain, abs=0.01)
    assert corrected(seen).interval.low > 0.25


@settings(max_examples=30, deadline=None)  # a bootstrap each
@given(st.lists(st.tuples(st.integers(0, 10), st.booleans()), min_size=20, max_size=100))
def test_the_corrected_error_is_never_above_the_plain_one(answers: list[tuple[int, bool]]) -> None:
    confidence = np.array([grade / 10 for grade, _ in answers])
    seen = error(confidence, np.array([right for _, right in answers]))
    interval = corrected(seen).interval
    assert 0 <= interval.low <= corrected(seen).value <= min(seen.plain + 1e-9, interval.high) <= 1


def test_answers_told_twice_tell_no_more_when_they_are_one_cluster() -> None:
    rng = np.random.default_rng(1)
    confidence = 0.5 + 0.5 * rng.random(300)
    correct = rng.random(300) < 0.5 + 0.7 * (confidence - 0.5)
    once, twice, apart = (
        corrected(error(np.repeat(confidence, times), np.repeat(correct, times), clusters=clusters)).interval
        for times, clusters in ((1, None), (2, np.repeat(np.arange(300), 2)), (2, None))
    )
    assert twice.high - twice.low == pytest.approx(once.high - once.low, rel=0.05)
    assert apart.high - apart.low < twice.high - twice.low


def test_clusters_across_bins_are_told_apart_from_independent_answers() -> None:
    # An item's answers are all right or all wrong, whatever their confidence: a hundred items, not a thousand.
    rng = np.random.default_rng(1)
    items = np.repeat(np.arange(100), 10)
    correct = np.repeat(rng.random(100) < 0.7, 10)
    confidence = 0.9 + 0.1 * rng.random(1000)
    together = corrected(error(confidence, correct, clusters=items)).interval
    alone = corrected(error(confidence, correct)).interval
    assert together.high - together.low > 1.5 * (alone.high - alone.low)


def test_weights_that_repeat_an_answer_give_its_error() -> None:
    rng = np.random.default_rng(2)
    confidence, correct, times = rng.random(100).round(1), rng.random(100) < 0.5, rng.integers(1, 4, 100)
    weighted = expected_calibration_error(
        confidence, correct, rng=rng, weights=times.astype(np.float64), most=1
    )
    repeated = expected_calibration_error(
        np.repeat(confidence, times), np.repeat(correct, times), rng=rng, most=1
    )
    assert isinstance(weighted, CalibrationError)
    assert isinstance(repeated, CalibrationError)
    assert weighted.plain == pytest.approx(repeated.plain)


@pytest.mark.parametrize("right", [True, False])
def test_bins_without_an_error_are_not_certain(*, right: bool) -> None:
    interval = corrected(error(np.full(40, 0.9), np.full(40, right))).interval
    assert interval.high - interval.low > 0.05


def test_too_few_answers_are_not_corrected() -> None:
    seen = error(np.full(19, 0.9), np.arange(19) < 15)
    assert isinstance(seen.corrected, Undefined)
    assert "too few" in seen.corrected.reason


def test_a_million_answers_are_quick_because_bins_are_all_that_is_drawn() -> None:
    rng = np.random.default_rng(1)
    confidence = 0.5 + 0.5 * rng.random(1_000_000)
    interval = corrected(error(confidence, rng.random(1_000_000) < confidence)).interval
    assert interval.high < 0.003


# Short form of `python -m benchmarks.coverage.selective`: 120 repetitions, Monte-Carlo standard error .023 at .93.
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_the_interval_covers_the_truth(model: ConfidenceModel) -> None:
    seen = measure_coverage(model, 200, repetitions=120, rng=np.random.default_rng(20261127), draws=300)
    assert seen.calibration_error.value >= 0.93 - 3 * 0.023
    assert abs(seen.bias_corrected) < max(abs(seen.bias_plain), 0.01)
