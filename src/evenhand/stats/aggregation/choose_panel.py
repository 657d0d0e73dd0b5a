"""Which judges to keep: few that are good and err apart, with the evidence measured on labels that did not choose."""

from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from evenhand.stats.aggregation.votes import check_codes, check_truth, common_categories
from evenhand.stats.arrays import Bools, Floats, Integers, quotient
from evenhand.stats.bootstrap import bootstrap_totals, percentile_measure
from evenhand.stats.dependence import correlation, kinds_of_wrong, shared_errors
from evenhand.stats.estimate import CONFIDENCE, Measured
from evenhand.stats.folds import fold_numbers
from evenhand.stats.patterns import NO_ANSWER, Patterns
from evenhand.stats.units import pattern_units

SPLITS = 10
"""Random halvings the held-out figures are averaged over."""
_EQUAL = 1e-12
"""Values that differ by less differ by rounding."""
DRAWS = 200
"""Bootstrap draws of each half of each halving."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelChoice:
    """A choice of judges."""

    judges: tuple[int, ...]
    """The judges (columns), in the order they were chosen on all labels."""
    in_sample: float
    """Effective number times mean balanced accuracy on the labels that chose them: flattering."""
    held_out: Measured
    """The same on the other half of the labels, where each half chooses for the other."""
    effective: Measured
    """Effective number of the chosen judges, held out."""
    kept: Measured
    """Effective number of the chosen judges over that of all judges, held out."""
    stability: float
    """Share of the halves that chose the same judges as all labels do."""
    runner_up: tuple[int, ...] | None
    """The best panel of that size that differs in one judge; None where no judge is left to exchange."""
    runner_up_in_sample: float | None
    """Its value on the same labels."""


def choose_panel(
    answers: Integers,
    truth: Integers,
    *,
    size: int,
    categories: int,
    rng: np.random.Generator,
    clusters: Integers | None = None,
    splits: int = SPLITS,
    confidence: float = CONFIDENCE,
    draws: int = DRAWS,
) -> PanelChoice:
    """Choose `size` judges greedily, one after the other who adds most, then exchange judges as long as it helps.

    The value of a panel is its effective number times its mean balanced accuracy, over the categories with at least
    `FEWEST_OF_CATEGORY` labels. `answers` has shape (N, J), `truth`
    and `clusters` (N,). Two judges one of whom is never wrong share no error: their correlation counts as 0 here. An
    answer that was not given is wrong for the balanced accuracy.

    The held-out figures: the labelled items (or clusters) are halved at random `splits` times, each half chooses and
    the other measures, and the two are averaged. The interval is that of `draws` bootstrap samples within the halves of
    each halving, taken together, so that it holds the luck of the halving too. Undefined without labels in each half.

    Source: methods.md 1.4.

    Raises:
        ValueError: The shapes do not fit, or there are not `size` judges.
    """
    check_codes(answers, categories)
    check_truth(truth, answers.shape[0], categories)
    if not 1 <= size <= answers.shape[1]:
        raise ValueError(f"a panel of {size} can not be chosen from {answers.shape[1]} judges")
    known = truth != NO_ANSWER
    labels = truth[known]
    sample = _Sample(
        given=answers[known],
        labels=labels,
        clusters=None if clusters is None else clusters[known],
        categories=common_categories(labels, categories),
    )
    whole = _worth(sample, rng, draws=0)
    chosen = _choose(whole, size)
    halves = [_halved(sample, size, rng, draws) for _ in range(splits)]
    found = [half.figures for half in halves]

    def measure(place: int) -> Measured:
        series = np.array([figures[place] for figures in found])
        pooled = np.concatenate([[series[:, 0].mean()], series[:, 1:].ravel()])
        return percentile_measure(
            pooled,
            n=labels.size,
            undefined="a half of the labels tells nothing",
            clusters=sample.clusters,
            confidence=confidence,
        )

    runner_up = _runner_up(whole, chosen)
    return PanelChoice(
        judges=chosen,
        in_sample=_value(whole, chosen),
        held_out=measure(0),
        effective=measure(1),
        kept=measure(2),
        stability=float(np.mean([set(judges) == set(chosen) for half in halves for judges in half.chosen])),
        runner_up=runner_up,
        runner_up_in_sample=None if runner_up is None else _value(whole, runner_up),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sample:
    """Labelled items."""

    given: Integers
    labels: Integers
    clusters: Integers | None
    categories: NDArray[np.intp]
    """Those that count in a balanced accuracy."""

    def where(self, chosen: Bools) -> "_Sample":
        return replace(
            self,
            given=self.given[chosen],
            labels=self.labels[chosen],
            clusters=None if self.clusters is None else self.clusters[chosen],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Worth:
    """Judges as a sample and its bootstrap draws see them."""

    correlations: Floats
    """Shape (1 + draws, J, J); 0 where there is none, 1 on the diagonal."""
    balanced: Floats
    """Shape (1 + draws, J): balanced accuracy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Halves:
    """What two halves of the labels chose, and what those choices are worth on the other half."""

    chosen: tuple[tuple[int, ...], tuple[int, ...]]
    figures: Floats
    """Shape (3, 1 + draws): value, effective number, and share kept; means over the two."""


