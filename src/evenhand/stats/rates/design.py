"""Sampling designs: with which probability each item goes to people."""

import numpy as np
from numpy.typing import ArrayLike

from evenhand.stats.arrays import Bools, Floats

UNIFORM = 0.5
"""Share of the budget spread evenly: without it the mistakes of unanimous judges stay hidden (methods.md 3.5)."""
MOST_RATIO = 5.0
"""Largest weight over smallest weight; above it weighting is worse than asking at random (methods.md 3.5)."""


def design_probabilities(
    uncertainty: ArrayLike, budget: float, *, uniform: float = UNIFORM, most_ratio: float = MOST_RATIO
) -> Floats:
    """Return the probability pi with which each of N items goes to people.

    pi is `uniform` of the budget spread evenly, the rest in proportion to the square root of `uncertainty` (shape
    (N,), the variance expected of label minus score, such as q (1 - q) for a share q of votes). No item is more than
    `most_ratio` times as likely as another, none above 1, and the probabilities sum to `budget`: the number of labels
    expected. Without any uncertainty they are equal.

    Source: Zrnic & Candes (2024), active statistical inference; methods.md 3.5.

    Raises:
        ValueError: The uncertainty is negative or no number, or the budget is not between 0 and N, or `uniform` is
            not above 0 and up to 1, or `most_ratio` is below 1.
    """
    doubt = np.asarray(uncertainty, dtype=np.float64)
    if doubt.ndim != 1 or not (doubt >= 0).all() or np.isinf(doubt).any():
        raise ValueError("uncertainty is one number of 0 or more an item")
    if not 0 < budget <= doubt.size:
        raise ValueError(
            f"the budget is {budget}, expected a number above 0 and at most the {doubt.size} items"
        )
    if not 0 < uniform <= 1 or most_ratio < 1:
        raise ValueError(
            "uniform is a share above 0 and up to 1, and the largest ratio of weights is at least 1"
        )
    roots = np.sqrt(doubt)
    targeted = roots / roots.mean() if roots.any() else np.ones_like(roots)
    wished = uniform + (1 - uniform) * targeted
    return _scaled(np.minimum(wished, most_ratio * wished.min()), budget)


def poisson_draw(probabilities: ArrayLike, *, rng: np.random.Generator) -> Bools:
    """Return which items are drawn, each on its own with its probability, shape (N,).

    The number drawn is random; its expectation is the sum of the probabilities.

    Raises:
        ValueError: A probability is not between 0 and 1.
    """
    chances = np.asarray(probabilities, dtype=np.float64)
    if not ((chances >= 0) & (chances <= 1)).all():
        raise ValueError("probabilities are numbers from 0 to 1")
    drawn: Bools = rng.random(chances.shape) < chances
    return drawn


def _scaled(shape: Floats, total: float) -> Floats:
    """Return min(1, c * shape) with the c for which it sums to `total`."""
    ordered = np.sort(shape)[::-1]
    # With the j largest at 1, the others share what is left of the total.
    rest = np.cumsum(ordered[::-1])[::-1]
    scales = (total - np.arange(len(ordered))) / rest
    certain = int(np.argmax(scales * ordered <= 1)) if (scales * ordered <= 1).any() else len(ordered) - 1
    scaled: Floats = np.minimum(1.0, scales[certain] * shape)
    return scaled
