"""Sampling designs: with which probability each item goes to people."""

import numpy as np
from numpy.typing import ArrayLike

from evenhand.stats.arrays import Bools, Floats, Integers

UNIFORM = 0.5
"""Share of the budget spread evenly: without it the mistakes of unanimous judges stay hidden (methods.md 3.5)."""
MOST_RATIO = 5.0
"""Largest weight over smallest weight; above it weighting is worse than asking at random (methods.md 3.5)."""
_ROUNDING = 1e-9


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


def allocate_budget(sizes: ArrayLike, budget: float) -> Floats:
    """Return how many of `budget` labels each stratum is expected to get, shape (H,), none more than its items.

    Half of the budget is divided evenly over the H strata and half in proportion to their items, shape (H,): each
    stratum gets at least half of an equal share, so that small ones get a figure of their own, and at least half of a
    proportional one, so that the figure over all of them needs at most twice the labels. What a small stratum can not
    take goes to the others.

    Raises:
        ValueError: A stratum is empty, or the budget is not between 0 and the number of items.
    """
    items = np.asarray(sizes, dtype=np.float64)
    if items.ndim != 1 or not (items >= 1).all():
        raise ValueError("a stratum has at least one item")
    if not 0 < budget <= items.sum():
        raise ValueError(f"the budget is {budget}, expected a number above 0 and at most {items.sum():g}")
    wished = 0.5 / len(items) + 0.5 * items / items.sum()
    return _filled(wished, items, budget)


def stratified_probabilities(
    uncertainty: ArrayLike,
    strata: Integers,
    budget: float,
    *,
    uniform: float = UNIFORM,
    most_ratio: float = MOST_RATIO,
) -> Floats:
    """Return `design_probabilities` within each stratum, with the budget of `allocate_budget`, shape (N,).

    `strata` holds the number of the stratum of each item, shape (N,). The ratio of weights is at most `most_ratio`
    within a stratum; over all of them it is larger where small strata are asked more.

    Raises:
        ValueError: As `design_probabilities`.
    """
    doubt = np.asarray(uncertainty, dtype=np.float64)
    codes, sizes = np.unique(strata, return_counts=True)
    chances = np.zeros(len(doubt))
    for code, share in zip(codes, allocate_budget(sizes, budget), strict=True):
        members = np.flatnonzero(strata == code)
        chances[members] = design_probabilities(
            doubt[members], min(float(share), len(members)), uniform=uniform, most_ratio=most_ratio
        )
    return chances


def raised_probabilities(before: ArrayLike, design: ArrayLike, budget: float) -> Floats:
    """Return the probabilities of a design that was drawn with `before` and is topped up, shape (N,) each.

    They are max(before, min(1, c * design)) with the c for which they sum to `budget`, the labels expected of the whole
    design: none is ever lowered, and where `design` has the shape of `before` the result is what one draw of the whole
    budget would have had. A budget that is spent already changes nothing.

    With permanent random numbers (an item is drawn where its fixed number is below its probability), what was drawn
    before stays drawn, and the probability with which an item is in the design is exactly the one returned here: an
    estimate treats both draws as one. That holds where the top-up was planned, or decided because of the calendar, the
    budget, or the verdicts. It does not cover a top-up decided because of what the labels say (asking on until a rate
    looks right): the probabilities then depend on the labels, and an interval read at such a moment covers less than
    it claims. `stats.monitoring.confidence_sequence` is for looking as often as one likes.

    Raises:
        ValueError: A probability is not between 0 and 1, shapes differ, or the budget is above the number of items.
    """
    low, shape = (np.asarray(each, dtype=np.float64) for each in (before, design))
    if low.shape != shape.shape or low.ndim != 1:
        raise ValueError(f"expected one probability an item each, not shapes {low.shape} and {shape.shape}")
    if not ((low >= 0) & (low <= 1)).all() or not ((shape > 0) & (shape <= 1)).all():
        raise ValueError("probabilities are numbers from 0 to 1, those of the new design above 0")
    if budget > low.size * (1 + _ROUNDING):
        raise ValueError(f"the budget is {budget}, expected at most the {low.size} items")
    if budget <= low.sum():
        return low
    if budget >= low.size:
        return np.ones_like(low)
    raised: Floats = np.maximum(low, np.minimum(1.0, _factor(low, shape, budget) * shape))
    return raised


def _factor(low: Floats, shape: Floats, budget: float) -> float:
    """Return the c for which max(low, min(1, c * shape)) sums to `budget`: the sum is piecewise linear in c."""
    # An item's part begins to grow, by `shape`, where c * shape passes `low`, and ends where it reaches 1.
    kinks = np.concatenate([low / shape, 1 / shape])
    slopes = np.concatenate([shape, -shape])
    order = np.argsort(kinks, kind="stable")
    kinks, slope = kinks[order], np.cumsum(slopes[order])
    sums = float(low.sum()) + np.concatenate([[0.0], np.cumsum(np.diff(kinks) * slope[:-1])])
    reached = int(np.searchsorted(sums, budget))
    if reached >= len(sums):
        return float(kinks[-1])
    if reached == 0 or slope[reached - 1] <= 0:
        return float(kinks[reached])
    return float(kinks[reached - 1] + (budget - sums[reached - 1]) / slope[reached - 1])


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


def _filled(shape: Floats, most: Floats, total: float) -> Floats:
    """Return min(most, c * shape) with the c for which it sums to `total`."""
    filled = np.zeros_like(shape)
    free = np.ones(len(shape), dtype=np.bool_)
    while free.any():
        scale = (total - most[~free].sum()) / shape[free].sum()
        over = free & (scale * shape > most)
        if not over.any():
            filled[free] = scale * shape[free]
            break
        free &= ~over
    filled[~free] = most[~free]
    return filled