def _halved(sample: _Sample, size: int, rng: np.random.Generator, draws: int) -> _Halves:
    half = fold_numbers(sample.labels.size, folds=2, rng=rng, clusters=sample.clusters)
    first, second = (_worth(sample.where(half == part), rng, draws=draws) for part in (0, 1))
    chosen = (_choose(first, size), _choose(second, size))
    figures = np.mean([_figures(second, chosen[0]), _figures(first, chosen[1])], axis=0)
    return _Halves(chosen=chosen, figures=figures)


def _figures(worth: _Worth, judges: tuple[int, ...]) -> Floats:
    effective = _effective(worth, judges)
    everyone = _effective(worth, tuple(range(worth.balanced.shape[1])))
    return np.stack([effective * worth.balanced[:, judges].mean(axis=1), effective, effective / everyone])


def _choose(worth: _Worth, size: int) -> tuple[int, ...]:
    chosen: tuple[int, ...] = ()
    for _ in range(size):
        left = (judge for judge in range(worth.balanced.shape[1]) if judge not in chosen)
        chosen = max(((*chosen, judge) for judge in left), key=lambda judges: _value(worth, judges))
    while (better := _runner_up(worth, chosen)) and _value(worth, better) > _value(worth, chosen) + _EQUAL:
        chosen = better
    return chosen


def _runner_up(worth: _Worth, chosen: tuple[int, ...]) -> tuple[int, ...] | None:
    others = [judge for judge in range(worth.balanced.shape[1]) if judge not in chosen]
    exchanged = [
        tuple(other if judge == out else judge for judge in chosen) for out in chosen for other in others
    ]
    return max(exchanged, key=lambda judges: _value(worth, judges), default=None)


def _value(worth: _Worth, judges: tuple[int, ...]) -> float:
    return float(_effective(worth, judges)[0] * worth.balanced[0, judges].mean())


def _effective(worth: _Worth, judges: tuple[int, ...]) -> Floats:
    """Return J / (1 + (J-1) rho) = J squared over the sum of the correlation matrix."""
    sums = worth.correlations[:, judges][:, :, judges].sum(axis=(1, 2))
    return quotient(np.full(len(sums), float(len(judges) ** 2)), sums)


def _worth(sample: _Sample, rng: np.random.Generator, *, draws: int) -> _Worth:
    judges = sample.given.shape[1]
    pairs = list(combinations(range(judges), 2))
    cut = 6 * len(pairs)
    units = pattern_units(
        sample.given,
        lambda patterns: np.column_stack(
            [
                shared_errors(kinds_of_wrong(patterns.answers, patterns.truth), pairs),
                _right(patterns, sample.categories),
            ]
        ),
        truth=sample.labels,
        clusters=sample.clusters,
    )
    totals = bootstrap_totals(units, rng=rng, draws=draws)
    found = np.nan_to_num(correlation(totals[:, :cut].reshape(len(totals), len(pairs), 6)[..., :4]))
    matrices = np.tile(np.eye(judges), (len(totals), 1, 1))
    for place, (first, second) in enumerate(pairs):
        matrices[:, first, second] = matrices[:, second, first] = found[:, place]
    by_class = totals[:, cut:].reshape(len(totals), judges + 1, sample.categories.size)
    shares = quotient(by_class[:, 1:], np.broadcast_to(by_class[:, :1], by_class[:, 1:].shape))
    occurs: Bools = ~np.isnan(shares)
    balanced = quotient(np.where(occurs, shares, 0.0).sum(axis=2), occurs.sum(axis=2))
    return _Worth(correlations=matrices, balanced=balanced)


def _right(patterns: Patterns, categories: NDArray[np.intp]) -> Floats:
    """Return 1 in the class of the item, and for each judge the same if it is right: shape (P, (1 + J) K)."""
    of_class = (patterns.truth[:, np.newaxis] == categories).astype(np.float64)
    right = patterns.answers == patterns.truth[:, np.newaxis]
    rows = np.concatenate(
        [of_class[:, np.newaxis], right[:, :, np.newaxis] * of_class[:, np.newaxis]], axis=1
    )
    columns: Floats = rows.reshape(len(rows), rows.shape[1] * categories.size)
    return columns
