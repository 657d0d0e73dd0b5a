import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.stats.rates.design import design_probabilities, poisson_draw

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
