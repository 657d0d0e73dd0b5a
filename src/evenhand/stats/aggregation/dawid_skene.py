"""Dawid-Skene: judges' confusions and the truth at once, by expectation maximisation over vote patterns."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from evenhand.stats.aggregation.votes import check_codes, check_truth, vote_totals
from evenhand.stats.arrays import Bools, Floats, Integers
from evenhand.stats.patterns import NO_ANSWER, Patterns, compress

Form = Literal["full", "one_coin"]

_SMALLEST = 1e-10
"""What stands for a probability of 0 under a logarithm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Smoothing:
    """Answers each judge is taken to have given before any was seen, in each class of truth (a Dirichlet prior)."""

    right: float = 1.0
    """Right answers: more than `wrong` keeps the classes from trading names."""
    wrong: float = 0.1
    """Answers in each of the other classes."""


NO_SMOOTHING = Smoothing(right=0.0, wrong=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class DawidSkene:
    """A fitted model. Its posteriors take the judges for independent: they are no calibrated confidence."""

    pattern_posteriors: Floats
    """Shape (P, K): probability of each class for each distinct pattern of answers and label."""
    index: NDArray[np.intp]
    """Shape (N,): the pattern of each item."""
    shares: Floats
    """Shape (K,): share of each class among the items."""
    confusions: Floats
    """Shape (J, K, K): probability that judge j answers l (last) where the truth is k (middle)."""
    worse_than_chance: Bools
    """Shape (J,): judges whose mean right share over the classes is below 1/K."""
    switched: bool
    """Whether some class has judges who together give another answer more often than it. Without labels the classes may
    have traded names, and the model should not be used; with labels the panel is worse than chance there."""
    objective: tuple[float, ...]
    """Log-likelihood plus log-prior (up to a constant) after each iteration; it does not fall."""
    iterations: int
    """How many times the expectation was taken."""
    converged: bool
    """Whether the objective stopped rising before the iterations ran out."""

    @property
    def posteriors(self) -> Floats:
        """Shape (N, K): probability of each class for each item."""
        return self.pattern_posteriors[self.index]

    @property
    def labels(self) -> Integers:
        """Shape (N,): the likeliest class of each item, -1 where two are equally likely."""
        top = self.pattern_posteriors.max(axis=1, keepdims=True)
        alone = (self.pattern_posteriors >= top - _SMALLEST).sum(axis=1) == 1
        return np.where(alone, self.pattern_posteriors.argmax(axis=1), NO_ANSWER)[self.index]


def dawid_skene(
    answers: Integers,
    *,
    categories: int,
    truth: Integers | None = None,
    form: Form = "full",
    hard: bool = False,
    smoothing: Smoothing = Smoothing(),
    most_iterations: int = 100,
    tolerance: float = 1e-7,
) -> DawidSkene:
    """Fit the model of Dawid and Skene to `answers`, shape (N, J), codes 0..`categories`-1, -1 for none.

    Each item has a class k with probability p_k, and judge j answers l with probability C_jkl, independently of the
    other judges given the class. That independence is the weak point: judges who share errors make the posteriors far
    too sure, and can turn the answer round. Use them to choose a class, never as confidence.

    The start is the share of votes. Where `truth`, shape (N,), is not -1 the class is clamped to that human label (the
    semi-supervised form); then a second start, from the judges' confusions on the labelled items, is tried too, and
    the one that ends with the larger objective is returned.

    `form="one_coin"` gives each judge one accuracy and spreads its errors evenly; `hard` sets each item to its
    likeliest class in the expectation (fast Dawid-Skene). Under `smoothing` the confusions are posterior modes. It
    stops when the objective rises by less than `tolerance` per item.

    An item without answers and label has the posterior `shares`. Without items ValueError is raised. One judge or one
    class is fitted, but says no more than the votes do.

    Source: Dawid and Skene (1979), Applied Statistics 28, 20-28; Sinha, Rao and Balasubramanian (2018), Fast
    Dawid-Skene, for `hard`; methods.md 1.2.

    Raises:
        ValueError: There is no item, the shapes do not fit, or a code is not below `categories`.
    """
    check_codes(answers, categories)
    if answers.shape[0] == 0:
        raise ValueError("a model needs at least one item")
    if truth is not None:
        check_truth(truth, answers.shape[0], categories)
    patterns = compress(answers, truth=truth)
    votes = _Votes(patterns, categories, form, smoothing)
    fits = [
        _expectation_maximisation(votes, start, hard=hard, most=most_iterations, tolerance=tolerance)
        for start in votes.starts()
    ]
    return max(fits, key=lambda fit: fit.objective[-1])


class _Votes:
    """The patterns, as the two steps use them."""

    def __init__(self, patterns: Patterns, categories: int, form: Form, smoothing: Smoothing) -> None:
        self.patterns = patterns
        self.categories = categories
        self.form = form
        self.counts = patterns.counts.astype(np.float64)
        """Items of each pattern, shape (P,)."""
        self.given = (patterns.answers[:, :, np.newaxis] == np.arange(categories)).astype(np.float64)
        """Who gave which answer: shape (P, J, K)."""
        self.flat = self.given.reshape(len(self.counts), -1)
        self.prior = np.full((categories, categories), smoothing.wrong)
        """Answers before any was seen: truth, answer."""
        np.fill_diagonal(self.prior, smoothing.right)
        self.clamped = np.flatnonzero(patterns.truth != NO_ANSWER)

    @property
    def judges(self) -> int:
        return int(self.patterns.answers.shape[1])

    def starts(self) -> list[Floats]:
        """Return the shares of the votes (even shares where there is none), and what the labels say of the judges."""
        totals = vote_totals(self.patterns.answers, np.ones(self.judges), categories=self.categories)
        totals[totals.sum(axis=1) == 0] = 1.0
        by_vote = self.clamp(totals / totals.sum(axis=1, keepdims=True))
        if self.clamped.size == 0:
            return [by_vote]
        labelled = np.zeros_like(by_vote)
        labelled[self.clamped] = by_vote[self.clamped]
        confusions = self.confusions(labelled, least=1.0)
        return [by_vote, self.clamp(_softened(self.logarithms(self.shares(by_vote), confusions)))]

    def clamp(self, posteriors: Floats) -> Floats:
        posteriors[self.clamped] = 0.0
        posteriors[self.clamped, self.patterns.truth[self.clamped]] = 1.0
        return posteriors

    def shares(self, posteriors: Floats) -> Floats:
        shares: Floats = self.counts @ posteriors / self.counts.sum()
        return shares

    def confusions(self, posteriors: Floats, *, least: float = _SMALLEST) -> Floats:
        """Return the confusions that make the objective largest: shape (J, K, K), truth before answer.

        Where no answer was counted `least` stands in.
        """
        summed = self.flat.T @ (self.counts[:, np.newaxis] * posteriors)
        counts = summed.reshape(self.judges, self.categories, self.categories).swapaxes(1, 2) + self.prior
        if self.form == "one_coin":
            counts = _one_coin(counts)
        counts = np.maximum(counts, least)
        confusions: Floats = counts / counts.sum(axis=2, keepdims=True)
        return confusions

    def logarithms(self, shares: Floats, confusions: Floats) -> Floats:
        """Return the log of the joint probability of class and answers: shape (P, K)."""
        per_answer = np.log(confusions).swapaxes(1, 2).reshape(-1, self.categories)
        joint: Floats = np.log(np.maximum(shares, _SMALLEST)) + self.flat @ per_answer
        return joint

    def objective(self, logarithms: Floats, confusions: Floats, *, hard: bool) -> float:
        """Return log-likelihood plus log-prior."""
        likelihoods = logarithms.max(axis=1) if hard else _log_sum(logarithms)
        likelihoods[self.clamped] = logarithms[self.clamped, self.patterns.truth[self.clamped]]
        return float(self.counts @ likelihoods + (self.prior * np.log(confusions)).sum())


def _expectation_maximisation(
    votes: _Votes, posteriors: Floats, *, hard: bool, most: int, tolerance: float
) -> DawidSkene:
    shares, confusions = votes.shares(posteriors), votes.confusions(posteriors)
    objective: list[float] = []
    converged = False
    while not converged and len(objective) < most:
        logarithms = votes.logarithms(shares, confusions)
        objective.append(votes.objective(logarithms, confusions, hard=hard))
        posteriors = votes.clamp(_hardened(logarithms) if hard else _softened(logarithms))
        shares, confusions = votes.shares(posteriors), votes.confusions(posteriors)
        converged = len(objective) > 1 and bool(
            objective[-1] - objective[-2] < tolerance * votes.counts.sum()
        )
    return DawidSkene(
        pattern_posteriors=posteriors,
        index=votes.patterns.index,
        shares=shares,
        confusions=confusions,
        worse_than_chance=_right_shares(confusions) < 1 / votes.categories,
        switched=bool((confusions.sum(axis=0).argmax(axis=1) != np.arange(votes.categories)).any()),
        objective=tuple(objective),
        iterations=len(objective),
        converged=converged,
    )


def _one_coin(counts: Floats) -> Floats:
    """Spread the right answers of each judge evenly over the classes, and the wrong ones over the rest."""
    categories = counts.shape[1]
    right = np.trace(counts, axis1=1, axis2=2)
    wrong = (counts.sum(axis=(1, 2)) - right) / max(categories - 1, 1)
    same = np.eye(categories, dtype=bool)
    spread: Floats = np.where(same, right[:, np.newaxis, np.newaxis], wrong[:, np.newaxis, np.newaxis])
    return spread


def _right_shares(confusions: Floats) -> Floats:
    shares: Floats = np.diagonal(confusions, axis1=1, axis2=2).mean(axis=1)
    return shares


def _softened(logarithms: Floats) -> Floats:
    raised = np.exp(logarithms - logarithms.max(axis=1, keepdims=True))
    posteriors: Floats = raised / raised.sum(axis=1, keepdims=True)
    return posteriors


def _hardened(logarithms: Floats) -> Floats:
    posteriors = np.zeros_like(logarithms)
    posteriors[np.arange(len(logarithms)), logarithms.argmax(axis=1)] = 1.0
    return posteriors


def _log_sum(logarithms: Floats) -> Floats:
    top = logarithms.max(axis=1)
    total: Floats = top + np.log(np.exp(logarithms - top[:, np.newaxis]).sum(axis=1))
    return total
