import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from evenhand.stats.logistic import (
    Logistic,
    balanced_weights,
    class_probabilities,
    fit_logistic,
    fit_logistic_to_masses,
)

# The optimum is the same; scikit-learn's lbfgs stops at slopes of 1e-10 at best, and one that is stopped there is off
# by up to 1e-8 in a flat direction. Hence 1e-6 and not 1e-8.
SAME = 1e-6


def made_up(
    items: int, features: int, categories: int, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]:
    rng = np.random.default_rng(seed)
    design = rng.normal(size=(items, features))
    scores = design @ rng.normal(size=(features, categories)) + rng.gumbel(size=(items, categories))
    return design, scores.argmax(axis=1), rng.uniform(0.5, 4.0, size=items)


@settings(max_examples=15, deadline=None)
@given(
    st.integers(20, 120),
    st.integers(1, 6),
    st.integers(2, 5),
    st.floats(0.01, 30.0),
    st.sampled_from([None, 3]),
    st.integers(0, 10_000),
)
def test_the_optimum_is_the_one_of_scikit_learn(
    items: int, features: int, categories: int, ridge: float, weights_from: int | None, seed: int
) -> None:
    design, classes, weights = made_up(items, features, categories, seed)
    if np.unique(classes).size < 2:
        return
    chosen = None if weights_from is None else weights
    ours = fit_logistic(design, classes, categories=categories, ridge=ridge, weights=chosen)
    theirs = LogisticRegression(C=1 / ridge, tol=1e-12, max_iter=20_000).fit(
        design, classes, sample_weight=chosen
    )
    assert ours.converged
    assert class_probabilities(ours, design)[:, theirs.classes_] == pytest.approx(
        theirs.predict_proba(design), abs=SAME
    )


def test_coefficients_and_intercepts_are_those_of_scikit_learn() -> None:
    design, classes, _ = made_up(400, 5, 3, seed=4)
    ours = fit_logistic(design, classes, categories=3, ridge=2.0)
    theirs = LogisticRegression(C=0.5, tol=1e-12, max_iter=20_000).fit(design, classes)
    assert ours.coefficients == pytest.approx(theirs.coef_.T, abs=SAME)
    assert ours.intercepts == pytest.approx(theirs.intercept_, abs=SAME)


def test_two_classes_have_one_set_of_coefficients() -> None:
    design, classes, _ = made_up(200, 3, 2, seed=4)
    model = fit_logistic(design, classes, categories=2, ridge=1.0)
    theirs = LogisticRegression(C=1.0, tol=1e-12, max_iter=20_000).fit(design, classes)
    assert (model.coefficients[:, 0] == 0).all()
    assert model.coefficients[:, 1] == pytest.approx(theirs.coef_[0], abs=SAME)


def test_rows_that_repeat_can_be_given_once_with_their_weights() -> None:
    design, classes, _ = made_up(60, 2, 3, seed=1)
    repeated = fit_logistic(np.repeat(design, 4, axis=0), np.repeat(classes, 4), categories=3)
    masses = np.zeros((60, 3))
    masses[np.arange(60), classes] = 4.0
    once = fit_logistic_to_masses(design, masses)
    assert once.coefficients == pytest.approx(repeated.coefficients, abs=1e-10)


def test_a_class_that_was_not_seen_has_probability_zero() -> None:
    design, classes, _ = made_up(80, 2, 3, seed=2)
    model = fit_logistic(design, classes * 2, categories=6)
    probabilities = class_probabilities(model, design)
    assert (probabilities[:, [1, 3, 5]] == 0).all()
    assert probabilities.sum(axis=1) == pytest.approx(np.ones(80))
    assert model.seen.tolist() == [True, False, True, False, True, False]


def test_one_class_alone_is_certain() -> None:
    model = fit_logistic(np.ones((5, 2)), np.full(5, 1), categories=3)
    assert class_probabilities(model, np.zeros((1, 2))).tolist() == [[0.0, 1.0, 0.0]]
    assert model.converged


def test_without_features_the_shares_come_back() -> None:
    model = fit_logistic(np.zeros((10, 0)), np.array([0, 0, 0, 1, 1, 2, 2, 2, 2, 2]), categories=3)
    assert class_probabilities(model, np.zeros((1, 0)))[0] == pytest.approx([0.3, 0.2, 0.5], abs=1e-9)


def test_separable_classes_have_finite_coefficients() -> None:
    design = np.array([[-1.0], [-2.0], [1.0], [2.0]])
    model = fit_logistic(design, np.array([0, 0, 1, 1]), categories=2, ridge=1e-4)
    assert model.converged
    assert np.isfinite(model.coefficients).all()


@given(st.lists(st.integers(0, 3), min_size=1, max_size=50))
def test_balanced_classes_weigh_the_same(codes: list[int]) -> None:
    classes = np.array(codes)
    weights = balanced_weights(classes, categories=4)
    sums = np.bincount(classes, weights=weights)
    assert sums[sums > 0] == pytest.approx(weights.sum() / np.unique(classes).size)
    assert weights.sum() == pytest.approx(len(codes))


def test_the_same_data_give_the_same_model_bit_for_bit() -> None:
    design, classes, weights = made_up(100, 3, 4, seed=9)
    first, second = (fit_logistic(design, classes, categories=4, weights=weights) for _ in range(2))
    assert isinstance(first, Logistic)
    assert np.array_equal(first.coefficients, second.coefficients)


@pytest.mark.parametrize(
    ("features", "classes", "ridge", "expected"),
    [
        (np.zeros((2, 1)), np.array([0]), 1.0, "as many classes"),
        (np.zeros((1, 1)), np.array([2]), 1.0, "codes from 0 to 1"),
        (np.zeros((1, 1)), np.array([0]), 0.0, "ridge is 0.0"),
        (np.full((1, 1), np.nan), np.array([0]), 1.0, "finite"),
        (np.zeros((0, 1)), np.zeros(0, dtype=np.int64), 1.0, "needs items"),
    ],
)
def test_a_sample_that_is_none_is_refused(
    features: NDArray[np.float64], classes: NDArray[np.int64], ridge: float, expected: str
) -> None:
    with pytest.raises(ValueError, match=expected):
        fit_logistic(features, classes, categories=2, ridge=ridge)
