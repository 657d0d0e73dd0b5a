"""Exact one-sided limits and tails, held against sums over all outcomes."""

from itertools import product
from math import comb, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t as student

from evenhand.stats.exact_tails import (
    chance_of_at_least,
    chance_of_at_most,
    log_choose,
    lower_limit,
    poisson_binomial_tail,
    student_tail,
    upper_limit,
)

counts = st.integers(1, 40).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(counts)
def test_a_limit_is_the_share_at_which_the_count_just_stops_to_be_rare(count: tuple[int, int]) -> None:
    successes, n = count
    low, high = lower_limit(successes, n, confidence=0.95), upper_limit(successes, n, confidence=0.95)
    assert low <= successes / n <= high
    if successes:
        assert chance_of_at_least(successes, n, low) == pytest.approx(0.05)
    if successes < n:
        assert chance_of_at_most(successes, n, high) == pytest.approx(0.05)


@given(counts, st.floats(0.01, 0.99))
def test_the_two_tails_are_those_of_the_binomial_distribution(count: tuple[int, int], share: float) -> None:
    successes, n = count
    masses = [comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(n + 1)]
    assert chance_of_at_most(successes, n, share) == pytest.approx(sum(masses[: successes + 1]), abs=1e-9)
    assert chance_of_at_least(successes, n, share) == pytest.approx(sum(masses[successes:]), abs=1e-9)


def test_without_a_success_the_limit_is_three_of_n() -> None:
    assert upper_limit(0, 1_000, confidence=0.95) == pytest.approx(1 - 0.05 ** (1 / 1_000))


def test_the_tail_of_students_distribution_is_scipys() -> None:
    assert student_tail(2.1, 7) == pytest.approx(student.sf(2.1, 7))


def test_ways_to_choose_are_counted_in_logarithms() -> None:
    assert log_choose(np.array([5, 40]), np.array([2, 20])) == pytest.approx([log(10), log(comb(40, 20))])


@given(st.lists(st.floats(0, 1), max_size=7), st.integers(-1, 9))
def test_the_tail_of_unequal_chances_is_summed_over_all_outcomes(chances: list[float], hits: int) -> None:
    total = 0.0
    for outcome in product([0, 1], repeat=len(chances)):
        mass = np.prod([p if each else 1 - p for p, each in zip(chances, outcome, strict=True)])
        total += float(mass) * (sum(outcome) >= hits)
    assert poisson_binomial_tail(np.array(chances), hits) == pytest.approx(min(total, 1.0), abs=1e-9)
