import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from evenhand.stats.contested import contested_items, score_against_people
from evenhand.stats.estimate import Estimate, Measured, Undefined

Integers = NDArray[np.int64]
FIVE = np.array([[0, 0, 0, 0], [0, 0, 0, 1], [0, 1, 2, 2], [1, 1, -1, -1], [2, -1, -1, -1]])
"""All the same; one differs; spread; two alike; one label."""


def value(measured: Measured) -> float:
    assert isinstance(measured, Estimate), measured
    return measured.value


def test_contested_items_worked_by_hand() -> None:
    flags = np.array([False, False, False, True, True])
    seen = contested_items(FIVE, categories=3, defensible=flags)
    assert value(seen.differ) == pytest.approx(2 / 4)
    # Four labels of three categories are at most 2, 1, 1: entropy 1.5 bits. 3, 1 has .811 bits, .54 of that.
    assert value(seen.high_entropy) == pytest.approx(2 / 4)
    assert value(contested_items(FIVE, categories=3, high_entropy=0.6).high_entropy) == pytest.approx(1 / 4)
    assert value(seen.defensible) == pytest.approx(2 / 5)
    assert seen.items.tolist() == [False, True, True, True, True]


def test_two_labels_that_differ_are_as_far_apart_as_two_can_be() -> None:
    seen = contested_items(np.array([[0, 1], [0, 0]]), categories=5, high_entropy=1.0)
    assert value(seen.high_entropy) == 0.5


def test_what_was_not_asked_is_not_answered() -> None:
    assert isinstance(contested_items(FIVE, categories=3).defensible, Undefined)
    assert isinstance(contested_items(FIVE[4:], categories=3).differ, Undefined)


def test_distances_worked_by_hand() -> None:
    # People say 0, 0, 1, 2: shares 1/2, 1/4, 1/4. The judge says .2, .3, .5, twice.
    answers, judge = np.array([[0, 0, 1, 2]] * 2), np.array([[0.2, 0.3, 0.5]] * 2)
    seen = score_against_people(judge, answers, ordered=True)
    squares = 0.3**2 + 0.05**2 + 0.25**2
    assert value(seen.brier) == pytest.approx(squares)
    assert value(seen.brier_corrected) == pytest.approx(squares - (1 / 4 + 3 / 16 + 3 / 16) / 3)
    assert value(seen.cross_entropy) == pytest.approx(-(np.log(0.2) / 2 + np.log(0.3) / 4 + np.log(0.5) / 4))
    # Cumulated: .2, .5 against .5, .75; two steps on the scale.
    assert value(seen.earth_mover) == pytest.approx((0.3 + 0.25) / 2)
    assert seen.floored == 0


def test_the_earth_mover_equals_the_distance_of_scipy() -> None:
    rng = np.random.default_rng(1)
    judge, answers = rng.dirichlet(np.ones(5), 40), rng.integers(0, 5, (40, 6))
    theirs = [
        stats.wasserstein_distance(np.arange(5), row, u_weights=weights) / 4
        for weights, row in zip(judge, answers, strict=True)
    ]
    assert value(score_against_people(judge, answers, ordered=True).earth_mover) == pytest.approx(
        np.mean(theirs)
    )


def test_the_correction_takes_away_what_few_raters_add() -> None:
    rng = np.random.default_rng(2)
    truth = rng.dirichlet(np.ones(3), 5000)
    judge = (truth + 1 / 3) / 2
    answers = (rng.random((5000, 4))[..., None] > truth.cumsum(axis=1)[:, None, :]).sum(axis=2)
    seen = score_against_people(judge, np.minimum(answers, 2), ordered=False)
    exact = float(((judge - truth) ** 2).sum(axis=1).mean())
    assert value(seen.brier_corrected) == pytest.approx(exact, abs=0.01)
    assert value(seen.brier) > exact + 0.05
    assert isinstance(seen.earth_mover, Undefined)


def test_a_judge_who_rules_out_what_people_say_is_floored_and_told() -> None:
    seen = score_against_people(np.array([[1.0, 0.0]] * 3), np.array([[0, 1, 1]] * 3), ordered=False)
    assert seen.floored == 3
    assert value(seen.cross_entropy) == pytest.approx(-2 / 3 * np.log(1e-6))


def test_items_with_few_labels_are_no_distribution() -> None:
    seen = score_against_people(np.full((5, 3), 1 / 3), FIVE, ordered=True)
    assert isinstance(seen.brier, Estimate)
    assert seen.brier.n == 3
    assert isinstance(
        score_against_people(np.full((5, 3), 1 / 3), FIVE, ordered=True, fewest=5).brier, Undefined
    )


@pytest.mark.parametrize(
    ("judge", "answers", "fewest", "message"),
    [
        (np.array([[0.5, 0.4]]), np.array([[0, 1, 1]]), 3, "sums to 1"),
        (np.array([[0.5, 0.5]] * 2), np.array([[0, 1, 1]]), 3, "for answers of shape"),
        (np.array([[0.5, 0.5]]), np.array([[0, 1, 2]]), 3, "codes below 2"),
        (np.array([[0.5, 0.5]]), np.array([[0, 1, 1]]), 1, "no distribution"),
    ],
)
def test_what_is_no_distribution_is_refused(
    judge: NDArray[np.float64], answers: Integers, fewest: int, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        score_against_people(judge, answers, ordered=False, fewest=fewest)


def test_impossible_options_are_refused() -> None:
    with pytest.raises(ValueError, match="high_entropy"):
        contested_items(FIVE, categories=3, high_entropy=0.0)
    with pytest.raises(ValueError, match="defensible"):
        contested_items(FIVE, categories=3, defensible=np.zeros(2, dtype=np.bool_))
