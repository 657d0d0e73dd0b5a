"""Ridge logistic regression with two or more classes, fitted by Newton's method."""

from dataclasses import dataclass

import numpy as np

from evenhand.stats.arrays import Bools, Floats, Integers

DEFAULT_RIDGE = 1 / 0.3
"""Penalty where none is chosen: C = 0.3 in the words of scikit-learn (methods.md 1.5)."""
_MOST_STEPS = 100
_MOST_HALVINGS = 40
_FLAT = 1e-12
"""Newton's method stops when no slope is steeper than this share of the total weight."""
_NEARLY_FLAT = 1e-8
"""What counts as converged where rounding keeps the objective from falling further."""
_ROUNDING = 1e-13


@dataclass(frozen=True, slots=True, kw_only=True)
class Logistic:
    """A fitted model: P(class k | x) is proportional to exp(intercepts[k] + x @ coefficients[:, k])."""

    intercepts: Floats
    """Shape (K,)."""
    coefficients: Floats
    """Shape (F, K)."""
    seen: Bools
    """Shape (K,): classes of the sample. The others have probability 0, for nothing is known of them."""
    steps: int
    """Newton steps taken."""
    converged: bool
    """Whether the optimum was reached; if not, the model is where the steps ended."""


def fit_logistic(
    features: Floats,
    classes: Integers,
    *,
    categories: int,
    ridge: float = DEFAULT_RIDGE,
    weights: Floats | None = None,
) -> Logistic:
    """Fit classes, shape (N,) with codes 0..`categories`-1, on `features`, shape (N, F).

    Minimises sum_i w_i * -log P(class_i | x_i) + ridge/2 * sum of squared coefficients; intercepts are free. That is
    the objective of scikit-learn's LogisticRegression at C = 1/ridge, also in that two classes have one set of
    coefficients (those of the first class are 0). Without `weights` each row weighs 1. With one class in the sample the
    model always says it.

    Raises:
        ValueError: Shapes do not fit, there is no row, a class is out of range, or the ridge is not above 0.
    """
    if classes.shape != features.shape[:1]:
        raise ValueError(f"{features.shape[0]} rows of features need as many classes, not {classes.shape}")
    if classes.size and not 0 <= classes.min() <= classes.max() < categories:
        raise ValueError(f"classes are codes from 0 to {categories - 1}")
    masses = np.zeros((classes.size, categories))
    masses[np.arange(classes.size), classes] = 1.0 if weights is None else weights
    return fit_logistic_to_masses(features, masses, ridge=ridge)


def fit_logistic_to_masses(features: Floats, masses: Floats, *, ridge: float = DEFAULT_RIDGE) -> Logistic:
    """Fit as `fit_logistic` does, with many items in a row: `masses`, shape (N, K), is their weight in each class.

    Raises:
        ValueError: Shapes do not fit, there is no weight or a negative one, or the ridge is not above 0.
    """
    check_masses(features, masses, ridge)
    seen = masses.sum(axis=0) > 0
    classes = np.flatnonzero(seen)
    problem = _Problem(
        design=np.column_stack([np.ones(features.shape[0]), features]),
        masses=masses[:, seen],
        penalties=np.array([0.0, *[ridge] * features.shape[1]])[:, np.newaxis],
        fixed=1 if classes.size <= 2 else 0,
    )
    solved, steps, converged = _minimise(problem)
    parameters = np.zeros((features.shape[1] + 1, seen.size))
    parameters[:, classes[problem.fixed :]] = solved
    return Logistic(
        intercepts=parameters[0], coefficients=parameters[1:], seen=seen, steps=steps, converged=converged
    )


def class_probabilities(model: Logistic, features: Floats) -> Floats:
    """Return the probability of each class for each row of `features`, shape (N, F): shape (N, K)."""
    logits = model.intercepts + features @ model.coefficients
    return _softmax(np.where(model.seen, logits, -np.inf))


def balanced_weights(classes: Integers, *, categories: int, weights: Floats | None = None) -> Floats:
    """Return weights under which each class of the sample weighs the same, and all together what they did before."""
    own = np.ones(classes.size) if weights is None else weights
    sums = np.bincount(classes, weights=own, minlength=categories)
    balanced: Floats = own * own.sum() / (np.count_nonzero(sums) * sums[classes])
    return balanced


