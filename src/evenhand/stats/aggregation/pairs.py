"""Comparisons of two systems: what they are, what else speaks for one of the two, and whether they go round."""

from dataclasses import dataclass

import numpy as np

from evenhand.stats.arrays import Floats, Integers

FIRST, SECOND, TIE = 0, 1, 2
"""Outcomes of a comparison: the first system is better, the second one is, neither."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """M comparisons of two of S systems."""

    first: Integers
    """Shape (M,): the system shown first, 0..S-1."""
    second: Integers
    """Shape (M,): the system shown second."""
    outcome: Integers
    """Shape (M,): `FIRST`, `SECOND` or `TIE`."""
    systems: int
    """S."""
    covariates: Floats | None = None
    """Shape (M, F): what speaks for the first one whoever it is; a column of ones is the first-position intercept."""
    weights: Floats | None = None
    """Shape (M,): 1 / probability of being drawn."""
    clusters: Integers | None = None
    """Shape (M,): comparisons of one prompt are not independent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CyclicTriples:
    """How far the comparisons contradict any order: A over B, B over C and C over A."""

    cyclic: int
    """Triples that go round."""
    triples: int
    """Triples of which each pair was compared, with more wins for one of the two."""

    @property
    def share(self) -> float | None:
        """Share of cyclic triples; None where there is no triple. By coin flips it is a quarter."""
        return self.cyclic / self.triples if self.triples else None


def cyclic_triples(pairs: Pairs) -> CyclicTriples:
    """Count triples of systems whose majorities go round. A pair of equally many wins decides nothing.

    Source: Kendall and Babington Smith (1940), Biometrika 31, 324-345; methods.md 1.6.

    Raises:
        ValueError: Shapes do not fit, a code is out of range, or a system meets itself.
    """
    check_pairs(pairs)
    wins = wins_over(pairs, ties=0.0)
    over = (wins > wins.T).astype(np.int64)
    decided = over + over.T
    return CyclicTriples(
        cyclic=int(np.trace(over @ over @ over)) // 3, triples=int(np.trace(decided @ decided @ decided)) // 6
    )


def pair_covariates(
    length_gap: Floats, *, own_family: Integers | None = None, position: bool = True
) -> Floats:
    """Return the usual covariates: an intercept for the first position, the length gap, the judge's own family.

    `length_gap`, shape (M,), is the length of the first minus that of the second output; it enters as the hyperbolic
    tangent of the gap over its standard deviation, so that extreme gaps do not rule. `own_family`, shape (M,), is 1
    where the first output is of the judge's family, -1 where the second is, 0 for both or none.

    Source: methods.md 1.6.
    """
    spread = float(length_gap.std()) or 1.0
    columns = [np.ones(length_gap.size)] if position else []
    columns.append(np.tanh(length_gap / spread))
    if own_family is not None:
        columns.append(own_family.astype(np.float64))
    return np.column_stack(columns)


def wins_over(pairs: Pairs, *, ties: float) -> Floats:
    """Return how often each system (row) won against each other one (column), a tie counting `ties` for both."""
    wins = np.zeros((pairs.systems, pairs.systems))
    won = np.where(pairs.outcome == FIRST, 1.0, np.where(pairs.outcome == TIE, ties, 0.0))
    lost = np.where(pairs.outcome == SECOND, 1.0, np.where(pairs.outcome == TIE, ties, 0.0))
    np.add.at(wins, (pairs.first, pairs.second), won)
    np.add.at(wins, (pairs.second, pairs.first), lost)
    return wins


def covariate_columns(pairs: Pairs) -> Floats:
    """Return the covariates, no column where there are none."""
    return np.zeros((pairs.outcome.size, 0)) if pairs.covariates is None else pairs.covariates


def check_pairs(pairs: Pairs) -> None:
    """Refuse what are no comparisons.

    Raises:
        ValueError: Shapes do not fit, a code is out of range, or a system meets itself.
    """
    shape = pairs.outcome.shape
    if len(shape) != 1 or pairs.first.shape != shape or pairs.second.shape != shape:
        raise ValueError("first, second and outcome need one entry for each comparison")
    if pairs.systems < 2:
        raise ValueError(f"{pairs.systems} systems: there is nothing to compare")
    for codes, end, name in (
        (pairs.first, pairs.systems, "first"),
        (pairs.second, pairs.systems, "second"),
        (pairs.outcome, 3, "outcome"),
    ):
        if codes.size and not 0 <= codes.min() <= codes.max() < end:
            raise ValueError(f"{name} holds codes from 0 to {end - 1}")
    if (pairs.first == pairs.second).any():
        raise ValueError("a system is compared with itself")
    covariates = covariate_columns(pairs)
    if covariates.ndim != 2 or covariates.shape[0] != shape[0] or not np.isfinite(covariates).all():
        raise ValueError("covariates need a row of finite numbers for each comparison")
    for column, name in ((pairs.weights, "weights"), (pairs.clusters, "clusters")):
        if column is not None and column.shape != shape:
            raise ValueError(f"{name} need one entry for each comparison")
