import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from evenhand.stats.dependence import (
    Dependence,
    effective_number,
    error_dependence,
    error_matrix,
)
from evenhand.stats.estimate import Estimate, Measured, Undefined

Codes = NDArray[np.int64]


def dependence(answers: Codes, truth: Codes, **options: Codes | NDArray[np.float64]) -> Dependence:
    return error_dependence(answers, truth, rng=np.random.default_rng(0), draws=400, **options)  # type: ignore[arg-type]  # named by the tests


def estimate(measured: Measured) -> Estimate:
    assert isinstance(measured, Estimate), measured
    return measured


def reason(measured: Measured) -> str:
    assert isinstance(measured, Undefined), measured
    return measured.reason


def with_shared_errors(
    items: int, judges: int, shared: float, seed: int, error: float = 0.3
) -> tuple[Codes, Codes]:
    """Make binary answers whose errors are copied from one common judge in a share sqrt(rho) of cases."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(2, size=items)
    common = rng.random((items, 1)) < error
    own = rng.random((items, judges)) < error
    wrong = np.where(rng.random((items, judges)) < math.sqrt(shared), common, own)
    return np.where(wrong, 1 - truth[:, np.newaxis], truth[:, np.newaxis]), truth


def test_who_was_wrong_on_the_labelled_items() -> None:
    answers = np.array([[0, 1, -1], [1, 1, 0], [2, 0, 0]])
    assert error_matrix(answers, np.array([0, -1, 1])).tolist() == [[0, 1, -1], [1, 1, 1]]


@settings(max_examples=40, deadline=None)
@given(
    arrays(np.int64, st.tuples(st.integers(5, 40), st.integers(2, 4)), elements=st.integers(0, 2)),
    st.integers(0, 99),
)
def test_correlations_are_those_of_the_error_columns(answers: Codes, seed: int) -> None:
    truth = np.random.default_rng(seed).integers(3, size=len(answers))
    errors = (answers != truth[:, np.newaxis]).astype(float)
    for pair in dependence(answers, truth).pairs:
        first, second = errors[:, pair.first], errors[:, pair.second]
        if first.std() == 0 or second.std() == 0:
            assert "do not correlate" in reason(pair.error_correlation)
        elif isinstance(pair.error_correlation, Estimate):
            assert pair.error_correlation.value == pytest.approx(np.corrcoef(first, second)[0, 1], abs=1e-9)


def test_the_effective_number_by_hand() -> None:
    # 8 items; errors of judges 0 and 1: both {0,1}, only 0 {2}, only 1 {3}: p = 3/8, q = 3/8,
    # rho = (2/8 - 9/64) / (15/64) = 7/15; two judges: 2 / (1 + 7/15) = 15/11
    truth = np.zeros(8, dtype=np.int64)
    answers = np.zeros((8, 2), dtype=np.int64)
    answers[[0, 1, 2], 0] = 1
    answers[[0, 1, 3], 1] = 1
    many = dependence(np.tile(answers, (20, 1)), np.tile(truth, 20))
    assert estimate(many.mean).value == pytest.approx(7 / 15)
    assert estimate(many.effective).value == pytest.approx(15 / 11)
    assert estimate(many.effective).n == 160


@pytest.mark.parametrize(
    ("rho", "number"), [(0.0, 5.0), (1.0, 1.0), (0.25, 2.5), (-0.25, None), (-0.1, 5 / 0.6)]
)
def test_the_effective_number_of_five_judges(rho: float, number: float | None) -> None:
    assert effective_number(5, rho) == (None if number is None else pytest.approx(number))


def test_the_interval_of_the_effective_number_is_that_of_the_mean_transformed() -> None:
    found = dependence(*with_shared_errors(400, 4, 0.4, seed=3))
    mean, effective = estimate(found.mean).interval, estimate(found.effective).interval
    assert effective.low == pytest.approx(effective_number(4, mean.high))
    assert effective.high == pytest.approx(effective_number(4, mean.low))


def test_gaps_leave_the_items_both_answered() -> None:
    answers, truth = with_shared_errors(300, 3, 0.3, seed=5)
    with_gaps = answers.copy()
    with_gaps[:100, 0] = -1
    pair = dependence(with_gaps, truth).pairs[0]
    rest = dependence(answers[100:], truth[100:]).pairs[0]
    assert estimate(pair.error_correlation).value == pytest.approx(estimate(rest.error_correlation).value)


def test_items_without_a_label_do_not_count() -> None:
    answers, truth = with_shared_errors(300, 3, 0.3, seed=5)
    unlabelled = np.where(np.arange(300) < 200, truth, -1)
    assert dependence(answers, unlabelled) == dependence(answers[:200], truth[:200])


def test_an_item_of_weight_two_counts_as_two() -> None:
    answers, truth = with_shared_errors(200, 3, 0.3, seed=5)
    weights = np.where(np.arange(200) < 50, 2.0, 1.0)
    doubled = dependence(np.concatenate([answers, answers[:50]]), np.concatenate([truth, truth[:50]]))
    assert estimate(dependence(answers, truth, weights=weights).mean).value == pytest.approx(
        estimate(doubled.mean).value
    )


def test_clusters_that_repeat_items_widen_the_interval() -> None:
    answers, truth = with_shared_errors(100, 3, 0.3, seed=5)
    repeated, labels = np.repeat(answers, 5, axis=0), np.repeat(truth, 5)
    alone = estimate(dependence(repeated, labels).effective).interval
    together = estimate(
        dependence(repeated, labels, clusters=np.repeat(np.arange(100), 5)).effective
    ).interval
    assert together.high - together.low > 1.8 * (alone.high - alone.low)


def test_a_judge_who_is_never_wrong_is_named_and_left_out() -> None:
    answers, truth = with_shared_errors(300, 3, 0.5, seed=7)
    with_perfect = np.column_stack([answers, truth])
    found = dependence(with_perfect, truth)
    assert found.unvarying == (3,)
    assert estimate(found.effective).value == pytest.approx(
        estimate(dependence(answers, truth).effective).value
    )


@pytest.mark.parametrize(
    ("answers", "effective", "mean"),
    [
        (np.array([[0], [1]]), 1.0, "one judge makes no pair"),
        (
            np.array([[0, 0], [0, 0]]),
            "no two judges have errors that vary",
            "no two judges have errors that vary",
        ),
        (np.zeros((2, 2), dtype=np.int64) - 1, "no two judges", "no two judges"),
    ],
)
def test_what_has_no_correlation_says_why(answers: Codes, effective: float | str, mean: str) -> None:
    found = dependence(answers, np.zeros(2, dtype=np.int64))
    assert mean in reason(found.mean)
    if isinstance(effective, str):
        assert effective in reason(found.effective)
    else:
        assert estimate(found.effective).value == effective


def test_errors_that_exclude_each_other_have_no_effective_number() -> None:
    truth = np.zeros(90, dtype=np.int64)
    answers = np.array([[0, 1], [1, 0]] * 45)
    assert "exclude each other" in reason(dependence(answers, truth).effective)


def test_errors_that_are_too_rare_are_told() -> None:
    truth = np.zeros(50, dtype=np.int64)
    answers = np.zeros((50, 2), dtype=np.int64)
    answers[0, 0] = answers[1, 1] = 1
    assert "too rare" in reason(dependence(answers, truth).mean)


def test_no_label_at_all_is_no_number() -> None:
    found = dependence(np.zeros((5, 2), dtype=np.int64), np.full(5, -1))
    assert isinstance(found.mean, Undefined)
    assert found.mean.n == 0


def test_a_judge_asked_twice_is_one_judge_as_far_as_the_labels_tell() -> None:
    answers, truth = with_shared_errors(60, 1, 0.0, seed=2)
    effective = estimate(dependence(np.repeat(answers, 2, axis=1), truth).effective)
    assert effective.value == pytest.approx(1.0)
    assert effective.interval.low == pytest.approx(1.0)
    assert effective.interval.high > 1.03


def test_the_same_wrong_answer() -> None:
    # three judges wrong on item 0, two of them alike: 1 of 3 pairs; on item 1 two are wrong alike: 2 of 4 pairs in all
    answers = np.array([[1, 1, 2], [0, 2, 2]])
    found = dependence(np.tile(answers, (30, 1)), np.zeros(60, dtype=np.int64))
    assert estimate(found.same_wrong).value == pytest.approx(2 / 4)
    assert [estimate(pair.same_wrong).value for pair in found.pairs] == [1.0, 0.0, 0.5]
    assert estimate(found.pairs[0].same_wrong).interval.low < 0.95


def test_with_two_categories_there_is_one_way_to_be_wrong() -> None:
    found = estimate(dependence(*with_shared_errors(200, 3, 0.3, seed=1)).same_wrong)
    assert (found.value, found.interval.low) == (1.0, 1.0)


def test_families_are_compared_within_and_across() -> None:
    first, truth = with_shared_errors(2000, 2, 0.8, seed=1)
    rng = np.random.default_rng(4)
    other = np.where(rng.random((2000, 2)) < 0.3, 1 - truth[:, np.newaxis], truth[:, np.newaxis])
    found = dependence(np.column_stack([first, other]), truth, families=np.array([0, 0, 1, 2]))
    assert estimate(found.same_family).value == pytest.approx(0.8, abs=0.06)
    assert estimate(found.cross_family).value == pytest.approx(0.0, abs=0.06)
    assert "one family" in reason(dependence(first, truth).same_family)


# Short form: 150 repetitions, Monte-Carlo standard error 0.018.
def test_the_interval_of_the_effective_number_covers_the_truth() -> None:
    rho = 0.3
    truth = effective_number(4, rho)
    assert truth is not None
    covered = []
    for seed in range(150):
        answers, labels = with_shared_errors(250, 4, rho, seed=seed)
        interval = estimate(dependence(answers, labels).effective).interval
        covered.append(interval.low <= truth <= interval.high)
    assert 0.9 <= np.mean(covered) <= 0.99


@pytest.mark.parametrize(
    ("answers", "truth"),
    [
        (np.zeros(3, dtype=np.int64), np.zeros(3, dtype=np.int64)),
        (np.zeros((3, 0), dtype=np.int64), np.zeros(3, dtype=np.int64)),
        (np.zeros((3, 2), dtype=np.int64), np.zeros(2, dtype=np.int64)),
    ],
)
def test_a_panel_that_is_none_is_refused(answers: Codes, truth: Codes) -> None:
    with pytest.raises(ValueError, match=r"answers have a row|truth needs"):
        dependence(answers, truth)


def test_every_pair_is_there_once() -> None:
    answers, truth = with_shared_errors(100, 5, 0.3, seed=3)
    found = dependence(answers, truth)
    assert [(pair.first, pair.second) for pair in found.pairs] == list(combinations(range(5), 2))
