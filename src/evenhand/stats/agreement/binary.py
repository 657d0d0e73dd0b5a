"""A judge against people on a question with two answers: what it catches, and what it lets pass."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evenhand.stats.arrays import Floats, Integers
from evenhand.stats.bootstrap import DRAWS, Unseen, smoothed_bootstrap
from evenhand.stats.clusters import cluster_sums
from evenhand.stats.confusion import Counts
from evenhand.stats.estimate import CONFIDENCE, Estimate, Interval, Measured, Undefined
from evenhand.stats.intervals import sum_interval
from evenhand.stats.reasons import NO_LABEL
from evenhand.stats.shares import weighted_share
from evenhand.stats.units import Units, distinct_units, units_of


@dataclass(frozen=True, slots=True, kw_only=True)
class BinaryAgreement:
    """How a judge's answers relate to people's labels, when all that matters is positive or not."""

    sensitivity: Measured
    """Share of the positive items the judge finds positive; n counts positive items."""
    specificity: Measured
    """Share of the negative items the judge finds negative; n counts negative items."""
    balanced_accuracy: Measured
    """Mean of sensitivity and specificity."""
    youden: Measured
    """Sensitivity + specificity - 1: what is left of a difference in rates seen through this judge."""
    accuracy: Measured
    """Share of items on which judge and people agree."""
    mcc: Measured
    """Matthews' correlation coefficient, phi of the table."""
    prevalence: Measured
    """Share of positive labels."""
    table: Counts
    """Items, unweighted. Row: people say positive, negative. Column: the judge says positive, negative."""
    unlabelled: int
    """Items left out, because people have not labelled them."""
    unanswered: int
    """Labelled items left out, because the judge has no answer."""


