import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.stats import betabinom

from evenhand.stats.estimate import Estimate, Measured, Undefined
from evenhand.stats.intervals import proportion
from evenhand.stats.shrinkage import Shrinkage, Worse, shrink_slices


def shrunk(
    successes: list[int], labels: list[int], *, margin: float = 0.05, worse: Worse = "lower"
) -> Shrinkage:
    rng = np.random.default_rng(0)
    return shrink_slices(np.array(successes), np.array(labels), rng=rng, margin=margin, worse=worse)


def estimate(measured: Measured) -> Estimate:
    assert isinstance(measured, Estimate), measured
    return measured


def test_mean_and_concentration_make_the_counts_most_likely() -> None:
    successes, labels = [45, 30, 90, 25, 61], [50, 40, 100, 40, 70]

    def cost(point: NDArray[np.float64]) -> float:
        mean, concentration = 1 / (1 + math.exp(-point[0])), math.exp(point[1])
        first, second = mean * concentration, (1 - mean) * concentration
        return -float(np.sum(betabinom.logpmf(successes, labels, first, second)))

    theirs = minimize(
        cost, np.array([1.0, 3.0]), method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-13}
    ).x
    found = shrunk(successes, labels)
    assert found.mean == pytest.approx(1 / (1 + math.exp(-theirs[0])), abs=1e-5)
    assert found.concentration == pytest.approx(math.exp(theirs[1]), rel=1e-3)


def test_slices_are_drawn_towards_the_mean_and_the_smaller_ones_further() -> None:
    found = shrunk([20, 100, 150], [40, 200, 200])
    assert isinstance(found.mean, float)
    pulls = [
        (estimate(each.shrunken).value - estimate(each.raw).value) / (found.mean - estimate(each.raw).value)
        for each in found.slices
    ]
    assert all(0 < pull < 1 for pull in pulls)
    assert pulls[0] > pulls[1]


def test_slices_that_are_alike_borrow_strength() -> None:
    found = shrunk([40, 41, 40, 39, 40, 41], [50] * 6)
    assert found.concentration == math.inf
    assert found.mean == pytest.approx(241 / 300)
    for each in found.slices:
        raw, drawn = estimate(each.raw).interval, estimate(each.shrunken).interval
        assert drawn.high - drawn.low < 0.7 * (raw.high - raw.low)


def test_slices_that_differ_keep_to_themselves() -> None:
    found = shrunk([3, 57, 30, 8], [60] * 4)
    assert isinstance(found.concentration, float)
    assert found.concentration < 5
    for each in found.slices:
        assert estimate(each.shrunken).value == pytest.approx(estimate(each.raw).value, abs=0.03)


def test_a_slice_that_is_worse_is_known_by_its_probability() -> None:
    low = shrunk([95, 96, 70, 94], [100] * 4)
    assert low.slices[2].worse == pytest.approx(1, abs=0.01)
    assert all(low.slices[place].worse == pytest.approx(0, abs=0.01) for place in (0, 1, 3))
    high = shrunk([5, 4, 30, 6], [100] * 4, worse="higher")
    assert high.slices[2].worse == pytest.approx(1, abs=0.01)


def test_a_wider_margin_is_less_likely_exceeded() -> None:
    chances = [shrunk([45, 38, 44], [50] * 3, margin=margin).slices[1].worse for margin in (0.0, 0.05, 0.2)]
    assert all(isinstance(chance, float) for chance in chances)
    assert chances == sorted(chances, reverse=True)  # type: ignore[type-var]  # all are numbers, as just checked


def test_a_slice_with_too_few_labels_gets_no_number_but_keeps_its_counts() -> None:
    small = shrunk([45, 12, 44], [50, 19, 50]).slices[1]
    assert (small.successes, small.labels) == (12, 19)
    assert small.raw == small.shrunken == small.worse == Undefined(n=19, reason="too few")


@pytest.mark.parametrize(("successes", "labels"), [([17], [20]), ([17, 0], [20, 0])])
def test_one_slice_has_nothing_to_be_drawn_to(successes: list[int], labels: list[int]) -> None:
    found = shrunk(successes, labels)
    none = Undefined(n=20, reason="fewer than two slices have labels")
    assert found.mean == found.concentration == found.slices[0].worse == none
    assert found.slices[0].shrunken == found.slices[0].raw == proportion(17, 20)


def test_no_slices_at_all_are_none() -> None:
    assert shrunk([], []).slices == ()


@pytest.mark.parametrize(("successes", "ends"), [([0, 0, 0], 0.0), ([30, 40, 50], 1.0)])
def test_without_any_variance_it_still_is_not_certain(successes: list[int], ends: float) -> None:
    found = shrunk(successes, [30, 40, 50])
    assert (found.mean, found.concentration) == (ends, math.inf)
    for each in found.slices:
        interval = estimate(each.shrunken).interval
        assert 0.005 < interval.high - interval.low < 0.1


def test_slices_as_different_as_can_be_are_no_trouble() -> None:
    found = shrunk([0, 30], [30, 30])
    assert found.mean == pytest.approx(0.5, abs=1e-3)
    assert found.concentration == pytest.approx(0, abs=1e-3)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(20, 300), st.floats(0, 1)), min_size=1, max_size=8))
def test_nothing_is_ever_not_a_number(drawn: list[tuple[int, float]]) -> None:
    labels = [size for size, _ in drawn]
    found = shrink_slices(
        np.array([round(size * share) for size, share in drawn]),
        np.array(labels),
        rng=np.random.default_rng(0),
        draws=200,
    )
    for each in found.slices:
        measured = estimate(each.shrunken)
        assert 0 <= measured.interval.low <= measured.interval.high <= 1
        assert 0 <= measured.value <= 1


# Short form: 40 repetitions of 6 slices, Monte-Carlo standard error about 0.016. Seen over 300: .933 and .977.
@pytest.mark.parametrize("concentration", [20.0, 1e9])
def test_intervals_cover_the_slices_they_are_of(concentration: float) -> None:
    rng = np.random.default_rng(20261127)
    shares = rng.beta(0.9 * concentration, 0.1 * concentration, size=(40, 6))
    counts = rng.binomial(50, shares)
    covered = [
        estimate(each.shrunken).interval.low <= share <= estimate(each.shrunken).interval.high
        for row, truths in zip(counts, shares, strict=True)
        for each, share in zip(
            shrink_slices(row, np.full(6, 50), rng=rng, draws=500).slices, truths, strict=True
        )
    ]
    assert np.mean(covered) >= 0.885


@pytest.mark.parametrize(
    ("successes", "labels"), [([1, 2], [3]), ([4], [3]), ([-1], [3])], ids=["shape", "more", "negative"]
)
def test_impossible_counts_are_refused(successes: list[int], labels: list[int]) -> None:
    with pytest.raises(ValueError, match="successes"):
        shrunk(successes, labels)
