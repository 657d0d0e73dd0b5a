"""Interpretive entropy: what readers differ by beyond their own noise."""

from itertools import combinations
from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from evenhand.stats.arrays import Floats, Integers
from evenhand.stats.opinion_entropy import (
    MOST_ANSWERS,
    entropy,
    interpretive_entropy_of_repeats,
    interpretive_entropy_of_shares,
    size_matched_entropy,
)


def plain_entropy(answers: tuple[int, ...]) -> float:
    shares = np.bincount(answers) / len(answers)
    return float(-sum(share * log(share) for share in shares if share > 0))


def jackknifed(answers: tuple[int, ...]) -> float:
    """The definition: R times the entropy, less R - 1 times the mean of those with one left out."""
    left_out = [answers[:at] + answers[at + 1 :] for at in range(len(answers))]
    size = len(answers)
    return size * plain_entropy(answers) - (size - 1) * float(
        np.mean([plain_entropy(each) for each in left_out])
    )


def over_all_ways(counts: list[int], draws: int) -> float:
    answers = [code for code, count in enumerate(counts) for _ in range(count)]
    return float(np.mean([jackknifed(each) for each in combinations(answers, draws)]))


@pytest.mark.parametrize("counts", [[3, 0], [2, 1], [4, 3], [2, 2, 2], [5, 1, 0, 1], [1, 1, 1, 1]])
@pytest.mark.parametrize("draws", [2, 3])
def test_entropy_of_one_size_is_the_mean_over_all_ways_to_take_answers(counts: list[int], draws: int) -> None:
    assert_allclose(
        size_matched_entropy(np.array([counts]), draws)[0], over_all_ways(counts, draws), atol=1e-12
    )


def test_too_few_answers_have_no_entropy_of_that_size() -> None:
    assert np.isnan(size_matched_entropy(np.array([[1, 0]]), 2)[0])


def test_the_entropy_of_even_shares_is_the_logarithm_of_their_number() -> None:
    assert_allclose(entropy(np.array([[0.25] * 4, [1.0, 0, 0, 0]])), [log(4), 0])


def test_readers_who_are_unsure_in_the_same_way_do_not_differ() -> None:
    shares = np.array([[[0.7, 0.3]] * 5])
    assert_allclose(interpretive_entropy_of_shares(shares), [0], atol=1e-12)


def test_two_sure_readers_who_say_opposite_things_differ_by_one_bit() -> None:
    shares = np.array([[[1.0, 0.0], [0.0, 1.0]]])
    assert_allclose(interpretive_entropy_of_shares(shares), [log(2)])
    counts = np.array([[[2, 0], [0, 2]]])
    assert_allclose(interpretive_entropy_of_repeats(counts, draws=2), [log(2)])


def test_an_opinion_that_is_not_there_is_left_out() -> None:
    shares = np.array([[[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]]])
    assert_allclose(interpretive_entropy_of_shares(shares, np.array([[1.0, 1.0, 0.0]])), [log(2)])
    assert np.isnan(interpretive_entropy_of_shares(shares, np.array([[1.0, 0.0, 0.0]])))[0]


def test_opinions_with_too_few_answers_are_left_out() -> None:
    counts = np.array([[[2, 0], [0, 2], [0, 1]], [[2, 0], [1, 0], [0, 1]]])
    found = interpretive_entropy_of_repeats(counts, draws=2)
    assert_allclose(found[0], log(2))
    assert np.isnan(found[1])


@pytest.mark.parametrize("chance", [0.02, 0.1, 0.3, 0.5])
@pytest.mark.parametrize("repeats", [2, 3, 5])
def test_counted_noise_alone_comes_to_nothing_in_the_mean(chance: float, repeats: int) -> None:
    rng = np.random.default_rng(7)
    fires = rng.binomial(repeats, chance, (40_000, 4))
    counts = np.stack([repeats - fires, fires], axis=2)
    found = interpretive_entropy_of_repeats(counts, draws=repeats)
    assert abs(found.mean()) < 4 * found.std() / len(found) ** 0.5 + 1e-9


def test_counted_differences_come_near_what_the_probabilities_say() -> None:
    rng = np.random.default_rng(3)
    leanings = rng.beta(0.4, 0.4, (20_000, 5))
    fires = rng.binomial(4, leanings)
    counts = np.stack([4 - fires, fires], axis=2)
    shares = np.stack([1 - leanings, leanings], axis=2)
    truth = interpretive_entropy_of_shares(shares).mean()
    assert 0 <= interpretive_entropy_of_repeats(counts, draws=4).mean() - truth < 0.04


def test_one_answer_or_too_many_are_refused() -> None:
    with pytest.raises(ValueError, match="shows no noise"):
        interpretive_entropy_of_repeats(np.ones((1, 2, 2), dtype=np.int64), draws=1)
    with pytest.raises(ValueError, match="at most"):
        size_matched_entropy(np.array([[MOST_ANSWERS + 1, 0]]), 2)


opinions = st.lists(
    st.lists(st.integers(0, 3), min_size=3, max_size=3).filter(lambda row: sum(row) >= 2),
    min_size=2,
    max_size=4,
)


@given(opinions, st.randoms(use_true_random=False))
def test_neither_the_names_of_opinions_nor_those_of_answers_matter(
    rows: list[list[int]], random: object
) -> None:
    counts: Integers = np.array([rows])
    order, labels = list(range(len(rows))), [0, 1, 2]
    random.shuffle(order)  # type: ignore[attr-defined] # hypothesis' Random
    random.shuffle(labels)  # type: ignore[attr-defined] # hypothesis' Random
    renamed = counts[:, order][:, :, labels]
    assert_allclose(
        interpretive_entropy_of_repeats(counts, draws=2),
        interpretive_entropy_of_repeats(renamed, draws=2),
        atol=1e-12,
    )


@given(
    st.lists(st.lists(st.floats(0.01, 1), min_size=3, max_size=3), min_size=2, max_size=5),
)
def test_it_lies_between_nothing_and_the_logarithm_of_the_answers(rows: list[list[float]]) -> None:
    weights: Floats = np.array([rows])
    found = interpretive_entropy_of_shares(weights / weights.sum(axis=2, keepdims=True))
    assert 0 <= found[0] <= log(3) + 1e-12
