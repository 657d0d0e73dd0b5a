import numpy as np
import pytest
from numpy.typing import NDArray

from evenhand.stats.chance_adjusted import ChanceAdjusted, chance_adjusted_agreement
from evenhand.stats.estimate import Estimate, Measured, Undefined

Codes = NDArray[np.int64]


def capa(answers: Codes, truth: Codes, categories: int) -> ChanceAdjusted:
    return chance_adjusted_agreement(
        answers, truth, categories=categories, rng=np.random.default_rng(0), draws=200
    )


def estimate(measured: Measured) -> Estimate:
    assert isinstance(measured, Estimate), measured
    return measured


def reason(measured: Measured) -> str:
    assert isinstance(measured, Undefined), measured
    return measured.reason


def independent(items: int, judges: int, seed: int) -> tuple[Codes, Codes]:
    rng = np.random.default_rng(seed)
    truth = rng.integers(2, size=items)
    wrong = rng.random((items, judges)) < 0.3
    return np.where(wrong, 1 - truth[:, np.newaxis], truth[:, np.newaxis]), truth


def test_capa_by_hand() -> None:
    # Right on 3 of 4 and 2 of 4, alike on 3 of 4, three categories:
    # e = 3/4 1/2 + 1/4 1/2 / 2 = 7/16; (3/4 - 7/16) / (9/16) = 5/9
    answers = np.array([[0, 0], [0, 0], [0, 1], [2, 2]])
    found = capa(np.tile(answers, (10, 1)), np.zeros(40, dtype=np.int64), 3)
    assert estimate(found.mean).value == pytest.approx(5 / 9)
    assert found.pairs[0][:2] == (0, 1)


def test_capa_is_one_for_the_same_judge_and_zero_for_independent_ones() -> None:
    answers, truth = independent(4000, 2, seed=3)
    assert estimate(capa(answers, truth, 2).mean).value == pytest.approx(0.0, abs=0.05)
    assert estimate(capa(answers[:, [0, 0]], truth, 2).mean).value == pytest.approx(1.0)


def test_capa_of_certain_probabilities_is_that_of_the_answers() -> None:
    answers, truth = independent(200, 3, seed=3)
    answers[::7, 1] = -1
    probabilities = (answers[:, :, np.newaxis] == np.arange(2)).astype(float)
    soft = chance_adjusted_agreement(
        answers, truth, categories=2, probabilities=probabilities, rng=np.random.default_rng(0), draws=50
    )
    hard = capa(answers, truth, 2)
    for (_, _, one), (_, _, other) in zip(soft.pairs, hard.pairs, strict=True):
        assert estimate(one).value == pytest.approx(estimate(other).value)


def test_capa_of_judges_who_are_always_right_is_undefined() -> None:
    assert "always right" in reason(
        capa(np.zeros((9, 2), dtype=np.int64), np.zeros(9, dtype=np.int64), 2).mean
    )


def test_shapes_that_do_not_fit_are_refused() -> None:
    answers, truth = independent(5, 2, seed=1)
    with pytest.raises(ValueError, match="two categories"):
        capa(answers, truth, 1)
    with pytest.raises(ValueError, match="probabilities need the shape"):
        chance_adjusted_agreement(
            answers, truth, categories=2, probabilities=np.zeros((5, 2, 3)), rng=np.random.default_rng(0)
        )
