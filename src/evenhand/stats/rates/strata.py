"""Strata of a population: by verdict and, where people were asked unevenly, by the probability of being asked."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from evenhand.stats.arrays import Bools, Floats, Integers

MOST_STRATA = 4
"""More strata than this let the priors speak louder than the labels (methods.md 3.1)."""
LEAST_LABELS = 20
"""Labels that each stratum beyond those of the verdict needs (methods.md 3.1)."""

_NEVER = 1e-300
"""Stands for a probability of 0, which has no logarithm."""


class VerdictKind(IntEnum):
    """What a verdict says about the thing that is counted."""

    POSITIVE = 1
    NEGATIVE = 0
    UNDECIDED = -1
    """No majority, or open."""
    FAILED = -2
    """No readable rating."""


_WORDS = {1: "positive", 0: "negative", -1: "undecided", -2: "failed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratum:
    """Items within which people were asked at random."""

    name: str
    """For people: the verdicts in it, and the probability of being asked where it differs within a verdict."""
    verdict: int
    """1 positive, 0 negative, -1 no verdict."""
    population: int
    labelled: int
    successes: int
    """Labelled items that are positive."""
    inclusion: float | None
    """Probability of being asked; None where it was not given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratification:
    """A population divided into strata."""

    strata: tuple[Stratum, ...]
    """Those that hold items, at most four; by verdict alone where `fits` is false."""
    stratum: Integers
    """Position of each item's stratum, shape (N,)."""
    fits: bool
    """Whether the chain rule holds and is worth having: sampling was random within each stratum, and the strata are
    few and not sparse."""
    reason: str
    """Why it does not fit; empty where it does."""
    notes: tuple[str, ...]
    """Merged strata, and strata without a label, in words."""

    @property
    def population(self) -> Integers:
        """Items in each stratum, shape (S,)."""
        return np.array([each.population for each in self.strata], dtype=np.int64)

    @property
    def labelled(self) -> Integers:
        """Labelled items in each stratum, shape (S,)."""
        return np.array([each.labelled for each in self.strata], dtype=np.int64)

    @property
    def successes(self) -> Integers:
        """Positive ones among them, shape (S,)."""
        return np.array([each.successes for each in self.strata], dtype=np.int64)

    @property
    def verdicts(self) -> Integers:
        """Verdict of each stratum, shape (S,)."""
        return np.array([each.verdict for each in self.strata], dtype=np.int64)

    @property
    def inclusion(self) -> Floats | None:
        """Probability of being asked in each stratum, shape (S,); None where not given."""
        known = [each.inclusion for each in self.strata if each.inclusion is not None]
        return np.array(known) if len(known) == len(self.strata) else None


def choose_strata(verdicts: Integers, truth: Integers, *, inclusion: Floats | None = None) -> Stratification:
    """Return the strata of N items for the chain rule.

    `verdicts` has shape (N,): 1 positive, 0 negative, -1 undecided, -2 failed (see `VerdictKind`). `truth` has shape
    (N,): 1 or 0, -1 without a label. `inclusion` has shape (N,): each item's probability of being labelled; not a
    number where unknown. Without it sampling is taken to be random within each verdict.

    - One stratum a verdict. Undecided and failed ones are merged when either holds fewer than 20 labels and both had
      one probability. Positive and negative ones are never merged, however few their labels: merging by what the
      labels happen to be biases the rate (simulated: coverage .90 instead of .94 at n = 50, rate .95).
    - Where the probability differs within a verdict, each of its values makes a stratum of its own. Then at most
      four strata, with 20 labels each, are worth having; otherwise the result does not fit, and weights are better.
    - A stratum without labels stays: its prior says that nothing is known of it. The notes say so.

    Where the probabilities of unlabelled items are unknown, those of the labelled ones speak for them as long as they
    are one number a verdict.

    Source: methods.md 3.1.

    Raises:
        ValueError: Shapes differ, or a code is unknown.
    """
    _check(verdicts, truth, inclusion)
    levels = _levels(verdicts, truth, inclusion)
    if levels is None:
        kinds, notes = _merged(
            np.asarray(verdicts, dtype=np.int64), truth >= 0, np.zeros(len(truth), dtype=np.int64)
        )
        reason = "the probability of being labelled varies within a verdict and is unknown for items without a label"
        return _stratification(kinds, verdicts, truth, None, notes=notes, reason=reason)
    kinds, notes = _merged(np.asarray(verdicts, dtype=np.int64), truth >= 0, levels)
    cells = kinds * (int(levels.max(initial=0)) + 1) + levels
    reason = _misfit(cells, kinds, truth)
    if reason:
        return _stratification(kinds, verdicts, truth, None, notes=notes, reason=reason)
    return _stratification(cells, verdicts, truth, inclusion, notes=notes, reason="")


