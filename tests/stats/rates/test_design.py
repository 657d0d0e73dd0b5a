import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.stats.rates.design import (
    allocate_budget,
    design_probabilities,
    poisson_draw,
    raised_probabilities,
    stratified_probabilities,
)

UNCERTAINTIES = st.lists(st.floats(0, 1), min_size=1, max_size=60)


@given(UNCERTAINTIES, st.floats(0.01, 1), st.floats(0.05, 1), st.floats(1, 9))
def test_probabilities_sum_to_the_budget_and_keep_the_ratio(
    doubt: list[float], share: float, uniform: float, ratio: float
) -> None:
    chances = design_probabilities(doubt, share * len(doubt), uniform=uniform, most_ratio=ratio)
    assert chances.sum() == pytest.approx(share * len(doubt))
    assert ((chances > 0) & (chances <= 1)).all()
    assert chances.max() / chances.min() <= ratio * (1 + 1e-9)


@given(UNCERTAINTIES)
def test_more_uncertainty_is_never_asked_less(doubt: list[float]) -> None:
    chances = design_probabilities(doubt, len(doubt) / 3)
    order = np.argsort(doubt, kind="stable")
    assert (np.diff(chances[order]) >= -1e-12).all()


def test_half_is_even_and_half_follows_the_root_of_the_uncertainty() -> None:
    # roots 0, 1, 2, 1 of sum 4: 1/2 * 2/4 + 1/2 * 2 * root/4
    np.testing.assert_allclose(
        design_probabilities([0.0, 1.0, 4.0, 1.0], 2.0), [0.25, 0.5, 0.75, 0.5], atol=1e-12
    )


def test_without_uncertainty_all_are_equal() -> None:
    np.testing.assert_allclose(design_probabilities(np.zeros(10), 3), np.full(10, 0.3), atol=1e-12)


def test_whole_budget_asks_everything() -> None:
    np.testing.assert_allclose(design_probabilities([0.0, 0.1, 0.25], 3), np.ones(3), atol=1e-12)


@pytest.mark.parametrize(
    ("doubt", "budget", "uniform", "ratio"),
    [
        ([-0.1, 0.2], 1, 0.5, 5),
        ([np.nan, 0.2], 1, 0.5, 5),
        ([np.inf, 0.2], 1, 0.5, 5),
        ([0.1, 0.2], 0, 0.5, 5),
        ([0.1, 0.2], 3, 0.5, 5),
        ([0.1, 0.2], 1, 0.0, 5),
        ([0.1, 0.2], 1, 1.5, 5),
        ([0.1, 0.2], 1, 0.5, 0.5),
        ([], 1, 0.5, 5),
    ],
)
def test_impossible_designs_are_refused(
    doubt: list[float], budget: float, uniform: float, ratio: float
) -> None:
    with pytest.raises(ValueError, match=r"uncertainty|budget|uniform"):
        design_probabilities(doubt, budget, uniform=uniform, most_ratio=ratio)


def test_draw_keeps_the_probabilities() -> None:
    drawn = poisson_draw(np.tile([0.1, 0.9, 0.0, 1.0], (20_000, 1)), rng=np.random.default_rng(0))
    np.testing.assert_allclose(drawn.mean(axis=0), [0.1, 0.9, 0.0, 1.0], atol=0.01)


def test_draw_repeats_from_its_seed() -> None:
    first, second = (poisson_draw(np.full(50, 0.5), rng=np.random.default_rng(7)) for _ in range(2))
    assert (first == second).all()


@pytest.mark.parametrize("chance", [-0.1, 1.1, np.nan])
def test_draw_refuses_impossible_probabilities(chance: float) -> None:
    with pytest.raises(ValueError, match="0 to 1"):
        poisson_draw([0.5, chance], rng=np.random.default_rng(0))


# -- Strata ----------------------------------------------------------------------------------------

