from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray

from evenhand.stats.aggregation.condorcet import CondorcetGap, condorcet_gap, independent_accuracy
from evenhand.stats.estimate import Estimate, Measured, Undefined

Codes = NDArray[np.int64]


def estimate(measured: Measured) -> Estimate:
    assert isinstance(measured, Estimate), measured
    return measured


def gap(answers: Codes, truth: Codes, categories: int = 2) -> CondorcetGap:
    return condorcet_gap(answers, truth, categories=categories, rng=np.random.default_rng(0), draws=300)


def independent(items: int, accuracies: list[float], seed: int, categories: int = 2) -> tuple[Codes, Codes]:
    draw = np.random.default_rng(seed)
    truth = draw.integers(categories, size=items)
    other = (truth[:, np.newaxis] + draw.integers(1, categories, size=(items, len(accuracies)))) % categories
    right = draw.random(other.shape) < np.array(accuracies)
    return np.where(right, truth[:, np.newaxis], other), truth


def by_listing_all_votes(shares: NDArray[np.float64], masses: NDArray[np.float64]) -> float:
    """Add up the probability of every vote of every judge, in a plain loop; a vote of K is none."""
    judges, categories = shares.shape[:2]
    right = 0.0
    for truth, votes in product(range(categories), product(range(categories + 1), repeat=judges)):
        chance = masses[truth] / masses.sum()
        for judge, vote in enumerate(votes):
            chance *= shares[judge, truth, vote]
        counts = [votes.count(category) for category in range(categories)]
        if max(counts) and counts[truth] == max(counts):
            right += chance / counts.count(max(counts))
    return right


@pytest.mark.parametrize(("judges", "categories"), [(1, 2), (3, 2), (4, 2), (3, 3), (4, 3)])
def test_the_independent_accuracy_is_the_sum_over_all_votes(judges: int, categories: int) -> None:
    draw = np.random.default_rng(judges * 10 + categories)
    shares = draw.dirichlet(np.ones(categories + 1), size=(judges, categories))
    masses = draw.random(categories)
    found = independent_accuracy(shares[np.newaxis], masses[np.newaxis])
    assert found[0] == pytest.approx(by_listing_all_votes(shares, masses), abs=1e-12)


def test_condorcets_three_jurors() -> None:
    # three who are right with .8: .8**3 + 3 * .8**2 * .2 = .896
    counts = np.tile(np.array([[8.0, 2.0, 0.0], [2.0, 8.0, 0.0]]), (1, 3, 1, 1))
    for gaps in (False, True):
        assert independent_accuracy(counts, np.ones((1, 2)), gaps=gaps) == pytest.approx([0.896])


def test_judges_who_err_independently_have_no_gap() -> None:
    found = gap(*independent(4000, [0.8, 0.7, 0.75, 0.8], seed=3, categories=3), categories=3)
    interval = estimate(found.gap).interval
    assert interval.low < 0 < interval.high
    assert estimate(found.gap).value == pytest.approx(0, abs=0.01)


def test_one_judge_asked_three_times_has_the_gap_of_three_jurors() -> None:
    answers, truth = independent(5000, [0.8], seed=3)
    found = gap(np.repeat(answers, 3, axis=1), truth)
    accuracy = estimate(found.actual).value
    assert accuracy == pytest.approx(np.mean(answers[:, 0] == truth))
    assert estimate(found.independent).value == pytest.approx(accuracy**2 * (3 - 2 * accuracy), abs=1e-3)
    assert estimate(found.gap).interval.low > 0.07


def test_a_tie_counts_in_part() -> None:
    answers, truth = np.array([[0, 1], [0, 0], [1, 1], [-1, -1]]), np.zeros(4, dtype=np.int64)
    assert estimate(gap(answers, truth).actual).value == pytest.approx((0.5 + 1 + 0 + 0) / 4)


def test_gaps_are_part_of_the_independent_panel() -> None:
    answers, truth = independent(3000, [0.9, 0.9, 0.9], seed=3)
    answers[np.random.default_rng(1).random(answers.shape) < 0.3] = -1
    found = gap(answers, truth)
    assert estimate(found.gap).value == pytest.approx(0, abs=0.015)
    assert estimate(found.independent).value < 0.972


def test_too_many_ways_to_vote_are_told() -> None:
    answers, truth = independent(100, [0.8] * 6, seed=1, categories=17)
    found = gap(answers, truth, categories=17)
    assert isinstance(found.gap, Undefined)
    assert "too many ways" in found.gap.reason
    assert isinstance(found.actual, Estimate)


def test_without_labels_there_is_no_gap() -> None:
    found = gap(np.zeros((5, 3), dtype=np.int64), np.full(5, -1))
    assert found.gap == Undefined(n=0, reason="no item has a human label")
