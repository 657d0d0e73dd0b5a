"""Shared errors: how far several judges are one, measured where a human label tells who is wrong."""

from dataclasses import dataclass, field
from itertools import combinations
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from evenhand.stats.arrays import Bools, Floats, Integers, quotient
from evenhand.stats.bootstrap import DRAWS, bootstrap_totals, percentile_measure
from evenhand.stats.estimate import CONFIDENCE, Estimate, Interval, Measured, Undefined
from evenhand.stats.intervals import wilson_interval
from evenhand.stats.patterns import NO_ANSWER
from evenhand.stats.units import pattern_units

Pairs = list[tuple[int, int]]
Number = TypeVar("Number", np.int64, np.float64)

_NO_VARIATION = (
    "one of the two is always right or always wrong on the labels, so their errors do not correlate"
)
_NO_COMMON_VARIATION = "no two judges have errors that vary on the labels"
_NO_COMMON_ERROR = "no two judges were wrong on the same item"
_RARE = "errors are too rare on the labels to say how far they are shared"
_ROUNDING = 1e-9
_NO_KIN = "no two judges of one family have errors that vary"
_NO_STRANGERS = "no two judges of different families have errors that vary"
_LEAST_VARIANCE = 1e-15
"""A share of 0 or 1 computed from weights may miss it by rounding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairDependence:
    """Two judges."""

    first: int
    """Column of the one."""
    second: int
    """Column of the other."""
    error_correlation: Measured
    """Correlation of their errors; undefined where one is always right or always wrong."""
    same_wrong: Measured
    """Share of the items both get wrong on which they give the same wrong answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependence:
    """How far the judges of a panel err together."""

    judges: int
    """Judges there are."""
    unvarying: tuple[int, ...]
    """Judges whose errors correlate with nobody's, mostly because they are never wrong on the labels. They are left out
    of every mean and of the effective number."""
    pairs: tuple[PairDependence, ...]
    """Each pair of judges."""
    mean: Measured
    """Mean error correlation of the pairs that have one."""
    effective: Measured
    """Effective number of judges: so many independent ones would know as much as those whose errors vary."""
    same_wrong: Measured
    """Share of co-wrong pairs of answers that are the same wrong answer; always 1 where there are two categories."""
    same_family: Measured
    """Mean error correlation of the pairs of one family."""
    cross_family: Measured
    """Mean error correlation of the pairs of two families."""


def error_matrix(answers: Integers, truth: Integers) -> Integers:
    """Return who was wrong on the labelled items: shape (n, J), 1 wrong, 0 right, -1 no answer.

    `answers` has shape (N, J) and `truth` (N,), codes from 0, -1 for no answer and no label.

    Raises:
        ValueError: The shapes do not fit.
    """
    return np.minimum(kinds_of_wrong(*labelled_only(answers, truth)), 1)


