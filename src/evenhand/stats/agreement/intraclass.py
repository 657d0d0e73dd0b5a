"""The intraclass correlation ICC(2,1): whether scores agree in full, not only in order."""

import numpy as np

from evenhand.stats.arrays import Floats, Integers
from evenhand.stats.bootstrap import DRAWS, Unseen, smoothed_bootstrap
from evenhand.stats.estimate import CONFIDENCE, Measured, Undefined
from evenhand.stats.units import Statistic, cluster_units, item_units


def intraclass_correlation(
    scores: Floats,
    *,
    rng: np.random.Generator,
    clusters: Integers | None = None,
    confidence: float = CONFIDENCE,
    draws: int = DRAWS,
) -> Measured:
    """Return ICC(2,1), absolute agreement of single scores.

    Estimand: the share of the variance of one rater's score that is the items', with raters a random sample:
    (MSR - MSE) / (MSR + (k-1) MSE + k (MSC - MSE) / n) of the two-way table of n items and k raters. `scores` has
    shape (items, raters), not a number where a rater has no score; items with a gap are left out, and n counts those
    that remain. The interval is the smoothed Bayesian bootstrap over items, or over `clusters` (shape (items,)), with
    two further items of the variance seen: one of equal scores, one of dissent.
    It speaks of these raters; the raters are not resampled.

    Undefined with fewer than two raters or two complete items, and when all scores are equal.

    Source: Shrout and Fleiss (1979), Psychol. Bull. 86, 420-428; methods.md 2.1.

    Raises:
        ValueError: A shape or the confidence are impossible.
    """
    if scores.ndim != 2 or (clusters is not None and clusters.shape != scores.shape[:1]):
        raise ValueError(
            f"scores of shape {scores.shape}, expected (items, raters), and one cluster per item"
        )
    whole = ~np.isnan(scores).any(axis=1)
    held = scores[whole]
    if reason := _why_not(held):
        return Undefined(n=len(held), reason=reason)
    centred = held - held.mean()
    features = _features(centred)
    units = item_units(features) if clusters is None else cluster_units(features, clusters[whole])
    return smoothed_bootstrap(
        _icc(held.shape[1]),
        units,
        _unseen(centred),
        rng=rng,
        widened=True,
        confidence=confidence,
        draws=draws,
    )


def _why_not(scores: Floats) -> str:
    if scores.shape[1] < 2:
        return "agreement takes two raters"
    if len(scores) < 2:
        return "fewer than two items were scored by all"
    if np.ptp(scores) == 0:
        return "all scores are equal, so nothing could differ"
    return ""


def _features(scores: Floats) -> Floats:
    """Return per item: 1, the sum of squares, the squared sum, and the scores."""
    squares, sums = (scores**2).sum(axis=1), scores.sum(axis=1)
    return np.column_stack([np.ones(len(scores)), squares, sums**2, scores])


def _icc(raters: int) -> Statistic:
    def value(totals: Floats) -> Floats:
        n, squares, squared_sums, sums = totals[:, 0], totals[:, 1], totals[:, 2], totals[:, 3:]
        mean = sums.sum(axis=1) ** 2 / (n * raters)
        between_items = squared_sums / raters - mean
        between_raters = (sums**2).sum(axis=1) / n - mean
        rest = np.maximum(squares - mean - between_items - between_raters, 0.0)
        items, judges = between_items / (n - 1), between_raters / (raters - 1)
        error = rest / ((n - 1) * (raters - 1))
        whole = items + (raters - 1) * error + raters * (judges - error) / n
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(whole > 0, (items - error) / whole, np.nan)

    return value


def _unseen(scores: Floats) -> Unseen:
    """Return an item of equal scores and one of dissent, both with the variance seen.

    The scores of the item of dissent differ as much as those of the items on which raters do differ, to which one item
    of scores that are independent of each other is added.
    """
    raters = scores.shape[1]
    apart = ((scores - scores.mean(axis=1, keepdims=True)) ** 2).sum(axis=1)
    variance = float((scores**2).mean())
    within = (float(apart.sum()) + (raters - 1) * variance) / (int((apart > 0).sum()) + 1)
    squares = max(raters * variance, within)
    features = np.zeros((2, 3 + raters))
    features[:, 0], features[:, 1] = 1.0, squares
    features[:, 2] = raters * squares, raters * (squares - within)
    return Unseen(features=features, shapes=np.ones(2))
