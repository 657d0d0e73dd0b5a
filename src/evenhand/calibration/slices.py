"""The panel on groups of items, drawn towards the whole where labels are few, and tested against it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np

from evenhand.calibration.measuring import Measuring
from evenhand.calibration.results import SliceRow
from evenhand.calibration.sample import Ints
from evenhand.calibration.table import NONE, CalibrationTable, Flags, Floats, PrincipleAnswers, Split
from evenhand.stats.change.independent import fisher_lower
from evenhand.stats.change.multiplicity import holm
from evenhand.stats.estimate import Measured
from evenhand.stats.shares import effective_size, weighted_share
from evenhand.stats.shrinkage import shrink_slices


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Items with a verdict and a label to certify with, m of them."""

    agreed: Flags
    """Where panel and people agree, shape (m,)."""
    weights: Floats | None
    """One over the probability of being labelled, shape (m,); None where it is the same for all or not known of all."""
    clusters: Ints | None
    """Shape (m,); None where no two items share one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupShare:
    """The agreement of one group, by itself and among the others."""

    raw: Measured
    shrunken: Measured
    worse: float | None
    """Probability that it is below the whole by more than the margin."""
    adjusted_p: float | None
    """Of being below the others, by Holm's method."""


def list_slices(
    table: CalibrationTable, certify: Sequence[Split], measuring: Measuring
) -> tuple[SliceRow, ...]:
    """Return a row for each value of each dimension, all principles together."""
    principles = table.principles
    labelled = [_labelled(each, certify) for each in principles]
    rows = []
    for dimension, value in _names(principles):
        members = [_members(each, dimension, value) for each in principles]
        chosen = [inside & known for inside, known in zip(members, labelled, strict=True)]
        items = sum(int(inside.sum()) for inside in members)
        rows.append((dimension, value, items, _group(principles, chosen)))
    by_dimension = [[row[-1] for row in own] for _, own in groupby(rows, key=lambda row: row[0])]
    shares = compare_families(by_dimension, measuring, "slices")
    return tuple(
        SliceRow(
            dimension=dimension,
            value=value,
            items=items,
            labelled=len(group.agreed),
            agreed=int(group.agreed.sum()),
            agreement=share.raw,
            shrunken=share.shrunken,
            worse=share.worse,
            adjusted_p=share.adjusted_p,
        )
        for (dimension, value, items, group), share in zip(rows, shares, strict=True)
    )


def compare_principles(
    table: CalibrationTable, certify: Sequence[Split], measuring: Measuring
) -> tuple[GroupShare, ...]:
    """Return the agreement of the panel on each principle among the others."""
    groups = [_group((each,), (_labelled(each, certify),)) for each in table.principles]
    return compare_families([groups], measuring, "principles")


def compare_families(
    families: Sequence[Sequence[Group]], measuring: Measuring, *stream: str
) -> tuple[GroupShare, ...]:
    """Return the agreement of each group, drawn towards that of its family, and whether it is below the others of it.

    The groups of a family hold different items, those of two families the same ones again: the slices of a dimension
    are a family. For shrinkage and test a group counts as the independent labels of equal weight that it is worth. The
    p-value is that of Fisher's one-sided mid-p test against the other groups of its family together, adjusted by Holm's
    method over the groups of all families that have enough labels. `stream` names the random numbers.

    Source: methods.md 2.5, 6.4.
    """
    shares = [
        share
        for place, family in enumerate(families)
        for share in _compare(family, measuring, *stream, str(place))
    ]
    tested = [place for place, share in enumerate(shares) if share.adjusted_p is not None]
    adjusted = holm(np.array([shares[place].adjusted_p for place in tested], dtype=np.float64))
    for place, p_value in zip(tested, adjusted, strict=True):
        shares[place] = replace(shares[place], adjusted_p=float(p_value))
    return tuple(shares)


