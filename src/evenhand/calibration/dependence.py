"""How far judges err together, and what their disagreement tells of their errors."""

from itertools import combinations, pairwise

import numpy as np

from evenhand.calibration.measuring import Measuring
from evenhand.calibration.results import DisagreementBin, PairDependence
from evenhand.calibration.sample import Ints, Sample
from evenhand.calibration.table import NONE, CalibrationTable, Flags
from evenhand.stats.dependence import Dependence, error_dependence
from evenhand.stats.estimate import Measured, Undefined
from evenhand.stats.shares import weighted_share

UNANIMOUS = 1e-9
"""Disagreement up to which all judges say the same."""
_BINS = 4
"""Bins of items whose judges disagree."""


def measure_dependence(sample: Sample, measuring: Measuring) -> Dependence | Undefined:
    """Return how far the judges err together on a sample; undefined without a judge or with too few labels."""
    judges = sample.answers.shape[1] - 1
    if judges == 0 or sample.n < measuring.choices.too_few:
        return measuring.too_few(sample.n)
    return error_dependence(
        sample.answers[:, :judges],
        sample.truth,
        weights=sample.weights,
        clusters=sample.shared_clusters,
        rng=measuring.rng("dependence"),
        confidence=measuring.choices.confidence,
        draws=measuring.choices.draws,
    )


def list_pairs(
    table: CalibrationTable, dependence: Dependence | Undefined, measuring: Measuring
) -> tuple[PairDependence, ...]:
    """Return each pair of judges: agreement on all items of the run, and shared errors on the labelled ones."""
    answers = [each.answers for each in table.principles]
    clusters = np.concatenate([np.zeros(0, np.int64), *(each.clusters for each in table.principles)])
    given = np.concatenate([np.zeros((0, len(table.judges)), np.int16), *answers])
    pairs = list(combinations(range(len(table.judges)), 2))
    shared = (
        [(dependence, dependence)] * len(pairs)
        if isinstance(dependence, Undefined)
        else [(pair.error_correlation, pair.same_wrong) for pair in dependence.pairs]
    )
    return tuple(
        PairDependence(
            first=table.judges[first].id,
            second=table.judges[second].id,
            agreement=_agreement(given[:, first], given[:, second], clusters, measuring),
            error_correlation=correlation,
            same_wrong=measuring.enough(same_wrong),
        )
        for (first, second), (correlation, same_wrong) in zip(pairs, shared, strict=True)
    )


def _agreement(first: Ints, second: Ints, clusters: Ints, measuring: Measuring) -> Measured:
    both = (first != NONE) & (second != NONE)
    if both.sum() < measuring.choices.too_few:
        return measuring.too_few(int(both.sum()))
    shared = clusters[both]
    return weighted_share(
        np.asarray(first[both] == second[both]),
        clusters=shared if len(np.unique(shared)) < len(shared) else None,
        confidence=measuring.choices.confidence,
    )


# -- Disagreement against error ----------------------------------------------------------------------------


def bin_by_disagreement(sample: Sample, measuring: Measuring) -> tuple[DisagreementBin, ...]:
    """Return the share of wrong verdicts among items that judges disagree alike on: none at all, then equal steps."""
    decided = sample.answers[:, -1] != NONE
    disagreement = sample.disagreement
    inside = [decided & (disagreement <= UNANIMOUS)]
    edges = np.linspace(0, 1, _BINS + 1)
    for low, high in pairwise(edges):
        inside.append(decided & (disagreement > max(low, UNANIMOUS)) & (disagreement <= high))
    limits = [(0.0, 0.0), *pairwise(edges.tolist())]
    return tuple(
        DisagreementBin(
            low=low,
            high=high,
            n=int(chosen.sum()),
            wrong=share_of(sample, ~sample.right(-1), chosen, measuring),
        )
        for (low, high), chosen in zip(limits, inside, strict=True)
        if chosen.any()
    )


def errors_among_unanimous(sample: Sample, measuring: Measuring) -> Measured:
    """Return the share of the panel's wrong verdicts that lie where all judges agree."""
    wrong = (sample.answers[:, -1] != NONE) & ~sample.right(-1)
    return share_of(sample, sample.disagreement <= UNANIMOUS, wrong, measuring)


def share_of(sample: Sample, success: Flags, among: Flags, measuring: Measuring) -> Measured:
    """Return a weighted share among some items of a sample."""
    n = int(among.sum())
    if n < measuring.choices.too_few:
        return measuring.too_few(n)
    weights, clusters = sample.weights, sample.shared_clusters
    return weighted_share(
        np.asarray(success[among]),
        weights=None if weights is None else weights[among],
        clusters=None if clusters is None else clusters[among],
        confidence=measuring.choices.confidence,
    )