def error_dependence(
    answers: Integers,
    truth: Integers,
    *,
    rng: np.random.Generator,
    weights: Floats | None = None,
    clusters: Integers | None = None,
    families: Integers | None = None,
    confidence: float = CONFIDENCE,
    draws: int = DRAWS,
) -> Dependence:
    """Return how far the judges err together on the labelled items.

    Estimands, for items drawn like these: the correlation rho_jk of the errors of judges j and k over the items both
    answered; its mean rho over pairs; the effective number of judges J / (1 + (J-1) rho), which is J for independent
    errors and 1 for one judge asked J times; the share of co-wrong pairs that give the same wrong answer.

    `answers` has shape (N, J); `truth`, `weights` (1 / probability of being labelled) and `clusters` (N,); `families`
    (J,). Intervals are percentiles of `draws` bootstrap samples of items, or of clusters. The one of the effective
    number is that of rho, transformed. One judge is exactly one effective judge, and has no correlation.

    Undefined are: a correlation with a judge who is never wrong, or never right, and what rests on such alone; the
    effective number where rho is so negative that the formula has no answer; a share without a co-wrong pair; and what
    more than one draw in twenty has no number for.

    Source: Kish (1965), Survey Sampling, 8.2; methods.md 1.4.

    Raises:
        ValueError: The shapes do not fit, or there is no judge.
    """
    given, known = labelled_only(answers, truth)
    judges = given.shape[1]
    pairs = list(combinations(range(judges), 2))
    sample = _Sample(n=known.size, clusters=of_labelled(clusters, truth), confidence=confidence)
    units = pattern_units(
        kinds_of_wrong(given, known),
        lambda patterns: shared_errors(patterns.answers, pairs),
        weights=of_labelled(weights, truth),
        clusters=sample.clusters,
    )
    totals = bootstrap_totals(units, rng=rng, draws=draws).reshape(draws + 1, len(pairs), 6)
    correlations = correlation(totals[..., :4])
    shares = _SharedShares(sample, both=totals[..., 4], same=totals[..., 5], certain=given.max(initial=0) < 2)
    mean = sample.correlation(
        mean_of_known(correlations), totals, _NO_COMMON_VARIATION if judges > 1 else "one judge makes no pair"
    )
    unvarying = _unvarying(correlations[0], pairs, judges)
    kin = _same_family(pairs, families)
    return Dependence(
        judges=judges,
        unvarying=unvarying,
        pairs=tuple(
            PairDependence(
                first=first,
                second=second,
                error_correlation=sample.correlation(
                    correlations[:, place], totals[:, [place]], _NO_VARIATION
                ),
                same_wrong=shares.of([place]),
            )
            for place, (first, second) in enumerate(pairs)
        ),
        mean=mean,
        effective=_effective(mean, judges, judges - len(unvarying)),
        same_wrong=shares.of(list(range(len(pairs)))),
        same_family=sample.correlation(mean_of_known(correlations[:, kin]), totals[:, kin], _NO_KIN),
        cross_family=sample.correlation(mean_of_known(correlations[:, ~kin]), totals[:, ~kin], _NO_STRANGERS),
    )


def effective_number(judges: int, mean_correlation: float) -> float | None:
    """Return J / (1 + (J-1) rho); None where rho is so negative that there is no answer."""
    effect = 1 + (judges - 1) * mean_correlation
    return judges / effect if effect > 0 else None


def correlation(products: Floats) -> Floats:
    """Return the correlation of pairs of binary variables from sums, shape (..., 4): shape (...).

    The sums are those of 1, of the one, of the other and of their product. Not a number where one does not vary.
    """
    first, second, both = (quotient(products[..., place], products[..., 0]) for place in (1, 2, 3))
    variances = first * (1 - first) * second * (1 - second)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(variances > _LEAST_VARIANCE, (both - first * second) / np.sqrt(variances), np.nan)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sample:
    """The labelled items, as a bootstrap sees them."""

    n: int
    clusters: Integers | None
    confidence: float

    def measure(self, series: Floats, undefined: str) -> Measured:
        return percentile_measure(
            series,
            n=self.n,
            undefined=undefined,
            rare=_RARE,
            clusters=self.clusters,
            confidence=self.confidence,
        )

    def correlation(self, series: Floats, totals: Floats, undefined: str) -> Measured:
        """Measure a correlation; the limit of judges who never differ is that of Wilson's bound on differing."""
        found = self.measure(series, undefined)
        if not _is_certain(found):
            return found
        wrong = float(totals[0, :, 1].sum() / totals[0, :, 0].sum())
        differing = wilson_interval(0, self.n, confidence=self.confidence).high
        return self._from(found, max(-1.0, 1 - differing / (2 * wrong * (1 - wrong))))

    def share(self, series: Floats, cases: int) -> Measured:
        """Measure a share; the limit of one that is 1 is Wilson's."""
        found = self.measure(series, _NO_COMMON_ERROR)
        if not _is_certain(found):
            return found
        return self._from(found, wilson_interval(cases, cases, confidence=self.confidence).low)

    def _from(self, found: Measured, low: float) -> Measured:
        return Estimate(
            value=1.0, interval=Interval(low=low, high=1.0, confidence=self.confidence), n=found.n
        )


@dataclass(frozen=True, slots=True)
class _SharedShares:
    """Shares of co-wrong pairs that are the same wrong answer."""

    sample: _Sample
    both: Floats = field(kw_only=True)
    same: Floats = field(kw_only=True)
    certain: bool = field(kw_only=True)
    """Whether there is only one way to be wrong."""

    def of(self, places: list[int]) -> Measured:
        both, same = self.both[:, places].sum(axis=1), self.same[:, places].sum(axis=1)
        if self.certain:
            return self.sample.measure(quotient(same, both), _NO_COMMON_ERROR)
        return self.sample.share(quotient(same, both), cases=int(self.both[0, places].max(initial=0.0)))