def _compare(groups: Sequence[Group], measuring: Measuring, *stream: str) -> tuple[GroupShare, ...]:
    """Return the groups of one family, with p-values that are not adjusted yet."""
    if not groups:
        return ()
    labels, agreed = _worth(groups)
    shrunken = shrink_slices(
        agreed,
        labels,
        rng=measuring.rng("shrinkage", *stream),
        margin=measuring.choices.margin,
        least=0,
        confidence=measuring.choices.confidence,
    ).slices
    enough = np.array([len(group.agreed) >= measuring.choices.too_few for group in groups])
    p_values = [
        _below_the_others(agreed, labels, place) if known else None for place, known in enumerate(enough)
    ]
    return tuple(
        GroupShare(
            raw=_share(group, measuring),
            shrunken=row.shrunken if known else measuring.too_few(len(group.agreed)),
            worse=row.worse if known and isinstance(row.worse, float) else None,
            adjusted_p=p_value,
        )
        for group, row, known, p_value in zip(groups, shrunken, enough, p_values, strict=True)
    )


# -- Groups ------------------------------------------------------------------------------------------------


def _names(principles: Sequence[PrincipleAnswers]) -> list[tuple[str, str]]:
    return sorted(
        {
            (dimension, value)
            for each in principles
            for dimension, slicing in each.slices.items()
            for value in slicing.values
        }
    )


def _members(answers: PrincipleAnswers, dimension: str, value: str) -> Flags:
    slicing = answers.slices.get(dimension)
    if slicing is None or value not in slicing.values:
        return np.zeros(answers.n, dtype=np.bool_)
    return np.asarray(slicing.codes == slicing.values.index(value))


def _labelled(answers: PrincipleAnswers, certify: Sequence[Split]) -> Flags:
    labelled = (answers.reference.label != NONE) & (answers.verdict != NONE)
    return np.asarray(labelled & np.isin(answers.split, certify))


def _group(principles: Sequence[PrincipleAnswers], chosen: Sequence[Flags]) -> Group:
    pairs = list(zip(principles, chosen, strict=True))
    agreed = [each.verdict[rows] == each.reference.label[rows] for each, rows in pairs]
    inclusion = np.concatenate([np.zeros(0), *(each.reference.inclusion[rows] for each, rows in pairs)])
    clusters = np.concatenate([np.zeros(0, np.int64), *(each.clusters[rows] for each, rows in pairs)])
    known = bool(np.isfinite(inclusion).all()) and len(inclusion) > 0
    return Group(
        agreed=np.concatenate([np.zeros(0, np.bool_), *agreed]),
        weights=1 / inclusion if known and np.ptp(inclusion) > 0 else None,
        clusters=clusters if len(np.unique(clusters)) < len(clusters) else None,
    )


# -- Numbers -----------------------------------------------------------------------------------------------


def _share(group: Group, measuring: Measuring) -> Measured:
    if len(group.agreed) < measuring.choices.too_few:
        return measuring.too_few(len(group.agreed))
    return weighted_share(
        group.agreed,
        weights=group.weights,
        clusters=group.clusters,
        confidence=measuring.choices.confidence,
    )


def _worth(groups: Sequence[Group]) -> tuple[Ints, Ints]:
    """Return for each group the labels it is worth, and how many of these agree."""
    labels, agreed = [], []
    for group in groups:
        worth = _labels_worth(group)
        share = np.average(group.agreed, weights=group.weights) if len(group.agreed) else 0.0
        labels.append(worth)
        agreed.append(round(float(share) * worth))
    return np.array(labels, dtype=np.int64), np.array(agreed, dtype=np.int64)


def _labels_worth(group: Group) -> int:
    """Return how many independent labels of equal weight a group is worth: at least one, and never more than it has."""
    n = len(group.agreed)
    if group.clusters is not None and len(np.unique(group.clusters)) < 2:
        return min(n, 1)
    size = effective_size(group.agreed, weights=group.weights, clusters=group.clusters)
    return min(n, max(round(size.n), 1))


def _below_the_others(agreed: Ints, labels: Ints, place: int) -> float | None:
    """Return the p-value of the share of one group being below that of the others together; None without others."""
    own, others = int(labels[place]), int(labels.sum() - labels[place])
    if others == 0:
        return None
    right = int(agreed[place])
    return fisher_lower(right, own, int(agreed.sum()) - right, others)
