import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import fisher_exact

from evenhand.stats.change.independent import fisher_lower
from evenhand.stats.change.multiplicity import holm


@st.composite
def tables(draw: st.DrawFn) -> tuple[int, int, int, int]:
    n, others = draw(st.integers(0, 200)), draw(st.integers(0, 200))
    return draw(st.integers(0, n)), n, draw(st.integers(0, others)), others


@given(tables())
def test_the_exact_p_value_is_that_of_scipy(table: tuple[int, int, int, int]) -> None:
    successes, n, other_successes, others = table
    if n == 0 or others == 0:
        return
    cells = np.array([[successes, n - successes], [other_successes, others - other_successes]])
    theirs = fisher_exact(cells, alternative="less")
    assert fisher_lower(*table, mid_p=False) == pytest.approx(float(theirs.pvalue), abs=1e-9)


@given(tables())
def test_the_mid_p_of_being_lower_and_of_being_higher_sum_to_one(table: tuple[int, int, int, int]) -> None:
    successes, n, other_successes, others = table
    higher = fisher_lower(n - successes, n, others - other_successes, others)
    assert fisher_lower(*table) + higher == pytest.approx(1, abs=1e-9)


def test_where_all_succeed_nothing_speaks_against_equality() -> None:
    assert fisher_lower(20, 20, 100, 100) == pytest.approx(0.5)
    assert fisher_lower(20, 20, 100, 100, mid_p=False) == pytest.approx(1)


def test_impossible_counts_are_refused() -> None:
    for table in ((3, 2, 0, 5), (-1, 2, 0, 5), (0, 2, 6, 5)):
        with pytest.raises(ValueError, match="expected counts"):
            fisher_lower(*table)


def test_rare_failures_in_groups_of_unequal_size_raise_few_false_alarms() -> None:
    # The normal approximation raises one in 36 % of these.
    rng, sizes = np.random.default_rng(1), np.full(8, 25)
    alarms = 0
    for _ in range(500):
        hits = rng.binomial(sizes, 0.99)
        p_values = [fisher_lower(int(own), 25, int(hits.sum() - own), int(sizes.sum()) - 25) for own in hits]
        alarms += holm(np.array(p_values)).min() <= 0.05
    assert alarms / 500 <= 0.05
