"""Distinct vote patterns: what many items have in common is computed once, and counted."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evenhand.stats.arrays import Floats, Integers

NO_ANSWER = -1
"""Code of a judge who gave no answer, and of an item that has no label."""
_LARGEST_KEY = 2**62
_TABLE_PER_ITEM = 4
"""A table of keys this many times as long as the items is quicker than sorting them."""
_LEAST_TABLE = 2**16


@dataclass(frozen=True, slots=True, kw_only=True)
class Patterns:
    """P distinct patterns of N items, in lexicographic order of answers, truth and group."""

    answers: Integers
    """Shape (P, J): what each judge answered."""
    truth: Integers
    """Shape (P,): the human label, -1 where there is none."""
    groups: Integers
    """Shape (P,): the group the items are of; 0 where none were told."""
    counts: Integers
    """Shape (P,): items of this pattern."""
    weights: Floats
    """Shape (P,): sum of the weights of its items; the counts where none were told."""
    index: NDArray[np.intp]
    """Shape (N,): the pattern of each item, so that `answers[index]` gives the items back."""


def compress(
    answers: Integers,
    *,
    truth: Integers | None = None,
    groups: Integers | None = None,
    weights: Floats | None = None,
) -> Patterns:
    """Return the distinct patterns of `answers`, shape (N, J), told apart by `truth` and `groups` where given.

    Codes are -1 (no answer, no label) and up. `weights` are summed, not told apart. Without items there are no
    patterns. It takes time in proportion to N where the possible patterns are not far more than the items.

    Raises:
        ValueError: The shapes do not fit, or a code is below -1.
    """
    items = _check_answers(answers)
    truth = np.full(items, NO_ANSWER) if truth is None else _check_column(truth, items, "truth")
    groups = np.zeros(items, dtype=np.int64) if groups is None else _check_column(groups, items, "groups")
    index, first = _distinct_rows(np.column_stack([answers, truth, groups]))
    counts = np.bincount(index, minlength=first.size)
    each = np.ones(items) if weights is None else _check_weights(weights, items)
    return Patterns(
        answers=answers[first],
        truth=truth[first],
        groups=groups[first],
        counts=counts,
        weights=np.bincount(index, weights=each, minlength=first.size).astype(np.float64),
        index=index,
    )


def _distinct_rows(rows: Integers) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return for each row its place among the distinct rows, and for each distinct row an item that has it."""
    keys, space = _keys(rows)
    if space > max(_LEAST_TABLE, _TABLE_PER_ITEM * keys.size):
        _, first, index = np.unique(keys, return_index=True, return_inverse=True)
        return index, first
    holder = np.full(space, -1, dtype=np.intp)
    holder[keys] = np.arange(keys.size)
    present = np.flatnonzero(holder >= 0)
    places = np.zeros(space, dtype=np.intp)
    places[present] = np.arange(present.size)
    return places[keys], holder[present]


def _keys(rows: Integers) -> tuple[Integers, int]:
    """Return one number for each row, in the order of the rows, and a number that all of them are below."""
    keys, space = np.zeros(rows.shape[0], dtype=np.int64), 1
    for column in rows.T:
        codes = int(column.max(initial=NO_ANSWER)) + 2
        if space * codes > _LARGEST_KEY:
            distinct, keys = np.unique(keys, return_inverse=True)
            space = distinct.size
        keys = keys * codes + (column + 1)
        space *= codes
    return keys, space


def _check_answers(answers: Integers) -> int:
    if answers.ndim != 2:
        raise ValueError(
            f"answers have a row for each item and a column for each judge, not shape {answers.shape}"
        )
    if answers.size and answers.min() < NO_ANSWER:
        raise ValueError(f"an answer is a code from 0, or -1 for none, not {answers.min()}")
    return int(answers.shape[0])


def _check_column(column: Integers, items: int, name: str) -> Integers:
    if column.shape != (items,):
        raise ValueError(f"{name} needs one entry for each of {items} items, not shape {column.shape}")
    if items and column.min() < NO_ANSWER:
        raise ValueError(f"{name} holds codes from 0, or -1 for none, not {column.min()}")
    return column


def _check_weights(weights: Floats, items: int) -> Floats:
    if weights.shape != (items,):
        raise ValueError(f"weights need one entry for each of {items} items, not shape {weights.shape}")
    if items and not (np.isfinite(weights).all() and weights.min() > 0):
        raise ValueError("weights are finite and above 0: one over the probability of being drawn")
    return weights
