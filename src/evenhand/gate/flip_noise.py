"""What an unchanged judge's changes of mind alone do to a comparison."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from evenhand.gate.cells import PairedCells, Side
from evenhand.gate.scores import Scores


@dataclass(frozen=True, slots=True, kw_only=True)
class FlipNoise:
    """Noise of flips in the mean difference of some cells."""

    old: float | None
    """Chance that two readings of a cell differ, at the baseline; None where it was not measured."""
    new: float | None
    """The same now."""
    standard_error: float
    """Of the mean difference, if nothing but flips moved verdicts; 0 where nothing is known."""
    discordance: float
    """Share of cells that flips alone make differ; 0 where nothing is known."""


SILENT: Final = FlipNoise(old=None, new=None, standard_error=0.0, discordance=0.0)
"""No noise: not measured, or both sides are the same answers."""


def flip_rate(side: Side) -> float | None:
    """Return the mean share of pairs of readings that differ, over the cells that were read several times."""
    rates = side.patterns.flips[side.of]
    known = rates[np.isfinite(rates)]
    return float(known.mean()) if known.size else None


def flip_noise(cells: PairedCells, scores: Scores) -> FlipNoise:
    """Return the noise of flips in a comparison of some of a principle's cells.

    A verdict that two readings give differently with chance f has variance f / 2 around its own mean, f / 2k where k
    readings were averaged. The two sides were read apart, so that their variances add; and of single readings that
    differ only by flips, (f_old + f_new) / 2 of the cells differ. Where a side was not measured it is taken to flip
    like the other. Where judges, panel and principle are as they were and every answer is the same, both sides are one
    measurement, taken over from the ledger, and there is no noise between them.
    """
    old, new = flip_rate(cells.old), flip_rate(cells.new)
    known = [each for each in (old, new) if each is not None]
    n = scores.rows.size
    if not known or n == 0 or (cells.unchanged and not cells.differs[scores.rows].any()):
        return FlipNoise(old=old, new=new, standard_error=0.0, discordance=0.0)
    then, now = (known[0] if each is None else each for each in (old, new))
    read_then = np.maximum(cells.old.readings[scores.rows], 1)
    read_now = np.maximum(cells.new.readings[scores.rows], 1)
    variance = float((then / (2 * read_then) + now / (2 * read_now)).sum()) / n**2
    return FlipNoise(
        old=old, new=new, standard_error=math.sqrt(variance), discordance=min(1.0, (then + now) / 2)
    )