def binary_agreement(
    answers: Integers,
    truth: Integers,
    *,
    positive: int,
    rng: np.random.Generator,
    weights: Floats | None = None,
    clusters: Integers | None = None,
    confidence: float = CONFIDENCE,
    draws: int = DRAWS,
) -> BinaryAgreement:
    """Return sensitivity, specificity and what follows from them, each with its interval.

    Estimand: the judge's quality on the population the labelled items stand for, all answers other than `positive`
    taken as negative. For safety the positive class is the violation. `answers` and `truth` have shape (n,), with -1
    for no answer and no label; `weights` are 1 / inclusion probability, `clusters` number what is not independent.

    Shares have Wilson's interval, on the effective number of items when there are weights or clusters
    (`weighted_share`); it was chosen over Jeffreys', which covers less evenly near the ends: for rates to .97 and a
    tenth to four fifths positive, Wilson's covers 94.8 to 96.4 % at n = 200, Jeffreys' 92.5 to 97.4 %
    (`python -m benchmarks.coverage.agreement`). Balanced accuracy and Youden's index join the intervals of sensitivity
    and specificity (`sum_interval`), MCC has the smoothed Bayesian bootstrap. None of them shrinks to nothing for a
    judge without an error.

    Sensitivity is undefined without a positive label, specificity without a negative one, what is made of both without
    either; MCC also where the judge gave one answer only.

    Source: methods.md 2.1 (gate on sensitivity and specificity: they do not move with the mix of items); Matthews
    (1975), Biochim. Biophys. Acta 405, 442-451.

    Raises:
        ValueError: A shape, a weight or the confidence are impossible.
    """
    _check(answers, truth, weights, clusters)
    kept = (answers >= 0) & (truth >= 0)
    sample = _Sample(
        judged=answers[kept] == positive,
        labelled=truth[kept] == positive,
        weights=None if weights is None else weights[kept],
        clusters=None if clusters is None else clusters[kept],
        confidence=confidence,
    )
    sensitivity = sample.share(sample.judged, sample.labelled, "no positive label")
    specificity = sample.share(~sample.judged, ~sample.labelled, "no negative label")
    total = _sum(sensitivity, specificity, sample)
    everything = np.ones_like(sample.judged)
    return BinaryAgreement(
        sensitivity=sensitivity,
        specificity=specificity,
        balanced_accuracy=_scaled(total, by=0.5),
        youden=_scaled(total, less=1.0),
        accuracy=sample.share(sample.judged == sample.labelled, everything, NO_LABEL),
        mcc=_mcc(sample, rng, draws),
        prevalence=sample.share(sample.labelled, everything, NO_LABEL),
        table=np.bincount(sample.cells, minlength=4).reshape(2, 2),
        unlabelled=int((truth < 0).sum()),
        unanswered=int(((truth >= 0) & (answers < 0)).sum()),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sample:
    """The items both have said something about."""

    judged: NDArray[np.bool_]
    labelled: NDArray[np.bool_]
    weights: Floats | None
    clusters: Integers | None
    confidence: float

    @property
    def cells(self) -> Integers:
        """Place of every item in the table, row by row."""
        return 2 * (~self.labelled).astype(np.int64) + ~self.judged

    def share(self, success: NDArray[np.bool_], among: NDArray[np.bool_], otherwise: str) -> Measured:
        """Return the share of `success` among some items."""
        if not among.any():
            return Undefined(n=0, reason=otherwise)
        return weighted_share(
            success[among],
            weights=None if self.weights is None else self.weights[among],
            clusters=None if self.clusters is None else self.clusters[among],
            confidence=self.confidence,
        )


def _sum(sensitivity: Measured, specificity: Measured, sample: _Sample) -> Measured:
    if isinstance(sensitivity, Undefined):
        return Undefined(n=len(sample.judged), reason=f"sensitivity: {sensitivity.reason}")
    if isinstance(specificity, Undefined):
        return Undefined(n=len(sample.judged), reason=f"specificity: {specificity.reason}")
    interval = sum_interval(
        sensitivity, specificity, correlation=_correlation(sample, sensitivity.value, specificity.value)
    )
    value = sensitivity.value + specificity.value
    return Estimate(value=value, interval=interval, n=len(sample.judged))


def _correlation(sample: _Sample, sensitivity: float, specificity: float) -> float:
    """Return the correlation of the two estimates: none, unless clusters hold items of both kinds."""
    if sample.clusters is None:
        return 0.0
    held = np.ones(len(sample.judged)) if sample.weights is None else sample.weights
    found = held * sample.labelled * (sample.judged - sensitivity)
    cleared = held * ~sample.labelled * (~sample.judged - specificity)
    one, other = cluster_sums(found, sample.clusters), cluster_sums(cleared, sample.clusters)
    spread = float((one @ one) * (other @ other)) ** 0.5
    return float(one @ other) / spread if spread > 0 else 0.0


def _scaled(total: Measured, *, by: float = 1.0, less: float = 0.0) -> Measured:
    if isinstance(total, Undefined):
        return total
    interval = Interval(
        low=by * total.interval.low - less,
        high=by * total.interval.high - less,
        confidence=total.interval.confidence,
    )
    return Estimate(value=by * total.value - less, interval=interval, n=total.n)


def _mcc(sample: _Sample, rng: np.random.Generator, draws: int) -> Measured:
    n = len(sample.judged)
    if n == 0:
        return Undefined(n=0, reason=NO_LABEL)
    if sample.labelled.all() or not sample.labelled.any():
        return Undefined(n=n, reason="people gave one label only")
    if sample.judged.all() or not sample.judged.any():
        return Undefined(n=n, reason="the judge gave one answer only")
    units = _cell_units(sample)
    unseen = Unseen(features=np.eye(4), shapes=np.full(4, 0.5))
    return smoothed_bootstrap(_phi, units, unseen, rng=rng, confidence=sample.confidence, draws=draws)


def _cell_units(sample: _Sample) -> Units:
    if sample.weights is None:
        return units_of(np.eye(4), codes=sample.cells, clusters=sample.clusters)
    features = np.eye(4)[sample.cells] * (sample.weights / sample.weights.mean())[:, np.newaxis]
    return distinct_units(features, clusters=sample.clusters)


def _phi(totals: Floats) -> Floats:
    found, missed, alarmed, cleared = totals.T
    product = (found + missed) * (alarmed + cleared) * (found + alarmed) * (missed + cleared)
    some = product > 0
    return np.where(some, (found * cleared - missed * alarmed) / np.sqrt(np.where(some, product, 1)), np.nan)


def _check(answers: Integers, truth: Integers, weights: Floats | None, clusters: Integers | None) -> None:
    for name, given in (("truth", truth), ("weights", weights), ("clusters", clusters)):
        if given is not None and (given.shape != answers.shape or answers.ndim != 1):
            raise ValueError(
                f"answers of shape {answers.shape} and {name} of shape {given.shape}, expected (n,)"
            )
