import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from evenhand.stats.patterns import compress, resampled_totals, totals_by_unit

ANSWERS = arrays(np.int64, st.tuples(st.integers(0, 60), st.integers(0, 4)), elements=st.integers(-1, 3))


@given(ANSWERS)
def test_the_index_gives_the_items_back(answers: NDArray[np.int64]) -> None:
    patterns = compress(answers)
    assert np.array_equal(patterns.answers[patterns.index], answers)
    assert patterns.counts.sum() == answers.shape[0]


@given(ANSWERS.filter(lambda answers: answers.shape[1] > 0))
def test_patterns_are_the_distinct_rows_in_order(answers: NDArray[np.int64]) -> None:
    rows, counts = np.unique(answers, axis=0, return_counts=True)
    patterns = compress(answers)
    assert np.array_equal(patterns.answers, rows.reshape(-1, answers.shape[1]))
    assert np.array_equal(patterns.counts, counts)


def test_keys_too_large_for_a_number_are_told_apart_all_the_same() -> None:
    rng = np.random.default_rng(1)
    answers = rng.integers(-1, 1000, size=(300, 40))
    doubled = np.concatenate([answers, answers])
    patterns = compress(doubled)
    assert np.array_equal(patterns.answers, np.unique(answers, axis=0))
    assert (patterns.counts == 2).all()
    assert np.array_equal(patterns.answers[patterns.index], doubled)


def test_truth_and_groups_tell_patterns_apart_and_weights_are_summed() -> None:
    patterns = compress(
        np.array([[0, 1], [0, 1], [0, 1], [0, 1]]),
        truth=np.array([1, -1, 1, 1]),
        groups=np.array([0, 0, 0, 7]),
        weights=np.array([1.0, 2.0, 4.0, 8.0]),
    )
    assert patterns.truth.tolist() == [-1, 1, 1]
    assert patterns.groups.tolist() == [0, 0, 7]
    assert patterns.weights.tolist() == [2.0, 5.0, 8.0]
    assert patterns.counts.tolist() == [1, 2, 1]
    assert patterns.index.tolist() == [1, 0, 1, 2]


@pytest.mark.parametrize(
    ("answers", "options", "expected"),
    [
        (np.zeros(3, dtype=np.int64), {}, "a row for each item"),
        (np.array([[-2]]), {}, "-1 for none"),
        (np.array([[0]]), {"truth": np.array([0, 1])}, "truth needs one entry"),
        (np.array([[0]]), {"truth": np.array([-3])}, "truth holds codes"),
        (np.array([[0]]), {"groups": np.array([0, 1])}, "groups needs one entry"),
        (np.array([[0]]), {"weights": np.array([1.0, 1.0])}, "weights need one entry"),
        (np.array([[0]]), {"weights": np.array([0.0])}, "finite and above 0"),
        (np.array([[0]]), {"weights": np.array([np.inf])}, "finite and above 0"),
    ],
)
def test_what_is_no_matrix_of_answers_is_refused(
    answers: NDArray[np.int64], options: dict[str, NDArray[np.int64]], expected: str
) -> None:
    with pytest.raises(ValueError, match=expected):
        compress(answers, **options)  # type: ignore[arg-type]  # wrong shapes on purpose


def test_totals_of_resampled_items_have_the_mean_and_spread_of_a_bootstrap() -> None:
    values = np.repeat([0.0, 1.0, 5.0], [50, 30, 20])
    contributions, counts = totals_by_unit(np.column_stack([values, np.ones(100)]), None)
    totals = resampled_totals(contributions, counts, rng=np.random.default_rng(3), draws=20_000)
    assert (totals[:, 1] == 100).all()
    assert totals[:, 0].mean() == pytest.approx(values.sum(), abs=0.6)
    assert totals[:, 0].std() == pytest.approx(10 * values.std(), rel=0.02)


def test_a_cluster_is_drawn_as_a_whole() -> None:
    # two clusters, sums 10 and 0: a bootstrap of two clusters gives 0, 10 or 20 and nothing between
    contributions, counts = totals_by_unit(np.array([[4.0], [6.0], [0.0]]), np.array([3, 3, 9]))
    assert sorted(contributions.ravel()) == [0.0, 10.0]
    totals = resampled_totals(contributions, counts, rng=np.random.default_rng(3), draws=200)
    assert set(totals.ravel()) == {0.0, 10.0, 20.0}


def test_long_bootstraps_in_parts_are_repeatable() -> None:
    counts = np.ones(3000, dtype=np.int64)
    contributions = np.arange(3000.0)[:, np.newaxis]
    first, second = (
        resampled_totals(contributions, counts, rng=np.random.default_rng(5), draws=2000) for _ in range(2)
    )
    assert first.shape == (2000, 1)
    assert np.array_equal(first, second)


def test_a_bootstrap_of_nothing_is_refused() -> None:
    rng = np.random.default_rng(1)
    with pytest.raises(ValueError, match="at least one item"):
        resampled_totals(np.zeros((2, 1)), np.zeros(2, dtype=np.int64), rng=rng, draws=3)
    with pytest.raises(ValueError, match="a row each"):
        resampled_totals(np.zeros((2, 1)), np.ones(3, dtype=np.int64), rng=rng, draws=3)
