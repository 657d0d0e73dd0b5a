"""What arrays hold, by one name each, and the one division that many statistics share."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
"""Numbers: weights, probabilities, scores, totals."""
Integers = NDArray[np.int64]
"""Codes of answers and labels (-1 is none), counts, numbers of clusters."""
Bools = NDArray[np.bool_]
"""What is so of each item."""


def quotient(numerator: Floats, denominator: Floats) -> Floats:
    """Return a quotient, not a number where the denominator is 0."""
    with np.errstate(invalid="ignore", divide="ignore"):
        divided: Floats = np.where(denominator > 0, numerator / denominator, np.nan)
    return divided
