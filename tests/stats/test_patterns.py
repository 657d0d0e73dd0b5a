import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from evenhand.stats.patterns import compress

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
