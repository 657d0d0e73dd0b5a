import numpy as np
import pytest
from scipy import stats

from evenhand.stats.confidence.curve import coverage_curve

EVEN = (np.arange(1000) + 0.5) / 1000


def test_the_curve_counts_what_each_threshold_accepts() -> None:
    curve = coverage_curve(np.array([0.9, 0.9, 0.7, 0.6]), np.array([True, False, True, False]))
    assert curve.threshold.tolist() == [0.9, 0.7, 0.6]
    assert curve.coverage.tolist() == [0.5, 0.75, 1.0]
    assert curve.agreement == pytest.approx([1 / 2, 2 / 3, 1 / 2])
    assert curve.n.tolist() == [2, 3, 4]
    assert curve.low == pytest.approx(stats.beta.ppf(0.025, [1.5, 2.5, 2.5], [1.5, 1.5, 2.5]), abs=1e-9)


def test_a_long_curve_is_thinned_and_keeps_its_ends() -> None:
    curve = coverage_curve(EVEN, EVEN > 0.5, points=50)
    assert curve.threshold.size == 50
    assert (curve.coverage[0], curve.coverage[-1]) == (0.001, 1.0)


def test_a_curve_of_nothing_is_empty() -> None:
    assert coverage_curve(np.zeros(0), np.zeros(0, dtype=bool)).threshold.size == 0
