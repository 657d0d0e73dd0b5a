"""What a panel leaves open on each item: the variance its own votes give to what a person will say.

===================  ===================================================================================
Votes                Spread, 0 to 1
===================  ===================================================================================
labels, pairs        2 (1 - sum of p^2), at most 1: of two labels 4 q (1 - q), 1 where they stand equal
an ordered scale     4 times the variance of the numbers, over the square of the range
a calibrated share   4 c (1 - c), c the probability of the label the panel settled on
===================  ===================================================================================

p and q are means over the judges: of their probabilities where they give any, else of their answers. A judge without
an opinion, because it can not tell or its rating failed, leaves its part open altogether. An item the panel leaves
undecided is as uncertain as can be, and one on which all agree is not certain: see `LEAST`.
"""

import numpy as np
from numpy.typing import NDArray

from evenhand.stats.arrays import Bools, Floats

LEAST = 0.08
"""Uncertainty of an item on which the judges have one voice: judges err together, and the design of methods.md 3.5 was
measured with a variance of .02 there, where .25 is the most."""
MOST = 1.0
"""Uncertainty of an undecided item, and of one on which every rating failed."""

_NO_VOTE = 1e-9
"""Weight of votes below which there are none."""

Masses = NDArray[np.float32] | Floats


def spread_of_labels(votes: Masses) -> Floats:
    """Return how far the votes on each item differ, from their mass on each label, shape (N, K); 1 without a vote."""
    mass = votes.sum(axis=1, dtype=np.float64)
    squares = np.einsum("nk,nk->n", votes, votes, dtype=np.float64)
    there = mass > _NO_VOTE
    spread = np.full(len(mass), MOST)
    spread[there] = 2 * (1 - squares[there] / mass[there] ** 2)
    clipped: Floats = np.clip(spread, 0.0, MOST)
    return clipped


def spread_of_numbers(mass: Floats, totals: Floats, squares: Floats, width: float) -> Floats:
    """Return how far the numbers on each item differ, shape (N,) as every array; 1 without one.

    Args:
        mass: Weight of the numbers.
        totals: Their weighted sum.
        squares: The weighted sum of their squares.
        width: Range of the scale.
    """
    there = mass > _NO_VOTE
    spread = np.full(len(mass), MOST)
    mean = totals[there] / mass[there]
    spread[there] = 4 * (squares[there] / mass[there] - mean**2) / width**2
    clipped: Floats = np.clip(spread, 0.0, MOST)
    return clipped


def spread_of_confidence(confidence: Floats) -> Floats:
    """Return what a calibrated probability of the verdict leaves open, shape (N,)."""
    return np.asarray(4 * confidence * (1 - confidence))


def panel_uncertainty(spread: Floats, *, silent: Floats, undecided: Bools) -> Floats:
    """Return the uncertainty of each item, `LEAST` to 1, shape (N,).

    Args:
        spread: How far the votes differ.
        silent: Share of the judges asked who have no opinion.
        undecided: Where the panel has no verdict.
    """
    opened = spread + (MOST - spread) * silent
    return np.where(undecided, MOST, np.clip(opened, LEAST, MOST))
