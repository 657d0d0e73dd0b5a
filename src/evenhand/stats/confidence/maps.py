"""Calibration maps: from the probability a rater gives its own answer to how often it is right."""

import math
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
from scipy.optimize import isotonic_regression
from scipy.special import expit, log_expit, logit

from evenhand.stats.arrays import Bools, Floats
from evenhand.stats.confidence.checks import check_confidences

BETA_FROM = 200
"""Labels from which a beta map is fitted; fewer give a Platt map (methods.md 2.4)."""
ISOTONIC_FROM = 1000
"""Labels from which an isotonic map is fitted (methods.md 2.4)."""
MOST_KNOTS = 1000
"""Knots a file of a map holds at most."""
_EDGE = 1e-6
"""Confidences nearer to 0 or 1 than this count as this far away, so that their logarithms are finite."""
_TOLERANCE = 2e-4
"""How far straight lines between knots may be from the map where it is looked at."""
_MOST_STEPS = 100
"""Of Newton's method; it needs about six."""

Method = Literal["platt", "beta", "isotonic"]
"""Platt's two parameters, the beta map's three, or steps that only never fall."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlattMap:
    """A logistic function of the log odds of the confidence."""

    slope: float
    """0 or more: 1 leaves the log odds as they are, less draws them to the middle."""
    intercept: float

    def calibrate(self, confidence: Floats) -> Floats:
        """Return what confidences are worth."""
        return np.asarray(expit(self.slope * logit(_inside(confidence)) + self.intercept))


@dataclass(frozen=True, slots=True, kw_only=True)
class BetaMap:
    """A logistic function of the logarithms of the confidence and of its complement, each with its own slope."""

    slope: float
    """Of ln c; 0 or more."""
    complement_slope: float
    """Of -ln(1 - c); 0 or more. Equal slopes make a Platt map."""
    intercept: float

    def calibrate(self, confidence: Floats) -> Floats:
        """Return what confidences are worth."""
        inside = _inside(confidence)
        odds = self.slope * np.log(inside) - self.complement_slope * np.log1p(-inside) + self.intercept
        return np.asarray(expit(odds))


@dataclass(frozen=True, slots=True, kw_only=True)
class IsotonicMap:
    """Straight lines between points that rise and never fall; beyond the ends the value of the end."""

    raw: tuple[float, ...]
    """Confidences, rising."""
    calibrated: tuple[float, ...]
    """What they are worth, never falling."""

    def calibrate(self, confidence: Floats) -> Floats:
        """Return what confidences are worth."""
        return np.interp(confidence, self.raw, self.calibrated)


Map = PlattMap | BetaMap | IsotonicMap
"""A fitted map."""


def choose_method(labels: int) -> Method:
    """Return the kind of map for a number of labels: the more there are, the fewer shapes are assumed."""
    if labels < BETA_FROM:
        return "platt"
    return "beta" if labels < ISOTONIC_FROM else "isotonic"


def fit_map(
    confidence: Floats, correct: Bools, *, method: Method | None = None, weights: Floats | None = None
) -> Map:
    """Return a map from confidence to the probability of being right; it never falls.

    `confidence` and `correct` have shape (n,); `weights` are 1/inclusion probability. Without `method`,
    `choose_method` takes one by n.

    Platt and beta maps are fitted by maximum likelihood with slopes of 0 or more, to targets drawn a little to the
    middle as Platt does: (right + 1) / (right + 2) and 1 / (wrong + 2) for numbers of right and wrong answers. So no
    map is ever sure, and complete separation, or answers of one kind only, still give one. Isotonic maps pool adjacent
    violators, cut to 1 / (n + 2) from the ends. Where all confidences are equal every map is the one share.

    What a map is worth can not be seen on the labels it was fitted to: use `cross_fit`.

    Source: Platt (1999); Kull, Silva Filho and Flach (AISTATS 2017); Zadrozny and Elkan (KDD 2002); methods.md 2.4.

    Raises:
        ValueError: There is no label, shapes differ, a confidence is not from 0 to 1, or a weight is not above 0.
    """
    check_confidences(confidence, correct, weights)
    if confidence.size == 0:
        raise ValueError("a map needs labels, and there is none")
    given = np.ones(confidence.size) if weights is None else weights * (confidence.size / weights.sum())
    chosen = method or choose_method(confidence.size)
    if chosen == "isotonic":
        return _fit_isotonic(confidence, correct, given)
    raw, right, mass = _grouped(confidence, correct, given)
    targets = _targets(right, mass)
    inside = _inside(raw)
    if chosen == "platt":
        slopes = _fit_logistic(logit(inside)[:, None], targets, mass)
        return PlattMap(slope=slopes[0], intercept=slopes[1])
    features = np.column_stack([np.log(inside), -np.log1p(-inside)])
    slopes = _fit_logistic(features, targets, mass)
    return BetaMap(slope=slopes[0], complement_slope=slopes[1], intercept=slopes[2])


# -- Knots -----------------------------------------------------------------------------------------


def knots(fitted: Map) -> tuple[tuple[float, float], ...]:
    """Return pairs of raw and calibrated probability whose straight lines are the map, to 1e-3 everywhere.

    The first numbers rise, the second never fall, and there are from 2 to 1,000 pairs: what a `calibration-map/v1` file
    holds. Knots of an isotonic map are its own points; between the others' the interval with the largest error is
    halved, on the scale of the log odds, until none is above 2e-4 where it is looked at.
    """
    if isinstance(fitted, IsotonicMap):
        return tuple(zip(fitted.raw, fitted.calibrated, strict=True))
    odds = np.linspace(logit(_EDGE), -logit(_EDGE), 33)
    while odds.size < MOST_KNOTS - 2:
        raw = expit(odds)
        looked_at = odds[:-1, None] + np.diff(odds)[:, None] * np.array([0.25, 0.5, 0.75])
        straight = np.interp(expit(looked_at), raw, fitted.calibrate(raw))
        errors = np.abs(straight - fitted.calibrate(expit(looked_at))).max(axis=1)
        worst = np.argsort(-errors)[: MOST_KNOTS - 2 - odds.size]
        worst = worst[errors[worst] > _TOLERANCE]
        if worst.size == 0:
            break
        odds = np.sort(np.concatenate([odds, looked_at[worst, 1]]))
    raw = np.unique(np.concatenate([[0.0], expit(odds), [1.0]]))
    # Rounding must not make a falling step out of a level one.
    calibrated = np.maximum.accumulate(fitted.calibrate(raw))
    return tuple(zip(raw.tolist(), calibrated.tolist(), strict=True))


# -- Fitting ---------------------------------------------------------------------------------------


def _inside(confidence: Floats) -> Floats:
    return np.clip(confidence, _EDGE, 1 - _EDGE)


def _grouped(confidence: Floats, correct: Bools, weights: Floats) -> tuple[Floats, Floats, Floats]:
    """Return distinct confidences with the weight of their right answers and of all."""
    raw, place = np.unique(confidence, return_inverse=True)
    right = np.bincount(place, weights=weights * correct)
    return raw, right.astype(np.float64), np.bincount(place, weights=weights).astype(np.float64)


def _targets(right: Floats, mass: Floats) -> Floats:
    """Return the share to be met at each confidence, after right and wrong are drawn to the middle."""
    all_right = float(right.sum())
    all_wrong = float(mass.sum()) - all_right
    high, low = (all_right + 1) / (all_right + 2), 1 / (all_wrong + 2)
    return (right * high + (mass - right) * low) / mass


def _fit_logistic(features: Floats, targets: Floats, mass: Floats) -> list[float]:
    """Return slopes of 0 or more, and an intercept, of the largest likelihood.

    The likelihood is concave, so where all slopes come out as 0 or more the fit is the one. Else its largest value
    under the bounds is reached by leaving out some of the features: of the subsets whose own slopes are 0 or more the
    most likely one.
    """
    count = features.shape[1] if features.shape[0] > 1 else 0
    best, most_likely = [0.0] * features.shape[1] + [0.0], -math.inf
    for size in reversed(range(count + 1)):
        for kept in combinations(range(count), size):
            design = np.column_stack([features[:, list(kept)], np.ones(targets.size)])
            fitted = _newton(design, targets, mass)
            likelihood = _likelihood(design @ fitted, targets, mass)
            if (fitted[:-1] >= 0).all() and likelihood > most_likely:
                most_likely, best = likelihood, [0.0] * features.shape[1] + [float(fitted[-1])]
                for place, slope in zip(kept, fitted[:-1].tolist(), strict=True):
                    best[place] = slope
        if size == count and most_likely > -math.inf:
            break
    return best


def _newton(design: Floats, targets: Floats, mass: Floats) -> Floats:
    """Return the coefficients of an unbounded logistic fit, by Newton's steps, halved while they lead down."""
    fitted = np.zeros(design.shape[1])
    height = _likelihood(design @ fitted, targets, mass)
    for _ in range(_MOST_STEPS):
        chances = expit(design @ fitted)
        slope = design.T @ (mass * (targets - chances))
        curvature = (design * (mass * chances * (1 - chances))[:, None]).T @ design
        step = np.linalg.lstsq(curvature, slope, rcond=1e-14)[0]
        while (reached := _likelihood(design @ (fitted + step), targets, mass)) < height:
            step = step / 2
            if np.abs(step).max() <= 1e-11 * (1 + np.abs(fitted).max()):
                return fitted
        fitted, height = fitted + step, reached
        if np.abs(step).max() <= 1e-10 * (1 + np.abs(fitted).max()):
            break
    return fitted


