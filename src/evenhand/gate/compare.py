"""One paired comparison, in numbers: counts, difference with limits, p-values, and what it could see."""

import math
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

from evenhand.calibration.table import Floats, Indices
from evenhand.gate.flip_noise import FlipNoise
from evenhand.gate.scores import Scores
from evenhand.stats.change.clustered import careful_lower_limit, clustered_mean, sign_flip_test
from evenhand.stats.change.paired import Alternative, PairedCounts, mcnemar, paired_difference
from evenhand.stats.change.power import (
    pairs_needed_within,
    smallest_detectable_difference,
    smallest_detectable_mean,
)
from evenhand.stats.estimate import Estimate, Measured, Undefined
from evenhand.stats.quantiles import normal_quantile

_EQUAL: Final = 1e-9
"""Scores nearer than this are equal: they are shares of a few readings."""
_SPAN: Final = 1.0
"""Largest difference of two scores."""
MCNEMAR: Final = "mcnemar"
SIGN_FLIP: Final = "sign-flip"


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """The numbers of one comparison under one treatment of missing verdicts."""

    cells: int
    clusters: int
    old: float | None
    new: float | None
    lost: int
    won: int
    both: int
    neither: int
    difference: Measured
    """new - old, at confidence 1 - 2 alpha."""
    low: float | None
    """The lower limit that decides."""
    p: float
    p_better: float
    method: Literal["mcnemar", "sign-flip"]
    discordance: float
    spread: float | None
    """Standard error behind the lower limit of the sign-flip method, flips included; None for McNemar's."""


def compare(scores: Scores, noise: FlipNoise, *, alpha: float, rng: np.random.Generator) -> Compared:
    """Compare the two sides of some cells.

    Cells that are right or wrong and each of a source of its own: McNemar's mid-p test with Tango's limits. Where cells
    share a source, or scores are means of several readings: the sign-flip test with a bootstrap of whole clusters,
    whose lower limit is never above `careful_lower_limit`: a bootstrap can not draw a loss that was not seen. The lower
    limit is never nearer to the difference than flips alone allow: (z of alpha) x the standard error of `noise`.

    Source: methods.md 6.1, 6.2, 6.4.
    """
    steps = scores.new - scores.old
    lost, won = steps < -_EQUAL, steps > _EQUAL
    full = (scores.old > 1 - _EQUAL) & ~lost
    counts = PairedCounts(
        both=int(np.count_nonzero(full)),
        only_old=int(np.count_nonzero(lost)),
        only_new=int(np.count_nonzero(won)),
        neither=int(np.count_nonzero(~full & ~lost & ~won)),
    )
    clusters = _shared(scores.clusters)
    if clusters is None and _is_binary(scores):
        method: Literal["mcnemar", "sign-flip"] = MCNEMAR
        difference = paired_difference(counts, confidence=1 - 2 * alpha)
        p, p_better = mcnemar(counts), mcnemar(counts, alternative=Alternative.BETTER)
    else:
        method = SIGN_FLIP
        difference = _clustered(steps, clusters, alpha, rng)
        p = sign_flip_test(steps, clusters=clusters, rng=rng) if steps.size else 0.5
        p_better = 1 - p if steps.any() else 0.5
    low = _decisive_low(difference, noise, alpha)
    return Compared(
        cells=counts.n,
        clusters=int(np.unique(scores.clusters).size),
        old=float(scores.old.mean()) if counts.n else None,
        new=float(scores.new.mean()) if counts.n else None,
        lost=counts.only_old,
        won=counts.only_new,
        both=counts.both,
        neither=counts.neither,
        difference=difference,
        low=low,
        p=p,
        p_better=p_better,
        method=method,
        discordance=max((counts.discordant + 1) / (counts.n + 2), noise.discordance),
        spread=_spread(difference, low, alpha) if method == SIGN_FLIP else None,
    )


def detectable_drop(compared: Compared, *, level: float) -> float | None:
    """Return the smallest drop that a test at `level` sees with a chance of 80 %; None where it sees none.

    McNemar: `smallest_detectable_difference` with the discordance seen, or that of flips where it is larger. Sign-flip:
    (z of level + z of power) standard errors.
    """
    if compared.cells == 0 or isinstance(compared.difference, Undefined):
        return None
    if compared.spread is not None:
        drop = smallest_detectable_mean(compared.spread, alpha=level)
        return drop if drop <= _SPAN else None
    found = smallest_detectable_difference(compared.cells, compared.discordance, alpha=level)
    return None if isinstance(found, Undefined) else found


def cells_needed(compared: Compared, *, margin: float, alpha: float) -> int | None:
    """Return how many cells exclude a drop of `margin` with a chance of 80 % when nothing changed.

    The sign-flip method: the cells there are, times ((z of alpha + z of power) standard errors / margin)^2, in clusters
    like these.
    """
    if compared.cells == 0:
        return None
    if compared.spread is None:
        return pairs_needed_within(margin, compared.discordance, alpha=alpha)
    return math.ceil(compared.cells * (smallest_detectable_mean(compared.spread, alpha=alpha) / margin) ** 2)


def _clustered(steps: Floats, clusters: Indices | None, alpha: float, rng: np.random.Generator) -> Measured:
    confidence = 1 - 2 * alpha
    found = clustered_mean(steps, clusters=clusters, span=_SPAN, rng=rng, confidence=confidence)
    if isinstance(found, Undefined):
        return found
    careful = careful_lower_limit(steps, clusters=clusters, span=_SPAN, confidence=confidence)
    return replace(found, interval=replace(found.interval, low=max(-_SPAN, min(found.interval.low, careful))))


def _decisive_low(difference: Measured, noise: FlipNoise, alpha: float) -> float | None:
    if isinstance(difference, Undefined):
        return None
    by_flips = difference.value - normal_quantile(1 - 2 * alpha) * noise.standard_error
    return max(-1.0, min(difference.interval.low, by_flips))


def _spread(difference: Measured, low: float | None, alpha: float) -> float | None:
    if low is None or not isinstance(difference, Estimate):
        return None
    return (difference.value - low) / normal_quantile(1 - 2 * alpha)


def _is_binary(scores: Scores) -> bool:
    return all(_whole(each) for each in (scores.old, scores.new))


def _whole(values: Floats) -> bool:
    return bool(((values < _EQUAL) | (values > 1 - _EQUAL)).all())


def _shared(clusters: Indices) -> Indices | None:
    """Return the clusters; None where no two cells share one."""
    return clusters if np.unique(clusters).size < clusters.size else None
