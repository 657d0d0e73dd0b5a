"""Paired differences on the same labels: how much more often one way to answer is right than another."""

import numpy as np

from evenhand.calibration.measuring import Measuring
from evenhand.calibration.sample import Sample
from evenhand.calibration.table import Floats
from evenhand.stats.aggregation.best_single import never_apart
from evenhand.stats.arrays import quotient
from evenhand.stats.bootstrap import bootstrap_totals, percentile_measure
from evenhand.stats.estimate import Measured
from evenhand.stats.reasons import NO_LABEL
from evenhand.stats.units import distinct_units, row_units


def measure_gains(sample: Sample, gains: Floats, measuring: Measuring, *stream: str) -> tuple[Measured, ...]:
    """Return the weighted mean of each column of `gains`, shape (m, C), on the m items of a sample.

    A gain is 1 where the one is right and the other wrong, -1 the other way round, and between where one of them is
    undecided and counts in part. All columns share the same bootstrap draws of items, or of clusters. Where two were
    right on the same items throughout, the interval is Wilson's bound on items where they would not be.
    """
    if sample.n < measuring.choices.too_few:
        return tuple(measuring.too_few(sample.n) for _ in gains.T)
    weights = np.ones(sample.n) if sample.weights is None else sample.weights / sample.weights.mean()
    rows = np.column_stack([gains * weights[:, np.newaxis], weights])
    alike = sample.weights is None and sample.shared_clusters is None
    units = distinct_units(rows) if alike else row_units(rows, clusters=sample.shared_clusters)
    totals = bootstrap_totals(units, rng=measuring.rng("gains", *stream), draws=measuring.choices.draws)
    found: list[Measured] = []
    for place in range(gains.shape[1]):
        measured = percentile_measure(
            quotient(totals[:, place], totals[:, -1]),
            n=sample.n,
            undefined=NO_LABEL,
            clusters=sample.shared_clusters,
            confidence=measuring.choices.confidence,
        )
        found.append(measured if gains[:, place].any() else never_apart(measured))
    return tuple(found)
