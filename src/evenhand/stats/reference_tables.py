"""Several raters against one reference: their tables, resampled together, and the coefficients these come to.

All coefficients of two raters are functions of one table. Where items have unequal weights or come in clusters nothing
can be compressed, and a bootstrap for each coefficient of each rater would draw the same thing over and over. Here the
items are resampled once, for all raters and coefficients; so differences between raters are paired as well.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evenhand.stats.arrays import Floats, Integers
from evenhand.stats.bootstrap import DRAWS
from evenhand.stats.clusters import cluster_sums
from evenhand.stats.estimate import CONFIDENCE, Estimate, Interval, Measured, Undefined
from evenhand.stats.patterns import compress
from evenhand.stats.quantiles import few_units_quantile, normal_quantile, tail_levels
from evenhand.stats.reasons import HARDLY_VARY, NO_VALUE, NOT_BOTH, ONE_AND_THE_SAME

_CHUNK = 4_000_000
"""Weights held at once."""
_MASS = 2.0
"""Items that the smoothed bootstrap spreads over the cells of a table."""
_HARDLY = 0.05
"""Chance of a resample with one and the same label only above which labels hardly vary."""

TableStatistic = Callable[[Floats], Floats]
"""From tables of shape (m, K, K), reference by rows, to m values; not a number where the statistic has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceTables:
    """Tables of R raters against one reference; rows are the reference, columns the rater."""

    tables: Floats
    """Shape (R, K, K): weighted, and scaled so that each sums to its number of items."""
    counts: Integers
    """Shape (R, K, K): items, without weights."""
    drawn: Floats
    """Shape (draws, R, K, K): the smoothed Bayesian bootstrap of `tables`."""
    confidence: float
    levels: tuple[float, float]
    """Levels of the quantiles that are the limits; wider for few clusters."""

    def n(self, rater: int) -> int:
        """Return how many labelled items `rater` answered."""
        return int(self.counts[rater].sum())

    def measure(self, statistic: TableStatistic, rater: int, *, merge: Integers | None = None) -> Measured:
        """Return a statistic of the table of `rater` with its interval.

        `merge`, shape (K,), maps categories to fewer ones, and leaves out those mapped to -1. Undefined without an
        item, and where all items lie in one cell or nearly so, because then labels do not vary.
        """
        counts = _merged(self.counts[rater][np.newaxis], merge)[0]
        n = int(counts.sum())
        if reason := _why_not(counts, n):
            return Undefined(n=n, reason=reason)
        value = float(statistic(_merged(self.tables[rater][np.newaxis], merge))[0])
        values = statistic(_merged(self.drawn[:, rater], merge))
        values = values[np.isfinite(values)]
        if not np.isfinite(value) or values.size == 0:
            return Undefined(n=n, reason=NO_VALUE)
        low, high = np.quantile(values, self.levels)
        # The smoothed draws of a rater who is always right lie below the value itself.
        interval = Interval(
            low=min(float(low), value), high=max(float(high), value), confidence=self.confidence
        )
        return Estimate(value=value, interval=interval, n=n)


def tables_against_reference(
    answers: Integers,
    truth: Integers,
    *,
    categories: int,
    rng: np.random.Generator,
    weights: Floats | None = None,
    clusters: Integers | None = None,
    confidence: float = CONFIDENCE,
    draws: int = DRAWS,
) -> ReferenceTables:
    """Return the tables of R raters against a reference, and `draws` resamples of them.

    `answers` has shape (n, R) and `truth` (n,), with codes from 0; -1 is no answer, and every item has a truth.
    `weights` are 1 / inclusion probability, items with the same number in `clusters` are drawn together; shape (n,).

    The draws are a smoothed Bayesian bootstrap: items (or clusters) weighted by a Dirichlet distribution in place of a
    multinomial one, and two further items spread over the cells of each table, so that a rater who was always right is
    not known to be. With clusters the tails are those of t with clusters - 1 degrees of freedom.

    Source: Rubin (1981), Ann. Stat. 9, 130-134; methods.md 2.1.

    Raises:
        ValueError: A shape, a code or the confidence are impossible.
    """
    _check(answers, truth, categories)
    features, units = _units(answers, truth, categories, weights, clusters)
    shape = (answers.shape[1], categories, categories)
    counts = _cells(answers, truth, categories).sum(axis=0).reshape(shape)
    sizes = counts.sum(axis=(1, 2))
    drawn = _draw(features, units, answers.shape[1], rng, draws).reshape(draws, *shape)
    return ReferenceTables(
        tables=_scaled((units @ features).reshape(1, *shape), sizes)[0],
        counts=counts.astype(np.int64),
        drawn=_scaled(drawn, sizes),
        confidence=confidence,
        levels=_levels(confidence, clusters),
    )


