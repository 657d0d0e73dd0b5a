"""Short forms of `python -m benchmarks.coverage.monitoring`: the functions it prints, with fewer repetitions."""

import numpy as np
import pytest
from benchmarks.coverage.monitoring import (
    CHANGES,
    Change,
    alarm_times,
    attributions,
    late_alarms,
    rolling_alarms,
    sequence_coverage,
    weighted_alarms,
)

from evenhand.stats.monitoring.betting import RESTART_EVERY, SHARES, SMALL_SHARES


def rng() -> np.random.Generator:
    return np.random.default_rng(20261127)


# 100 streams of 2,000 labels: standard error 2.2 points at 5 %.
@pytest.mark.parametrize(
    ("shares", "restart_every"), [(SHARES, 0), (SMALL_SHARES, 0), (SHARES, RESTART_EVERY)]
)
@pytest.mark.parametrize("rate", [0.5, 0.88])
def test_no_kind_of_bet_cries_wolf(shares: tuple[float, ...], restart_every: int, rate: float) -> None:
    times = alarm_times(rate, rate, reps=100, rng=rng(), shares=shares, restart_every=restart_every)
    assert np.isfinite(times).mean() < 0.11


@pytest.mark.parametrize(("every", "published"), [(1, 0.975), (50, 0.787)])
def test_the_rolling_z_test_cries_wolf_as_often_as_published(every: int, published: float) -> None:
    assert rolling_alarms(every=every, reps=1000, rng=rng()) == pytest.approx(published, abs=0.04)


def test_a_bet_without_fresh_starts_is_blind_after_a_long_good_run() -> None:
    fresh, single = (
        np.median(late_alarms(0.85, 0.75, good=1000, restart_every=every, reps=40, rng=rng()))
        for every in (RESTART_EVERY, 0)
    )
    assert fresh < 400
    assert single > 2 * fresh


def test_an_interval_for_one_look_does_not_hold_at_all_of_them() -> None:
    sequence, single = sequence_coverage(0.8, reps=40, rng=rng())
    assert sequence >= 0.875
    assert single < 0.6


def test_unequal_chances_keep_the_promise_and_see_the_drop() -> None:
    assert np.isfinite(weighted_alarms(0.88, 0.88, smallest=0.5, reps=100, rng=rng())).mean() <= 0.11
    assert np.median(weighted_alarms(0.88, 0.70, smallest=0.5, reps=50, rng=rng())) < 100


# 5 replays each; seen over 500: 95 % and more.
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.name)
def test_the_right_cause_is_named(change: Change) -> None:
    assert attributions(change, reps=5, rng=rng())[change.truth] >= 0.75
