import math
from itertools import product

import numpy as np
import pytest
from benchmarks.monitor import (
    CHANGES,
    Chances,
    Change,
    alarm_day,
    alike,
    counted_again,
    delays,
    evidence,
    false_alarms,
    findings,
    frozen,
    unlike,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.gate.monitor.results import Finding
from evenhand.stats.arrays import Floats
from evenhand.stats.monitoring.lasting_drop import Look, Usual, mean_limits, watch_drop

SHARES = st.floats(0, 1)


def rng() -> np.random.Generator:
    return np.random.default_rng(20261128)


def look(*outcomes: float | None, weight: Floats | None = None, guess: Floats | None = None) -> Look:
    """Outcomes, None for a missing one."""
    return Look(
        low=np.array([0.0 if each is None else each for each in outcomes]),
        high=np.array([1.0 if each is None else each for each in outcomes]),
        weight=np.ones(len(outcomes)) if weight is None else weight,
        guess=guess,
    )


def right(count: int, of: int = 100) -> Look:
    return look(*[1.0] * count, *[0.0] * (of - count))


# -- The promise -----------------------------------------------------------------------------------


@settings(max_examples=15)
@given(
    chances=st.lists(SHARES, min_size=2, max_size=2),
    lost=st.floats(0, 0.3),
    guess=st.lists(SHARES, min_size=2, max_size=2),
    is_known=st.booleans(),
)
def test_no_frozen_set_however_unlike_wins_in_expectation(
    chances: list[float], lost: float, guess: list[float], *, is_known: bool
) -> None:
    """Every outcome of three looks at two anchors, enumerated; what the tolerance allows is lost after the first."""
    later = [max(0.0, each - lost) for each in chances]
    usual = Usual(mean=sum(chances) / 2) if is_known else None
    expected = 0.0
    for outcomes in product([0.0, 1.0], repeat=6):
        parts = outcomes[:2], outcomes[2:4], outcomes[4:]
        chance = _chance(parts[0], chances) * _chance(parts[1], later) * _chance(parts[2], later)
        looks = [look(*part, guess=np.array(guess)) for part in parts]
        expected += chance * math.exp(watch_drop(looks, tolerance=lost, usual=usual).log_e[-1])
    assert expected <= 0.75 + 1e-9  # three starts have put in 1/2, 1/6 and 1/12 of the stake


def _chance(outcomes: tuple[float, ...], chances: list[float]) -> float:
    return math.prod(p if x else 1 - p for x, p in zip(outcomes, chances, strict=True))


@settings(max_examples=15)
@given(share=SHARES, chances=st.lists(st.floats(0.1, 1), min_size=2, max_size=2))
def test_unequal_chances_of_being_drawn_are_made_up_for(share: float, chances: list[float]) -> None:
    """Of a population of two kinds, half right and half wrong by `share`, drawn with the two chances."""
    pick = np.array(chances) / sum(chances)
    weight = min(chances) / np.array(chances)
    expected = 0.0
    for kinds in product([0, 1], repeat=4):
        looks = [look(float(kind), weight=weight[[kind]]) for kind in kinds]
        mixed = pick * np.array([1 - share, share])
        mixed /= mixed.sum()
        chance = math.prod(mixed[kind] for kind in kinds)
        expected += chance * math.exp(watch_drop(looks, tolerance=0).log_e[-1])
    assert expected <= 1 + 1e-9


# 20 streams of 60 daily looks; a share of 5 % would show more than 4 in less than 1 of 100 tries.
@pytest.mark.parametrize("chances", [alike, unlike])
def test_daily_looks_keep_the_promise(chances: Chances) -> None:
    assert (
        false_alarms(chances, anchors=20, reps=20, days=60, drift=0.03, tolerance=0.03, rng=rng()) <= 4 / 20
    )


def test_answers_that_are_counted_again_would_break_it() -> None:
    assert counted_again(anchors=40, reps=6, rng=rng()) > 0.3


# -- What it sees ----------------------------------------------------------------------------------


# Methods.md 6.6 has 106 and 46 labels; 50 a day, 20 streams.
@pytest.mark.parametrize(("mean", "labels"), [(0.75, 106), (0.70, 46)])
def test_with_a_known_mean_a_drop_is_seen_about_as_soon_as_published(mean: float, labels: int) -> None:
    waits = delays(alike, mean, before=0, anchors=50, reps=20, usual=Usual(mean=0.88), rng=rng())
    assert np.median(waits) * 50 <= 2.5 * labels + 50


def test_anchors_that_are_always_answered_the_same_need_few_days() -> None:
    waits = delays(frozen, 0.80, before=20, anchors=100, reps=8, usual=None, rng=rng())
    assert np.median(waits) <= 5


def test_guesses_see_a_drop_sooner_than_bare_outcomes() -> None:
    days = np.concatenate([np.tile(np.arange(100) < 88, (10, 1)), np.tile(np.arange(100) < 78, (10, 1))])
    bare = watch_drop([look(*row.astype(float)) for row in days]).log_e
    assert alarm_day(evidence(days)) < alarm_day(bare)


def test_the_change_is_put_where_it_was() -> None:
    assert watch_drop([right(90)] * 12 + [right(60)] * 5).before == 12


def test_a_drop_within_the_tolerance_and_a_rise_are_no_drop() -> None:
    for later in (88, 100):
        assert watch_drop([right(90)] * 20 + [right(later)] * 60).log_e.max() < 0


# One history each; seen over 60: see reports/monitor.md.
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.name)
def test_the_right_cause_is_found(change: Change) -> None:
    found = findings(change, days=80, reps=2, rng=rng())
    assert found[change.truth] == 1, found
    assert sum(found.values()) == 1
    assert set(found) == set(Finding)


