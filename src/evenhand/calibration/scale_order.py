"""The order of an ordered scale, and how much its categories agree."""

from dataclasses import dataclass

import numpy as np

from evenhand.calibration.sample import Ints, ScaleFacts
from evenhand.calibration.table import NONE, Floats, Level
from evenhand.stats.agreement.weights import agreement_weights
from evenhand.stats.reference_tables import squared_distances


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleOrder:
    """The categories of an ordered scale that have a place in its order."""

    merge: Ints
    """Place of each category, -1 for an abstention."""
    values: Floats
    """Their numbers."""
    squares: Floats | None
    """Squared distances; None for those of ranks."""
    weighting: Floats


def order_of(scale: ScaleFacts) -> ScaleOrder | None:
    """Return the order of a scale, without its abstentions; None where fewer than two categories have a place."""
    has_place = np.array([value is not None for value in scale.values], dtype=np.bool_)
    values = np.array([value for value in scale.values if value is not None], dtype=np.float64)
    if not scale.is_ordered or len(values) < 2:
        return None
    by_value = scale.level is Level.INTERVAL and np.ptp(values) > 0
    squares = squared_distances(values)
    return ScaleOrder(
        merge=np.where(has_place, np.cumsum(has_place) - 1, NONE).astype(np.int64),
        values=values,
        squares=squares if by_value else None,
        weighting=1 - squares / squares.max() if by_value else agreement_weights("quadratic", len(values)),
    )
