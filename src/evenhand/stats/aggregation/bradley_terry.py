"""Bradley-Terry: the order of systems from comparisons of pairs, with ties, covariates and clustered errors."""

from dataclasses import dataclass

import numpy as np

from evenhand.stats.aggregation.pairs import (
    FIRST,
    SECOND,
    TIE,
    Pairs,
    check_pairs,
    covariate_columns,
    wins_over,
)
from evenhand.stats.arrays import Bools, Floats, Integers
from evenhand.stats.clusters import cluster_sums
from evenhand.stats.estimate import CONFIDENCE, Estimate, Interval
from evenhand.stats.quantiles import normal_quantile

_MOST_STEPS = 100
_MOST_HALVINGS = 40
_FLAT = 1e-11
"""Newton's method stops when no slope is steeper than this share of the total weight."""
_ROUNDING = 1e-13
_LARGEST = 20.0
"""Log-odds beyond it are on their way to infinity."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BradleyTerry:
    """Strengths of systems on the scale of log-odds, with sum 0: they rank, and say nothing of absolute quality."""

    strengths: Floats
    """Shape (S,)."""
    effects: Floats
    """Shape (F,): log-odds that one unit of a covariate adds for the first system."""
    tie: float | None
    """Davidson's nu: a tie of equals is nu times as likely as that one of them wins; None where nothing tied."""
    covariance: Floats
    """Of strengths, effects and log nu, shape (S+F, S+F) or one more: sandwich, clustered."""
    comparisons: int
    """M."""
    clusters: int
    """Independent clusters behind the covariance; comparisons where none were told."""
    log_likelihood: float
    """Weighted, at the optimum, without the penalty."""

    @property
    def errors(self) -> Floats:
        """Standard errors of strengths, effects and log nu."""
        errors: Floats = np.sqrt(np.maximum(np.diagonal(self.covariance), 0.0))
        return errors

    def difference(self, first: int, second: int, *, confidence: float = CONFIDENCE) -> Estimate:
        """Return how much stronger the one system is than the other, with a normal interval."""
        contrast = np.zeros(len(self.covariance))
        contrast[first] += 1
        contrast[second] -= 1
        value = float(self.strengths[first] - self.strengths[second])
        return self._estimate(value, float(contrast @ self.covariance @ contrast), confidence)

    def effect(self, covariate: int, *, confidence: float = CONFIDENCE) -> Estimate:
        """Return the effect of a covariate, with a normal interval."""
        place = self.strengths.size + covariate
        return self._estimate(
            float(self.effects[covariate]), float(self.covariance[place, place]), confidence
        )

    def _estimate(self, value: float, variance: float, confidence: float) -> Estimate:
        half = normal_quantile(confidence) * max(variance, 0.0) ** 0.5
        interval = Interval(low=value - half, high=value + half, confidence=confidence)
        return Estimate(value=value, interval=interval, n=self.comparisons)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unidentified:
    """No strengths, and why."""

    components: tuple[tuple[int, ...], ...]
    """Groups of systems that can be ranked within, but not against each other; all in one where that is not the
    reason."""
    reason: str
    """For people."""


