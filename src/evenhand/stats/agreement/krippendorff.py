"""Krippendorff's alpha for any number of raters with gaps."""

from collections.abc import Callable
from functools import partial
from typing import Literal

import numpy as np

from evenhand.stats.agreement.dissent import unseen_rows
from evenhand.stats.agreement.ratings import rated_units, rating_counts
from evenhand.stats.arrays import Floats, Integers
from evenhand.stats.bootstrap import DRAWS, Unseen, smoothed_bootstrap
from evenhand.stats.estimate import CONFIDENCE, Measured, Undefined
from evenhand.stats.units import Statistic

Level = Literal["nominal", "ordinal", "interval", "ratio"]
"""What the distance of two labels is: 0 or 1; by ranks; of their values; of their values in relation to their sum."""


def krippendorff_alpha(
    answers: Integers,
    *,
    categories: int,
    rng: np.random.Generator,
    level: Level = "nominal",
    values: Floats | None = None,
    clusters: Integers | None = None,
    confidence: float = CONFIDENCE,
    draws: int = DRAWS,
) -> Measured:
    """Return Krippendorff's alpha: 1 - disagreement seen / disagreement expected by chance.

    Estimand: 1 - D_o / D_e, with D_o the mean squared distance of two answers to the same item and D_e that of any two
    answers. `answers` has shape (items, raters), -1 for no answer; items with fewer than two answers are left out.
    `values` (shape (categories,)) says which number a code stands for at levels "interval" and "ratio"; the codes
    themselves unless told. The interval is the smoothed Bayesian bootstrap over items, or over `clusters`
    (shape (items,)).

    Undefined without an item that two raters answered, and when only one label was given (D_e = 0).

    Source: Krippendorff (2019), Content Analysis, 4th ed., ch. 12; methods.md 2.1.

    Raises:
        ValueError: A shape, a code, a level or the confidence are impossible; a value of a ratio is negative.
    """
    statistic, features_of = _parts(level, _values(values, categories, level))
    counted = rating_counts(answers, categories=categories)
    pairable = counted.rows.sum(axis=1) >= 2
    n = int(pairable[counted.codes].sum())
    if n == 0:
        return Undefined(n=0, reason="no item was answered by two raters")
    if (counted.rows[pairable].sum(axis=0) > 0).sum() == 1:
        return Undefined(n=n, reason="only one label was given, so nothing could differ")
    rows = np.where(pairable[:, np.newaxis], counted.rows, 0)
    units = rated_units(features_of(rows), counted, pairable, clusters)
    further = unseen_rows(counted)
    unseen = Unseen(features=features_of(further.rows), shapes=further.shapes)
    return smoothed_bootstrap(statistic, units, unseen, rng=rng, confidence=confidence, draws=draws)


def _values(values: Floats | None, categories: int, level: Level) -> Floats:
    known = np.arange(categories, dtype=np.float64) if values is None else values
    if known.shape != (categories,):
        raise ValueError(f"values of shape {known.shape}, expected one for each of {categories} categories")
    if level == "ratio" and (known < 0).any():
        raise ValueError("a value of a ratio scale is not negative")
    return known


def _parts(level: Level, values: Floats) -> tuple[Statistic, Callable[[Floats | Integers], Floats]]:
    """Return alpha as a function of totals, and the features of rows of label counts that these are totals of."""
    match level:
        case "ordinal":
            return _alpha_of_ranks, _coincidences
        case "nominal" | "interval" | "ratio":
            squares = _squared_distances(level, values)
            return partial(_alpha_of_distances, squares), partial(_disagreements, squares)
    raise ValueError(f"level is {level!r}, expected nominal, ordinal, interval or ratio")


def _squared_distances(level: Literal["nominal", "interval", "ratio"], values: Floats) -> Floats:
    apart = values[:, np.newaxis] - values
    if level == "nominal":
        return 1 - np.eye(len(values))
    if level == "interval":
        return apart**2
    sums = values[:, np.newaxis] + values
    return np.where(sums > 0, apart / np.where(sums > 0, sums, 1), 0.0) ** 2


def _disagreements(squares: Floats, rows: Floats | Integers) -> Floats:
    """Return per row the disagreement within it and its label counts, shape (rows, 1 + k)."""
    answered = rows.sum(axis=1, dtype=np.float64)
    within = ((rows @ squares) * rows).sum(axis=1) / np.maximum(answered - 1, 1)
    return np.column_stack([within, rows])


def _alpha_of_distances(squares: Floats, totals: Floats) -> Floats:
    labels = totals[:, 1:]
    answers = labels.sum(axis=1)
    return _alpha(totals[:, 0], ((labels @ squares) * labels).sum(axis=1), answers)


def _coincidences(rows: Floats | Integers) -> Floats:
    """Return per row how often each label met each, shape (rows, k * k)."""
    held = rows.astype(np.float64)
    pairs = held[:, :, np.newaxis] * held[:, np.newaxis, :]
    pairs -= held[:, :, np.newaxis] * np.eye(rows.shape[1])
    met: Floats = pairs.reshape(len(rows), -1) / np.maximum(held.sum(axis=1) - 1, 1)[:, np.newaxis]
    return met


def _alpha_of_ranks(totals: Floats) -> Floats:
    categories = round(totals.shape[1] ** 0.5)
    met = totals.reshape(-1, categories, categories)
    labels = met.sum(axis=2)
    ranks = labels.cumsum(axis=1) - labels / 2
    answers, squares = labels.sum(axis=1), (labels * ranks**2).sum(axis=1)
    within = 2 * (squares - np.einsum("mkl,mk,ml->m", met, ranks, ranks, optimize=True))
    between = 2 * (answers * squares - (labels * ranks).sum(axis=1) ** 2)
    return _alpha(within, between, answers)


def _alpha(within: Floats, between: Floats, answers: Floats) -> Floats:
    """Return 1 - D_o / D_e, of squared distances summed within items and over all pairs of answers."""
    some = between > 0
    return np.where(some, 1 - (answers - 1) * within / np.where(some, between, 1), np.nan)
