import math

import numpy as np
import ppi_py
import pytest
from scipy.special import ndtri, stdtrit

from evenhand.stats.estimate import Estimate, Measured, Undefined
from evenhand.stats.rates.ppi import equivalent_labels, ppi_mean, precision_ratio
from evenhand.stats.rates.ppi_designs import clustered_ppi_mean, cross_fitted_scores, stratified_ppi_mean

Sample = tuple[np.ndarray, np.ndarray, np.ndarray]


def sample(n: int = 60, many: int = 500, seed: int = 0, noise: float = 0.5) -> Sample:
    rng = np.random.default_rng(seed)
    truth = rng.normal(3, 1, n + many)
    scores = 0.8 * truth + rng.normal(0, noise, n + many)
    return truth[:n], scores[:n], scores[n:]


def estimate(measured: Measured) -> Estimate:
    assert isinstance(measured, Estimate), measured
    return measured


@pytest.mark.parametrize("power", [None, 0.0, 0.4, 1.0])
@pytest.mark.parametrize("seed", range(4))
def test_point_and_variance_are_those_of_ppi_python(power: float | None, seed: int) -> None:
    labels, scores, others = sample(seed=seed)
    found = ppi_mean(labels, scores, others, power=power)
    theirs = float(np.squeeze(ppi_py.ppi_mean_pointestimate(labels, scores, others, lam=power)))
    assert estimate(found.estimate).value == pytest.approx(theirs, abs=1e-8)
    low, high = (
        float(np.squeeze(limit))
        for limit in ppi_py.ppi_mean_ci(labels, scores, others, alpha=0.05, lam=power)
    )
    # They divide the residuals by n and take z; here it is n - 2, for the slope that was fitted, and t.
    variance = found.scores_variance + found.residual_variance * (len(labels) - 2) / len(labels)
    assert variance == pytest.approx(((high - low) / 2 / ndtri(0.975)) ** 2, abs=1e-8)
    interval = estimate(found.estimate).interval
    half = stdtrit(len(labels) - 2, 0.975) * math.sqrt(found.scores_variance + found.residual_variance)
    assert (interval.high - interval.low) / 2 == pytest.approx(half, abs=1e-12)


def test_useless_scores_are_not_followed() -> None:
    labels, scores, others = sample()
    found = ppi_mean(labels, -scores, -others)
    assert found.power == 0
    assert estimate(found.estimate).value == pytest.approx(labels.mean())


def test_scores_without_spread_are_not_followed() -> None:
    assert ppi_mean([1.0, 2.0, 4.0], [1.0, 1.0, 1.0], [1.0, 1.0]).power == 0


def test_without_unlabelled_items_it_is_the_mean_of_the_labels() -> None:
    labels, scores, _ = sample()
    assert estimate(ppi_mean(labels, scores, []).estimate).value == pytest.approx(labels.mean())


def test_two_labels_give_no_interval() -> None:
    found = ppi_mean([1.0, 2.0], [1.0, 2.0], [1.0])
    assert isinstance(found.estimate, Undefined)
    assert "3 are the least" in found.estimate.reason


