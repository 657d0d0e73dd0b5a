import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.stats.monitoring.betting import (
    RESTART_EVERY,
    SHARES,
    SMALL_SHARES,
    Bet,
    Direction,
    begin,
    log_e_values,
    unbiased_terms,
    update,
)

STREAMS = st.lists(st.booleans(), min_size=1, max_size=60)


@given(STREAMS, st.data(), st.sampled_from(Direction), st.sampled_from([0, 1, 7]))
def test_how_a_stream_is_split_changes_nothing(
    stream: list[bool], data: st.DataObject, direction: Direction, restart_every: int
) -> None:
    outcomes = np.array(stream)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=5)))
    start = begin(0.6, direction=direction, restart_every=restart_every)
    in_parts = start
    for part in np.split(outcomes, cuts):
        in_parts = update(in_parts, part)
    assert in_parts == update(start, outcomes)


def test_the_wealth_worked_by_hand() -> None:
    # null .8, outcomes 1, 0: a bet of share c of 1 / .2 makes (1 - c)(1 + 4 c)
    bet = update(begin(0.8), np.array([True, False]))
    expected = np.mean([(1 - c) * (1 + 4 * c) for c in SHARES])
    assert math.exp(bet.log_e_value) == pytest.approx(expected, abs=1e-12)


def test_a_rise_is_the_mirror_of_a_drop() -> None:
    outcomes = np.random.default_rng(1).random(40)
    drop = update(begin(0.7), outcomes)
    rise = update(begin(0.3, direction=Direction.RISE), 1 - outcomes)
    assert rise.log_wealths == pytest.approx(drop.log_wealths, abs=1e-9)


@pytest.mark.parametrize("direction", Direction)
@pytest.mark.parametrize("restart_every", [0, 1, 3])
def test_the_wealth_is_a_fair_game_at_the_null(direction: Direction, restart_every: int) -> None:
    start = begin(0.7, direction=direction, restart_every=restart_every)
    worth = sum(
        0.7 ** sum(path)
        * 0.3 ** (8 - sum(path))
        * math.exp(update(start, np.array(path, dtype=bool)).log_e_value)
        for path in itertools.product([0, 1], repeat=8)
    )
    assert worth == pytest.approx(1, abs=1e-12)


def test_the_alarm_is_the_first_time_the_wealth_reaches_one_over_alpha_and_stays() -> None:
    outcomes = np.array([False] * 12 + [True] * 400)
    path = log_e_values(begin(0.8), outcomes)
    bet = update(begin(0.8), outcomes)
    assert bet.alarm_at == int(np.argmax(path >= math.log(20))) + 1
    assert path[-1] < math.log(20)
    assert bet.alarmed


def test_no_outcome_is_no_news() -> None:
    start = begin(0.8)
    assert update(start, np.array([])) == start
    assert start.log_e_value == pytest.approx(0)
    assert not start.alarmed


def test_a_long_stream_is_taken_in_parts_that_change_nothing() -> None:
    stream = np.random.default_rng(6).random(120_000) < 0.88
    start = begin(0.85, restart_every=RESTART_EVERY)
    in_two = update(update(start, stream[:70_001]), stream[70_001:])
    assert update(start, stream) == in_two
    assert log_e_values(start, stream)[-1] == pytest.approx(in_two.log_e_value, abs=1e-9)


def test_a_long_run_does_not_overflow() -> None:
    bet = update(begin(0.5), np.zeros(100_000, dtype=bool))
    assert bet.alarm_at is not None
    assert bet.log_e_value == pytest.approx(100_000 * math.log(1.9) - math.log(9), rel=1e-9)


@pytest.mark.parametrize(
    ("null", "alpha"), [(0.0, 0.05), (1.0, 0.05), (0.5, 0.0), (0.5, 1.0), (float("nan"), 0.05)]
)
def test_a_bet_that_can_not_be_made_is_refused(null: float, alpha: float) -> None:
    with pytest.raises(ValueError, match=r"null value|alpha"):
        begin(null, alpha=alpha)


@pytest.mark.parametrize("shares", [(), (0.0,), (0.5, 1.0)])
def test_bets_that_could_lose_everything_are_refused(shares: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="shares"):
        begin(0.5, shares=shares)


def test_starts_that_run_backwards_are_refused() -> None:
    with pytest.raises(ValueError, match="restart_every"):
        begin(0.5, restart_every=-1)


def test_fresh_starts_worked_by_hand() -> None:
    # starts before outcomes 1 and 3 with 1/2 and 1/6 of the stake, 1/3 is left; null .5, outcomes 1, 1, 0
    bet = update(begin(0.5, restart_every=2), np.array([True, True, False]))
    expected = np.mean([(1 - c) ** 2 * (1 + c) / 2 + (1 + c) / 6 for c in SHARES]) + 1 / 3
    assert math.exp(bet.log_e_value) == pytest.approx(expected, abs=1e-12)


def test_fresh_starts_see_a_drop_after_a_long_good_run() -> None:
    rng = np.random.default_rng(5)
    stream = np.concatenate([rng.random(5000) < 0.88, rng.random(500) < 0.70])
    assert not update(begin(0.85), stream).alarmed
    fresh = update(begin(0.85, restart_every=RESTART_EVERY), stream)
    assert fresh.alarm_at is not None
    assert fresh.alarm_at > 5000


