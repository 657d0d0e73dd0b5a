"""Taking the best of several candidates, and how much of its score is luck."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.tuning.scores import Scores, cluster_numbers
from evenhand.tuning.select import best_of, select

SEED = 20261128


def scores(right: "np.ndarray[tuple[int, int], np.dtype[np.float64]]") -> Scores:
    n, k = right.shape
    return Scores(names=tuple(f"c{place}" for place in range(k)), right=right, clusters=np.arange(n))


def made_up(n: int, k: int, rng: np.random.Generator, *, spread: float) -> Scores:
    """Candidates of a true quality near .8 with shared difficulty."""
    quality, difficulty = rng.normal(0, spread, k), rng.normal(0, 0.1, n)
    return scores((rng.random((n, k)) < 0.8 + quality - difficulty[:, None]).astype(float))


@pytest.mark.parametrize(
    ("means", "lengths", "best"),
    [
        ([0.5, 0.7, 0.6], [10, 10, 10], 1),
        ([0.7, 0.7, 0.7], [99, 1, 2], 0),
        ([0.5, 0.7, 0.7], [10, 90, 20], 2),
        ([0.5, 0.7, 0.7], [10, None, 20], 2),
        ([0.5, 0.7, 0.7], [10, None, None], 1),
    ],
)
def test_of_equals_the_current_judge_stays_and_then_the_shortest_prompt_wins(
    means: list[float], lengths: list[int | None], best: int
) -> None:
    assert best_of(np.array(means), lengths) == best


def test_a_choice_among_equal_candidates_is_seen_to_be_luck() -> None:
    seen, worth = [], []
    for seed in range(30):
        table = made_up(50, 20, np.random.default_rng(seed), spread=0)
        found = select(table, [1] * 20, rng=np.random.default_rng(1))
        assert found.cross_validated is not None
        seen.append(found.score - table.right.mean())
        worth.append(found.cross_validated - table.right.mean())
    assert np.mean(seen) > 0.06
    assert abs(np.mean(worth)) < 0.02


def test_a_clear_winner_is_taken_in_every_fold_and_has_no_optimism() -> None:
    right = np.zeros((60, 3))
    right[:, 1] = 1
    found = select(scores(right), [1, 1, 1], rng=np.random.default_rng(SEED))
    assert (found.name, found.score, found.cross_validated, found.picked) == ("c1", 1.0, 1.0, (0.0, 1.0, 0.0))
    assert found.optimism == 0


def test_items_of_one_source_are_never_on_both_sides_of_a_fold() -> None:
    """Every source is right for one candidate alone: what is best on the others is always wrong on the one left out."""
    clusters = np.repeat(np.arange(3), 20)
    right = np.zeros((60, 4))
    right[np.arange(60), clusters + 1] = 1
    table = Scores(names=("now", "a", "b", "c"), right=right, clusters=clusters)
    found = select(table, [9, 1, 1, 1], rng=np.random.default_rng(SEED), folds=3)
    assert found.score == pytest.approx(1 / 3)
    assert found.cross_validated == 0


def test_one_source_gives_no_folds_and_no_item_gives_no_choice() -> None:
    table = Scores(names=("now",), right=np.ones((4, 1)), clusters=cluster_numbers(["a"] * 4))
    found = select(table, [1], rng=np.random.default_rng(SEED))
    assert (found.cross_validated, found.optimism, found.picked) == (None, None, ())
    with pytest.raises(ValueError, match="without an item"):
        select(scores(np.zeros((0, 2))), [1, 1], rng=np.random.default_rng(SEED))


@given(seed=st.integers(0, 2**32 - 1), n=st.integers(2, 40), k=st.integers(1, 6))
def test_what_is_taken_is_never_beaten_where_it_was_taken(seed: int, n: int, k: int) -> None:
    table = made_up(n, k, np.random.default_rng(seed), spread=0.1)
    found = select(table, [1] * k, rng=np.random.default_rng(seed), rounds=2)
    assert found.score == pytest.approx(table.means.max())
    assert found.cross_validated is not None
    assert 0 <= found.cross_validated <= found.score + 1e-9
    assert sum(found.picked) == pytest.approx(1)


def test_the_same_seed_gives_the_same_selection() -> None:
    table = made_up(40, 5, np.random.default_rng(3), spread=0.05)
    first, second = (select(table, [1] * 5, rng=np.random.default_rng(SEED)) for _ in range(2))
    assert first == second
