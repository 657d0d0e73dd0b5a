"""The measures behind the figures: `evenhand.stats`, reduced to the number that is printed."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from evenhand.stats.agreement.binary import BinaryAgreement, binary_agreement
from evenhand.stats.agreement.cohen import cohen_kappa
from evenhand.stats.agreement.krippendorff import Level, krippendorff_alpha
from evenhand.stats.agreement.percent import percent_agreement
from evenhand.stats.confusion import Counts, confusion_table
from evenhand.stats.estimate import Estimate, Measured

SEED = 20261127
DRAWS = 200
"""Of intervals, which no figure prints."""


def value(measured: Measured) -> float:
    """Return the number.

    Raises:
        ValueError: There is none.
    """
    if isinstance(measured, Estimate):
        return measured.value
    raise ValueError(f"no figure: {measured.reason}")


def agreement(first: Sequence[str], second: Sequence[str]) -> float:
    """Return the share of equal labels."""
    return value(percent_agreement(_table(first, second, sorted({*first, *second}))))


def kappa(first: Sequence[str], second: Sequence[str]) -> float:
    """Return Cohen's kappa."""
    return value(_kappa(_table(first, second, sorted({*first, *second}))))


def quadratic_kappa(first: Sequence[str], second: Sequence[str], scale: Sequence[str]) -> float:
    """Return Cohen's kappa with quadratic weights over the places on a scale."""
    table = _table(first, second, scale)
    found = cohen_kappa(table, rng=np.random.default_rng(SEED), weights="quadratic", draws=DRAWS)
    return value(found)


def alpha(answers: NDArray[np.int64], *, categories: int, level: Level) -> float:
    """Return Krippendorff's alpha of answers of shape (items, raters)."""
    rng = np.random.default_rng(SEED)
    return value(krippendorff_alpha(answers, categories=categories, level=level, rng=rng, draws=DRAWS))


def detection(answers: NDArray[np.int64], truth: NDArray[np.int64]) -> BinaryAgreement:
    """Return how a judge finds the items whose label is 1."""
    return binary_agreement(answers, truth, positive=1, rng=np.random.default_rng(SEED), draws=DRAWS)


def _kappa(table: Counts) -> Measured:
    return cohen_kappa(table, rng=np.random.default_rng(SEED), draws=DRAWS)


def _table(first: Sequence[str], second: Sequence[str], scale: Sequence[str]) -> Counts:
    return confusion_table(Counter(zip(first, second, strict=True)), scale)
