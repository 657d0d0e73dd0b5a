"""The design: who is drawn, with which probability, and what a top-up changes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.review.selection import (
    ROADS,
    DesignStep,
    Name,
    Purpose,
    expected_half_width,
    item_id,
    item_numbers,
    people_wanted,
    probabilities_after,
    queue_places,
    roads_of,
    weight_ratio,
)
from evenhand.stats.arrays import Floats, Integers
from evenhand.stats.rates.weighted import aipw_mean, horvitz_thompson

NAMES: list[Name] = [(f"c{number}", "1", f"p{number % 3}") for number in range(4_000)]
TEXTS = st.text(max_size=6)
UNCERTAINTIES = st.lists(st.floats(0.08, 1), min_size=2, max_size=40)


def one_stratum(_names: tuple[str, ...]) -> Integers:
    raise AssertionError("nothing is divided")


# -- Numbers ---------------------------------------------------------------------------------------


def test_numbers_are_evenly_spread_and_those_of_two_purposes_unrelated() -> None:
    found = {purpose: item_numbers(NAMES, seed=3, purpose=purpose) for purpose in Purpose}
    for numbers in found.values():
        counts = np.histogram(numbers, bins=10, range=(0, 1))[0]
        assert counts.sum() == len(NAMES)
        # 9 degrees of freedom: above 27.9 in one of a thousand
        assert ((counts - 400) ** 2 / 400).sum() < 27.9
    correlations = np.corrcoef(list(found.values()))[np.triu_indices(len(found), 1)]
    assert np.abs(correlations).max() < 3.5 / len(NAMES) ** 0.5


def test_a_number_belongs_to_the_item_and_not_to_its_place() -> None:
    numbers = item_numbers(NAMES, seed=3, purpose=Purpose.DRAW)
    np.testing.assert_array_equal(item_numbers(NAMES[::-1], seed=3, purpose=Purpose.DRAW)[::-1], numbers)
    assert item_numbers(NAMES[7:8], seed=3, purpose=Purpose.DRAW)[0] == numbers[7]
    assert not (item_numbers(NAMES, seed=4, purpose=Purpose.DRAW) == numbers).any()


def test_numbers_stay_what_they_are_in_every_version() -> None:
    # A design is topped up weeks later: another number for an item would break what its labels are worth.
    found = item_numbers([("core-0412", "1", "honesty.no-false-claims")], seed=7, purpose=Purpose.DRAW)
    assert found[0] == pytest.approx(PINNED_NUMBER, abs=1e-15)
    assert item_id("rd-20261127-kfqzt", ("core-0412", "1", "honesty.no-false-claims")) == PINNED_ID


PINNED_NUMBER = 0.5022376229060774
PINNED_ID = "01f72a9761df881826696f78"


@given(st.tuples(TEXTS, TEXTS, TEXTS), st.tuples(TEXTS, TEXTS, TEXTS))
def test_two_names_are_never_taken_for_one_another(one: Name, other: Name) -> None:
    assert (one == other) == (item_id("rd", one) == item_id("rd", other))


def test_ids_differ_between_designs() -> None:
    assert item_id("rd-1", NAMES[0]) != item_id("rd-2", NAMES[0])


# -- Probabilities ---------------------------------------------------------------------------------


@given(UNCERTAINTIES, st.lists(st.floats(0.05, 1), min_size=1, max_size=4))
def test_a_design_that_is_topped_up_ends_where_one_draw_of_all_would(
    doubt: list[float], shares: list[float]
) -> None:
    uncertainty = np.array(doubt)
    budgets = sorted(share * len(doubt) for share in shares)
    steps = [DesignStep(budget=budget) for budget in budgets]
    found = probabilities_after(steps, uncertainty, one_stratum)
    at_once = probabilities_after(steps[-1:], uncertainty, one_stratum)
    np.testing.assert_allclose(found, at_once, rtol=1e-9)


@given(UNCERTAINTIES, st.floats(0.05, 0.5), st.floats(0.5, 1), st.integers(1, 4), st.integers(0, 99))
def test_no_top_up_lowers_a_probability_or_drops_an_item(
    doubt: list[float], first: float, second: float, groups: int, seed: int
) -> None:
    uncertainty, n = np.array(doubt), len(doubt)
    strata = np.arange(n) % min(groups, n)
    steps = (DesignStep(budget=first * n), DesignStep(budget=second * n, strata=("topic",)))
    before, after = (probabilities_after(some, uncertainty, lambda _: strata) for some in (steps[:1], steps))
    numbers = item_numbers(NAMES[:n], seed=seed, purpose=Purpose.DRAW)
    assert (after >= before).all()
    assert after.sum() == pytest.approx(max(second * n, before.sum()))
    assert not ((numbers < before) & ~(numbers < after)).any()


def test_an_item_is_in_the_topped_up_design_exactly_with_its_new_probability() -> None:
    rng = np.random.default_rng(0)
    uncertainty = rng.uniform(0.08, 1, 12)
    strata = np.arange(12) % 3
    steps = (DesignStep(budget=3.0), DesignStep(budget=5.0, strata=("topic",)), DesignStep(budget=7.0))
    chances = [probabilities_after(steps[:count], uncertainty, lambda _: strata) for count in (1, 2, 3)]
    numbers = rng.random((40_000, 12))
    union = np.any([numbers < each for each in chances], axis=0)
    error = np.sqrt(chances[-1] * (1 - chances[-1]) / len(numbers))
    assert (np.abs(union.mean(axis=0) - chances[-1]) <= 4.5 * error + 1e-12).all()


def test_estimates_over_a_topped_up_design_are_unbiased_and_their_intervals_cover() -> None:
    rng = np.random.default_rng(1)
    n, repetitions = 1_500, 400
    share = rng.choice([0.0, 0.2, 0.4, 0.6, 0.8, 1.0], n, p=[0.1, 0.05, 0.05, 0.05, 0.05, 0.7])
    truth = (rng.random(n) < 0.1 + 0.8 * share).astype(float)
    uncertainty = np.clip(4 * share * (1 - share), 0.08, 1)
    steps = (DesignStep(budget=60.0), DesignStep(budget=120.0, strata=("topic",)))
    inclusion = probabilities_after(steps, uncertainty, lambda _: np.arange(n) % 2)
    weighted, augmented, pooled, covered = [], [], [], 0
    for _ in range(repetitions):
        drawn = rng.random(n) < inclusion
        labels = np.where(drawn, truth, np.nan)
        weighted.append(_value(horvitz_thompson(labels, inclusion).estimate))
        found = aipw_mean(share, labels, inclusion).estimate
        augmented.append(_value(found))
        pooled.append(float(truth[drawn].mean()))
        interval = found.interval  # type: ignore[union-attr]  # never undefined with so many labels
        covered += interval.low <= truth.mean() <= interval.high
    for values in (weighted, augmented):
        assert abs(np.mean(values) - truth.mean()) < 4 * np.std(values) / repetitions**0.5
    assert abs(np.mean(pooled) - truth.mean()) > 0.02  # what pooling the labels would say
    assert covered / repetitions >= 0.92


def _value(estimate: object) -> float:
    return float(estimate.value)  # type: ignore[attr-defined]  # never undefined with so many labels


def test_weights_stay_within_five_also_where_the_panel_is_certain_or_not_at_all() -> None:
    uncertainty = np.where(np.arange(1_000) < 3, 1.0, 0.08)
    assert weight_ratio(probabilities_after([DesignStep(budget=50.0)], uncertainty, one_stratum)) <= 5


def test_a_budget_beyond_the_population_takes_everything() -> None:
    found = probabilities_after([DesignStep(budget=1e6)], np.full(30, 0.5), one_stratum)
    np.testing.assert_array_equal(found, np.ones(30))


def test_the_expected_half_width_is_that_of_a_wald_interval_where_all_are_drawn_alike() -> None:
    # 1.96 sqrt(0.25 / 100)
    assert expected_half_width(np.ones(10_000), np.full(10_000, 0.01)) == pytest.approx(1.96 * 0.05)


# -- People and queue ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reviewers", "double", "wanted"),
    [(1, 0.1, [2, 1, 1]), (1, 0.0, [1, 1, 1]), (1, 1.0, [2, 2, 2]), (3, 0.1, [3, 3, 3])],
)
def test_a_share_of_items_gets_a_second_person(reviewers: int, double: float, wanted: list[int]) -> None:
    found = people_wanted(np.array([0.05, 0.1, 0.7]), reviewers=reviewers, double=double)
    assert found.tolist() == wanted


def test_the_queue_follows_its_numbers_and_goes_on_behind_an_earlier_one() -> None:
    assert queue_places(np.array([0.9, 0.1, 0.5])).tolist() == [2, 0, 1]
    assert queue_places(np.array([0.9, 0.1, 0.5]), first=7).tolist() == [9, 7, 8]


def test_the_queue_tells_nothing_about_how_an_item_came_in() -> None:
    doubt: Floats = np.where(np.arange(len(NAMES)) < 2_000, 1.0, 0.08)
    chances = probabilities_after([DesignStep(budget=800.0)], doubt, one_stratum)
    drawn = np.flatnonzero(item_numbers(NAMES, seed=1, purpose=Purpose.DRAW) < chances)
    names = [NAMES[place] for place in drawn]
    places = queue_places(item_numbers(names, seed=1, purpose=Purpose.QUEUE))
    second = people_wanted(item_numbers(names, seed=1, purpose=Purpose.SECOND), reviewers=1, double=0.3) == 2
    uncertain = drawn < 2_000
    for told in (places, second):
        assert abs(np.corrcoef(told, uncertain)[0, 1]) < 3.5 / len(drawn) ** 0.5


@pytest.mark.parametrize(
    ("voiceless", "undecided", "split", "road"),
    [
        (True, True, False, "failed"),
        (False, True, True, "undecided"),
        (False, False, True, "split"),
        (False, False, False, "unanimous"),
    ],
)
def test_an_item_is_named_by_what_brought_it_in(
    *, voiceless: bool, undecided: bool, split: bool, road: str
) -> None:
    found = roads_of(
        voiceless=np.array([voiceless]), undecided=np.array([undecided]), split=np.array([split])
    )
    assert ROADS[found[0]] == road
