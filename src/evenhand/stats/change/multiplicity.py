"""Many tests at once: adjusted p-values."""

import numpy as np
from numpy.typing import NDArray

from evenhand.stats.arrays import Floats


def holm(p_values: Floats) -> Floats:
    """Return Holm's adjusted p-values, in the order given.

    Rejecting those at most alpha keeps the chance of any false rejection at alpha, however the tests depend on each
    other. `p_values` has shape (m,); an empty one comes back empty.

    Source: Holm (1979), Scand. J. Statist. 6, 65-70; methods.md 6.4 (gates).

    Raises:
        ValueError: Not of shape (m,), or not between 0 and 1.
    """
    order, ordered = _ordered(p_values)
    m = ordered.size
    return _put_back(order, np.maximum.accumulate(ordered * np.arange(m, 0, -1)))


def benjamini_hochberg(p_values: Floats) -> Floats:
    """Return the adjusted p-values of Benjamini and Hochberg, in the order given.

    Rejecting those at most alpha keeps the expected share of false ones among the rejections at alpha, when the tests
    are independent or positively dependent. `p_values` has shape (m,); an empty one comes back empty.

    Source: Benjamini and Hochberg (1995), JRSS B 57, 289-300; methods.md 6.4 (exploration).

    Raises:
        ValueError: Not of shape (m,), or not between 0 and 1.
    """
    order, ordered = _ordered(p_values)
    m = ordered.size
    return _put_back(order, np.minimum.accumulate((ordered * m / np.arange(1, m + 1))[::-1])[::-1])


def benjamini_yekutieli(p_values: Floats) -> Floats:
    """Return the adjusted p-values of Benjamini and Yekutieli, in the order given.

    As `benjamini_hochberg`, and right under any dependence, for a factor of 1 + 1/2 + ... + 1/m.

    Source: Benjamini and Yekutieli (2001), Ann. Statist. 29, 1165-1188; methods.md 2.3.

    Raises:
        ValueError: Not of shape (m,), or not between 0 and 1.
    """
    order, ordered = _ordered(p_values)
    m = ordered.size
    ranks = np.arange(1, m + 1)
    scaled = ordered * m * (1 / ranks).sum() / ranks
    return _put_back(order, np.minimum.accumulate(scaled[::-1])[::-1])


def _ordered(p_values: Floats) -> tuple[NDArray[np.intp], Floats]:
    if p_values.ndim != 1:
        raise ValueError(f"expected p-values of shape (m,), not {p_values.shape}")
    if not ((p_values >= 0) & (p_values <= 1)).all():
        raise ValueError("a p-value is between 0 and 1")
    order = np.argsort(p_values, kind="stable")
    return order, p_values[order]


def _put_back(order: NDArray[np.intp], adjusted: Floats) -> Floats:
    back = np.empty_like(adjusted)
    back[order] = np.minimum(adjusted, 1.0)
    return back
