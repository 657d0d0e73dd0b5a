"""Minutes and items of a draw."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.errors import UsageError
from evenhand.review.budget import USUAL_SECONDS, Load, Pace, PaceSource, find_pace

MINUTE = Pace(seconds=60, source=PaceSource.GIVEN)
ONE = Load(reviewers=1, double=0.1, repeats=0.05)


@pytest.mark.parametrize(
    ("given_seconds", "measured", "seconds", "source"),
    [
        (30.0, 45.0, 30.0, PaceSource.GIVEN),
        (None, 45.0, 45.0, PaceSource.MEASURED),
        (None, None, USUAL_SECONDS, PaceSource.ASSUMED),
        (None, 0.0, USUAL_SECONDS, PaceSource.ASSUMED),  # imported labels may say that they took no time
    ],
)
def test_pace_is_as_given_or_as_measured_or_assumed(
    given_seconds: float | None, measured: float | None, seconds: float, source: PaceSource
) -> None:
    pace = find_pace(given_seconds, measured)
    assert (pace.seconds, pace.source) == (seconds, source)
    assert f"{seconds:.0f} s an item" in pace.words


@pytest.mark.parametrize(
    ("load", "items", "minutes"),
    [
        (ONE, 100, 100 * 1.1 * 1.05),
        (Load(reviewers=1, double=0, repeats=0), 40, 40),
        (Load(reviewers=2, double=0.1, repeats=0), 40, 80),  # all are labelled twice already
        (Load(reviewers=3, double=0, repeats=0.5), 10, 45),
        (Load(reviewers=1, double=0, repeats=0, gold=5), 10, 15),
    ],
)
def test_minutes_count_second_people_repeats_and_gold_items(load: Load, items: float, minutes: float) -> None:
    assert load.minutes(items, MINUTE) == pytest.approx(minutes)


@given(
    st.floats(1, 1e6),
    st.integers(1, 4),
    st.floats(0, 1),
    st.floats(0, 1),
    st.integers(0, 20),
    st.floats(1, 600),
)
def test_items_that_fit_take_the_minutes_there_are(
    items: float, reviewers: int, double: float, repeats: float, gold: int, seconds: float
) -> None:
    load = Load(reviewers=reviewers, double=double, repeats=repeats, gold=gold)
    pace = Pace(seconds=seconds, source=PaceSource.GIVEN)
    assert load.items(load.minutes(items + 1e-6, pace), pace) == pytest.approx(items + 1e-6)


def test_too_few_minutes_are_refused_with_how_many_it_takes() -> None:
    with pytest.raises(UsageError, match="too few for a single item") as caught:
        ONE.items(0.5, MINUTE)
    assert "at least 2 minutes" in caught.value.hint


@pytest.mark.parametrize("minutes", [0, -3, float("nan"), float("inf")])
def test_minutes_that_are_none_are_refused(minutes: float) -> None:
    with pytest.raises(UsageError, match="--minutes"):
        ONE.items(minutes, MINUTE)


@pytest.mark.parametrize("seconds", [0, -1, float("nan"), float("inf")])
def test_a_pace_that_is_none_is_refused(seconds: float) -> None:
    with pytest.raises(UsageError, match="above 0"):
        find_pace(seconds, None)


@pytest.mark.parametrize(
    ("reviewers", "double", "repeats", "word"),
    [(0, 0.1, 0.05, "reviewer"), (1, 1.5, 0.05, "--double"), (1, 0.1, -0.1, "--repeats")],
)
def test_impossible_loads_are_refused(reviewers: int, double: float, repeats: float, word: str) -> None:
    with pytest.raises(UsageError, match=word):
        Load(reviewers=reviewers, double=double, repeats=repeats)