def test_interval_covers_as_often_as_it_says() -> None:
    covered, narrower = 0, 0.0
    for seed in range(600):
        found = ppi_mean(*sample(n=40, seed=seed))
        interval = estimate(found.estimate).interval
        covered += interval.low <= 3 <= interval.high
        alone = estimate(found.humans_only).interval
        narrower += (interval.high - interval.low) / (alone.high - alone.low) / 600
    # the standard error of a coverage of .95 over 600 runs is .009
    assert covered / 600 == pytest.approx(0.95, abs=0.027)
    # correlation .848: sqrt(1 - .848^2 * 500/540)
    assert narrower == pytest.approx(0.58, abs=0.03)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1.0, 2.0, 3.0], [1.0, 2.0], [1.0]), "one shape"),
        (([1.0, 2.0, math.nan], [1.0, 2.0, 3.0], [1.0]), "finite"),
    ],
)
def test_impossible_samples_are_refused(
    arguments: tuple[list[float], list[float], list[float]], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        ppi_mean(*arguments)


def test_impossible_power_is_refused() -> None:
    with pytest.raises(ValueError, match="power is 2"):
        ppi_mean(*sample(), power=2)


# -- The precision law -------------------------------------------------------------------------


@pytest.mark.parametrize(("rho", "factor"), [(0.5, 1.33), (0.7, 1.96), (0.8, 2.78), (0.9, 5.26)])
def test_labels_are_worth_more_with_a_better_judge(rho: float, factor: float) -> None:
    assert equivalent_labels(100, rho) == pytest.approx(100 * factor, rel=0.003)


def test_few_judged_items_help_less() -> None:
    assert precision_ratio(0.8, labelled=100, judged=100) == pytest.approx(math.sqrt(1 - 0.64 / 2))
    assert precision_ratio(0.8, labelled=100, judged=0) == 1
    assert equivalent_labels(100, 1.0) == math.inf


# -- Strata ------------------------------------------------------------------------------------


def test_one_stratum_is_the_plain_mean() -> None:
    labels, scores, others = sample()
    plain = ppi_mean(labels, scores, others)
    found = stratified_ppi_mean(
        labels, scores, np.zeros(60, dtype=np.int64), others, np.zeros(500, dtype=np.int64)
    )
    assert estimate(found.estimate).value == pytest.approx(estimate(plain.estimate).value)
    assert estimate(found.estimate).interval.low == pytest.approx(estimate(plain.estimate).interval.low)
    assert found.power == pytest.approx(plain.power)


def test_strata_undo_uneven_sampling() -> None:
    rng = np.random.default_rng(3)
    truth = np.concatenate([rng.normal(1, 0.3, 3000), rng.normal(5, 0.3, 1000)])
    stratum = np.repeat([0, 1], [3000, 1000])
    scores = truth + rng.normal(0, 0.2, 4000)
    here = np.zeros(4000, dtype=bool)
    here[:40] = here[3000:3400] = True  # a tenth of the rate in the large stratum
    found = stratified_ppi_mean(truth[here], scores[here], stratum[here], scores[~here], stratum[~here])
    for measured in (found.estimate, found.humans_only):
        interval = estimate(measured).interval
        assert interval.low <= 2.0 <= interval.high
    # the weights alone, known from 4,000 items, leave 3 * 1 * 4^2 / 16 / 4000
    assert found.scores_variance > 0.00074


def test_a_stratum_with_two_labels_gives_no_interval() -> None:
    labels, scores, others = sample()
    strata = np.zeros(60, dtype=np.int64)
    strata[:2] = 1
    found = stratified_ppi_mean(labels, scores, strata, others, np.zeros(500, dtype=np.int64))
    assert isinstance(found.estimate, Undefined)
    assert "a stratum has 2 human labels" in found.estimate.reason


# -- Clusters ----------------------------------------------------------------------------------


def test_clusters_of_one_item_are_nearly_the_plain_mean() -> None:
    labels, scores, others = sample()
    plain = ppi_mean(labels, scores, others, power=0.7)
    found = clustered_ppi_mean(labels, scores, np.arange(60), others, np.arange(60, 560), power=0.7)
    assert estimate(found.estimate).value == pytest.approx(estimate(plain.estimate).value)
    # CR2 divides by n - 1 where a fitted slope makes it n - 2
    assert found.residual_variance == pytest.approx(plain.residual_variance * 58 / 59)
    assert found.scores_variance == pytest.approx(plain.scores_variance * 500 / 499)


def test_variance_is_cr2_as_matrices_give_it() -> None:
    labels, scores, _ = sample(n=12)
    clusters = np.array([0, 0, 0, 1, 1, 2, 2, 2, 2, 3, 3, 4])
    found = clustered_ppi_mean(labels, scores, clusters, [], clusters[:0])
    design, variance = np.ones((12, 1)), 0.0
    hat = design @ design.T / 12
    residuals = labels - labels.mean()
    for cluster in range(5):
        inside = clusters == cluster
        values, vectors = np.linalg.eigh(np.eye(inside.sum()) - hat[np.ix_(inside, inside)])
        root = vectors @ np.diag(values**-0.5) @ vectors.T
        variance += float((design[inside].T @ root @ residuals[inside]).item() / 12) ** 2
    assert found.residual_variance == pytest.approx(variance, abs=1e-12)
    assert found.degrees == 3


def test_copied_labels_do_not_narrow_the_interval() -> None:
    labels, scores, others = sample()
    once = clustered_ppi_mean(labels, scores, np.arange(60), others, np.arange(60, 560))
    fourfold = clustered_ppi_mean(
        np.repeat(labels, 4),
        np.repeat(scores, 4),
        np.repeat(np.arange(60), 4),
        np.repeat(others, 4),
        np.repeat(np.arange(60, 560), 4),
    )
    assert estimate(fourfold.estimate).interval.low == pytest.approx(estimate(once.estimate).interval.low)
    assert estimate(fourfold.estimate).interval.high == pytest.approx(estimate(once.estimate).interval.high)


def test_two_clusters_give_no_interval() -> None:
    labels, scores, others = sample()
    found = clustered_ppi_mean(labels, scores, np.arange(60) % 2, others, np.arange(500))
    assert isinstance(found.estimate, Undefined)


# -- Several proxies ---------------------------------------------------------------------------


def test_two_noisy_judges_are_better_than_one() -> None:
    rng = np.random.default_rng(4)
    truth = rng.normal(0, 1, 1200)
    proxies = truth[:, np.newaxis] + rng.normal(0, 0.8, (1200, 2))
    own, others = cross_fitted_scores(truth[:200], proxies[:200], proxies[200:], rng=np.random.default_rng(0))
    both, one = ppi_mean(truth[:200], own, others), ppi_mean(truth[:200], proxies[:200, 0], proxies[200:, 0])
    assert both.residual_variance < 0.8 * one.residual_variance


def test_no_label_helps_to_score_itself() -> None:
    rng = np.random.default_rng(4)
    noise, labels = rng.normal(0, 1, (60, 25)), rng.normal(0, 1, 60)
    own, _ = cross_fitted_scores(labels, noise, rng.normal(0, 1, (10, 25)), rng=rng)
    assert np.corrcoef(own, labels)[0, 1] < 0.3


@pytest.mark.parametrize(
    ("labels", "columns", "folds", "message"),
    [(10, 2, 11, "11 folds"), (10, 2, 1, "1 folds"), (10, 3, 5, "proxies")],
)
def test_impossible_proxies_are_refused(labels: int, columns: int, folds: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        cross_fitted_scores(
            np.zeros(labels),
            np.zeros((10, 2)),
            np.zeros((5, columns)),
            rng=np.random.default_rng(0),
            folds=folds,
        )
