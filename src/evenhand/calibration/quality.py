"""How good each rater is against the reference labels of a sample: every coefficient, weighted and by clusters."""

from collections.abc import Callable, Mapping

import numpy as np

from evenhand.calibration.measuring import Measuring
from evenhand.calibration.results import Confusion, Quality
from evenhand.calibration.sample import FAIL, NEITHER, PASS, Ints, Sample, reading_codes
from evenhand.calibration.scale_order import order_of
from evenhand.calibration.table import NONE, Flags, Floats
from evenhand.stats.estimate import Estimate, Interval, Measured, Undefined
from evenhand.stats.intervals import sum_interval
from evenhand.stats.reference_tables import (
    ReferenceTables,
    TableStatistic,
    alpha_of,
    gwet_of,
    icc_of,
    kappa_of,
    mcc_of,
    tables_against_reference,
    tau_b_of,
)
from evenhand.stats.shares import weighted_share

NO_RATE = "no answer of this scale passes or fails"
SCALES_DIFFER = "principles have different scales"
_MCC = np.array([0, 1, NONE], dtype=np.int64)
"""FAIL and PASS stay, what is neither is left out."""


def measure_qualities(sample: Sample, measuring: Measuring, *stream: str) -> tuple[Quality, ...]:
    """Return the quality of each judge, and last of the panel, on a sample.

    Shares are weighted by one over the probability of being labelled and mind clusters. Sensitivity is about items
    whose reference label fails, specificity about those whose label passes; an answer that is neither catches nothing
    and clears nothing. `stream` names the random numbers.
    """
    coefficients = _Coefficients(sample, measuring, stream)
    return tuple(_measure(sample, rater, coefficients, measuring) for rater in range(sample.answers.shape[1]))


def count_confusions(sample: Sample) -> tuple[Confusion, ...]:
    """Return the confusion table of each judge, and last of the panel, on the sample of one principle."""
    assert sample.scale is not None, "one principle has one scale"
    categories = sample.scale.categories
    return tuple(
        Confusion(categories=categories, counts=_counted(sample.truth, column, len(categories)))
        for column in sample.answers.T
    )


def measure_agreement(sample: Sample, rater: int, measuring: Measuring) -> Measured:
    """Return the share of equal labels among the items a rater answered, weighted by how they were drawn."""
    return _share(sample, sample.right(rater), sample.answers[:, rater] != NONE, measuring)


# -- One rater ---------------------------------------------------------------------------------------------


def _measure(sample: Sample, rater: int, coefficients: "_Coefficients", measuring: Measuring) -> Quality:
    answered = sample.answers[:, rater] != NONE
    sensitivity, specificity = _rates(sample, rater, answered, measuring)
    return Quality(
        labelled=sample.n,
        answered=int(answered.sum()),
        agreement=measure_agreement(sample, rater, measuring),
        unweighted=_share(sample, sample.right(rater), answered, measuring, weighted=False),
        sensitivity=sensitivity,
        specificity=specificity,
        balanced_accuracy=_balanced(sample, rater, answered, sensitivity, specificity),
        kappa=coefficients.kappa(rater),
        gwet=coefficients.gwet(rater),
        mcc=coefficients.mcc(rater),
        alpha=coefficients.alpha(rater),
        prevalence=_prevalence(sample, measuring),
        ordered=coefficients.ordered(rater),
    )


def _rates(sample: Sample, rater: int, answered: Flags, measuring: Measuring) -> tuple[Measured, Measured]:
    if not sample.has_rate:
        nothing = Undefined(n=int(answered.sum()), reason=NO_RATE)
        return nothing, nothing
    said = sample.read_answers[:, rater]
    return (
        _share(sample, said == FAIL, answered & (sample.read_truth == FAIL), measuring),
        _share(sample, said == PASS, answered & (sample.read_truth == PASS), measuring),
    )


def _balanced(
    sample: Sample, rater: int, answered: Flags, sensitivity: Measured, specificity: Measured
) -> Measured:
    """Return the mean of both."""
    n = int((answered & (sample.read_truth != NEITHER)).sum())
    if isinstance(sensitivity, Undefined) or isinstance(specificity, Undefined):
        return Undefined(n=n, reason=_why_not(sample, sensitivity, specificity))
    correlation = _correlation(sample, rater, answered, sensitivity.value, specificity.value)
    total = sum_interval(sensitivity, specificity, correlation=correlation)
    interval = Interval(
        low=max(0.0, total.low / 2), high=min(1.0, total.high / 2), confidence=total.confidence
    )
    return Estimate(value=(sensitivity.value + specificity.value) / 2, interval=interval, n=n)


def _correlation(
    sample: Sample, rater: int, answered: Flags, sensitivity: float, specificity: float
) -> float:
    """Return the correlation of the two estimates: none, unless clusters hold items of both kinds."""
    if sample.shared_clusters is None:
        return 0.0
    held = answered.astype(np.float64) if sample.weights is None else answered * sample.weights
    said = sample.read_answers[:, rater]
    found = held * (sample.read_truth == FAIL) * ((said == FAIL) - sensitivity)
    cleared = held * (sample.read_truth == PASS) * ((said == PASS) - specificity)
    place = np.unique(sample.shared_clusters, return_inverse=True)[1]
    one, other = np.bincount(place, weights=found), np.bincount(place, weights=cleared)
    spread = float((one @ one) * (other @ other)) ** 0.5
    return float(one @ other) / spread if spread > 0 else 0.0


