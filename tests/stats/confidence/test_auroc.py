import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from evenhand.stats.confidence.auroc import auroc
from evenhand.stats.estimate import Estimate, Measured

grades = st.lists(st.tuples(st.integers(0, 10), st.booleans()), min_size=2, max_size=80)


def estimate(measured: Measured) -> Estimate:
    assert isinstance(measured, Estimate), measured
    return measured


@settings(max_examples=25, deadline=None)  # scikit-learn takes its time
@given(grades)
def test_the_area_equals_the_one_of_scikit_learn(answers: list[tuple[int, bool]]) -> None:
    confidence = np.array([grade / 10 for grade, _ in answers])
    correct = np.array([right for _, right in answers])
    measured = auroc(confidence, correct)
    if isinstance(measured, Estimate):
        assert measured.value == pytest.approx(roc_auc_score(correct, confidence), abs=1e-12)
        assert 0 <= measured.interval.low <= measured.value <= measured.interval.high <= 1
        weights = np.arange(1.0, confidence.size + 1)
        weighted = roc_auc_score(correct, confidence, sample_weight=weights)
        assert estimate(auroc(confidence, correct, weights=weights)).value == pytest.approx(
            weighted, abs=1e-12
        )


def test_the_interval_worked_by_hand() -> None:
    # Right: .9, .7, .5; wrong: .6, .4. Placements of the right 1, 1, 1/2; of the wrong 2/3, 1; area 5/6.
    # Variance: (1/12)/3 + (1/18)/2 = 1/18; freedom (1/18)^2 / ((1/36)^2/2 + (1/36)^2/1) = 8/3.
    measured = estimate(
        auroc(np.array([0.9, 0.7, 0.5, 0.6, 0.4]), np.array([True, True, True, False, False]))
    )
    assert measured.value == pytest.approx(5 / 6)
    # t(.975; 8/3) = 3.42318; half-width on the logit scale 3.42318 * sqrt(1/18) / (5/36)
    half = 3.4232 * (1 / 18) ** 0.5 / (5 / 36)
    low, high = 1 / (1 + np.exp(half - np.log(5))), 1 / (1 + np.exp(-half - np.log(5)))
    assert (measured.interval.low, measured.interval.high) == pytest.approx((low, high), abs=1e-4)


@pytest.mark.parametrize("turned", [False, True])
def test_complete_separation_is_not_certainty(*, turned: bool) -> None:
    confidence = np.linspace(0, 1, 50)
    measured = estimate(auroc(1 - confidence if turned else confidence, confidence > 0.3))
    assert measured.value == float(not turned)
    assert measured.interval.high - measured.interval.low == pytest.approx(0.07, abs=0.03)


def test_a_single_wrong_answer_gives_a_wide_interval() -> None:
    measured = estimate(auroc(np.linspace(0, 1, 50), np.arange(50) != 10))
    assert measured.interval.low < 0.5
    assert measured.interval.high > 0.9


def test_clusters_in_which_confidence_tells_alike_widen_the_interval() -> None:
    # Each cluster has a right and a wrong answer, and a gap between their confidences of its own.
    rng = np.random.default_rng(1)
    gap = np.repeat(rng.normal(0.05, 0.1, 200), 2)
    correct = np.tile([True, False], 200)
    confidence = np.clip(0.5 + np.where(correct, gap, -gap), 0, 1)
    alone = estimate(auroc(confidence, correct)).interval
    together = estimate(auroc(confidence, correct, clusters=np.repeat(np.arange(200), 2))).interval
    assert together.high - together.low > 1.3 * (alone.high - alone.low)


# Short form of `python -m benchmarks.coverage.selective`: 500 repetitions, Monte-Carlo standard error .01.
@pytest.mark.parametrize(("n", "least"), [(50, 0.91), (200, 0.92)])
def test_the_interval_covers_the_truth(n: int, least: float) -> None:
    rng = np.random.default_rng(20261127)

    def draw(size: int) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        confidence = 1 - 0.4 * rng.random(size) ** 2
        return confidence, rng.random(size) < 0.6 + 0.39 * (confidence - 0.6) / 0.4

    truth = roc_auc_score(*draw(1_000_000)[::-1])
    intervals = [estimate(auroc(*draw(n))).interval for _ in range(500)]
    assert least <= np.mean([each.low <= truth <= each.high for each in intervals]) <= 0.985
