"""What every measure of a confidence asks of its input."""

import numpy as np
from numpy.typing import NDArray


def check_confidences(
    confidence: NDArray[np.float64],
    flags: NDArray[np.bool_],
    weights: NDArray[np.float64] | None = None,
    clusters: NDArray[np.int64] | None = None,
) -> None:
    """Refuse what are not confidences with a flag, and where given a weight and a cluster, for each.

    Raises:
        ValueError: Shapes differ, a confidence is not from 0 to 1, or a weight is not above 0.
    """
    if confidence.ndim != 1 or confidence.shape != flags.shape:
        raise ValueError(f"expected one flag for each confidence, not {flags.shape} for {confidence.shape}")
    if not ((confidence >= 0) & (confidence <= 1)).all():
        raise ValueError("a confidence is a number from 0 to 1")
    for name, extra in (("weight", weights), ("cluster", clusters)):
        if extra is not None and extra.shape != confidence.shape:
            raise ValueError(
                f"expected one {name} for each confidence, not {extra.shape} for {confidence.shape}"
            )
    if weights is not None and not (np.isfinite(weights) & (weights > 0)).all():
        raise ValueError("a weight is a finite number above 0")
