from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.calibration import _SigmoidCalibration
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from evenhand.records.calibration import JudgeMap
from evenhand.stats.confidence.maps import (
    BetaMap,
    IsotonicMap,
    Map,
    Method,
    PlattMap,
    choose_method,
    fit_map,
    knots,
)

METHODS: tuple[Method, ...] = ("platt", "beta", "isotonic")
GRID = np.linspace(0, 1, 5001)
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def sample(n: int, seed: int = 0) -> tuple[Floats, Bools]:
    """A judge who is too sure at the top and not sure enough at the bottom."""
    rng = np.random.default_rng(seed)
    confidence = rng.random(n)
    return confidence, rng.random(n) < 0.3 + 0.5 * confidence**2


@pytest.mark.parametrize(
    ("labels", "method"),
    [(1, "platt"), (199, "platt"), (200, "beta"), (999, "beta"), (1000, "isotonic"), (10**6, "isotonic")],
)
def test_more_labels_choose_a_freer_map(labels: int, method: Method) -> None:
    assert choose_method(labels) == method


@pytest.mark.parametrize(("n", "kind"), [(150, PlattMap), (500, BetaMap), (1500, IsotonicMap)])
def test_the_number_of_labels_decides_where_nothing_is_asked_for(n: int, kind: type[Map]) -> None:
    assert isinstance(fit_map(*sample(n)), kind)


# -- Oracles ---------------------------------------------------------------------------------------


def test_the_platt_map_equals_the_one_of_scikit_learn() -> None:
    confidence, correct = sample(150)
    odds = np.log(confidence / (1 - confidence))
    theirs = _SigmoidCalibration().fit(odds, correct.astype(np.float64))
    ours = fit_map(confidence, correct, method="platt").calibrate(confidence)
    assert ours == pytest.approx(theirs.predict(odds), abs=1e-5)  # their optimiser stops there


def logistic(features: Floats, correct: Bools) -> LogisticRegression:
    """A fit without penalty to the drawn-in targets: each answer counts as right and wrong by its target."""
    right, wrong = int(correct.sum()), int((~correct).sum())
    target = np.where(correct, (right + 1) / (right + 2), 1 / (wrong + 2))
    model = LogisticRegression(C=np.inf, tol=1e-12, max_iter=10_000)
    labels = np.repeat([True, False], correct.size)
    return model.fit(np.tile(features, (2, 1)), labels, sample_weight=np.r_[target, 1 - target])


def test_platt_coefficients_equal_those_of_an_unpenalised_logistic_regression() -> None:
    confidence, correct = sample(400, seed=1)
    theirs = logistic(np.log(confidence / (1 - confidence))[:, None], correct)
    ours = fit_map(confidence, correct, method="platt")
    assert isinstance(ours, PlattMap)
    assert (ours.slope, ours.intercept) == pytest.approx((theirs.coef_[0, 0], theirs.intercept_[0]), abs=1e-6)


def test_beta_coefficients_equal_those_of_an_unpenalised_logistic_regression() -> None:
    confidence, correct = sample(400, seed=1)
    theirs = logistic(np.column_stack([np.log(confidence), -np.log(1 - confidence)]), correct)
    ours = fit_map(confidence, correct, method="beta")
    assert isinstance(ours, BetaMap)
    assert min(theirs.coef_[0]) > 0
    fitted = (ours.slope, ours.complement_slope, ours.intercept)
    assert fitted == pytest.approx((*theirs.coef_[0], theirs.intercept_[0]), abs=1e-5)
    assert ours.calibrate(confidence) == pytest.approx(
        theirs.predict_proba(np.column_stack([np.log(confidence), -np.log(1 - confidence)]))[:, 1], abs=1e-6
    )


def test_a_beta_slope_below_nothing_is_left_out() -> None:
    # Rising up to .6 and falling from there: the complement's slope would be below 0.
    rng = np.random.default_rng(2)
    confidence = rng.random(2000)
    correct = rng.random(2000) < np.where(confidence < 0.6, confidence, 0.5)
    theirs = logistic(np.log(confidence)[:, None], correct)
    ours = fit_map(confidence, correct, method="beta")
    assert isinstance(ours, BetaMap)
    assert ours.complement_slope == 0
    assert (ours.slope, ours.intercept) == pytest.approx((theirs.coef_[0, 0], theirs.intercept_[0]), abs=1e-6)


