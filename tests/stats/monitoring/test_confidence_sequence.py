import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.stats.estimate import Estimate, Undefined
from evenhand.stats.intervals import wilson_interval
from evenhand.stats.monitoring.betting import SMALL_SHARES, Direction, begin, update
from evenhand.stats.monitoring.confidence_sequence import confidence_limits, confidence_sequence


def rejected(mean: float, outcomes: np.ndarray) -> bool:
    """Whether one of the two bets against the mean has its alarm wealth now."""
    bets = [update(begin(mean, direction=side, shares=SMALL_SHARES), outcomes) for side in Direction]
    return any(bet.log_e_value >= np.log(40) for bet in bets)


@settings(max_examples=12, deadline=None)  # each tries 10 means with two bets
@given(st.lists(st.sampled_from([0.0, 0.25, 1.0]), min_size=1, max_size=80))
def test_the_limits_are_where_the_bets_just_reject(stream: list[float]) -> None:
    outcomes = np.array(stream)
    measured = confidence_sequence(outcomes)
    assert isinstance(measured, Estimate)
    low, high = measured.interval.low, measured.interval.high
    assert 0 <= low <= measured.value <= high <= 1
    for mean in np.linspace(0.01, 0.99, 10):
        if min(abs(mean - low), abs(mean - high)) > 1e-6:
            assert rejected(mean, outcomes) != (low < mean < high)


def test_right_and_wrong_mirror() -> None:
    outcomes = np.random.default_rng(1).random(50) < 0.7
    limits, mirror = confidence_limits(outcomes), confidence_limits(~outcomes)
    assert limits.low == pytest.approx(1 - mirror.high, abs=1e-9)


def test_looks_show_the_same_limits_as_every_step() -> None:
    outcomes = np.random.default_rng(2).random(300) < 0.8
    every, some = confidence_limits(outcomes), confidence_limits(outcomes, looks=np.array([1, 50, 300]))
    assert some.low == pytest.approx(every.low[[0, 49, 299]], abs=1e-12)
    assert some.high == pytest.approx(every.high[[0, 49, 299]], abs=1e-12)


def test_many_distinct_values_at_many_looks_are_taken_in_parts() -> None:
    outcomes = np.random.default_rng(4).random(2500)
    looks = np.arange(0, 2501, 25)  # more than fit into one part of distinct values times looks
    limits = confidence_limits(outcomes, looks=looks)
    alone = confidence_limits(outcomes, looks=looks[[70]])
    assert limits.low.shape == looks.shape
    assert limits.low[70] == pytest.approx(alone.low[0], abs=1e-9)
    assert limits.high[70] == pytest.approx(alone.high[0], abs=1e-9)
    assert np.all((limits.low <= 0.5) & (limits.high >= 0.5))


def test_before_the_first_outcome_everything_is_open() -> None:
    limits = confidence_limits(np.array([]), looks=np.array([0]))
    assert (limits.low.tolist(), limits.high.tolist()) == ([0.0], [1.0])
    assert confidence_sequence(np.array([])) == Undefined(n=0, reason="no outcome was seen")


def test_always_right_leaves_one_possible() -> None:
    measured = confidence_sequence(np.ones(100, dtype=bool))
    assert isinstance(measured, Estimate)
    assert measured.interval.high == 1.0
    assert 0.9 < measured.interval.low < 1.0


@pytest.mark.parametrize("n", [100, 2000, 100_000])
def test_looking_at_all_times_costs_less_than_twice_the_width(n: int) -> None:
    measured = confidence_sequence(np.arange(n) % 10 < 8)
    single = wilson_interval(n * 8 // 10, n)
    assert isinstance(measured, Estimate)
    ratio = (measured.interval.high - measured.interval.low) / (single.high - single.low)
    assert 1.2 < ratio < 2.0


# Short form: 40 streams with 5 looks each; at most 5 % may miss at some look, Monte-Carlo standard error 3.4 points.
@pytest.mark.parametrize("rate", [0.5, 0.9])
def test_all_looks_together_cover_the_mean(rate: float) -> None:
    streams = np.random.default_rng(3).random((40, 1000)) < rate
    limits = [confidence_limits(stream, looks=np.arange(200, 1001, 200)) for stream in streams]
    covered = [bool(((found.low <= rate) & (rate <= found.high)).all()) for found in limits]
    assert np.mean(covered) >= 0.875


@pytest.mark.parametrize(
    ("outcomes", "looks", "confidence"),
    [
        ([1.5], [1], 0.95),
        ([[0.5]], [1], 0.95),
        ([0.5], [2], 0.95),
        ([0.5], [-1], 0.95),
        ([0.5, 1.0], [2, 1], 0.95),
        ([0.5], [1], 1.0),
    ],
)
def test_impossible_streams_and_looks_are_refused(
    outcomes: list[float], looks: list[int], confidence: float
) -> None:
    with pytest.raises(ValueError, match=r"outcomes|confidence"):
        confidence_limits(np.array(outcomes), looks=np.array(looks), confidence=confidence)
