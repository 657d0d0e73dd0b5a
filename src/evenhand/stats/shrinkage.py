"""Slices of few labels, drawn towards each other as far as they are alike."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import betaln, xlog1py, xlogy

from evenhand.stats.arrays import Floats, Integers
from evenhand.stats.estimate import CONFIDENCE, Estimate, Interval, Measured, Undefined
from evenhand.stats.intervals import proportion

DRAWS = 10_000
"""Draws from the posterior behind the intervals."""
LEAST = 20
"""Slices with fewer labels get no number (methods.md 2.5)."""
_PULLS, _MEANS = 50, 100
"""Grid over the pull towards the mean, and over the mean."""
_EDGE = 1e-6
"""How near the search goes to means and pulls of 0 and 1."""
_NO_GAIN = 1e-6
"""A log likelihood that is no better by more than this speaks for nothing."""

Worse = Literal["lower", "higher"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceShare:
    """One slice by itself and among the others."""

    successes: int
    """Successes among its labels."""
    labels: int
    """Its labels."""
    raw: Measured
    """The share by itself, with Wilson's interval."""
    shrunken: Measured
    """The share drawn towards the other slices."""
    worse: float | Undefined
    """Probability that the slice is worse than the whole by more than the margin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shrinkage:
    """Slices of one whole, and how alike they are."""

    mean: float | Undefined
    """Most likely mean of the slices' shares."""
    concentration: float | Undefined
    """Most likely concentration: as many labels as the others are worth to each slice; infinite when nothing speaks
    against all slices being equal."""
    slices: tuple[SliceShare, ...]
    """In the order given."""


def shrink_slices(
    successes: Integers,
    labels: Integers,
    *,
    rng: np.random.Generator,
    margin: float = 0.05,
    worse: Worse = "lower",
    least: int = LEAST,
    confidence: float = CONFIDENCE,
    draws: int = DRAWS,
) -> Shrinkage:
    """Return every slice's share drawn towards the mean of all, as far as the slices are alike.

    Estimand: the share p_s of each slice under p_s ~ Beta(m c, (1 - m) c), successes ~ Binomial(labels, p_s).
    `successes` and `labels` have shape (slices,). The mean m and the concentration c that make the counts most likely
    are reported. The slices are not read at these alone, because a handful of slices says little about c: their
    posteriors are averaged over m and c by the likelihood, with Jeffreys' prior for m and a uniform one for the pull
    c / (c + harmonic mean of labels). `worse` says whether a lower or a higher share is bad; the probability is that of
    a slice being worse by more than `margin` than the mean of all slices by their labels.

    A slice with fewer than `least` labels is undefined, though its counts speak with their weight about m and c. With
    labels in one slice only there is nothing to be drawn to: its shrunken share is the raw one, and mean, concentration
    and probability are undefined.

    Source: methods.md 2.5; Daniels (1999), Can. J. Stat. 27, 567-578, for the uniform prior of the pull.

    Raises:
        ValueError: Shapes, counts or the confidence are impossible.
    """
    _check(successes, labels)
    raw = [proportion(int(k), int(n), confidence=confidence) for k, n in zip(successes, labels, strict=True)]
    filled = labels > 0
    if filled.sum() < 2:
        return _alone(successes, labels, raw, least)
    mean, concentration = _most_likely(successes[filled], labels[filled])
    posterior = _posterior(successes, labels, rng=rng, draws=draws)
    behind = (posterior.shares @ labels / labels.sum())[:, np.newaxis] - posterior.shares
    chance = ((behind if worse == "lower" else -behind) > margin).mean(axis=0)
    limits = np.quantile(posterior.shares, [0.5 - confidence / 2, 0.5 + confidence / 2], axis=0)
    slices = []
    for place, (count, size) in enumerate(zip(successes.tolist(), labels.tolist(), strict=True)):
        low, high = limits[:, place].tolist()
        shrunken = Estimate(
            value=float(posterior.means[place]),
            interval=Interval(low=low, high=high, confidence=confidence),
            n=size,
        )
        slices.append(_slice(count, size, raw[place], shrunken, float(chance[place]), least))
    return Shrinkage(mean=mean, concentration=concentration, slices=tuple(slices))


def _slice(
    successes: int, labels: int, raw: Measured, shrunken: Measured, worse: float | Undefined, least: int
) -> SliceShare:
    too_few = Undefined(n=labels, reason="too few")
    few = labels < least
    return SliceShare(
        successes=successes,
        labels=labels,
        raw=too_few if few else raw,
        shrunken=too_few if few else shrunken,
        worse=too_few if few else worse,
    )


