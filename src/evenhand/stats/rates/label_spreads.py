"""How much one label says of a rate, a sensitivity or a specificity: n times the variance that n even labels leave."""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from evenhand.stats.arrays import Floats, Integers
from evenhand.stats.rates.draws import StrataDraws

Spread = Callable[[StrataDraws, Integers], Floats]
"""From strata and their verdicts, shape (draws,)."""


def _rate_spread(strata: StrataDraws, _: Integers) -> Floats:
    spread: Floats = (strata.weights * strata.means * (1 - strata.means)).sum(axis=-1)
    return spread


def _rate_alone(strata: StrataDraws, _: Integers) -> Floats:
    return strata.rates * (1 - strata.rates)


def _sensitivity_spread(strata: StrataDraws, verdicts: Integers) -> Floats:
    """Return n times the variance of a / (a + b), a and b the positive items of either verdict."""
    parts = [
        (
            (strata.weights * strata.means)[:, verdicts == call].sum(axis=1),
            (strata.weights * strata.means * (1 - strata.means))[:, verdicts == call].sum(axis=1),
        )
        for call in (1, 0)
    ]
    (right, right_spread), (missed, missed_spread) = parts
    whole = right + missed
    top = missed**2 * right_spread + right**2 * missed_spread
    spread: Floats = np.divide(top, whole**4, out=np.full_like(top, np.inf), where=whole > 0)
    return spread


def _sensitivity_alone(strata: StrataDraws, verdicts: Integers) -> Floats:
    """Return n times the variance of the share of positive labels that the verdict got right."""
    positive = strata.weights * strata.means
    whole = positive[:, verdicts >= 0].sum(axis=1)
    right = positive[:, verdicts == 1].sum(axis=1)
    share = np.divide(right, whole, out=np.zeros_like(whole), where=whole > 0)
    spread: Floats = np.divide(share * (1 - share), whole, out=np.full_like(whole, np.inf), where=whole > 0)
    return spread


def _mirrored(strata: StrataDraws, verdicts: Integers) -> tuple[StrataDraws, Integers]:
    """Return the strata with positive and negative swapped."""
    swapped = np.where(verdicts >= 0, 1 - verdicts, verdicts)
    return StrataDraws(weights=strata.weights, means=1 - strata.means), swapped


def _specificity_spread(strata: StrataDraws, verdicts: Integers) -> Floats:
    return _sensitivity_spread(*_mirrored(strata, verdicts))


def _specificity_alone(strata: StrataDraws, verdicts: Integers) -> Floats:
    return _sensitivity_alone(*_mirrored(strata, verdicts))


SPREADS: Final[Mapping[str, tuple[Spread, Spread]]] = {
    "rate": (_rate_spread, _rate_alone),
    "sensitivity": (_sensitivity_spread, _sensitivity_alone),
    "specificity": (_specificity_spread, _specificity_alone),
}
"""With the verdicts, and without."""


def explained_correlation(strata: StrataDraws) -> Floats:
    """Return the correlation of labels with the share of positive items in their stratum, shape (draws,)."""
    whole = _rate_alone(strata, np.array([]))
    rest = _rate_spread(strata, np.array([]))
    explained = 1 - np.divide(rest, whole, out=np.ones_like(whole), where=whole > 0)
    correlation: Floats = np.sqrt(np.clip(explained, 0, 1))
    return correlation
