"""A bet against "nothing has changed", whose winnings may be looked at after every label."""

import math
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from scipy.special import logsumexp

from evenhand.stats.arrays import Bools, Floats, Integers

ALPHA = 0.05
"""Chance that a stream without a change ever raises the alarm."""
RESTART_EVERY = 25
"""Labels between fresh starts of a bet that is to see a change after a long good run."""
TOLERANCE = 0.03
"""How far below its usual mean a stream may be without an alarm (methods.md 6.6)."""
SHARES = tuple(tenth / 10 for tenth in range(1, 10))
"""The bets of the mixture, as shares of the largest that can not lose everything (methods.md 6.6)."""
SMALL_SHARES = tuple(0.9 / 2**halving for halving in range(12))
"""Bets down to a thousandth, for differences of any size: slower to win on a large one, never blind to a small one."""

_MOST_AT_ONCE = 50_000
"""Outcomes taken at a time."""


class Direction(StrEnum):
    """What a bet wins on."""

    DROP = "drop"
    """A mean below the null value: agreement that is lost."""
    RISE = "rise"
    """A mean above the null value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bet:
    """The state of a betting process; `begin` makes one and `update` a later one, none is ever changed."""

    null: float
    """The mean bet against: at least this (a drop), or at most this (a rise)."""
    direction: Direction
    """What the bet wins on."""
    alpha: float
    """Chance of ever raising an alarm without a change."""
    low: float
    """The least an outcome can be."""
    high: float
    """The most an outcome can be."""
    shares: tuple[float, ...]
    """The bets of the mixture, as shares of the largest that can not lose everything."""
    restart_every: int
    """Outcomes between fresh starts; 0 for a single start."""
    log_wealths: tuple[float, ...]
    """Logarithm of what each bet of the mixture has made of 1 since the first outcome."""
    log_starts: tuple[float, ...]
    """Logarithm of the sum of what each start put in, over what its bet had made of 1 before it."""
    n: int
    """Outcomes seen."""
    alarm_at: int | None
    """After how many outcomes the wealth first reached 1 / alpha; None if it has not."""

    @property
    def log_e_value(self) -> float:
        """Logarithm of the wealth now: the mean over the mixture, and what no start has put in yet."""
        wealths = np.array([self.log_wealths]) + np.array([self.log_starts])
        return float(_log_e(self, wealths, np.array([self.n]))[0])

    @property
    def alarmed(self) -> bool:
        """Whether the alarm was raised; it stays raised."""
        return self.alarm_at is not None


def begin(
    null: float,
    *,
    direction: Direction = Direction.DROP,
    alpha: float = ALPHA,
    low: float = 0.0,
    high: float = 1.0,
    shares: tuple[float, ...] = SHARES,
    restart_every: int = 0,
) -> Bet:
    """Return the state before the first outcome.

    Outcomes X lie between `low` and `high`, both declared before the first (0 and 1 for right or wrong). Null
    hypothesis of a drop: whatever has been seen, the next outcome has a mean of at least `null`. Then
    E_t = mean over bets b of prod_s (1 + b (null - X_s)), 0 <= b < 1 / (high - null), is a non-negative
    supermartingale that starts at 1, and reaches 1 / alpha with a chance of at most `alpha`, ever (Ville). A rise is
    the mirror image.

    The mixture has nine bets, .1 to .9 of the largest, made for changes of several points: the smallest wins only if
    the mean is below `null` by more than about .05 var(X) / (high - null). `SMALL_SHARES` sees any change in time.
    With `restart_every` the bets start afresh before every so many outcomes, the k-th time with 1 / (k (k + 1)) of the
    stake: still a non-negative supermartingale that starts at 1. A single start loses through a long good run what it
    then has to win back; a fresh one only has to win for its smaller stake. From the beginning it is a little slower.

    Give as `null` the usual mean less a tolerance: a harmless drift below the very mean is an alarm in time.

    Source: Ville (1939); Waudby-Smith and Ramdas (2024), JRSS B 86, 1-27; methods.md 6.6.

    Raises:
        ValueError: Not low < null < high, alpha or a share not between 0 and 1, or `restart_every` negative.
    """
    if not low < null < high:
        raise ValueError(f"the null value {null} is not between {low} and {high}")
    if not 0 < alpha < 1:
        raise ValueError(f"alpha is {alpha}, expected a number between 0 and 1")
    if not shares or not all(0 < share < 1 for share in shares):
        raise ValueError(f"the shares {shares} are not all between 0 and 1")
    if restart_every < 0:
        raise ValueError(f"restart_every is {restart_every}, expected 0 or more outcomes")
    return Bet(
        null=null,
        direction=direction,
        alpha=alpha,
        low=low,
        high=high,
        shares=shares,
        restart_every=restart_every,
        log_wealths=(0.0,) * len(shares),
        log_starts=(-math.inf if restart_every else 0.0,) * len(shares),
        n=0,
        alarm_at=None,
    )


def update(bet: Bet, outcomes: Floats | Bools) -> Bet:
    """Return the state after `outcomes` of shape (m,), in their order; how a stream is split changes nothing.

    Outcomes must have had one chance each to be seen. Where items were drawn with unequal chances, pass the terms of
    `unbiased_terms` to a bet with their bounds, never the bare labels: those are a sample of the items people looked
    at, not of the stream.

    Raises:
        ValueError: Not of shape (m,), or an outcome is out of bounds.
    """
    for part in _parts(_checked(bet, outcomes)):
        bet = _after(bet, part)
    return bet


def _after(bet: Bet, outcomes: Floats) -> Bet:
    wealths, starts, path = _paths(bet, outcomes)
    crossed = np.flatnonzero(path[1:] >= -math.log(bet.alpha))
    alarm_at = bet.alarm_at
    if alarm_at is None and crossed.size:
        alarm_at = bet.n + int(crossed[0]) + 1
    return replace(
        bet,
        log_wealths=tuple(wealths[-1].tolist()),
        log_starts=tuple(starts[-1].tolist()),
        n=bet.n + outcomes.size,
        alarm_at=alarm_at,
    )


def log_e_values(bet: Bet, outcomes: Floats | Bools) -> Floats:
    """Return the logarithm of the wealth after each of `outcomes`: what a chart over time shows.

    Raises:
        ValueError: Not of shape (m,), or an outcome is out of bounds.
    """
    found = [np.zeros(0)]
    for part in _parts(_checked(bet, outcomes)):
        found.append(_paths(bet, part)[2][1:])
        bet = _after(bet, part)
    return np.concatenate(found)


def _parts(outcomes: Floats) -> list[Floats]:
    """Return a long stream in parts, so that memory is bounded; a short one is one part."""
    return np.split(outcomes, range(_MOST_AT_ONCE, outcomes.size, _MOST_AT_ONCE))


def _paths(bet: Bet, outcomes: Floats) -> tuple[Floats, Floats, Floats]:
    """Return `log_wealths`, `log_starts` and the log wealth of all, before the first outcome and after each."""
    if bet.direction is Direction.DROP:
        gains = (bet.null - outcomes) / (bet.high - bet.null)
    else:
        gains = (outcomes - bet.null) / (bet.null - bet.low)
    # Running sums from the old state on, not sums added to it: then batches do not even round differently.
    steps = np.log1p(np.multiply.outer(gains, np.array(bet.shares)))
    wealths = np.cumsum(np.concatenate([[bet.log_wealths], steps]), axis=0)
    seen = np.arange(bet.n, bet.n + outcomes.size + 1)
    starts = np.concatenate([[bet.log_starts], _log_stakes(bet, seen[:-1])[:, np.newaxis] - wealths[:-1]])
    starts = np.logaddexp.accumulate(starts, axis=0)
    return wealths, starts, _log_e(bet, wealths + starts, seen)


def _log_stakes(bet: Bet, seen: Integers) -> Floats:
    """Return the logarithm of what a start puts in after so many outcomes; minus infinity where none starts."""
    stakes = np.full(seen.size, -np.inf)
    if bet.restart_every:
        starting = seen % bet.restart_every == 0
        number = seen[starting] // bet.restart_every + 1.0
        stakes[starting] = -np.log(number * (number + 1))
    return stakes


def _log_e(bet: Bet, wealths: Floats, seen: Integers) -> Floats:
    """Return the logarithm of the mean of `wealths` over the mixture, and of the stakes not put in yet."""
    mixed: Floats = logsumexp(wealths, axis=-1) - math.log(len(bet.shares))
    if not bet.restart_every:
        return mixed
    started = np.where(seen > 0, 1 + (seen - 1) // bet.restart_every, 0)
    return np.asarray(np.logaddexp(mixed, -np.log(started + 1.0)))


def _checked(bet: Bet, outcomes: Floats | Bools) -> Floats:
    numbers = outcomes.astype(np.float64)
    if numbers.ndim != 1:
        raise ValueError(f"expected outcomes of shape (m,), not {numbers.shape}")
    if not ((numbers >= bet.low) & (numbers <= bet.high)).all():
        raise ValueError(
            f"an outcome is not between {bet.low} and {bet.high}, the bounds declared at the beginning"
        )
    return numbers


# -- Items drawn with unequal chances ------------------------------------------------------------------------


def unbiased_terms(
    outcomes: Floats,
    proxies: Floats,
    probabilities: Floats,
    *,
    seen: Bools,
    smallest_probability: float,
) -> Floats:
    """Return terms whose mean is that of the outcomes, although items were drawn for people with unequal chances.

    Z = S + (X - S) / p where an item was seen, and Z = S where not, for every item of the stream, seen or not. X is
    the outcome (0 to 1; any number where not seen), S a guess of it made before (`proxies`, 0 to 1; zeros will do),
    p the chance with which the item was drawn, known before its draw. All have shape (m,).

    E[Z | S, X, p] = S + p (X - S) / p = X, so a bound on the mean of X is one on that of Z. With w = 1 /
    `smallest_probability`, declared before the stream begins, 1 - w <= Z <= w: X = 0 seen at S = 1 gives the one end,
    X = 1 seen at S = 0 the other. A bet with `low` = 1 - w and `high` = w keeps its promise; it wins more slowly, for
    the largest bet that can not lose everything is about w times smaller.

    Source: Zrnic and Candes (2024), Active statistical inference (the terms); methods.md 3.5, 6.6, 14.

    Raises:
        ValueError: The shapes differ, a number is out of bounds, or a probability is below the smallest declared.
    """
    if outcomes.ndim != 1 or not outcomes.shape == proxies.shape == probabilities.shape == seen.shape:
        raise ValueError("expected outcomes, proxies, probabilities and seen of one shape (m,)")
    if not 0 < smallest_probability <= 1:
        raise ValueError(
            f"the smallest probability is {smallest_probability}, expected above 0 and at most 1"
        )
    if not ((probabilities >= smallest_probability) & (probabilities <= 1)).all():
        raise ValueError(
            f"a probability is not between {smallest_probability} and 1: the bet was begun on larger ones"
        )
    known = outcomes[seen]
    if not ((proxies >= 0) & (proxies <= 1)).all() or not ((known >= 0) & (known <= 1)).all():
        raise ValueError("outcomes and proxies are between 0 and 1")
    residuals = np.where(seen, np.where(seen, outcomes, 0.0) - proxies, 0.0)
    return proxies + residuals / probabilities