def bradley_terry(pairs: Pairs, *, ridge: float = 0.0) -> BradleyTerry | Unidentified:
    """Fit strengths theta and effects gamma by maximum likelihood: first over second with log-odds d.

    d = theta_first - theta_second + gamma . z. Where something tied the model is Davidson's: first, second and tie are
    as exp(d/2) to exp(-d/2) to nu. `ridge` adds ridge/2 times the sum of squared strengths and effects; without it the
    optimum is finite only if every system has, directly or by others, won against every other one; a tie can do for a
    win where other comparisons tell how likely ties are.

    The standard errors are those of a sandwich clustered on `clusters`, with the factor G / (G-1): they hold where
    comparisons of one prompt resemble each other, and where the model is not quite right. With a ridge they leave out
    its bias.

    `Unidentified` where systems were never compared, directly or by others, with or without a ridge; where, without a
    ridge, a group never lost to the rest or did no more than tie; and where covariates repeat each other or tell the
    winner every time.

    Source: Bradley and Terry (1952), Biometrika 39, 324-345; Davidson (1970), JASA 65, 317-328; methods.md 1.6.

    Raises:
        ValueError: Shapes do not fit, a code is out of range, a system meets itself, or the ridge is negative.
    """
    check_pairs(pairs)
    if ridge < 0:
        raise ValueError(f"the ridge is {ridge}, expected 0 or more")
    if refusal := _refusal(pairs, ridge):
        return refusal
    problem = _problem(pairs, ridge)
    parameters = _maximise(problem)
    if parameters is None:
        everyone = (tuple(range(pairs.systems)),)
        return Unidentified(
            components=everyone,
            reason="covariates repeat each other or tell the winner every time, or some systems did no more than tie",
        )
    return _result(pairs, problem, parameters)


# -- The likelihood --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Problem:
    """Comparisons, as functions of parameters: strengths in a basis of those with sum 0, effects, log nu."""

    design: Floats
    """Shape (M, P): what the difference d is made of; a column of zeros for log nu."""
    basis: Floats
    """Shape (S, S-1)."""
    outcome: Integers
    weights: Floats
    penalties: Floats
    """Shape (P,)."""
    ties: bool

    def probabilities(self, parameters: Floats) -> Floats:
        """Return the probability of each outcome: shape (M, 3)."""
        half = self.design @ parameters / 2
        tied = np.full(half.size, parameters[-1] if self.ties else -np.inf)
        logits = np.column_stack([half, -half, tied])
        raised = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares: Floats = raised / raised.sum(axis=1, keepdims=True)
        return shares

    def log_likelihood(self, parameters: Floats) -> float:
        seen = self.probabilities(parameters)[np.arange(self.outcome.size), self.outcome]
        return float(self.weights @ np.log(np.maximum(seen, 1e-300)))

    def objective(self, parameters: Floats) -> float:
        return self.log_likelihood(parameters) - float(self.penalties @ parameters**2) / 2

    def scores(self, parameters: Floats) -> Floats:
        """Return the slope of each comparison's log-likelihood: shape (M, P)."""
        shares = self.probabilities(parameters)
        lead = (
            (self.outcome == FIRST).astype(np.float64)
            - (self.outcome == SECOND)
            - shares[:, 0]
            + shares[:, 1]
        )
        scores: Floats = self.design * (lead / 2)[:, np.newaxis]
        if self.ties:
            scores[:, -1] = (self.outcome == TIE) - shares[:, 2]
        weighted: Floats = scores * self.weights[:, np.newaxis]
        return weighted

    def information(self, parameters: Floats) -> Floats:
        """Return minus the second derivative of the objective: shape (P, P)."""
        shares = self.probabilities(parameters)
        lead = (shares[:, 0] - shares[:, 1]) / 2
        bend = (shares[:, 0] + shares[:, 1]) / 4 - lead**2
        information: Floats = self.design.T @ (self.design * (self.weights * bend)[:, np.newaxis])
        if self.ties:
            cross = -self.design.T @ (self.weights * lead * shares[:, 2])
            information[-1], information[:, -1] = cross, cross
            information[-1, -1] = self.weights @ (shares[:, 2] * (1 - shares[:, 2]))
        return information + np.diag(self.penalties)


def _problem(pairs: Pairs, ridge: float) -> _Problem:
    size, rows = pairs.outcome.size, np.arange(pairs.outcome.size)
    apart = np.zeros((size, pairs.systems))
    apart[rows, pairs.first] = 1.0
    apart[rows, pairs.second] = -1.0
    basis = _basis(pairs.systems)
    covariates = covariate_columns(pairs)
    ties = bool((pairs.outcome == TIE).any())
    design = np.column_stack([apart @ basis, covariates, *([np.zeros(size)] if ties else [])])
    penalties = np.full(design.shape[1], ridge)
    penalties[design.shape[1] - ties :] = 0.0
    return _Problem(
        design=design,
        basis=basis,
        outcome=pairs.outcome,
        weights=np.ones(size) if pairs.weights is None else pairs.weights,
        penalties=penalties,
        ties=ties,
    )