@pytest.mark.parametrize("decimals", [1, 3, 12])
def test_the_isotonic_map_equals_the_one_of_scikit_learn(decimals: int) -> None:
    confidence, correct = sample(1500)
    confidence, weights = (
        confidence.round(decimals),
        np.random.default_rng(1).integers(1, 4, 1500).astype(float),
    )
    least = 1 / 1502
    theirs = IsotonicRegression(y_min=least, y_max=1 - least, out_of_bounds="clip")
    theirs.fit(confidence, correct, sample_weight=weights)
    ours = fit_map(confidence, correct, method="isotonic", weights=weights)
    assert ours.calibrate(GRID) == pytest.approx(theirs.predict(GRID), abs=1e-9)


# -- Every map -------------------------------------------------------------------------------------

answers = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60)


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=12, deadline=None)  # a fit each
@given(given=answers)
def test_no_map_falls_or_is_ever_sure_and_its_knots_make_a_file(
    method: Method, given: list[tuple[float, bool]]
) -> None:
    confidence, correct = np.array([c for c, _ in given]), np.array([right for _, right in given])
    fitted = fit_map(confidence, correct, method=method)
    worth = fitted.calibrate(np.linspace(0, 1, 501))
    assert (np.diff(worth) >= -1e-12).all()
    assert 0 <= worth.min() <= worth.max() <= 1
    pairs = knots(fitted)
    assert 2 <= len(pairs) <= 1000
    assert all(left[0] < right[0] and left[1] <= right[1] for left, right in pairwise(pairs))
    assert np.interp(GRID, *np.transpose(pairs)) == pytest.approx(fitted.calibrate(GRID), abs=1e-3)


@pytest.mark.parametrize("method", METHODS)
def test_the_record_of_a_map_calibrates_as_the_map_does(method: Method) -> None:
    fitted = fit_map(*sample(1200), method=method)
    record = JudgeMap(judge="a", version="1.0.0", knots=knots(fitted), labels=1200)
    probed = np.linspace(0, 1, 997)
    worth = [record.calibrate(probability) for probability in probed.tolist()]
    assert worth == pytest.approx(fitted.calibrate(probed), abs=1e-3)


@pytest.mark.parametrize(
    "steep",
    [PlattMap(slope=60.0, intercept=-50.0), BetaMap(slope=900.0, complement_slope=0.01, intercept=40.0)],
)
def test_knots_follow_the_steepest_map(steep: Map) -> None:
    assert np.interp(GRID, *np.transpose(knots(steep))) == pytest.approx(steep.calibrate(GRID), abs=1e-3)


def test_a_map_of_very_many_labels_still_fits_into_a_file() -> None:
    confidence = (np.arange(4000) + 0.5) / 4000
    # Each confidence is right in just its share, so that no two are pooled.
    right_and_wrong = np.column_stack([confidence, 1 - confidence]).ravel()
    fitted = fit_map(np.repeat(confidence, 2), np.tile([True, False], 4000), weights=right_and_wrong)
    assert len(knots(fitted)) <= 1000
    assert fitted.calibrate(GRID) == pytest.approx(GRID, abs=2e-3)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("right", "low", "high"), [(50, 0.95, 0.999), (0, 0.001, 0.05)])
def test_answers_of_one_kind_are_not_certainty(method: Method, right: int, low: float, high: float) -> None:
    worth = fit_map(np.linspace(0.3, 1, 50), np.arange(50) < right, method=method).calibrate(GRID)
    assert low < worth.min() <= worth.max() < high


@pytest.mark.parametrize("method", METHODS)
def test_one_confidence_for_all_is_worth_the_one_share(method: Method) -> None:
    fitted = fit_map(np.full(100, 0.9), np.arange(100) < 70, method=method)
    assert fitted.calibrate(np.array([0.0, 0.9, 1.0])) == pytest.approx([0.7] * 3, abs=0.01)


@pytest.mark.parametrize("method", METHODS)
def test_a_confidence_that_points_the_wrong_way_is_worth_the_same_everywhere(method: Method) -> None:
    confidence = (np.arange(400) + 0.5) / 400
    fitted = fit_map(confidence, np.random.default_rng(1).random(400) > confidence, method=method)
    assert np.ptp(fitted.calibrate(confidence[5:-5])) < 0.05


@pytest.mark.parametrize("method", METHODS)
def test_weights_that_repeat_a_label_are_like_the_label_repeated(method: Method) -> None:
    confidence, correct = sample(300)
    times = np.random.default_rng(1).integers(1, 4, 300)
    weighted = fit_map(confidence, correct, method=method, weights=times.astype(float))
    repeated = fit_map(np.repeat(confidence, times), np.repeat(correct, times), method=method)
    assert weighted.calibrate(GRID) == pytest.approx(repeated.calibrate(GRID), abs=0.01)


def test_a_map_of_no_labels_is_refused() -> None:
    with pytest.raises(ValueError, match="there is none"):
        fit_map(np.zeros(0), np.zeros(0, dtype=np.bool_))
