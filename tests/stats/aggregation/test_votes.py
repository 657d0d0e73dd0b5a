import math

import numpy as np
import pandas as pd
import pytest
from crowdkit.aggregation import MajorityVote
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from evenhand.stats.aggregation.votes import majority, weighted_vote, weights_from_labels

pytestmark = pytest.mark.filterwarnings("ignore:The inplace keyword")  # of pandas, in crowd-kit

ANSWERS = arrays(np.int64, st.tuples(st.integers(1, 40), st.integers(1, 6)), elements=st.integers(-1, 3))


@pytest.mark.parametrize(
    ("votes", "winner"),
    [
        ([0, 0, 1], 0),
        ([2, 2, 2], 2),
        ([0, 1, 2], -1),
        ([0, 0, 1, 1], -1),
        ([-1, -1, 1], 1),
        ([-1, -1, -1], -1),
        ([2, -1, 0], -1),
        ([0, 0, 1, 1, 2], -1),
    ],
)
def test_the_majority_is_what_most_said_and_a_tie_is_nobodys(votes: list[int], winner: int) -> None:
    assert majority(np.array([votes]), categories=3).tolist() == [winner]


@given(ANSWERS)
def test_the_majority_does_not_depend_on_the_order_of_judges(answers: NDArray[np.int64]) -> None:
    assert np.array_equal(majority(answers, categories=4), majority(answers[:, ::-1], categories=4))


@settings(max_examples=30, deadline=None)  # crowd-kit takes its time
@given(ANSWERS)
def test_the_majority_is_the_one_of_crowd_kit_where_it_has_no_tie_to_break(
    answers: NDArray[np.int64],
) -> None:
    item, judge = np.nonzero(answers >= 0)
    ours = majority(answers, categories=4)
    if item.size == 0:
        assert (ours == -1).all()
        return
    data = pd.DataFrame({"task": item, "worker": judge, "label": answers[item, judge]})
    theirs = MajorityVote().fit_predict(data).reindex(range(len(answers)), fill_value=-1).to_numpy()
    assert np.array_equal(ours[ours >= 0], theirs[ours >= 0])


@given(ANSWERS, st.floats(0.01, 100.0))
def test_equal_weights_are_a_majority(answers: NDArray[np.int64], weight: float) -> None:
    weights = np.full(answers.shape[1], weight)
    assert np.array_equal(weighted_vote(answers, weights, categories=4), majority(answers, categories=4))


def test_a_strong_judge_outvotes_two_weak_ones() -> None:
    answers = np.array([[0, 1, 1]])
    assert weighted_vote(answers, np.array([3.0, 1.0, 1.0]), categories=2).tolist() == [0]
    assert weighted_vote(answers, np.array([2.0, 1.0, 1.0]), categories=2).tolist() == [-1]


def test_weights_that_add_up_to_the_same_in_another_order_tie() -> None:
    # .1 + .2 is not .3 in binary fractions
    answers = np.array([[0, 0, 1]])
    assert weighted_vote(answers, np.array([0.1, 0.2, 0.3]), categories=2).tolist() == [-1]


def test_a_judge_worse_than_chance_speaks_against_its_answer() -> None:
    assert weighted_vote(np.array([[0]]), np.array([-1.0]), categories=2).tolist() == [1]


def test_weights_are_log_odds_of_smoothed_accuracies() -> None:
    answers = np.array([[0, 1], [1, 1], [0, -1], [1, 0]])
    found = weights_from_labels(answers, np.array([0, 1, 1, -1]), categories=3)
    # judge 0: 2 of 3 right, (2+1)/(3+2); judge 1: 1 of 2, (1+1)/(2+2)
    assert found.accuracies == pytest.approx([3 / 5, 1 / 2])
    assert found.weights == pytest.approx([math.log(3 / 5 * 2 / (2 / 5)), math.log(2)])
    assert found.labelled.tolist() == [3, 2]


def test_accuracies_are_those_of_the_items_that_labels_stand_for() -> None:
    answers, truth = np.array([[0], [0], [0], [1]]), np.array([0, 0, 1, -1])
    found = weights_from_labels(answers, truth, categories=2, weights=np.array([1.0, 1.0, 4.0, 9.0]))
    assert found.accuracies.tolist() == pytest.approx([(3 * 2 / 6 + 1) / 5])


def test_a_judge_without_labels_weighs_nothing_in_a_binary_vote() -> None:
    found = weights_from_labels(np.array([[0], [1]]), np.array([-1, -1]), categories=2)
    assert found.weights.tolist() == [0.0]


@pytest.mark.parametrize("answers", [np.array([0, 1]), np.array([[2]]), np.array([[-2]])])
def test_answers_off_the_scale_are_refused(answers: NDArray[np.int64]) -> None:
    with pytest.raises(ValueError, match="answers"):
        majority(answers, categories=2)


@pytest.mark.parametrize("weights", [np.array([1.0]), np.array([1.0, np.nan])])
def test_weights_that_are_none_are_refused(weights: NDArray[np.float64]) -> None:
    with pytest.raises(ValueError, match="2 judges need a finite weight each"):
        weighted_vote(np.array([[0, 1]]), weights, categories=2)


@pytest.mark.parametrize("truth", [np.array([0]), np.array([0, 2])])
def test_labels_that_do_not_fit_are_refused(truth: NDArray[np.int64]) -> None:
    with pytest.raises(ValueError, match=r"truth|labels"):
        weights_from_labels(np.array([[0], [1]]), truth, categories=2)