def _basis(systems: int) -> Floats:
    """Return an orthonormal basis of the strengths with sum 0 (Helmert's contrasts): shape (S, S-1)."""
    basis = np.zeros((systems, systems - 1))
    for column in range(1, systems):
        basis[:column, column - 1] = 1.0
        basis[column, column - 1] = -column
        basis[:, column - 1] /= np.sqrt(column * (column + 1))
    return basis


def _maximise(problem: _Problem) -> Floats | None:
    """Return the optimum by Newton's method; None where it is not unique or not finite."""
    parameters = np.zeros(problem.design.shape[1])
    if np.linalg.matrix_rank(problem.information(parameters), hermitian=True) < parameters.size:
        return None
    for _ in range(_MOST_STEPS):
        slope = problem.scores(parameters).sum(axis=0) - problem.penalties * parameters
        if np.abs(slope).max() <= _FLAT * problem.weights.sum():
            return parameters
        moved = _ascend(problem, parameters, slope)
        if moved is None or np.abs(problem.design @ moved).max() > _LARGEST:
            return None
        parameters = moved
    return None


def _ascend(problem: _Problem, parameters: Floats, slope: Floats) -> Floats | None:
    direction = np.linalg.solve(problem.information(parameters), slope)
    value = problem.objective(parameters)
    for halvings in range(_MOST_HALVINGS):
        moved: Floats = parameters + direction / 2**halvings
        if problem.objective(moved) >= value - _ROUNDING * abs(value):
            return moved
    return None


def _result(pairs: Pairs, problem: _Problem, parameters: Floats) -> BradleyTerry:
    scores = problem.scores(parameters)
    summed = cluster_sums(scores, pairs.clusters)
    bread = np.linalg.inv(problem.information(parameters))
    factor = len(summed) / max(len(summed) - 1, 1)
    covariance = factor * bread @ summed.T @ summed @ bread
    systems = problem.basis.shape[1]
    effects = parameters[systems : parameters.size - problem.ties]
    spread = np.zeros((parameters.size + 1, parameters.size))
    spread[: pairs.systems, :systems] = problem.basis
    spread[pairs.systems :, systems:] = np.eye(parameters.size - systems)
    return BradleyTerry(
        strengths=problem.basis @ parameters[:systems],
        effects=effects,
        tie=float(np.exp(parameters[-1])) if problem.ties else None,
        covariance=spread @ covariance @ spread.T,
        comparisons=pairs.outcome.size,
        clusters=len(summed),
        log_likelihood=problem.log_likelihood(parameters),
    )


# -- Who can be ranked -----------------------------------------------------------------------------


def _refusal(pairs: Pairs, ridge: float) -> Unidentified | None:
    beaten = wins_over(pairs, ties=0.5) > 0
    compared = _components(beaten | beaten.T)
    if len(compared) > 1:
        return Unidentified(
            components=compared, reason="some systems were never compared, not even by way of others"
        )
    ranked = _components(beaten)
    if ridge == 0 and len(ranked) > 1:
        return Unidentified(
            components=ranked, reason="some systems never lost to the others, so they lead without end"
        )
    return None


def _components(leads: Bools) -> tuple[tuple[int, ...], ...]:
    """Return groups of systems that lead to each other."""
    reached = leads | np.eye(len(leads), dtype=bool)
    for _ in range(len(leads).bit_length()):
        reached = reached @ reached
    mutual = reached & reached.T
    groups = {tuple(np.flatnonzero(row).tolist()) for row in mutual}
    return tuple(sorted(groups))
