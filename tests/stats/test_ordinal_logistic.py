import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit
from statsmodels.miscmodels.ordinal_model import OrderedModel

from evenhand.stats.ordinal_logistic import (
    OrdinalLogistic,
    fit_ordinal_logistic_to_masses,
    ordinal_probabilities,
)

Array = NDArray[np.float64]


def made_up(items: int, seed: int) -> tuple[Array, NDArray[np.int64]]:
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(items, 3))
    latent = features @ np.array([1.5, -0.7, 0.0]) + rng.logistic(size=items)
    return features, np.digitize(latent, [-2.0, -0.5, 1.0])


def as_masses(classes: NDArray[np.int64], categories: int) -> Array:
    masses: Array = (classes[:, np.newaxis] == np.arange(categories)).astype(float)
    return masses


def fit(features: Array, classes: NDArray[np.int64], categories: int, ridge: float) -> OrdinalLogistic:
    return fit_ordinal_logistic_to_masses(features, as_masses(classes, categories), ridge=ridge)


def test_without_a_penalty_to_speak_of_it_is_the_ordered_model_of_statsmodels() -> None:
    features, classes = made_up(300, seed=1)
    ours = fit(features, classes, 4, ridge=1e-9)
    model = OrderedModel(classes, features, distr="logit")
    theirs = model.fit(method="bfgs", disp=0, gtol=1e-9, maxiter=2000)
    assert ours.converged
    # BFGS with numeric slopes stops some 1e-6 away.
    assert ours.coefficients == pytest.approx(theirs.params[:3], abs=1e-5)
    assert ours.thresholds == pytest.approx(
        model.transform_threshold_params(theirs.params[3:])[1:-1], abs=1e-5
    )


def test_with_a_ridge_it_is_the_minimum_of_the_objective_as_written() -> None:
    features, classes = made_up(120, seed=2)
    ridge = 3.0

    def objective(parameters: Array) -> float:
        cuts = np.cumsum(np.concatenate([parameters[:1], np.exp(parameters[1:3])]))
        below = expit(cuts - (features @ parameters[3:])[:, np.newaxis])
        shares = np.diff(np.column_stack([np.zeros(120), below, np.ones(120)]), axis=1)
        return float(
            ridge / 2 * parameters[3:] @ parameters[3:] - np.log(shares[np.arange(120), classes]).sum()
        )

    theirs = minimize(objective, np.zeros(6), method="BFGS", options={"gtol": 1e-7})
    ours = fit(features, classes, 4, ridge=ridge)
    assert ours.coefficients == pytest.approx(theirs.x[3:], abs=1e-5)


def test_probabilities_are_those_of_all_classes() -> None:
    features, classes = made_up(200, seed=3)
    model = fit(features, classes, 4, ridge=1.0)
    probabilities = ordinal_probabilities(model, features)
    assert probabilities.sum(axis=1) == pytest.approx(np.ones(200))
    assert (probabilities > 0).all()
    # the free thresholds make mean probabilities meet the shares nearly
    assert probabilities.mean(axis=0) == pytest.approx(np.bincount(classes) / 200, abs=0.03)


def test_a_class_that_was_not_seen_is_passed_over() -> None:
    features, classes = made_up(200, seed=3)
    apart = np.array([0, 1, 3, 4])[classes]
    model = fit(features, apart, 6, ridge=1.0)
    probabilities = ordinal_probabilities(model, features)
    assert (probabilities[:, [2, 5]] == 0).all()
    assert probabilities[:, [0, 1, 3, 4]] == pytest.approx(
        ordinal_probabilities(fit(features, classes, 4, ridge=1.0), features)
    )


def test_one_class_alone_is_certain() -> None:
    model = fit(np.ones((5, 2)), np.full(5, 2), 4, ridge=1.0)
    assert ordinal_probabilities(model, np.zeros((1, 2))).tolist() == [[0.0, 0.0, 1.0, 0.0]]
    assert model.converged


def test_rows_that_repeat_can_be_given_once_with_their_weights() -> None:
    features, classes = made_up(80, seed=4)
    once = fit_ordinal_logistic_to_masses(features, 3 * as_masses(classes, 4))
    repeated = fit_ordinal_logistic_to_masses(
        np.repeat(features, 3, axis=0), as_masses(np.repeat(classes, 3), 4)
    )
    assert once.coefficients == pytest.approx(repeated.coefficients, abs=1e-9)


def test_separable_classes_have_finite_coefficients() -> None:
    model = fit(np.array([[-2.0], [-1.0], [1.0], [2.0]]), np.array([0, 0, 1, 2]), 3, ridge=0.01)
    assert model.converged
    assert np.isfinite(model.coefficients).all()


@pytest.mark.parametrize(
    ("features", "masses", "ridge", "expected"),
    [
        (np.zeros((2, 1)), np.ones((1, 2)), 1.0, "a row for each item"),
        (np.full((1, 1), np.inf), np.ones((1, 2)), 1.0, "finite"),
        (np.zeros((1, 1)), np.zeros((1, 2)), 1.0, "needs items"),
        (np.zeros((1, 1)), np.ones((1, 2)), -1.0, "ridge is -1.0"),
    ],
)
def test_a_sample_that_is_none_is_refused(
    features: Array, masses: Array, ridge: float, expected: str
) -> None:
    with pytest.raises(ValueError, match=expected):
        fit_ordinal_logistic_to_masses(features, masses, ridge=ridge)
