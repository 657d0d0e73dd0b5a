"""Area under the receiver operating characteristic: how well confidence tells right answers from wrong ones."""

import math

import numpy as np
from scipy.optimize import brentq
from scipy.special import stdtrit

from evenhand.stats.arrays import Bools, Floats, Integers
from evenhand.stats.clusters import cluster_sums
from evenhand.stats.confidence.checks import check_confidences
from evenhand.stats.estimate import CONFIDENCE, Estimate, Interval, Measured, Undefined
from evenhand.stats.quantiles import normal_quantile


def auroc(
    confidence: Floats,
    correct: Bools,
    *,
    weights: Floats | None = None,
    clusters: Integers | None = None,
    level: float = CONFIDENCE,
) -> Measured:
    """Return the probability that a right answer has more confidence than a wrong one, ties counting half.

    This, not calibration, says how much could be automated: .5 is confidence that tells nothing. `confidence` and
    `correct` have shape (n,); `weights` are 1/inclusion probability, and answers of one cluster depend on each other.

    The interval is DeLong's on the logit scale, with Student's quantile at the degrees of freedom of the rarer kind
    (Welch and Satterthwaite): the plain one covers too rarely in samples of 50. Where all right
    answers lie above all wrong ones, or there is one of a kind only, it is Newcombe's, which needs no spread.

    Undefined where all answers are right, where all are wrong, and where all have the same confidence.

    Source: DeLong, DeLong and Clarke-Pearson (1988), Biometrics 44, 837-845; Obuchowski (1997), Biometrics 53, 567-578,
    for clusters; Newcombe (2006), Statistics in Medicine 25, 559-573; methods.md 2.4.

    Raises:
        ValueError: Shapes differ, a confidence is not from 0 to 1, or a weight is not above 0.
    """
    check_confidences(confidence, correct, weights, clusters)
    n = confidence.size
    if n == 0:
        return Undefined(n=0, reason="no answer has both a confidence and a label")
    if correct.all() or not correct.any():
        kind = "right" if correct.all() else "wrong"
        return Undefined(n=n, reason=f"all answers are {kind}, so there is nothing to tell apart")
    if confidence.min() == confidence.max():
        return Undefined(n=n, reason="all answers have the same confidence, which tells nothing apart")
    given = np.ones(n) if weights is None else weights
    placements = _placements(confidence, correct, given)
    value = float(given[correct] @ placements[correct] / given[correct].sum())
    interval = _interval(value, placements, correct, given, clusters, level)
    return Estimate(value=value, interval=interval, n=n)


def _placements(confidence: Floats, correct: Bools, weights: Floats) -> Floats:
    """Return for each right answer the share of wrong ones below it, for each wrong one that of right ones above."""
    _, place = np.unique(confidence, return_inverse=True)
    right = np.bincount(place, weights=weights * correct)
    wrong = np.bincount(place, weights=weights * ~correct)
    below = (wrong.cumsum() - wrong / 2) / wrong.sum()
    above = 1 - (right.cumsum() - right / 2) / right.sum()
    return np.asarray(np.where(correct, below[place], above[place]), dtype=np.float64)


def _interval(
    value: float, placements: Floats, correct: Bools, weights: Floats, clusters: Integers | None, level: float
) -> Interval:
    mass = np.where(correct, weights[correct].sum(), weights[~correct].sum())
    influence = weights * (placements - value) / mass
    kinds = [_spread(influence, kind, clusters) for kind in (correct, ~correct)]
    separate = sum(variance for variance, _ in kinds)
    variance = separate + _shared(influence, correct, clusters)
    if variance <= 0 or not 0 < value < 1 or min(count for _, count in kinds) < 2:
        return _newcombe(value, kinds[0][1], kinds[1][1], level)
    freedom = separate**2 / sum(part**2 / (count - 1) for part, count in kinds)
    half = float(stdtrit(freedom, 0.5 + level / 2)) * math.sqrt(variance) / (value * (1 - value))
    middle = math.log(value / (1 - value))
    return Interval(low=_logistic(middle - half), high=_logistic(middle + half), confidence=level)


def _spread(influence: Floats, kind: Bools, clusters: Integers | None) -> tuple[float, int]:
    """Return the variance that answers of a kind bring, and how many independent ones there are."""
    sums = influence[kind] if clusters is None else cluster_sums(influence[kind], clusters[kind])
    return float((sums**2).sum()) * sums.size / max(sums.size - 1, 1), sums.size


def _shared(influence: Floats, correct: Bools, clusters: Integers | None) -> float:
    """Return what clusters with answers of both kinds add to the variance, or take from it."""
    if clusters is None:
        return 0.0
    right, wrong = (cluster_sums(np.where(kind, influence, 0.0), clusters) for kind in (correct, ~correct))
    return 2 * float(right @ wrong)


def _newcombe(value: float, right: int, wrong: int, level: float) -> Interval:
    """Return the areas whose own standard error, of exponential distributions, just reaches the one seen."""
    z_squared, middle = normal_quantile(level) ** 2, (right + wrong) / 2

    def beyond(area: float) -> float:
        shape = 1 + (middle - 1) * ((1 - area) / (2 - area) + area / (1 + area))
        return (value - area) ** 2 - z_squared * area * (1 - area) * shape / (right * wrong)

    # Beyond the end itself the function is nothing, so the search starts a hair inside it.
    hair = 1e-12
    low = brentq(beyond, hair, value - hair, xtol=1e-12) if value > 0 and beyond(hair) > 0 else 0.0
    high = brentq(beyond, value + hair, 1 - hair, xtol=1e-12) if value < 1 and beyond(1 - hair) > 0 else 1.0
    return Interval(low=float(low), high=float(high), confidence=level)


def _logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x > -700 else 0.0
