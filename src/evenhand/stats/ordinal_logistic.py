"""Ridge logistic regression on ordered classes: the cumulative logit, fitted by Newton's method."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from evenhand.stats.arrays import Floats
from evenhand.stats.logistic import DEFAULT_RIDGE, check_masses

_MOST_STEPS = 100
_MOST_HALVINGS = 40
_FLAT = 1e-11
"""Newton's method stops when no slope is steeper than this share of the total weight."""
_ROUNDING = 1e-13
_LEAST = 1e-300


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdinalLogistic:
    """A fitted model: P(class <= k | x) = 1 / (1 + exp(x @ coefficients - thresholds[k])), k below the last class."""

    thresholds: Floats
    """Between the classes of the sample, rising: one fewer than there are."""
    coefficients: Floats
    """Shape (F,): what a feature adds towards higher classes."""
    seen: NDArray[np.intp]
    """Classes of the sample, in order; the others have probability 0."""
    categories: int
    """K."""
    converged: bool
    """Whether the optimum was reached; if not, the model is where the steps ended."""


def fit_ordinal_logistic_to_masses(
    features: Floats, masses: Floats, *, ridge: float = DEFAULT_RIDGE
) -> OrdinalLogistic:
    """Fit ordered classes on `features`, shape (N, F); `masses`, shape (N, K), is the weight of each row in each class.

    Minimises -log-likelihood + ridge/2 * sum of squared coefficients; thresholds are free. One coefficient per feature
    for all classes: that is what the order buys where labels are few, and what breaks where a feature speaks for the
    middle. A class of no weight is passed over. With one class the model always says it.

    Source: McCullagh (1980), J. R. Stat. Soc. B 42, 109-142; methods.md 1.5.

    Raises:
        ValueError: Shapes do not fit, there is no weight or a negative one, or the ridge is not above 0.
    """
    check_masses(features, masses, ridge)
    seen = np.flatnonzero(masses.sum(axis=0))
    problem = _Problem(features=features, masses=masses[:, seen], ridge=ridge)
    parameters, converged = _minimise(problem)
    cuts = seen.size - 1
    return OrdinalLogistic(
        thresholds=parameters[:cuts],
        coefficients=parameters[cuts:],
        seen=seen,
        categories=masses.shape[1],
        converged=converged,
    )


def ordinal_probabilities(model: OrdinalLogistic, features: Floats) -> Floats:
    """Return the probability of each class for each row of `features`, shape (N, F): shape (N, K)."""
    below = expit(model.thresholds - (features @ model.coefficients)[:, np.newaxis])
    probabilities = np.zeros((features.shape[0], model.categories))
    probabilities[:, model.seen] = np.diff(_framed(below), axis=1)
    return probabilities


@dataclass(frozen=True, slots=True, kw_only=True)
class _Problem:
    """What is minimised, over thresholds and coefficients together."""

    features: Floats
    masses: Floats
    ridge: float

    @property
    def cuts(self) -> int:
        return int(self.masses.shape[1]) - 1

    def start(self) -> Floats:
        """Return the thresholds of the classes' shares, and no effect."""
        shares = np.cumsum(self.masses.sum(axis=0))[:-1] / self.masses.sum()
        return np.concatenate([np.log(shares / (1 - shares)), np.zeros(self.features.shape[1])])

    def below(self, parameters: Floats) -> Floats:
        """Return P(class <= k) for each threshold: shape (N, cuts)."""
        below: Floats = expit(
            parameters[: self.cuts] - (self.features @ parameters[self.cuts :])[:, np.newaxis]
        )
        return below

    def objective(self, parameters: Floats) -> float:
        """Return what is minimised; infinite where the thresholds do not rise."""
        if (np.diff(parameters[: self.cuts]) <= 0).any():
            return np.inf
        probabilities = np.maximum(np.diff(_framed(self.below(parameters)), axis=1), _LEAST)
        penalty = self.ridge / 2 * float(parameters[self.cuts :] @ parameters[self.cuts :])
        return penalty - float((self.masses * np.log(probabilities)).sum())

    def slope_and_curvature(self, parameters: Floats) -> tuple[Floats, Floats]:
        """Return the gradient, and the Hessian expected of the model (Fisher's scoring)."""
        below = self.below(parameters)
        probabilities = np.maximum(np.diff(_framed(below), axis=1), _LEAST)
        density = below * (1 - below)
        # How the probability of class k (last axis) changes with threshold j: + its density if j = k, - if j = k - 1.
        change = np.zeros((*density.shape, self.cuts + 1))
        places = np.arange(self.cuts)
        change[:, places, places] = density
        change[:, places, places + 1] = -density
        along = -change.sum(axis=1)
        slope_cuts = -np.einsum("njk,nk->j", change, self.masses / probabilities)
        towards = -(along * self.masses / probabilities).sum(axis=1)
        penalty = np.concatenate([np.zeros(self.cuts), self.ridge * parameters[self.cuts :]])
        slope = np.concatenate([slope_cuts, self.features.T @ towards]) + penalty
        return slope, self._curvature(change, along, probabilities)

    def _curvature(self, change: Floats, along: Floats, probabilities: Floats) -> Floats:
        weight = self.masses.sum(axis=1, keepdims=True) / probabilities
        cuts = np.einsum("njk,nk,nlk->jl", change, weight, change)
        mixed = np.einsum("njk,nk->nj", change, weight * along).T @ self.features
        steep = (weight * along**2).sum(axis=1, keepdims=True)
        own = self.features.T @ (steep * self.features) + self.ridge * np.eye(self.features.shape[1])
        return np.block([[cuts, mixed], [mixed.T, own]])


def _minimise(problem: _Problem) -> tuple[Floats, bool]:
    parameters, total = problem.start(), float(problem.masses.sum())
    for _ in range(_MOST_STEPS if problem.cuts else 0):
        slope, curvature = problem.slope_and_curvature(parameters)
        if np.abs(slope).max() <= _FLAT * total:
            return parameters, True
        direction: Floats = np.linalg.solve(curvature, -slope).astype(np.float64)
        moved = _descend(problem, parameters, direction)
        if moved is None:
            return parameters, bool(np.abs(slope).max() <= np.sqrt(_FLAT) * total)
        parameters = moved
    return parameters, problem.cuts == 0


def _descend(problem: _Problem, parameters: Floats, direction: Floats) -> Floats | None:
    value = problem.objective(parameters)
    for halvings in range(_MOST_HALVINGS):
        moved: Floats = parameters + direction / 2**halvings
        if problem.objective(moved) <= value + _ROUNDING * abs(value):
            return moved
    return None


def _framed(below: Floats) -> Floats:
    """Return cumulative probabilities with 0 before and 1 behind."""
    size = below.shape[0]
    return np.column_stack([np.zeros(size), below, np.ones(size)])
