import math

import numpy as np
import ppi_py
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from evenhand.stats.estimate import Estimate, Measured, Undefined
from evenhand.stats.intervals import wilson_interval
from evenhand.stats.rates.design import design_probabilities, poisson_draw
from evenhand.stats.rates.ppi import ppi_mean
from evenhand.stats.rates.ppi_designs import clustered_ppi_mean
from evenhand.stats.rates.tuned import LEAST_TO_TUNE, tuned_aipw_mean
from evenhand.stats.rates.weighted import aipw_mean, hajek

NAN = math.nan
Floats = NDArray[np.float64]


def estimate(measured: Measured) -> Estimate:
    assert isinstance(measured, Estimate), measured
    return measured


def width(measured: Measured) -> float:
    interval = estimate(measured).interval
    return interval.high - interval.low


def sample(n: int = 600, seed: int = 0, share: float = 0.2) -> tuple[Floats, Floats]:
    """Return scores of n items and the labels of some, drawn evenly."""
    rng = np.random.default_rng(seed)
    truth = rng.normal(3, 1, n)
    return 0.8 * truth + rng.normal(0, 1, n), np.where(rng.random(n) < share, truth, NAN)


def test_a_mean_worked_by_hand() -> None:
    # weights 2, 2, 4 of 8: labels 6/8, their scores (1.8 + .4 + 2.4)/8 = .575, all scores .55
    found = tuned_aipw_mean([0.9, 0.2, 0.6, 0.5], [1.0, 0.0, 1.0, NAN], [0.5, 0.5, 0.25, 0.25], power=0.4)
    assert estimate(found.estimate).value == pytest.approx(0.75 + 0.4 * (0.55 - 0.575))
    assert (found.labelled, found.population, found.weight_ratio, found.power) == (3, 4, 2.0, 0.4)


@pytest.mark.parametrize("power", [None, 0.0, 0.4, 0.8])
@pytest.mark.parametrize("seed", range(4))
def test_with_equal_probabilities_it_is_the_estimate_of_ppi_python(power: float | None, seed: int) -> None:
    scores, labels = sample(seed=seed)
    here = ~np.isnan(labels)
    found = tuned_aipw_mean(scores, labels, np.full(600, 0.2), power=power)
    # Theirs adds the mean of unlabelled scores, this that of all: the same line, followed by another share.
    share = float((~here).mean())
    theirs = ppi_py.ppi_mean_pointestimate(labels[here], scores[here], scores[~here], lam=found.power * share)
    assert estimate(found.estimate).value == pytest.approx(float(np.squeeze(theirs)), abs=1e-8)


@pytest.mark.parametrize("seed", range(4))
def test_its_lambda_is_close_to_that_of_ppi(seed: int) -> None:
    """Not equal: below, theirs has Var S of all items, and this the sum of squares of the variance that it lessens."""
    scores, labels = sample(n=6000, seed=seed)
    here = ~np.isnan(labels)
    found = tuned_aipw_mean(scores, labels, np.full(6000, 0.2))
    theirs = ppi_mean(labels[here], scores[here], scores[~here])
    assert found.power * float((~here).mean()) == pytest.approx(theirs.power, abs=0.03)


def test_clusters_of_one_item_with_equal_probabilities_are_nearly_clustered_ppi() -> None:
    scores, labels = sample()
    here, items = ~np.isnan(labels), np.arange(600)
    ours = tuned_aipw_mean(scores, labels, np.full(600, float(here.mean())))
    theirs = clustered_ppi_mean(labels[here], scores[here], items[here], scores[~here], items[~here])
    assert estimate(ours.estimate).value == pytest.approx(estimate(theirs.estimate).value, abs=1e-3)
    assert width(ours.estimate) == pytest.approx(width(theirs.estimate), rel=0.03)


def test_no_lambda_has_a_smaller_variance_but_for_the_leverage() -> None:
    scores, labels = sample()
    inclusion = np.random.default_rng(0).uniform(0.1, 0.4, 600)
    tuned = tuned_aipw_mean(scores, labels, inclusion)
    assert 0.3 < tuned.power < 0.7
    errors = [
        tuned_aipw_mean(scores, labels, inclusion, power=each).standard_error for each in (0.0, 0.5, 1.0)
    ]
    assert tuned.standard_error is not None
    assert all(error is not None and error > tuned.standard_error for error in errors)


def test_scores_that_are_wrong_by_a_constant_cost_nothing() -> None:
    scores, labels = sample()
    inclusion = np.random.default_rng(0).uniform(0.1, 0.4, 600)
    right, wrong = (tuned_aipw_mean(each, labels, inclusion) for each in (scores, scores + 5))
    assert estimate(wrong.estimate).value == pytest.approx(estimate(right.estimate).value)
    assert wrong.standard_error == pytest.approx(right.standard_error)
    untuned = [width(aipw_mean(each, labels, inclusion).estimate) for each in (scores, scores + 5)]
    assert untuned[1] > 2 * untuned[0]


def test_useless_scores_leave_the_weighted_mean_of_the_labels() -> None:
    scores, labels = sample()
    inclusion = np.random.default_rng(0).uniform(0.1, 0.4, 600)
    found, alone = tuned_aipw_mean(-scores, labels, inclusion), hajek(labels, inclusion)
    assert found.power == 0
    assert estimate(found.estimate).value == pytest.approx(estimate(alone.estimate).value)
    assert width(found.estimate) == pytest.approx(width(alone.estimate), rel=0.02)


