"""CAPA: how alike judges answer, beyond what their accuracies alone bring about."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from evenhand.stats.arrays import Floats, Integers, quotient
from evenhand.stats.bootstrap import DRAWS, bootstrap_totals, percentile_measure
from evenhand.stats.dependence import (
    Pairs,
    columns_of_pairs,
    labelled_only,
    mean_of_known,
    of_labelled,
)
from evenhand.stats.estimate import CONFIDENCE, Measured
from evenhand.stats.patterns import NO_ANSWER
from evenhand.stats.units import pattern_units, row_units

_NO_CHANCE = "the judges have no common answer, or are always right, so chance explains everything"
_LEAST_BEYOND = 1e-15
"""Below it there is no agreement beyond chance to be had."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChanceAdjusted:
    """Chance-adjusted agreement of the judges of a panel."""

    pairs: tuple[tuple[int, int, Measured], ...]
    """Each pair of judges: two columns, and their agreement."""
    mean: Measured
    """Mean over the pairs that have one."""


def chance_adjusted_agreement(
    answers: Integers,
    truth: Integers,
    *,
    categories: int,
    rng: np.random.Generator,
    probabilities: Floats | None = None,
    clusters: Integers | None = None,
    confidence: float = CONFIDENCE,
    draws: int = DRAWS,
) -> ChanceAdjusted:
    """Return the chance-adjusted probabilistic agreement (CAPA) of each pair of judges on the labelled items.

    Estimand: (c - e) / (1 - e), with c the probability that the two answer alike when each draws its answer from its
    own probabilities, and e the same for judges as accurate as these two whose errors are independent and spread evenly
    over the K-1 wrong categories. 0 for such judges, 1 for the same judge twice.

    `answers` has shape (N, J), `probabilities` (N, J, K); without them an answer has probability 1. Intervals as in
    `evenhand.stats.dependence`. Undefined where no item was answered by both, or where both are always right (e = 1).

    Source: Goel et al. (2025), Great models think alike and this undermines AI oversight; methods.md 1.4.

    Raises:
        ValueError: The shapes do not fit, there is no judge, or there are fewer than two categories.
    """
    if categories < 2:
        raise ValueError("chance needs at least two categories")
    given, known = labelled_only(answers, truth)
    pairs = list(combinations(range(given.shape[1]), 2))
    grouped = of_labelled(clusters, truth)
    if probabilities is None:
        units = pattern_units(
            given,
            lambda patterns: _agreements(
                _certain(patterns.answers, categories), patterns.answers, patterns.truth, pairs
            ),
            truth=known,
            clusters=grouped,
        )
    else:
        shares = probabilities[truth != NO_ANSWER]
        if shares.shape != (*given.shape, categories):
            raise ValueError(
                f"probabilities need the shape {(*answers.shape, categories)}, not {probabilities.shape}"
            )
        units = row_units(_agreements(shares, given, known, pairs), clusters=grouped)
    totals = bootstrap_totals(units, rng=rng, draws=draws).reshape(draws + 1, len(pairs), 4)
    agreements = _beyond_chance(totals, categories)

    def measure(series: Floats) -> Measured:
        return percentile_measure(
            series, n=known.size, undefined=_NO_CHANCE, clusters=grouped, confidence=confidence
        )

    return ChanceAdjusted(
        pairs=tuple(
            (first, second, measure(agreements[:, place])) for place, (first, second) in enumerate(pairs)
        ),
        mean=measure(mean_of_known(agreements)),
    )


def _agreements(shares: Floats, answers: Integers, truth: Integers, pairs: Pairs) -> Floats:
    """Return for each item and pair: both answered, probability that each is right, and that they answer alike."""
    right = np.take_along_axis(shares, truth[:, np.newaxis, np.newaxis], axis=2)[:, :, 0]
    first, second = columns_of_pairs(answers, pairs)
    given = (first != NO_ANSWER) & (second != NO_ANSWER)
    firsts, seconds = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    alike = (shares[:, firsts] * shares[:, seconds]).sum(axis=2)
    sums = np.stack([np.ones_like(alike), right[:, firsts], right[:, seconds], alike], axis=-1)
    agreements: Floats = np.where(given[:, :, np.newaxis], sums, 0.0).reshape(
        answers.shape[0], 4 * len(pairs)
    )
    return agreements


def _certain(answers: Integers, categories: int) -> Floats:
    given: Floats = (answers[:, :, np.newaxis] == np.arange(categories)).astype(np.float64)
    return given


def _beyond_chance(totals: Floats, categories: int) -> Floats:
    first, second, alike = (quotient(totals[..., place], totals[..., 0]) for place in (1, 2, 3))
    chance = first * second + (1 - first) * (1 - second) / (categories - 1)
    return quotient(alike - chance, np.where(chance < 1 - _LEAST_BEYOND, 1 - chance, 0.0))
