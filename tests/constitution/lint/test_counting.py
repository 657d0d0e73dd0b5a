"""Shares with exact limits, held against the definition."""

from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.constitution.lint.counting import Count, adjusted, count, needed_for_rare
from evenhand.stats.exact_intervals import clopper_pearson_interval


def tail(n: int, p: float, hits: range) -> float:
    return sum(comb(n, k) * p**k * (1 - p) ** (n - k) for k in hits)


def test_without_a_hit_the_limit_is_three_of_n() -> None:
    for n in (600, 1_000, 10_000):
        upper = Count(hits=0, n=n, worth=n).upper(0.95)
        assert upper == pytest.approx(3 / n, rel=0.01)
    assert Count(hits=0, n=600, worth=600).upper(0.95) < 0.005 < Count(hits=0, n=590, worth=590).upper(0.95)


@given(st.integers(1, 60), st.data())
def test_limits_are_those_of_clopper_and_pearson(n: int, data: st.DataObject) -> None:
    hits = data.draw(st.integers(0, n))
    known = clopper_pearson_interval(hits, n, confidence=0.95)
    found = Count(hits=hits, n=n, worth=n).estimate(0.95)
    assert found.interval.low == pytest.approx(known.low)
    assert found.interval.high == pytest.approx(known.high)


@given(st.integers(1, 40), st.floats(0.01, 0.99), st.data())
def test_p_values_are_sums_of_the_binomial_distribution(n: int, limit: float, data: st.DataObject) -> None:
    hits = data.draw(st.integers(0, n))
    each = Count(hits=hits, n=n, worth=n)
    assert each.p_below(limit) == pytest.approx(tail(n, limit, range(hits + 1)), abs=1e-9)
    assert each.p_above(limit) == pytest.approx(tail(n, limit, range(hits, n + 1)), abs=1e-9)


def test_replies_that_say_the_same_within_a_source_are_worth_one_each() -> None:
    hits = np.repeat(np.arange(100) < 30, 4)
    sources = np.repeat(np.arange(100), 4)
    assert count(hits, sources).worth == pytest.approx(100, rel=0.02)
    assert count(hits, np.arange(400)).worth == 400
    assert count(hits).worth == 400


def test_where_nothing_was_hit_each_source_counts_as_one() -> None:
    assert count(np.zeros(90, dtype=bool), np.arange(90) // 3).worth == 30
    assert count(np.zeros(0, dtype=bool), np.zeros(0, dtype=np.int64)).estimate(0.95).n == 0


def test_one_source_alone_is_worth_one() -> None:
    assert count(np.arange(50) < 20, np.zeros(50, dtype=np.int64)).worth == 1


def test_independent_replies_of_a_source_lose_little() -> None:
    rng = np.random.default_rng(0)
    found = count(rng.random(6_000) < 0.2, np.arange(6_000) // 3)
    assert 5_200 < found.worth <= 6_000


def test_the_number_needed_is_the_smallest_that_is_enough() -> None:
    n = needed_for_rare(0.005, 0.0025)
    assert 0.995**n <= 0.0025 < 0.995 ** (n - 1)


def test_p_values_are_adjusted_over_all_tests() -> None:
    assert adjusted([0.01, 0.02, 0.9]) == pytest.approx([0.03, 0.03, 0.9])
    assert len(adjusted([])) == 0