def _check(verdicts: Integers, truth: Integers, inclusion: Floats | None) -> None:
    shapes = {
        np.shape(verdicts),
        np.shape(truth),
        np.shape(truth) if inclusion is None else np.shape(inclusion),
    }
    if len(shapes) != 1 or np.ndim(truth) != 1:
        raise ValueError(
            f"verdicts, truth and inclusion have one entry an item each, not shapes {sorted(shapes)}"
        )
    if not np.isin(verdicts, list(_WORDS)).all():
        raise ValueError("verdicts are 1 (positive), 0 (negative), -1 (undecided) or -2 (failed)")
    if not np.isin(truth, [-1, 0, 1]).all():
        raise ValueError("labels are 1 (positive), 0 (negative) or -1 (none)")


def _levels(verdicts: Integers, truth: Integers, inclusion: Floats | None) -> Integers | None:
    """Return which of the different probabilities each item had; None where that can not be told."""
    levels = np.zeros(len(truth), dtype=np.int64)
    if inclusion is None:
        return levels
    known = ~np.isnan(inclusion)
    if not known.any() or inclusion[known].min() == inclusion[known].max():
        return levels
    # Equal up to rounding: probabilities come from sums and quotients.
    levels[known] = np.unique(np.round(np.log(np.maximum(inclusion[known], _NEVER)), 9), return_inverse=True)[
        1
    ]
    for kind in np.unique(verdicts):
        inside = verdicts == kind
        if known[inside].all():
            continue
        found = np.unique(levels[inside & known])
        if len(found) > 1:
            return None
        levels[inside] = found[0] if len(found) else 0
    return levels


def _merged(verdicts: Integers, labelled: Bools, levels: Integers) -> tuple[Integers, tuple[str, ...]]:
    """Return the verdict of each item, failed ones counted as undecided where either kind is sparse."""
    undecided, failed = (verdicts == kind for kind in (VerdictKind.UNDECIDED, VerdictKind.FAILED))
    fewest = min((undecided & labelled).sum(), (failed & labelled).sum())
    one_level = len(np.unique(levels[undecided | failed])) == 1
    if not (undecided.any() and failed.any()) or fewest >= LEAST_LABELS or not one_level:
        return verdicts, ()
    note = f"undecided and failed items are one stratum: one of them has {fewest} labels"
    return np.where(failed, VerdictKind.UNDECIDED, verdicts), (note,)


def _misfit(cells: Integers, kinds: Integers, truth: Integers) -> str:
    found, counts = np.unique(cells), len(np.unique(kinds))
    if len(found) == counts:
        return ""
    if len(found) > MOST_STRATA:
        return (
            f"verdicts and probabilities of being labelled make {len(found)} strata, more than {MOST_STRATA}"
        )
    fewest = min(int(((cells == cell) & (truth >= 0)).sum()) for cell in found)
    return f"a stratum has {fewest} labels, fewer than {LEAST_LABELS}" if fewest < LEAST_LABELS else ""


def _stratification(
    cells: Integers,
    verdicts: Integers,
    truth: Integers,
    inclusion: Floats | None,
    *,
    notes: tuple[str, ...],
    reason: str,
) -> Stratification:
    found, position = np.unique(cells, return_inverse=True)
    members = [position == place for place in range(len(found))]
    strata = tuple(_stratum(each, verdicts, truth, inclusion) for each in members)
    empty = tuple(
        f"no human label among the {each.population} items of the stratum {each.name}: nothing is known of them"
        for each in strata
        if each.labelled == 0
    )
    return Stratification(
        strata=strata, stratum=position, fits=not reason, reason=reason, notes=notes + empty
    )


def _stratum(members: Bools, verdicts: Integers, truth: Integers, inclusion: Floats | None) -> Stratum:
    kinds = [int(kind) for kind in np.unique(verdicts[members])]
    probability = _probability(inclusion[members]) if inclusion is not None else None
    suffix = "" if probability is None else f" (asked {probability:.3g})"
    return Stratum(
        name=" or ".join(_WORDS[kind] for kind in reversed(kinds)) + suffix,
        verdict=max(kinds[0], VerdictKind.UNDECIDED),
        population=int(members.sum()),
        labelled=int((members & (truth >= 0)).sum()),
        successes=int((members & (truth == 1)).sum()),
        inclusion=probability,
    )


def _probability(inclusion: Floats) -> float | None:
    known = inclusion[~np.isnan(inclusion)]
    return float(known[0]) if known.size else None
