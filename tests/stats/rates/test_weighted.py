import math

import numpy as np
import pytest
from numpy.typing import NDArray

from evenhand.stats.estimate import Estimate, Measured, Undefined
from evenhand.stats.rates.design import design_probabilities, poisson_draw
from evenhand.stats.rates.weighted import aipw_mean, hajek, horvitz_thompson

NAN = math.nan
Floats = NDArray[np.float64]


def estimate(measured: Measured) -> Estimate:
    assert isinstance(measured, Estimate), measured
    return measured


def test_means_worked_by_hand() -> None:
    labels, inclusion = [1.0, 0.0, 1.0, NAN], [0.5, 0.5, 0.25, 0.25]
    # 1/.5 + 1/.25 = 6 of 4 items, cut at 1; 6 of 2 + 2 + 4
    assert estimate(horvitz_thompson(labels, inclusion).estimate).value == 1.0
    assert estimate(hajek(labels, inclusion).estimate).value == pytest.approx(6 / 8)
    # mean of .9, .2, .6, .5 and (.1/.5 - .2/.5 + .4/.25) / 4
    found = aipw_mean([0.9, 0.2, 0.6, 0.5], labels, inclusion)
    assert estimate(found.estimate).value == pytest.approx(0.55 + 0.35)
    assert (found.labelled, found.population, found.weight_ratio) == (3, 4, 2.0)
    assert found.effective_labels == pytest.approx(8**2 / 24)


def test_standard_error_is_that_of_the_mean_of_the_parts() -> None:
    rng = np.random.default_rng(0)
    scores, inclusion = rng.random(200), np.full(200, 0.3)
    labels = np.where(rng.random(200) < 0.3, scores + rng.normal(0, 0.1, 200), NAN)
    parts = scores + np.where(np.isnan(labels), 0, (np.nan_to_num(labels) - scores) / 0.3)
    found = aipw_mean(scores, labels, inclusion)
    assert found.standard_error == pytest.approx(parts.std(ddof=1) / math.sqrt(200))


def test_a_census_is_the_mean_of_the_labels() -> None:
    labels = np.array([1.0, 2.0, 4.0, 3.0])
    found = aipw_mean([0.0, 9.0, 1.0, 2.0], labels, np.ones(4))
    assert estimate(found.estimate).value == pytest.approx(2.5)
    assert found.standard_error == pytest.approx(labels.std(ddof=1) / 2)


def test_verdicts_that_were_always_right_are_not_certain() -> None:
    rng = np.random.default_rng(0)
    scores = (rng.random(100_000) < 0.9).astype(float)
    labels = np.where(rng.random(100_000) < 0.0006, scores, NAN)
    found = estimate(aipw_mean(scores, labels, np.full(100_000, 0.0006)).estimate)
    # one label in about 60 might have differed: half a width of 2/60
    assert found.interval.high - found.value == pytest.approx(2 / 60, rel=0.2)


def test_labels_of_one_mind_are_not_certain() -> None:
    found = estimate(hajek(np.ones(50), np.full(50, 0.5)).estimate)
    assert found.value == 1
    assert found.interval.low == pytest.approx(1 - 2.0106 / 50, abs=1e-4)


def test_few_labels_give_no_interval() -> None:
    found = aipw_mean([0.5, 0.5, 0.5], [1.0, 0.0, NAN], [0.5, 0.5, 0.5])
    assert isinstance(found.estimate, Undefined)
    assert "2 human labels" in found.estimate.reason
    assert found.standard_error is None


def test_no_labels_give_no_interval() -> None:
    found = hajek([NAN, NAN], [0.5, 0.5])
    assert isinstance(found.estimate, Undefined)
    assert (found.weight_ratio, found.effective_labels) == (1.0, 0.0)


def test_few_clusters_give_no_interval() -> None:
    found = aipw_mean(np.zeros(6), np.ones(6), np.full(6, 0.5), clusters=np.array([0, 0, 0, 1, 1, 1]))
    assert isinstance(found.estimate, Undefined)
    assert "2 clusters" in found.estimate.reason


def test_copies_do_not_narrow_the_interval() -> None:
    rng = np.random.default_rng(1)
    scores, inclusion = rng.random(300), rng.uniform(0.2, 0.6, 300)
    labels = np.where(rng.random(300) < inclusion, rng.random(300), NAN)
    for once, thrice in (
        (
            aipw_mean(scores, labels, inclusion, clusters=np.arange(300)),
            aipw_mean(
                np.repeat(scores, 3),
                np.repeat(labels, 3),
                np.repeat(inclusion, 3),
                clusters=np.repeat(np.arange(300), 3),
            ),
        ),
        (
            hajek(labels, inclusion),
            hajek(np.repeat(labels, 3), np.repeat(inclusion, 3), clusters=np.repeat(np.arange(300), 3)),
        ),
    ):
        assert estimate(thrice.estimate).interval.low == pytest.approx(estimate(once.estimate).interval.low)


def test_unequal_weights_are_pointed_out() -> None:
    labels = [1.0, 0.0, 1.0, 1.0]
    assert aipw_mean(np.full(4, 0.5), labels, [0.1, 0.1, 0.1, 0.6]).weights_too_unequal
    assert not aipw_mean(np.full(4, 0.5), labels, [0.1, 0.1, 0.1, 0.5]).weights_too_unequal


@pytest.mark.parametrize(
    ("inclusion", "message"),
    [
        ([0.5, NAN, NAN, NAN], "2 of 3 labels have no inclusion probability"),
        ([0.5, 0.0, 0.5, 0.5], "1 of 3 labels have an impossible inclusion probability, such as 0"),
        ([0.5, 0.5, 1.5, 0.5], "such as 1.5"),
        ([0.5, 0.5], "one entry an item"),
    ],
)
def test_labels_without_a_probability_are_refused(inclusion: list[float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        aipw_mean(np.zeros(4), [1.0, 0.0, 1.0, NAN], inclusion)


def test_missing_scores_are_refused() -> None:
    with pytest.raises(ValueError, match="every item has a score"):
        aipw_mean([0.5, NAN, 0.5], [1.0, 0.0, 1.0], [0.5, 0.5, 0.5])


def test_targeted_review_is_unbiased_and_covers() -> None:
    rng = np.random.default_rng(2)
    covered, errors, naive = 0, [], []
    for _ in range(400):
        hard = rng.random(4000) < 0.25
        truth = rng.random(4000) < np.where(hard, 0.5, 0.9)
        scores = np.where(hard, 0.6, np.where(rng.random(4000) < 0.95, truth, ~truth))
        inclusion = design_probabilities(np.where(hard, 0.24, 0.02), 150)
        drawn = poisson_draw(inclusion, rng=rng)
        found = estimate(aipw_mean(scores, np.where(drawn, truth, NAN), inclusion).estimate)
        covered += found.interval.low <= 0.8 <= found.interval.high
        errors.append(found.value - 0.8)
        naive.append(truth[drawn].mean() - 0.8)
    assert covered / 400 == pytest.approx(0.95, abs=0.033)
    assert abs(np.mean(errors)) < 3 * np.std(errors) / 20
    assert np.mean(naive) < -0.03
