import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.stats.estimate import Estimate, Undefined
from evenhand.stats.intervals import proportion, wilson_interval


# Newcombe (1998), Statistics in Medicine 17, table I, method 3.
@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_limits_equal_the_published_ones(successes: int, n: int, low: float, high: float) -> None:
    interval = wilson_interval(successes, n)
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=5e-5)


def test_half_of_four_has_limits_worked_by_hand() -> None:
    # z = 1.959964, z^2 = 3.841459: centre 1/2, spread sqrt(z^2/16 + z^4/64) / (1 + z^2/4)
    interval = wilson_interval(2, 4)
    assert (interval.low, interval.high) == pytest.approx((0.150039, 0.849961), abs=1e-6)


def test_no_draws_leave_everything_open() -> None:
    interval = wilson_interval(0, 0)
    assert (interval.low, interval.high) == (0.0, 1.0)
    assert proportion(0, 0) == Undefined(n=0, reason="nothing to count")


@given(st.integers(1, 10_000), st.data())
def test_the_share_lies_within_its_limits_and_mirrors(n: int, data: st.DataObject) -> None:
    successes = data.draw(st.integers(0, n))
    measured = proportion(successes, n)
    mirrored = wilson_interval(n - successes, n)
    assert isinstance(measured, Estimate)
    assert 0 <= measured.interval.low <= measured.value <= measured.interval.high <= 1
    assert mirrored.low == pytest.approx(1 - measured.interval.high, abs=1e-12)


@given(st.integers(1, 1000))
def test_none_and_all_touch_the_ends_exactly(n: int) -> None:
    assert wilson_interval(0, n).low == 0.0
    assert wilson_interval(n, n).high == 1.0


@pytest.mark.parametrize(
    ("successes", "n", "confidence"), [(3, 2, 0.95), (-1, 2, 0.95), (1, 2, 1.0), (1, 2, 0)]
)
def test_impossible_counts_are_refused(successes: int, n: int, confidence: float) -> None:
    with pytest.raises(ValueError, match=r"draws|between 0 and 1"):
        wilson_interval(successes, n, confidence=confidence)


# Short form: 4,000 repetitions, Monte-Carlo standard error 0.0035; Wilson's own coverage wobbles by about 0.015.
@pytest.mark.parametrize(("truth", "n"), [(0.5, 20), (0.8, 50), (0.9, 200), (0.97, 300)])
def test_wilson_covers_the_truth_as_often_as_it_says(truth: float, n: int) -> None:
    counts = np.random.default_rng(20261120).binomial(n, truth, size=4000)
    limits = {count: wilson_interval(int(count), n) for count in set(counts.tolist())}
    covered = np.mean([limits[count].low <= truth <= limits[count].high for count in counts.tolist()])
    assert covered == pytest.approx(0.95, abs=0.025)