# -- Missing outcomes ------------------------------------------------------------------------------


def test_missing_outcomes_count_against_the_evidence_wherever_they_are() -> None:
    early = [look(*[1.0] * 80, *[None] * 20)] * 5 + [look(*[1.0] * 75, *[0.0] * 24, None)] * 5
    late = [right(90)] * 5 + [look(*[1.0] * 60, *[0.0] * 20, *[None] * 20)] * 5
    for looks in (early, late):
        path = watch_drop(looks)
        assert (path.log_e <= path.log_e_most).all()
        assert path.log_e[-1] < math.log(20) < path.log_e_most[-1]


def test_what_is_missing_hides_nothing_once_a_look_is_complete() -> None:
    path = watch_drop([right(90)] * 10 + [look(*[1.0] * 60, *[None] * 40), right(90)])
    assert path.log_e_most[-2] > math.log(20) > path.log_e_most[-1] == path.log_e[-1]


def test_an_outage_alone_is_no_evidence() -> None:
    path = watch_drop([right(90)] * 10 + [look(*[None] * 100)])
    assert path.log_e[-1] < 0


# -- The mean so far -------------------------------------------------------------------------------


def test_limits_hold_the_mean_and_shrink() -> None:
    limits = mean_limits([right(80)] * 20)
    assert (limits.low <= 0.8).all()
    assert (limits.high >= 0.8).all()
    assert np.all(np.diff(limits.high - limits.low) <= 1e-12)
    assert limits.high[-1] - limits.low[-1] < 0.1


def test_all_limits_together_cover_the_mean() -> None:
    dice = rng()
    held = 0
    for _ in range(30):
        limits = mean_limits([look(*(dice.random(20) < 0.8).astype(float)) for _ in range(30)])
        held += bool(((limits.low <= 0.8) & (limits.high >= 0.8)).all())
    assert held >= 27


def test_without_looks_there_is_nothing() -> None:
    path, limits = watch_drop([]), mean_limits([])
    assert path.log_e.size == path.log_e_most.size == limits.low.size == 0
    assert path.before == 0


# -- What is refused -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("looks", "options", "words"),
    [
        ([look(1.5)], {}, "between 0 and 1"),
        ([look(1.0, weight=np.array([0.0]))], {}, "above 0"),
        ([look(1.0, weight=np.ones(2))], {}, "one shape"),
        ([right(90)], {"tolerance": -0.1}, "tolerance is -0.1"),
        ([right(90)], {"usual": Usual(mean=1.2)}, "usual mean is 1.2"),
    ],
)
def test_impossible_numbers_are_refused(looks: list[Look], options: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        watch_drop(looks, **options)  # type: ignore[arg-type]  # of several types, each refused by name