SIZES = st.lists(st.integers(1, 5_000), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("sizes", "budget", "shares"),
    [
        ([100, 100], 20, [10, 10]),
        ([300, 100], 40, [25, 15]),  # half of 40 evenly, half 3 : 1
        ([1_000, 4], 100, [96, 4]),  # a stratum of 4 takes 4, the other what is left
        ([1, 1, 998], 100, [1, 1, 98]),
        ([7], 3, [3]),
        ([2, 3], 5, [2, 3]),
    ],
)
def test_half_of_a_budget_is_divided_evenly_and_half_by_size(
    sizes: list[int], budget: float, shares: list[float]
) -> None:
    np.testing.assert_allclose(allocate_budget(sizes, budget), shares)


@given(SIZES, st.floats(0.001, 1))
def test_every_stratum_gets_half_of_an_equal_and_of_a_proportional_share(
    sizes: list[int], part: float
) -> None:
    items = np.array(sizes, dtype=np.float64)
    budget = part * items.sum()
    shares = allocate_budget(sizes, budget)
    assert shares.sum() == pytest.approx(budget)
    least = np.maximum(0.5 * budget / len(items), 0.5 * budget * items / items.sum())
    assert (shares >= np.minimum(items, least) * (1 - 1e-9)).all()
    assert (shares <= items * (1 + 1e-9)).all()


@pytest.mark.parametrize(("sizes", "budget"), [([], 1), ([3, 0], 1), ([3], 4), ([3], 0)])
def test_impossible_allocations_are_refused(sizes: list[int], budget: float) -> None:
    with pytest.raises(ValueError, match=r"stratum|budget"):
        allocate_budget(sizes, budget)


@given(UNCERTAINTIES, st.integers(1, 4), st.floats(0.01, 1))
def test_within_a_stratum_the_design_is_that_of_its_share(
    doubt: list[float], groups: int, part: float
) -> None:
    strata = np.arange(len(doubt)) % groups
    budget = part * len(doubt)
    chances = stratified_probabilities(doubt, strata, budget)
    assert chances.sum() == pytest.approx(budget)
    for code in np.unique(strata):
        inside = chances[strata == code]
        assert inside.max() / inside.min() <= 5 * (1 + 1e-9)


# -- Top-ups ---------------------------------------------------------------------------------------


@given(st.data(), st.integers(1, 30))
def test_raising_keeps_what_was_and_spends_the_budget(data: st.DataObject, n: int) -> None:
    chance = st.lists(st.floats(0, 1), min_size=n, max_size=n)
    before = np.array(data.draw(chance))
    design = np.maximum(np.array(data.draw(chance)), 1e-3)
    budget = data.draw(st.floats(0, 1)) * n
    raised = raised_probabilities(before, design, budget)
    assert (raised >= before).all()
    assert (raised <= 1).all()
    assert raised.sum() == pytest.approx(max(budget, before.sum()), abs=1e-7)


def test_raising_lifts_in_the_shape_of_the_new_design() -> None:
    # c (0.2 + 0.4) + max(0.5, 0.4 c) = 1.1 with c = 1: the third keeps its 0.5
    np.testing.assert_allclose(raised_probabilities([0, 0.1, 0.5], [0.2, 0.4, 0.4], 1.1), [0.2, 0.4, 0.5])


def test_a_spent_budget_raises_nothing() -> None:
    np.testing.assert_array_equal(raised_probabilities([0.2, 0.9], [0.5, 0.5], 1.0), [0.2, 0.9])


@pytest.mark.parametrize(
    ("before", "design", "budget"),
    [
        ([0.1], [0.1, 0.2], 0.2),
        ([-0.1], [0.1], 0.2),
        ([0.1], [0.0], 0.2),
        ([0.1], [1.5], 0.2),
        ([np.nan], [0.5], 0.2),
        ([0.1], [0.5], 1.2),
    ],
)
def test_impossible_top_ups_are_refused(before: list[float], design: list[float], budget: float) -> None:
    with pytest.raises(ValueError, match=r"probabilit|budget"):
        raised_probabilities(before, design, budget)