def _is_certain(found: Measured) -> bool:
    """Tell whether a bootstrap around 1 had nothing to vary."""
    return isinstance(found, Estimate) and found.value > 1 - _ROUNDING and found.interval.low > 1 - _ROUNDING


def labelled_only(answers: Integers, truth: Integers) -> tuple[Integers, Integers]:
    """Return answers and truth of the labelled items.

    Raises:
        ValueError: `answers` is no matrix with a column for each judge, or `truth` has not an entry for each item.
    """
    if answers.ndim != 2 or answers.shape[1] == 0:
        raise ValueError(
            f"answers have a row for each item and a column for each judge, not shape {answers.shape}"
        )
    if truth.shape != answers.shape[:1]:
        raise ValueError(
            f"truth needs one entry for each of {answers.shape[0]} items, not shape {truth.shape}"
        )
    return answers[truth != NO_ANSWER], truth[truth != NO_ANSWER]


def of_labelled(column: NDArray[Number] | None, truth: Integers) -> NDArray[Number] | None:
    """Return the entries of labelled items, of a column that may not be there."""
    return None if column is None else column[truth != NO_ANSWER]


def kinds_of_wrong(answers: Integers, truth: Integers) -> Integers:
    """Return 0 where a judge is right, -1 where it is silent, and else which of the wrong answers to the item it gave.

    Wrong answers are numbered from 1 by the first judge who gave them: what counts is who errs alike, not the answer,
    and so there are few patterns.
    """
    kinds = np.where(answers == NO_ANSWER, NO_ANSWER, 0)
    numbers = np.zeros((answers.shape[0], int(answers.max(initial=0)) + 1), dtype=np.int64)
    for judge, given in enumerate(answers.T):
        wrong = np.flatnonzero((given != NO_ANSWER) & (given != truth))
        unheard = wrong[numbers[wrong, given[wrong]] == 0]
        numbers[unheard, given[unheard]] = numbers[unheard].max(axis=1, initial=0) + 1
        kinds[wrong, judge] = numbers[wrong, given[wrong]]
    return kinds


def shared_errors(kinds: Integers, pairs: Pairs) -> Floats:
    """Return for each pattern and pair: both answered, each wrong, both wrong; both wrong again, in the same way."""
    first, second = columns_of_pairs(kinds, pairs)
    given = (first != NO_ANSWER) & (second != NO_ANSWER)
    both = (first > 0) & (second > 0)
    sums = np.stack(
        [given, given & (first > 0), given & (second > 0), both, both, both & (first == second)], axis=-1
    )
    return sums.reshape(kinds.shape[0], 6 * len(pairs)).astype(np.float64)


def columns_of_pairs(codes: Integers, pairs: Pairs) -> tuple[Integers, Integers]:
    """Return for each pair the column of the one and of the other: two of shape (N, pairs)."""
    places = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return codes[:, places[:, 0]], codes[:, places[:, 1]]


def mean_of_known(columns: Floats) -> Floats:
    """Return the mean of each row over what is a number in it."""
    known = ~np.isnan(columns)
    return quotient(np.where(known, columns, 0.0).sum(axis=1), known.sum(axis=1))


def _unvarying(correlations: Floats, pairs: Pairs, judges: int) -> tuple[int, ...]:
    if judges < 2:
        return ()
    known = {
        judge
        for pair, value in zip(pairs, correlations, strict=True)
        if not np.isnan(value)
        for judge in pair
    }
    return tuple(judge for judge in range(judges) if judge not in known)


def _same_family(pairs: Pairs, families: Integers | None) -> Bools:
    alike = [families is not None and bool(families[first] == families[second]) for first, second in pairs]
    return np.array(alike, dtype=bool)


def _effective(mean: Measured, judges: int, varying: int) -> Measured:
    if judges == 1:
        one = Interval(low=1.0, high=1.0, confidence=CONFIDENCE)
        return Estimate(value=1.0, interval=one, n=mean.n)
    if isinstance(mean, Undefined):
        return mean
    value, low, high = (
        effective_number(varying, rho) for rho in (mean.value, mean.interval.high, mean.interval.low)
    )
    if value is None or low is None or high is None:
        return Undefined(n=mean.n, reason="errors exclude each other so much that the formula has no answer")
    return Estimate(
        value=value, interval=Interval(low=low, high=high, confidence=mean.interval.confidence), n=mean.n
    )