def _why_not(sample: Sample, sensitivity: Measured, specificity: Measured) -> str:
    if not sample.has_rate:
        return NO_RATE
    scarce = [
        f"{measured.n} {kind} items"
        for measured, kind in ((sensitivity, "failing"), (specificity, "passing"))
        if isinstance(measured, Undefined)
    ]
    return f"too few: {' and '.join(scarce)}"


def _prevalence(sample: Sample, measuring: Measuring) -> Measured:
    if not sample.has_rate:
        return Undefined(n=sample.n, reason=NO_RATE)
    return _share(sample, sample.read_truth == FAIL, np.ones(sample.n, dtype=np.bool_), measuring)


def _share(
    sample: Sample, success: Flags, among: Flags, measuring: Measuring, *, weighted: bool = True
) -> Measured:
    n = int(among.sum())
    if n < measuring.choices.too_few:
        return measuring.too_few(n)
    weights, clusters = sample.weights if weighted else None, sample.shared_clusters
    return weighted_share(
        success[among],
        weights=None if weights is None else weights[among],
        clusters=None if clusters is None else clusters[among],
        confidence=measuring.choices.confidence,
    )


# -- Coefficients ------------------------------------------------------------------------------------------


_Weighted = Callable[[Floats], TableStatistic]
"""A coefficient for given agreement weights."""


class _Coefficients:
    """The coefficients of all raters on a sample, from the same resamples."""

    def __init__(self, sample: Sample, measuring: Measuring, stream: tuple[str, ...]) -> None:
        """Resample once."""
        self._measuring = measuring
        self._sample = sample
        self._scale = sample.scale
        self._tables = _resample(sample, measuring, stream)
        self._order = None if self._scale is None else order_of(self._scale)

    def kappa(self, rater: int) -> Measured:
        """Return Cohen's kappa, weighted on an ordered scale."""
        return self._on_scale(rater, kappa_of)

    def gwet(self, rater: int) -> Measured:
        """Return Gwet's AC1 or AC2."""
        return self._on_scale(rater, gwet_of)

    def alpha(self, rater: int) -> Measured:
        """Return Krippendorff's alpha of the rater and the reference."""
        if self._scale is None:
            return self._scales_differ(rater)
        if self._order is None:
            return self._measure(rater, alpha_of(1 - np.eye(len(self._scale.categories))))
        return self._measure(rater, alpha_of(self._order.squares), merge=self._order.merge)

    def mcc(self, rater: int) -> Measured:
        """Return Matthews' correlation of the readings, where both pass or fail."""
        if not self._sample.has_rate:
            return Undefined(n=self._tables.n(rater), reason=NO_RATE)
        readings = _MCC if self._scale is None else _MCC[reading_codes(self._scale.readings)[:-1]]
        return self._measure(rater, mcc_of, merge=readings)

    def ordered(self, rater: int) -> Mapping[str, Measured]:
        """Return what an ordered scale has besides."""
        if self._order is None:
            return {}
        merge, values = self._order.merge, self._order.values
        return {
            "Kendall's tau-b": self._measure(rater, tau_b_of, merge=merge),
            "ICC(2,1)": self._measure(rater, icc_of(values), merge=merge),
        }

    def _on_scale(self, rater: int, statistic: "_Weighted") -> Measured:
        if self._scale is None:
            return self._scales_differ(rater)
        if self._order is None:
            return self._measure(rater, statistic(np.eye(len(self._scale.categories))))
        return self._measure(rater, statistic(self._order.weighting), merge=self._order.merge)

    def _measure(self, rater: int, statistic: TableStatistic, *, merge: Ints | None = None) -> Measured:
        n = self._tables.n(rater)
        if n < self._measuring.choices.too_few:
            return self._measuring.too_few(n)
        return self._measuring.enough(self._tables.measure(statistic, rater, merge=merge))

    def _scales_differ(self, rater: int) -> Undefined:
        return Undefined(n=self._tables.n(rater), reason=SCALES_DIFFER)


def _resample(sample: Sample, measuring: Measuring, stream: tuple[str, ...]) -> ReferenceTables:
    on_readings = sample.scale is None
    return tables_against_reference(
        sample.read_answers if on_readings else sample.answers,
        sample.read_truth if on_readings else sample.truth,
        categories=NEITHER + 1 if sample.scale is None else len(sample.scale.categories),
        weights=sample.weights,
        clusters=sample.shared_clusters,
        rng=measuring.rng("coefficients", *stream),
        confidence=measuring.choices.confidence,
        draws=measuring.choices.draws,
    )


def _counted(truth: Ints, answers: Ints, categories: int) -> tuple[tuple[int, ...], ...]:
    """Return counts by reference label and answer; -1 is the last column."""
    columns = categories + 1
    cells = truth * columns + np.where(answers == NONE, categories, answers)
    counts = np.bincount(cells, minlength=categories * columns).reshape(categories, columns)
    return tuple(tuple(int(count) for count in row) for row in counts)
