"""What the tests of several coefficients share."""

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from evenhand.stats.estimate import Estimate, Measured

Answers = NDArray[np.int64]

# Gwet's data of twelve units, four raters and gaps, labels from 1 to 5 (Gwet 2014, Handbook, table 2.10; here minus 1).
GWET_FOUR_RATERS = (
    np.array(
        [
            [1, 1, 0, 1],
            [2, 2, 3, 2],
            [3, 3, 3, 3],
            [3, 3, 3, 3],
            [2, 2, 2, 2],
            [1, 2, 3, 4],
            [4, 4, 4, 4],
            [1, 1, 2, 1],
            [2, 2, 2, 2],
            [0, 5, 5, 5],
            [0, 0, 1, 1],
            [0, 0, 3, 0],
        ]
    )
    - 1
)
# Two raters and four labels, fifteen items.
TWO_RATERS = np.stack(
    [[0, 0, 1, 2, 2, 0, 3, 3, 1, 2, 0, 0, 0, 3, 1], [0, 1, 1, 2, 1, 0, 3, 1, 1, 2, 0, 0, 2, 3, 0]], axis=1
)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def estimate(measured: Measured) -> Estimate:
    assert isinstance(measured, Estimate), measured
    return measured


def noisy_answers(
    seed: int, *, items: int = 120, raters: int = 4, categories: int = 4, gaps: float = 0.2
) -> Answers:
    """Answers that agree more than by chance, with gaps."""
    draw = np.random.default_rng(seed)
    truth = draw.integers(0, categories, size=(items, 1))
    answers = draw.integers(0, categories, size=(items, raters))
    answers = np.where(draw.random(answers.shape) < 0.7, truth, answers)
    return np.where(draw.random(answers.shape) < gaps, -1, answers)


seeds = st.integers(0, 10_000)
