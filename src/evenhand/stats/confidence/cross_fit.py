"""Cross-fitting: calibrated probabilities of labelled items from maps that never saw their labels."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evenhand.stats.arrays import Bools, Floats, Integers
from evenhand.stats.clusters import cluster_count
from evenhand.stats.confidence.checks import check_confidences
from evenhand.stats.confidence.maps import Map, Method, choose_method, fit_map
from evenhand.stats.estimate import Undefined
from evenhand.stats.folds import fold_numbers

FOLDS = 10
"""Parts the labels are divided into: each map learns from nine tenths."""
FEWEST_UNITS = 20
"""Independent labels without which no map is worth fitting (methods.md 2.5)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossFit:
    """A map for items to come, and what such maps say of labels they never saw."""

    calibrated: Floats
    """Shape (n,): what each labelled item's confidence is worth, by a map fitted without its fold. Measure these."""
    folds: NDArray[np.int64]
    """Shape (n,): the fold of each item; items of one cluster share it."""
    method: Method
    """Kind of all these maps."""
    final: Map
    """Fitted to all labels. For new items only: its own labels say nothing about it."""
    labels: int
    """How many labels `final` rests on."""


def cross_fit(
    confidence: Floats,
    correct: Bools,
    *,
    rng: np.random.Generator,
    weights: Floats | None = None,
    clusters: Integers | None = None,
    folds: int = FOLDS,
    method: Method | None = None,
) -> CrossFit | Undefined:
    """Return the map of all labels, with each item calibrated by a map that did not see its cluster.

    `confidence` and `correct` have shape (n,), `weights` are 1/inclusion probability. Items are divided at random into
    `folds` parts of nearly equal size; those of one cluster stay together. The kind of map goes by n, the same
    for every fold. Measures of `calibrated` speak of maps fitted to a little fewer labels than `final`.

    Undefined with fewer than 20 clusters.

    Source: Chernozhukov et al. (2018), Econometrics Journal 21, C1-C68, for cross-fitting; methods.md 2.4.

    Raises:
        ValueError: There are fewer than two folds, shapes differ, a confidence is not from 0 to 1, or a weight is not
            above 0.
    """
    check_confidences(confidence, correct, weights, clusters)
    count = cluster_count(confidence.size, clusters)
    if count < FEWEST_UNITS:
        reason = f"{count} independent labels are too few for a map; it takes {FEWEST_UNITS}"
        return Undefined(n=confidence.size, reason=reason)
    place = fold_numbers(confidence.size, rng=rng, folds=folds, clusters=clusters)
    chosen = method or choose_method(confidence.size)
    calibrated = np.empty(confidence.size)
    for fold in np.unique(place):
        out = place == fold
        learnt = fit_map(
            confidence[~out],
            correct[~out],
            method=chosen,
            weights=None if weights is None else weights[~out],
        )
        calibrated[out] = learnt.calibrate(confidence[out])
    final = fit_map(confidence, correct, method=chosen, weights=weights)
    return CrossFit(calibrated=calibrated, folds=place, method=chosen, final=final, labels=confidence.size)