# -- Coefficients ------------------------------------------------------------------------------------------


def kappa_of(weighting: Floats) -> TableStatistic:
    """Return Cohen's kappa with agreement weights of shape (K, K); the identity is the plain one.

    Source: Cohen (1960), Educ. Psychol. Meas. 20, 37-46; Cohen (1968), Psychol. Bull. 70, 213-220.
    """

    def value(tables: Floats) -> Floats:
        shares = _shares(tables)
        seen = np.einsum("mkl,kl->m", shares, weighting)
        chance = np.einsum("mk,ml,kl->m", shares.sum(axis=2), shares.sum(axis=1), weighting, optimize=True)
        return _beyond_chance(seen, chance)

    return value


def gwet_of(weighting: Floats) -> TableStatistic:
    """Return Gwet's AC2 with agreement weights of shape (K, K); the identity makes it AC1.

    Source: Gwet (2008), Br. J. Math. Stat. Psychol. 61, 29-48.
    """
    categories = len(weighting)

    def value(tables: Floats) -> Floats:
        shares = _shares(tables)
        pooled = (shares.sum(axis=2) + shares.sum(axis=1)) / 2
        spread = (pooled * (1 - pooled)).sum(axis=1)
        chance = spread * weighting.sum() / (categories * max(categories - 1, 1))
        return _beyond_chance(np.einsum("mkl,kl->m", shares, weighting), chance)

    return value


def alpha_of(squares: Floats | None) -> TableStatistic:
    """Return Krippendorff's alpha with squared distances of shape (K, K); None takes those of ranks.

    Source: Krippendorff (2019), Content Analysis, 4th ed., ch. 12.
    """

    def value(tables: Floats) -> Floats:
        met = tables + tables.swapaxes(1, 2)
        held = met.sum(axis=2)
        apart = _rank_distances(held) if squares is None else np.broadcast_to(squares, met.shape)
        within = (met * apart).sum(axis=(1, 2))
        between = np.einsum("mk,ml,mkl->m", held, held, apart, optimize=True)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(between > 0, 1 - (held.sum(axis=1) - 1) * within / between, np.nan)

    return value


