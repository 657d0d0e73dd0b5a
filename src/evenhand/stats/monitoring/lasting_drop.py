"""Whether a mean has dropped for good, without being told what it was: a bet that learns the usual mean on the way."""

import math
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, replace

import numpy as np

from evenhand.stats.arrays import Floats
from evenhand.stats.monitoring.betting import ALPHA, TOLERANCE
from evenhand.stats.monitoring.confidence_sequence import Limits

RISE_SHARES = (0.0, *(0.9 / 2**halving for halving in range(12)))
"""Bets on a usual mean above a candidate, as shares of the largest. The first bets nothing and holds half of the stake,
so that a candidate that is true costs little."""
DROP_SHARES = (0.9, 0.7, 0.5, 0.35, 0.25, 0.17, 0.11, 0.07, 0.04, 0.02)
"""Bets on a mean below a candidate less the tolerance."""
CELLS = 400
"""Candidates for the usual mean: so many cells between 0 and 1."""

_HOLD, _MOVE = 0.25, 0.25 / (len(RISE_SHARES) - 1)
_LOG_RISE = np.log(np.array([_HOLD, *[_MOVE] * (len(RISE_SHARES) - 1)] * 2))
_LOG_DROP = -math.log(2 * len(DROP_SHARES))


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Outcomes that came in since the look before, between 0 and 1."""

    low: Floats
    """Each of them, the least it can be: 0 for one that is missing. Shape (m,)."""
    high: Floats
    """Each of them, the most it can be: 1 for one that is missing. Shape (m,)."""
    weight: Floats
    """How much each counts, above 0 and at most 1; shape (m,)."""
    guess: Floats | None = None
    """What was expected of each before it came, 0 to 1, shape (m,); only where the look is whole, see `watch_drop`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """A mean that is known from elsewhere."""

    mean: float
    """The mean, 0 to 1."""
    n: int | None = None
    """Outcomes it rests on, each 0 or 1; None takes it as exact."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DropPath:
    """What a bet on a lasting drop made of each look. Every array has the shape (looks,)."""

    log_e: Floats
    """Logarithm of the evidence, missing outcomes counting against it: it is proven where this is high."""
    log_e_most: Floats
    """The same with outcomes that are missing since the last complete look counting for it: where even this is low,
    they hide no drop."""
    before: int
    """Looks before the drop, as the evidence at the last look has it."""


def watch_drop(
    looks: Sequence[Look],
    *,
    tolerance: float = TOLERANCE,
    usual: Usual | None = None,
) -> DropPath:
    """Return the evidence after each look that the mean has dropped by more than `tolerance` for good.

    Null hypothesis: there is a mean q such that all outcomes have a mean of at least q - tolerance and at most q: no
    two times differ by more than the tolerance. For a candidate q and a change after look c, the stake bets up to c
    that the mean is above q, and from then on that it is below q - tolerance. If q is true no bet wins in expectation,
    so their mixture over c, with 1 / (c (c + 1)) each, is a non-negative supermartingale that starts at 1 or less; the
    evidence is the least over all q, and reaches 1 / alpha with a chance of at most alpha, ever (Ville). All looks
    before a change together are its reference, and how far they can be wrong is part of the bet: nothing is tuned.
    The candidates are cells; each bets against both of its ends, which widens the tolerance by 1 / `CELLS`.

    Outcomes of one look need not have one mean. Let a look be whole: every one of a fixed set of items once, in any
    order, whose answers are independent given the item. Then the product over the look of 1 + b (q - x_i) has the
    expectation prod (1 + b (q - p_i)) <= (1 + b (q - mean p))^m by the inequality of the means, so a frozen set that is
    judged again and again is as good as fresh draws, however unlike its items are; it must only be judged anew. There a
    guess g_i of each outcome, made before, takes the differences between the items out: x_i - g_i + mean g has the same
    mean over the look. Half of the stake bets on these, half on the bare outcomes; good guesses win much sooner, bad
    ones cost half of the stake. Items that are drawn afresh need no whole looks and have no guesses. With unequal
    chances give weights proportional to one over the chance of being drawn: E[w (q - X)] over the items that were drawn
    has the sign of q - E[X].

    `usual` is a mean from elsewhere: with n it is one more look before the first, without it is the only candidate.

    Source: Ville (1939); Waudby-Smith and Ramdas (2024), JRSS B 86, 1-27; for changes of an unknown mean Shekhar and
    Ramdas (2023), arXiv 2309.09111; methods.md 6.6.

    Raises:
        ValueError: Shapes differ, an outcome or a weight is out of bounds, or the tolerance or the usual mean is.
    """
    if not 0 <= tolerance < 1:
        raise ValueError(f"the tolerance is {tolerance}, expected a number from 0 to below 1")
    if usual is not None and not 0 <= usual.mean <= 1:
        raise ValueError(f"the usual mean is {usual.mean}, expected a number between 0 and 1")
    for look in looks:
        _check(look)
    candidates = _candidates(usual)
    stake = _Stake(*candidates, tolerance, usual)
    most: _Stake | None = None
    at_most = []
    for look in looks:
        if np.array_equal(look.low, look.high):
            most = None
        else:
            most = most or stake.fork()
            most.take(look, risen=look.high, dropped=look.low)
        stake.take(look, risen=look.low, dropped=look.high)
        at_most.append((most or stake).path[-1])
    return DropPath(
        log_e=np.array(stake.path),
        log_e_most=np.array(at_most),
        before=stake.likeliest_change(),
    )


def _check(look: Look) -> None:
    if look.low.ndim != 1 or not look.low.shape == look.high.shape == look.weight.shape:
        raise ValueError("expected the least, the most and the weight of each outcome, of one shape (m,)")
    if not ((look.low >= 0) & (look.low <= look.high) & (look.high <= 1)).all():
        raise ValueError("outcomes lie between 0 and 1, the least not above the most")
    if not ((look.weight > 0) & (look.weight <= 1)).all():
        raise ValueError("weights are above 0 and at most 1")


def _candidates(usual: Usual | None) -> tuple[Floats, Floats]:
    """Return the lower and the upper ends of the cells the usual mean may lie in."""
    if usual is not None and usual.n is None:
        return np.array([usual.mean]), np.array([usual.mean])
    edges = np.linspace(0, 1, CELLS + 1)
    return edges[:-1], edges[1:]


class _Stake:
    """What the bets of all candidates have made so far."""

    def __init__(self, lower: Floats, upper: Floats, tolerance: float, usual: Usual | None) -> None:
        self.path: list[float] = []
        self._upper = upper
        self._null = lower - tolerance
        self._rise = np.zeros((upper.size, _LOG_RISE.size))
        self._drop = np.zeros((upper.size, 2 * len(DROP_SHARES)))
        self._starts = np.full(self._drop.shape, -math.inf)
        self._begun: list[Floats] = []
        self._is_exact = usual is not None and usual.n is None
        self._has_reference = usual is not None
        if usual is not None and usual.n:
            right = usual.mean * usual.n
            told = _Told(np.array([1.0, 0.0]), np.ones(2), np.array([right, usual.n - right]), (0.0, 1.0))
            self._rise += _log_rises(self._upper, (told, told))

    def fork(self) -> "_Stake":
        """Return a stake that goes on from here by itself."""
        return deepcopy(self)

    def take(self, look: Look, *, risen: Floats, dropped: Floats) -> None:
        """Bet on a look: on a rise with the one reading of its outcomes, on a drop with the other."""
        self._start()
        self._drop += _log_drops(self._null, _tell(look, dropped))
        if not self._is_exact:
            self._rise += _log_rises(self._upper, _tell(look, risen))
        self.path.append(float(_log_sum(self._starts + self._drop).min()) + _LOG_DROP)

    def _start(self) -> None:
        """Put in the stake of a change before the look that comes; it needs looks before it, or a reference."""
        looks = len(self.path) + self._has_reference
        before = np.zeros(self._upper.size) if self._is_exact else _log_sum(self._rise + _LOG_RISE)
        stake = before - math.log(looks * (looks + 1)) if looks else np.full(self._upper.size, -math.inf)
        started = stake[:, np.newaxis] - self._drop
        self._begun.append(started)
        self._starts = np.logaddexp(self._starts, started)

    def likeliest_change(self) -> int:
        """Return how many looks lie before the change that has won most."""
        if not self._begun:
            return 0
        cell = int(_log_sum(self._starts + self._drop).argmin())
        return int(np.argmax([_log_sum(each[cell] + self._drop[cell]) for each in self._begun]))


# -- One look --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Told:
    """The distinct outcomes of a look, with what bounds them."""

    values: Floats
    weight: Floats
    counts: Floats
    bounds: tuple[float, float]
    """The least and the most an outcome could have been."""


def _tell(look: Look, outcomes: Floats) -> tuple[_Told, _Told]:
    """Return the outcomes of a look as they are, and with the differences that were expected taken out."""
    bare = _counted(outcomes, look.weight, (0.0, 1.0))
    if look.guess is None or not look.guess.size:
        return bare, bare
    shift = look.guess.mean() - look.guess
    return bare, _counted(outcomes + shift, look.weight, (float(shift.min()), 1 + float(shift.max())))


def _counted(outcomes: Floats, weight: Floats, bounds: tuple[float, float]) -> _Told:
    pairs, counts = np.unique(np.column_stack([outcomes, weight]), axis=0, return_counts=True)
    return _Told(pairs[:, 0], pairs[:, 1], counts.astype(np.float64), bounds)


def _log_rises(null: Floats, looks: tuple[_Told, _Told]) -> Floats:
    """Return what bets on a mean above each null make of a look, shape (nulls, shares of both readings)."""
    return np.concatenate([_log_rise(null[:, np.newaxis], told) for told in looks], axis=1)


def _log_rise(null: Floats, told: _Told) -> Floats:
    gains = told.weight * (told.values - null) / (null - told.bounds[0])
    return _log_products(gains, np.array(RISE_SHARES), told.counts)


def _log_drops(null: Floats, looks: tuple[_Told, _Told]) -> Floats:
    """Return what bets on a mean below each null make of a look; below 0 there is nothing to bet on."""
    return np.concatenate([_log_drop(null[:, np.newaxis], told) for told in looks], axis=1)


def _log_drop(null: Floats, told: _Told) -> Floats:
    gains = told.weight * (null - told.values) / (told.bounds[1] - null)
    return _log_products(np.where(null > 0, gains, 0.0), np.array(DROP_SHARES), told.counts)


def _log_products(gains: Floats, shares: Floats, counts: Floats) -> Floats:
    made: Floats = np.log1p(gains[:, :, np.newaxis] * shares)
    products: Floats = np.einsum("cos,o->cs", made, counts)
    return products


def _log_sum(logs: Floats) -> Floats:
    """Return the logarithm of the sum over the last axis; minus infinity where every term is."""
    top = np.maximum(logs.max(axis=-1), -1e300)
    summed: Floats = top + np.log(np.maximum(np.exp(logs - top[..., np.newaxis]).sum(axis=-1), 1e-300))
    return summed


# -- The mean so far -------------------------------------------------------------------------------


def mean_limits(looks: Sequence[Look], *, alpha: float = ALPHA) -> Limits:
    """Return the limits of the mean so far after each look: the candidates against which no bet has won.

    All intervals together cover the mean with a chance of at least 1 - `alpha`, if it is the same all along; without an
    outcome they are 0 and 1. Missing outcomes widen them. Ends are those of the cells, so they are up to 1 / `CELLS`
    too wide. As `confidence_limits`, for outcomes with weights or of a frozen set.

    Source: Waudby-Smith and Ramdas (2024), JRSS B 86, 1-27.

    Raises:
        ValueError: Shapes differ, or an outcome or a weight is out of bounds.
    """
    for look in looks:
        _check(look)
    edges = np.linspace(0, 1, CELLS + 1)
    low = _lower_limits(edges, [_tell(look, look.low) for look in looks], alpha)
    mirrored = [_tell(_mirror(look), 1 - look.high) for look in looks]
    return Limits(low=low, high=1 - _lower_limits(edges, mirrored, alpha))


def _mirror(look: Look) -> Look:
    return replace(look, guess=None if look.guess is None else 1 - look.guess)


def _lower_limits(edges: Floats, looks: Sequence[tuple[_Told, _Told]], alpha: float) -> Floats:
    """Return the largest candidate below which the mean is not, after each look."""
    wealth = np.zeros((edges.size - 1, _LOG_RISE.size))
    limits = []
    for each in looks:
        wealth += _log_rises(edges[1:], each)
        beyond = _log_sum(wealth + _LOG_RISE) >= math.log(2 / alpha)
        limits.append(edges[beyond.sum()])
    return np.array(limits, dtype=np.float64)