@dataclass(frozen=True, slots=True, kw_only=True)
class _Problem:
    """What is minimised, over parameters of shape (D, L): one column for each class that is not fixed."""

    design: Floats
    """Shape (N, D): a column of ones, and the features."""
    masses: Floats
    """Shape (N, k): weight of each row in each class."""
    penalties: Floats
    """Shape (D, 1)."""
    fixed: int
    """Leading classes whose logit is 0: one where there are two classes, so that the rest is told apart from it."""

    def probabilities(self, parameters: Floats) -> Floats:
        fixed = np.zeros((self.design.shape[0], self.fixed))
        return _softmax(np.column_stack([fixed, self.design @ parameters]))

    def objective(self, parameters: Floats) -> float:
        likelihood = (self.masses * np.log(np.maximum(self.probabilities(parameters), 1e-300))).sum()
        return float((self.penalties * parameters**2).sum() / 2 - likelihood)

    def slope(self, parameters: Floats, probabilities: Floats) -> Floats:
        surplus = self.masses.sum(axis=1, keepdims=True) * probabilities - self.masses
        slope: Floats = self.design.T @ surplus[:, self.fixed :] + self.penalties * parameters
        return slope

    def curvature(self, direction: Floats, probabilities: Floats) -> Floats:
        """Return the Hessian times a direction."""
        free = probabilities[:, self.fixed :]
        change = self.design @ direction
        spread = free * (change - (free * change).sum(axis=1, keepdims=True))
        bent: Floats = self.design.T @ (self.masses.sum(axis=1, keepdims=True) * spread)
        return bent + self.penalties * direction

    def diagonal(self, probabilities: Floats) -> Floats:
        free = probabilities[:, self.fixed :]
        spread = self.masses.sum(axis=1, keepdims=True) * free * (1 - free)
        diagonal: Floats = (self.design**2).T @ spread + self.penalties
        return np.maximum(diagonal, np.finfo(float).tiny)


def _minimise(problem: _Problem) -> tuple[Floats, int, bool]:
    """Return the parameters, the steps taken and whether they reached the optimum."""
    total = float(problem.masses.sum())
    parameters = np.zeros((problem.design.shape[1], problem.masses.shape[1] - problem.fixed))
    for step in range(_MOST_STEPS):
        probabilities = problem.probabilities(parameters)
        slope = problem.slope(parameters, probabilities)
        steepest = float(np.abs(slope).max(initial=0.0)) / total
        if steepest <= _FLAT:
            return _centred(problem, parameters), step, True
        moved = _descend(problem, parameters, _newton_direction(problem, probabilities, slope, steepest))
        if moved is None:
            return _centred(problem, parameters), step, steepest <= _NEARLY_FLAT
        parameters = moved
    return _centred(problem, parameters), _MOST_STEPS, False


def _newton_direction(problem: _Problem, probabilities: Floats, slope: Floats, steepest: float) -> Floats:
    """Solve Hessian x direction = -slope by conjugate gradients, the more exactly the nearer the optimum is."""
    scale = problem.diagonal(probabilities)
    direction, residual = np.zeros_like(slope), -slope
    search = residual / scale
    energy = float((residual * search).sum())
    enough = energy * min(0.1, steepest) ** 2
    for _ in range(2 * slope.size + 10):
        bent = problem.curvature(search, probabilities)
        length = energy / float((search * bent).sum())
        direction = direction + length * search
        residual = residual - length * bent
        before, energy = energy, float((residual * residual / scale).sum())
        if energy <= enough:
            break
        search = residual / scale + energy / before * search
    return direction


def _descend(problem: _Problem, parameters: Floats, direction: Floats) -> Floats | None:
    """Return parameters a step down the direction, halved until the objective falls; None where it can not."""
    value = problem.objective(parameters)
    for halvings in range(_MOST_HALVINGS):
        tried = parameters + direction / 2**halvings
        if problem.objective(tried) <= value + _ROUNDING * abs(value):
            return None if np.array_equal(tried, parameters) else tried
    return None


def _centred(problem: _Problem, parameters: Floats) -> Floats:
    """Remove what the likelihood does not tell: a constant in all intercepts."""
    if problem.fixed:
        return parameters
    centred = parameters.copy()
    centred[0] -= centred[0].mean()
    return centred


def _softmax(logits: Floats) -> Floats:
    raised: Floats = np.exp(logits - logits.max(axis=1, keepdims=True, initial=-np.inf))
    shares: Floats = raised / raised.sum(axis=1, keepdims=True)
    return shares


def check_masses(features: Floats, masses: Floats, ridge: float) -> None:
    """Refuse what no ridge regression can be fitted to.

    Raises:
        ValueError: Shapes do not fit, there is no weight or a negative one, or the ridge is not above 0.
    """
    if features.ndim != 2 or masses.ndim != 2 or features.shape[0] != masses.shape[0]:
        raise ValueError(f"features {features.shape} and classes {masses.shape} need a row for each item")
    if not (np.isfinite(features).all() and np.isfinite(masses).all()):
        raise ValueError("features and weights are finite numbers")
    if masses.size == 0 or masses.min() < 0 or masses.sum() <= 0:
        raise ValueError("a fit needs items, and none with a weight below 0")
    if not ridge > 0:
        raise ValueError(f"the ridge is {ridge}, expected a number above 0")