def mcc_of(tables: Floats) -> Floats:
    """Return Matthews' correlation coefficient of tables of two categories.

    Source: Matthews (1975), Biochim. Biophys. Acta 405, 442-451.
    """
    product = tables.sum(axis=1).prod(axis=1) * tables.sum(axis=2).prod(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = (tables[:, 0, 0] * tables[:, 1, 1] - tables[:, 0, 1] * tables[:, 1, 0]) / np.sqrt(product)
    return np.where(product > 0, value, np.nan)


def tau_b_of(tables: Floats) -> Floats:
    """Return Kendall's tau-b of tables of ordered categories.

    Source: Kendall (1945), Biometrika 33, 239-251.
    """
    categories = tables.shape[1]
    place = np.arange(categories)
    signs = np.sign(place[:, np.newaxis] - place).astype(np.float64)
    flat = tables.reshape(len(tables), -1)
    score = ((flat @ np.kron(signs, signs)) * flat).sum(axis=1)
    untied = [flat.sum(axis=1) ** 2 - (tables.sum(axis=axis) ** 2).sum(axis=1) for axis in (1, 2)]
    product = untied[0] * untied[1]
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(product > 0, score / np.sqrt(product), np.nan)


def icc_of(values: Floats) -> TableStatistic:
    """Return ICC(2,1), absolute agreement of two raters, of categories that stand for these numbers.

    Source: Shrout and Fleiss (1979), Psychol. Bull. 86, 420-428.
    """

    def value(tables: Floats) -> Floats:
        n, rows, columns = tables.sum(axis=(1, 2)), tables.sum(axis=2), tables.sum(axis=1)
        first, second = rows @ values / n, columns @ values / n
        centre = (first + second) / 2
        one, other = values - centre[:, np.newaxis], values - centre[:, np.newaxis]
        total = (rows * one**2).sum(axis=1) + (columns * other**2).sum(axis=1)
        crossed = np.einsum("mk,mkl,ml->m", one, tables, other, optimize=True)
        # Sums of squares: of items, half of sum (x + y)^2; of raters; what is left.
        of_items, of_raters = total / 2 + crossed, n * (first - second) ** 2 / 2
        with np.errstate(invalid="ignore", divide="ignore"):
            left = (total - of_items - of_raters) / (n - 1)
            items = of_items / (n - 1)
            ratio = (items - left) / (items + left + 2 * (of_raters - left) / n)
        return np.where((total > 0) & (n > 1), ratio, np.nan)

    return value


def squared_distances(values: Floats) -> Floats:
    """Return the squared distances of the numbers that categories stand for, shape (K, K)."""
    return (values[:, np.newaxis] - values) ** 2


# -- Steps -------------------------------------------------------------------------------------------------


def _beyond_chance(seen: Floats, chance: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(chance < 1, (seen - chance) / (1 - chance), np.nan)


def _shares(tables: Floats) -> Floats:
    return np.asarray(tables / tables.sum(axis=(1, 2), keepdims=True))


def _rank_distances(held: Floats) -> Floats:
    """Return the squared differences of the mean ranks that each number of labels gives, shape (m, K, K)."""
    ranks = held.cumsum(axis=1) - held / 2
    return np.asarray((ranks[:, :, np.newaxis] - ranks[:, np.newaxis, :]) ** 2)


def _cells(answers: Integers, truth: Integers, categories: int) -> Floats:
    """Return one table a rater for each item, shape (n, R * K * K)."""
    items, raters = answers.shape
    cells = np.zeros((items, raters, categories**2))
    place = truth[:, np.newaxis] * categories + answers
    rows, columns = np.nonzero(answers >= 0)
    cells[rows, columns, place[rows, columns]] = 1.0
    return cells.reshape(items, raters * categories**2)


def _units(
    answers: Integers,
    truth: Integers,
    categories: int,
    weights: Floats | None,
    clusters: Integers | None,
) -> tuple[Floats, Floats]:
    """Return what each distinct unit adds to the tables, and how many there are of it."""
    if weights is None and clusters is None:
        patterns = compress(answers, truth=truth)
        return _cells(patterns.answers, patterns.truth, categories), patterns.counts.astype(np.float64)
    cells = _cells(answers, truth, categories)
    if weights is not None:
        cells *= (weights / weights.mean())[:, np.newaxis]
    cells = cluster_sums(cells, clusters)
    return cells, np.ones(len(cells))


def _draw(features: Floats, units: Floats, raters: int, rng: np.random.Generator, draws: int) -> Floats:
    """Return totals of smoothed draws, shape (draws, features)."""
    columns = features.shape[1]
    prior = np.full(columns, _MASS * raters / max(columns, 1))
    step = max(1, _CHUNK // (len(units) + columns + 1))
    parts = [
        rng.standard_gamma(units, size=(size, len(units))) @ features
        + rng.standard_gamma(prior, size=(size, columns))
        for size in (min(step, draws - start) for start in range(0, draws, step))
    ]
    return np.concatenate(parts)


def _scaled(tables: Floats, sizes: Floats) -> Floats:
    """Return tables of shape (m, R, K, K) that sum to the items of their rater."""
    totals = tables.sum(axis=(2, 3), keepdims=True)
    return np.asarray(tables * sizes[:, np.newaxis, np.newaxis] / np.where(totals > 0, totals, 1))


def _levels(confidence: float, clusters: Integers | None) -> tuple[float, float]:
    size = 0 if clusters is None else len(np.unique(clusters))
    widened = size >= 2
    return tail_levels(few_units_quantile(confidence, size) if widened else normal_quantile(confidence))


def _merged(tables: NDArray[np.generic], merge: Integers | None) -> Floats:
    if merge is None:
        return tables.astype(np.float64)
    groups = np.eye(int(merge.max(initial=-1)) + 2)[merge][:, :-1]
    return np.asarray(np.einsum("mkl,ka,lb->mab", tables.astype(np.float64), groups, groups, optimize=True))


def _why_not(counts: Floats, n: int) -> str:
    if n == 0:
        return NOT_BOTH
    largest = np.diag(counts)
    if largest.max() == n:
        return ONE_AND_THE_SAME
    if float(((largest / n) ** n).sum()) > _HARDLY:
        return HARDLY_VARY
    return ""


def _check(answers: Integers, truth: Integers, categories: int) -> None:
    if answers.ndim != 2 or truth.shape != (len(answers),):
        raise ValueError(f"answers {answers.shape} and truth {truth.shape}: expected (n, raters) and (n,)")
    if truth.size and not (truth.min() >= 0 and truth.max() < categories):
        raise ValueError(f"every item has a truth from 0 to {categories - 1}")
    if answers.size and not (answers.min() >= -1 and answers.max() < categories):
        raise ValueError(f"an answer is from 0 to {categories - 1}, or -1 for none")
