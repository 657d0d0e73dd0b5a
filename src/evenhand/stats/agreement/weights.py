"""How much two different labels of an ordered scale agree: 1 is full agreement, 0 none."""

from typing import Literal

import numpy as np

from evenhand.stats.arrays import Floats

Weighting = Literal["nominal", "linear", "quadratic"] | Floats
"""A known weighting, or a matrix of shape (k, k) with ones on the diagonal and weights from 0 to 1."""


def agreement_weights(weighting: Weighting, categories: int) -> Floats:
    """Return the weights of `weighting` for `categories` labels in their order, shape (k, k).

    With the distance d of two labels and the largest distance D: nominal 1 where d = 0, linear 1 - d/D, quadratic
    1 - (d/D)^2. A matrix is returned as it is.

    Raises:
        ValueError: The weighting is unknown or a matrix breaks the rules above.
    """
    if not isinstance(weighting, str):
        return _checked(weighting, categories)
    places = np.arange(categories)
    distance: Floats = np.abs(places[:, np.newaxis] - places) / max(categories - 1, 1)
    match weighting:
        case "nominal":
            return np.eye(categories)
        case "linear":
            return 1 - distance
        case "quadratic":
            return 1 - distance**2
    raise ValueError(f"weights are {weighting!r}, expected nominal, linear, quadratic or a matrix")


def _checked(matrix: Floats, categories: int) -> Floats:
    if matrix.shape != (categories, categories):
        raise ValueError(f"weights of shape {matrix.shape}, expected {(categories, categories)}")
    inside = ((matrix >= 0) & (matrix <= 1)).all() and (np.diag(matrix) == 1).all()
    if not inside or not np.array_equal(matrix, matrix.T):
        raise ValueError("weights are symmetric, from 0 to 1, and 1 on the diagonal")
    return matrix