def test_a_census_is_the_mean_of_the_labels() -> None:
    labels = np.array([1.0, 2.0, 4.0, 3.0])
    found = tuned_aipw_mean([0.0, 9.0, 1.0, 2.0], labels, np.ones(4), power=0.0)
    assert estimate(found.estimate).value == pytest.approx(2.5)
    assert found.standard_error == pytest.approx(labels.std(ddof=1) / 2)
    followed = tuned_aipw_mean([0.0, 9.0, 1.0, 2.0], labels, np.ones(4), power=1.0)
    assert estimate(followed.estimate).value == pytest.approx(2.5)


@pytest.mark.parametrize(
    ("failures", "tuned"), [(0, False), (LEAST_TO_TUNE - 1, False), (LEAST_TO_TUNE, True)]
)
def test_few_labels_of_a_kind_do_not_choose_how_far_to_follow(failures: int, *, tuned: bool) -> None:
    rng = np.random.default_rng(0)
    labels = np.where(np.arange(2000) < 100, np.arange(2000) >= failures, NAN)
    found = tuned_aipw_mean(rng.random(2000), labels, np.full(2000, 0.05))
    assert (found.power < 1) is tuned


def test_verdicts_that_were_always_right_are_not_certain() -> None:
    rng = np.random.default_rng(0)
    scores = (rng.random(100_000) < 0.9).astype(float)
    labels = np.where(rng.random(100_000) < 0.0006, scores, NAN)
    found = estimate(tuned_aipw_mean(scores, labels, np.full(100_000, 0.0006)).estimate)
    # one label in about 60 might have differed: half a width of 2/60
    assert found.interval.high - found.value == pytest.approx(2 / 60, rel=0.2)


def test_few_labels_give_no_interval() -> None:
    found = tuned_aipw_mean([0.5, 0.5, 0.5], [1.0, 0.0, NAN], [0.5, 0.5, 0.5])
    assert isinstance(found.estimate, Undefined)
    assert "2 human labels" in found.estimate.reason


def test_copies_do_not_narrow_the_interval() -> None:
    rng = np.random.default_rng(1)
    inclusion = rng.uniform(0.2, 0.6, 300)
    scores = rng.random(300)
    labels = np.where(rng.random(300) < inclusion, scores + rng.normal(0, 0.3, 300), NAN)
    once = tuned_aipw_mean(scores, labels, inclusion)
    thrice = tuned_aipw_mean(
        np.repeat(scores, 3),
        np.repeat(labels, 3),
        np.repeat(inclusion, 3),
        clusters=np.repeat(np.arange(300), 3),
    )
    assert thrice.power == pytest.approx(once.power)
    assert estimate(thrice.estimate).interval.low == pytest.approx(estimate(once.estimate).interval.low)


@pytest.mark.parametrize(
    ("scores", "power", "message"),
    [([0.5, NAN, 0.5], None, "every item has a score"), ([0.5, 0.5, 0.5], 1.5, "power is 1.5")],
)
def test_impossible_input_is_refused(scores: list[float], power: float | None, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        tuned_aipw_mean(scores, [1.0, 0.0, 1.0], [0.5, 0.5, 0.5], power=power)


ITEMS = st.lists(
    st.tuples(
        st.sampled_from([0.0, 0.5, 1.0]), st.sampled_from([0.0, 1.0, NAN]), st.sampled_from([0.1, 1.0])
    ),
    min_size=4,
    max_size=80,
)


@given(ITEMS, st.sampled_from([None, 0.0, 1.0]))
def test_any_labels_of_0_and_1_give_a_share_within_its_interval(
    items: list[tuple[float, float, float]], power: float | None
) -> None:
    scores, labels, inclusion = (np.array(each) for each in zip(*items, strict=True))
    found = tuned_aipw_mean(scores, labels, inclusion, power=power).estimate
    if isinstance(found, Estimate):
        assert 0 <= found.interval.low <= found.value <= found.interval.high <= 1
        assert found.interval.low < found.interval.high


# Short form of `python benchmarks/review_sampling.py recorded` on a panel like that of SummEval: too strict, and hardly
# better than chance. 300 draws: the Monte-Carlo standard error of a coverage of .95 is .013.
def test_a_panel_that_is_wrong_on_the_whole_costs_no_width() -> None:
    rng = np.random.default_rng(2)
    covered, widths = 0, {"tuned": 0.0, "untuned": 0.0, "at random": 0.0}
    for _ in range(300):
        truth = rng.random(3000) < 0.6
        votes = rng.binomial(5, np.where(truth, 0.3, 0.15)) / 5
        inclusion = design_probabilities(np.clip(votes * (1 - votes), 0.02, 0.25), 100)
        drawn = poisson_draw(inclusion, rng=rng)
        labels = np.where(drawn, truth, NAN)
        tuned = estimate(tuned_aipw_mean(votes, labels, inclusion).estimate)
        covered += tuned.interval.low <= 0.6 <= tuned.interval.high
        interval = wilson_interval(int(rng.binomial(100, 0.6)), 100)
        widths["at random"] += interval.high - interval.low
        widths["tuned"] += tuned.interval.high - tuned.interval.low
        widths["untuned"] += width(aipw_mean(votes, labels, inclusion).estimate)
    assert covered / 300 == pytest.approx(0.95, abs=0.039)
    assert widths["tuned"] / widths["at random"] < 1.05
    assert widths["untuned"] / widths["at random"] > 1.2