def _likelihood(odds: Floats, targets: Floats, mass: Floats) -> float:
    return float(mass @ (targets * log_expit(odds) + (1 - targets) * log_expit(-odds)))


def _fit_isotonic(confidence: Floats, correct: Bools, weights: Floats) -> IsotonicMap:
    raw, right, mass = _grouped(confidence, correct, weights)
    least = 1 / (confidence.size + 2)
    pooled = np.clip(isotonic_regression(right / mass, weights=mass).x, least, 1 - least)
    if raw.size == 1:
        return IsotonicMap(raw=(0.0, 1.0), calibrated=(float(pooled[0]),) * 2)
    # The two ends of each level part say it all.
    level = np.diff(pooled) == 0
    ends = ~(np.concatenate([[False], level]) & np.concatenate([level, [False]]))
    raw, pooled = _thinned(raw[ends], pooled[ends])
    return IsotonicMap(raw=tuple(raw.tolist()), calibrated=tuple(pooled.tolist()))


def _thinned(raw: Floats, calibrated: Floats) -> tuple[Floats, Floats]:
    """Return at most as many points as a file holds, spread evenly over what is gained and over their order."""
    if raw.size <= MOST_KNOTS:
        return raw, calibrated
    half = MOST_KNOTS // 2
    by_order = np.linspace(0, raw.size - 1, half).round().astype(np.int64)
    by_worth = np.searchsorted(calibrated, np.linspace(calibrated[0], calibrated[-1], half))
    kept = np.unique(np.concatenate([by_order, by_worth]))
    return raw[kept], calibrated[kept]