def _alone(successes: Integers, labels: Integers, raw: list[Measured], least: int) -> Shrinkage:
    none = Undefined(n=int(labels.sum()), reason="fewer than two slices have labels")
    slices = tuple(
        _slice(count, size, share, share, none, least)
        for count, size, share in zip(successes.tolist(), labels.tolist(), raw, strict=True)
    )
    return Shrinkage(mean=none, concentration=none, slices=slices)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Posterior:
    """What the counts of all slices say about each."""

    shares: Floats
    """Joint draws, shape (draws, slices)."""
    means: Floats
    """Shape (slices,)."""


def _posterior(successes: Integers, labels: Integers, *, rng: np.random.Generator, draws: int) -> _Posterior:
    filled = labels > 0
    k, n = successes[filled], labels[filled]
    pulls = (np.arange(_PULLS) + 0.5) / _PULLS
    concentrations = pulls / (1 - pulls) / (1 / n).mean()
    means, weights = _grid(k, n, concentrations)
    first = (means[:, np.newaxis] * concentrations).ravel()
    second = ((1 - means)[:, np.newaxis] * concentrations).ravel()
    cells = np.repeat(np.arange(weights.size), rng.multinomial(draws, weights.ravel()))
    shares = rng.beta(first[cells, np.newaxis] + successes, second[cells, np.newaxis] + labels - successes)
    centres = (first[:, np.newaxis] + successes) / ((first + second)[:, np.newaxis] + labels)
    return _Posterior(shares=shares, means=weights.ravel() @ centres)


def _grid(successes: Integers, labels: Integers, concentrations: Floats) -> tuple[Floats, Floats]:
    """Return means, and the posterior weight of every mean with every concentration, shape (means, concentrations).

    The means are even in the angle whose squared sine they are: so spaced, each stands for as much of Jeffreys' prior.
    The grid narrows twice to where there is weight.
    """
    low, high = 0.0, math.pi / 2
    for _ in range(3):
        width = (high - low) / _MEANS
        angles = low + width * (np.arange(_MEANS) + 0.5)
        means = np.sin(angles) ** 2
        logs = _log_likelihood(means[:, np.newaxis], concentrations, successes, labels)
        weights = np.exp(logs - logs.max())
        there = angles[weights.sum(axis=1) > 1e-9 * weights.sum()]
        low, high = max(float(there[0]) - width, 0.0), min(float(there[-1]) + width, math.pi / 2)
    return means, weights / weights.sum()


def _log_likelihood(means: Floats, concentrations: Floats, successes: Integers, labels: Integers) -> Floats:
    """Return the log likelihood of all counts, in the broadcast shape of `means` and `concentrations`."""
    first = (means * concentrations)[..., np.newaxis]
    second = ((1 - means) * concentrations)[..., np.newaxis]
    after = betaln(first + successes, second + labels - successes)
    total: Floats = (after - betaln(first, second)).sum(axis=-1)
    return total


def _most_likely(successes: Integers, labels: Integers) -> tuple[float, float]:
    """Return the mean and the concentration that make the counts most likely, by a grid that closes in on them."""
    pooled = int(successes.sum()) / int(labels.sum())
    if pooled in (0, 1):
        return pooled, math.inf
    equal = float(xlogy(successes, pooled).sum() + xlog1py(labels - successes, -pooled).sum())
    typical = float(1 / (1 / labels).mean())
    centre, reach = (0.5, 0.5), 0.5
    best = -math.inf
    while reach > 1e-12:
        steps = reach * np.linspace(-1, 1, 21)
        means = np.clip(centre[0] + steps, _EDGE, 1 - _EDGE)[:, np.newaxis]
        pulls = np.clip(centre[1] + steps, _EDGE, 1 - _EDGE)
        logs = _log_likelihood(means, typical * pulls / (1 - pulls), successes, labels)
        row, column = np.unravel_index(int(logs.argmax()), logs.shape)
        best, centre = float(logs[row, column]), (float(means[row, 0]), float(pulls[column]))
        reach /= 4
    if equal >= best - _NO_GAIN:
        return pooled, math.inf
    return centre[0], typical * centre[1] / (1 - centre[1])


def _check(successes: Integers, labels: Integers) -> None:
    if successes.ndim != 1 or successes.shape != labels.shape:
        raise ValueError(f"successes {successes.shape} and labels {labels.shape}, expected (slices,) twice")
    if ((successes < 0) | (successes > labels)).any():
        raise ValueError("successes are from 0 to the number of labels")
