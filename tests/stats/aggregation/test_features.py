import numpy as np
import pytest

from evenhand.stats.aggregation.features import (
    equal_judges,
    probability_features,
    score_features,
    vote_features,
)


def test_votes_are_one_column_per_answer_and_one_for_none() -> None:
    features = vote_features(np.array([[0, -1], [2, 1]]), categories=3)
    assert features.tolist() == [[1, 0, 0, 0, 0, 0, 0, 1], [0, 0, 1, 0, 0, 1, 0, 0]]


def test_certain_probabilities_are_votes() -> None:
    answers = np.array([[0, -1], [1, 1]])
    certain = (answers[:, :, np.newaxis] == np.arange(2)).astype(float)
    assert np.array_equal(probability_features(certain, answers >= 0), vote_features(answers, categories=2))


def test_a_score_that_was_not_given_is_marked() -> None:
    features = score_features(np.array([[2.0, np.nan]]), np.array([[True, False]]))
    assert features.tolist() == [[2.0, 0.0, 0.0, 1.0]]


def test_the_matrix_makes_a_ridge_pull_judges_towards_each_other() -> None:
    matrix = equal_judges(3, 2, strength=4.0)
    coefficients = np.array([1.0, 0.0, 2.0, 0.0, 6.0, 3.0])  # of X, three judges with two columns
    of_transformed = np.linalg.solve(matrix, coefficients)
    means = np.tile(coefficients.reshape(3, 2).mean(axis=0), 3)
    expected = (coefficients**2).sum() + 4.0 * ((coefficients - means) ** 2).sum()
    assert (of_transformed**2).sum() == pytest.approx(expected)


def test_features_that_are_none_are_refused() -> None:
    with pytest.raises(ValueError, match="three axes"):
        probability_features(np.zeros((2, 1)), np.ones((2, 1), dtype=bool))
    with pytest.raises(ValueError, match="between 0 and 1"):
        probability_features(np.full((1, 1, 2), 2.0), np.ones((1, 1), dtype=bool))
    with pytest.raises(ValueError, match="a row for each item"):
        score_features(np.zeros((2, 1)), np.ones((1, 1), dtype=bool))
    with pytest.raises(ValueError, match="finite"):
        score_features(np.full((1, 1), np.nan), np.ones((1, 1), dtype=bool))