def test_small_bets_see_a_small_drop_in_time() -> None:
    stream = np.arange(20_000) % 100 < 86
    assert not update(begin(0.88), stream).alarmed
    assert update(begin(0.88, shares=SMALL_SHARES), stream).alarmed


@pytest.mark.parametrize("outcomes", [[1.2], [-0.1], [float("nan")], [[0.5]]])
def test_outcomes_out_of_bounds_are_refused(outcomes: list[float]) -> None:
    with pytest.raises(ValueError, match=r"bounds|shape"):
        update(begin(0.5), np.array(outcomes))


def alarms(start: Bet, streams: np.ndarray) -> np.ndarray:
    found = [update(start, stream).alarm_at for stream in streams]
    return np.array([np.inf if at is None else at for at in found])


# Short form of `python -m benchmarks.coverage.monitoring`: 200 streams of 2,000; at most 5 % may alarm, and the
# Monte-Carlo standard error of 5 % is 1.5 points. Seen over 4,000 streams: 3.4 %.
def test_streams_without_a_drift_hardly_ever_alarm() -> None:
    streams = np.random.default_rng(1).random((200, 2000)) < 0.88
    assert np.isfinite(alarms(begin(0.88), streams)).mean() < 0.08


# methods.md 6.6: median delays of 132, 55 and 29 labels at p0 = .88 and 502, 106 and 46 at .85.
@pytest.mark.parametrize(
    ("null", "rate", "median"),
    [
        (0.88, 0.80, 132),
        (0.88, 0.75, 55),
        (0.88, 0.70, 29),
        (0.85, 0.80, 502),
        (0.85, 0.75, 106),
        (0.85, 0.70, 46),
    ],
)
def test_a_drop_is_seen_as_soon_as_published(null: float, rate: float, median: int) -> None:
    streams = np.random.default_rng(2).random((120, 2000)) < rate
    assert np.median(alarms(begin(null), streams)) == pytest.approx(median, rel=0.25)


# -- Unequal chances -----------------------------------------------------------------------------------------


def drawn_terms(
    rate: float, *, m: int, rng: np.random.Generator, smallest: float = 0.2
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Items whose chance to be seen depends on whether the judge is right; terms, outcomes, seen."""
    outcomes = (rng.random(m) < rate).astype(float)
    probabilities = np.where(outcomes == 1, smallest, 0.9)
    seen = rng.random(m) < probabilities
    proxies = np.full(m, 0.85)
    terms = unbiased_terms(outcomes, proxies, probabilities, seen=seen, smallest_probability=smallest)
    return terms, outcomes, seen


def test_terms_have_the_mean_of_the_outcomes_whoever_is_seen() -> None:
    terms, outcomes, seen = drawn_terms(0.9, m=200_000, rng=np.random.default_rng(3))
    assert terms.mean() == pytest.approx(outcomes.mean(), abs=0.01)
    assert outcomes[seen].mean() < 0.75  # the bare labels would be an alarm without a change


def test_terms_keep_their_bounds_and_reach_them() -> None:
    outcomes, proxies = np.array([0.0, 1.0, 0.5]), np.array([1.0, 0.0, 0.5])
    terms = unbiased_terms(
        outcomes, proxies, np.full(3, 0.2), seen=np.array([True, True, False]), smallest_probability=0.2
    )
    assert terms == pytest.approx([-4.0, 5.0, 0.5])


def test_items_drawn_with_certainty_are_their_own_terms() -> None:
    outcomes = np.array([0.0, 1.0, 1.0])
    everyone = np.ones(3, dtype=bool)
    terms = unbiased_terms(outcomes, np.full(3, 0.3), np.ones(3), seen=everyone, smallest_probability=1.0)
    assert terms == pytest.approx(outcomes)


# Short form: 100 streams of 2,000 items. Without a change few alarm, after a drop to .70 nearly all do.
@pytest.mark.parametrize(("rate", "least", "most"), [(0.88, 0.0, 0.11), (0.70, 0.95, 1.0)])
def test_a_bet_on_terms_keeps_its_promise(rate: float, least: float, most: float) -> None:
    rng = np.random.default_rng(4)
    start = begin(0.88, low=1 - 5.0, high=5.0)
    streams = np.stack([drawn_terms(rate, m=2000, rng=rng)[0] for _ in range(100)])
    assert least <= np.isfinite(alarms(start, streams)).mean() <= most


@pytest.mark.parametrize(
    ("probability", "proxy", "smallest"), [(0.1, 0.5, 0.2), (1.1, 0.5, 0.2), (0.5, 1.5, 0.2), (0.5, 0.5, 0.0)]
)
def test_terms_that_would_break_the_promise_are_refused(
    probability: float, proxy: float, smallest: float
) -> None:
    with pytest.raises(ValueError, match=r"probability|between 0 and 1"):
        unbiased_terms(
            np.array([1.0]),
            np.array([proxy]),
            np.array([probability]),
            seen=np.array([True]),
            smallest_probability=smallest,
        )


def test_terms_of_arrays_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="one shape"):
        unbiased_terms(
            np.zeros(2), np.zeros(3), np.ones(2), seen=np.ones(2, dtype=bool), smallest_probability=1.0
        )
