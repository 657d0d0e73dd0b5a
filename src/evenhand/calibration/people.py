"""What people say among themselves, before any judge is measured against them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from evenhand.calibration.human_labels import HumanLabels
from evenhand.calibration.measuring import Measuring
from evenhand.calibration.results import People, PeoplePrinciple, PersonRow
from evenhand.calibration.scale_order import order_of
from evenhand.calibration.table import NONE, Flags, Floats, Level
from evenhand.stats.aggregation.best_single import never_apart
from evenhand.stats.agreement.krippendorff import krippendorff_alpha
from evenhand.stats.arrays import quotient
from evenhand.stats.bootstrap import bootstrap_totals, percentile_measure
from evenhand.stats.estimate import Estimate, Measured, Undefined
from evenhand.stats.shares import weighted_share
from evenhand.stats.units import row_units

MOST_PERSONS = 50
"""Persons listed one by one."""
NOT_RECORDED = "not recorded"
NO_ABSTENTION = "the scale has no abstention"
SCALES_DIFFER = "principles have different scales"


def measure_people(
    principles: Sequence[str],
    labels: Sequence[HumanLabels],
    whole: HumanLabels,
    *,
    names: Sequence[str],
    measuring: Measuring,
) -> People:
    """Return how people agree with each other: by principle, over all of them (`whole`), and one by one (`names`).

    One person is compared with the majority of the others on the item; where the others tie there is nothing to compare
    with. Labels are weighted by how their items were drawn, and what shares a cluster belongs together.

    Source: methods.md 2.2.
    """
    rows = tuple(_measure(name, own, measuring) for name, own in zip(principles, labels, strict=True))
    return People(
        principles=rows,
        overall=replace(rows[0], principle="") if len(rows) == 1 else _measure("", whole, measuring),
        persons=_list_persons(names, whole, measuring),
        seconds_per_label=_median(whole.seconds),
        left_out=max(0, len(names) - MOST_PERSONS),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class BesidePerson:
    """A rater and one person, both measured by the majority of the same other persons."""

    ratio: Measured
    """Agreement of the rater over that of the person; 1 is as good as a person."""
    difference: Measured
    """The same as a difference, rater less person."""


def compare_with_people(labels: HumanLabels, measuring: Measuring, *stream: str) -> tuple[BesidePerson, ...]:
    """Return how each judge, and last the panel, compares with one person in agreement with the other people.

    Both are measured by the majority of the other persons, on the same items to certify with: for each label of a
    person on an item the rater answered, whether the person and whether the rater say what most of the others do. The
    intervals are those of one bootstrap over clusters. `stream` names the random numbers.

    Source: methods.md 2.2.
    """
    chosen = labels.comparable & labels.certifies
    judged, others, clusters = (
        labels.judged[chosen],
        labels.others[chosen, np.newaxis],
        labels.cluster[chosen],
    )
    answered = judged != NONE
    raters = judged.shape[1]
    person = (labels.label[chosen, np.newaxis] == others) & answered
    weights = labels.weights[chosen, np.newaxis]
    rows = np.column_stack([judged == others, person, answered]) * weights
    items = [len(np.unique(labels.item[chosen][answered[:, rater]])) for rater in range(raters)]
    if max(items, default=0) < measuring.choices.too_few:
        few = [measuring.too_few(count) for count in items]
        return tuple(BesidePerson(ratio=each, difference=each) for each in few)
    units = row_units(rows, clusters=clusters)
    totals = bootstrap_totals(units, rng=measuring.rng("ceiling", *stream), draws=measuring.choices.draws)
    right, human, held = np.split(totals, 3, axis=1)

    def measure(series: Floats, count: int, undefined: str) -> Measured:
        found = percentile_measure(
            series,
            n=count,
            undefined=undefined,
            clusters=clusters,
            confidence=measuring.choices.confidence,
        )
        return measuring.enough(found)

    return tuple(
        BesidePerson(
            ratio=measure(
                quotient(right[:, rater], human[:, rater]),
                count,
                "one person never says what most of the others do",
            ),
            difference=_not_certain(
                measure(
                    quotient(right[:, rater] - human[:, rater], held[:, rater]), count, "no item was answered"
                )
            ),
        )
        for rater, count in enumerate(items)
    )


def _not_certain(difference: Measured) -> Measured:
    """Return a difference that did not vary with Wilson's bound on items where it would."""
    if isinstance(difference, Estimate) and difference.interval.low == difference.interval.high == 0:
        return never_apart(difference)
    return difference


# -- One principle -----------------------------------------------------------------------------------------


def _measure(principle: str, labels: HumanLabels, measuring: Measuring) -> PeoplePrinciple:
    recorded = labels.defensible != NONE
    return PeoplePrinciple(
        principle=principle,
        doubly_labelled=int((labels.first & labels.doubly).sum()),
        ceiling=_share(labels, labels.label == labels.others, labels.comparable, measuring),
        pairwise=_pairwise(labels, measuring),
        alpha=_alpha(principle, labels, measuring),
        contested=_share(labels, labels.contested, labels.first & labels.doubly, measuring),
        defensible=_share(labels, labels.defensible == 1, recorded, measuring)
        if recorded.any()
        else Undefined(n=0, reason=NOT_RECORDED),
        cannot_tell=_cannot_tell(labels, measuring),
    )


def _cannot_tell(labels: HumanLabels, measuring: Measuring) -> Measured:
    """Return the share of labels that are an abstention: an answer of the scale, or beyond it where it has none."""
    if not labels.may_abstain and not labels.unable_item.size:
        return Undefined(n=len(labels.item), reason=NO_ABSTENTION)
    items = len(np.unique(np.append(labels.item, labels.unable_item)))
    if items < measuring.choices.too_few:
        return measuring.too_few(items)
    inclusion = np.append(labels.inclusion, labels.unable_inclusion)
    weights = 1 / inclusion if np.isfinite(inclusion).all() else np.ones(len(inclusion))
    found = weighted_share(
        np.append(labels.abstains, np.ones(len(labels.unable_item), dtype=np.bool_)),
        weights=weights,
        clusters=np.append(labels.cluster, labels.unable_cluster),
        confidence=measuring.choices.confidence,
    )
    return _counting(found, items)


def _share(labels: HumanLabels, success: Flags, among: Flags, measuring: Measuring) -> Measured:
    """Return a weighted share of labels; `n` counts their items."""
    items = len(np.unique(labels.item[among]))
    if items < measuring.choices.too_few:
        return measuring.too_few(items)
    return _counting(
        weighted_share(
            np.asarray(success[among]),
            weights=labels.weights[among],
            clusters=labels.cluster[among],
            confidence=measuring.choices.confidence,
        ),
        items,
    )


def _pairwise(labels: HumanLabels, measuring: Measuring) -> Measured:
    """Return the share of agreeing pairs: each label stands for its pairs, those that agree and those that do not."""
    items = int((labels.first & labels.doubly).sum())
    if items < measuring.choices.too_few:
        return measuring.too_few(items)
    mass = labels.weights * (labels.persons - 1)
    agreeing, differing = mass * labels.same, mass * (1 - labels.same)
    success = np.repeat([True, False], len(mass))
    weights, clusters = np.concatenate([agreeing, differing]), np.tile(labels.cluster, 2)
    there = weights > 0
    found = weighted_share(
        success[there],
        weights=weights[there],
        clusters=clusters[there],
        confidence=measuring.choices.confidence,
    )
    return _counting(found, items)


def _counting(measured: Measured, items: int) -> Measured:
    return replace(measured, n=items)


def _alpha(principle: str, labels: HumanLabels, measuring: Measuring) -> Measured:
    """Return Krippendorff's alpha at the level of the scale; an abstention has no place on an ordered one."""
    items = int((labels.first & labels.doubly).sum())
    if labels.scale is None:
        return Undefined(n=items, reason=SCALES_DIFFER)
    if items < measuring.choices.too_few:
        return measuring.too_few(items)
    order = order_of(labels.scale)
    side_by_side = labels.by_item()
    found = krippendorff_alpha(
        side_by_side if order is None else np.append(order.merge, NONE)[side_by_side],
        categories=len(labels.scale.categories) if order is None else len(order.values),
        level=_LEVELS[labels.scale.level],
        values=None if order is None else order.values,
        clusters=labels.cluster[labels.first][np.argsort(labels.item[labels.first], kind="stable")],
        rng=measuring.rng("people", principle),
        confidence=measuring.choices.confidence,
        draws=measuring.choices.draws,
    )
    return measuring.enough(found)


_LEVELS: dict[Level, Literal["nominal", "ordinal", "interval"]] = {
    Level.NOMINAL: "nominal",
    Level.ORDINAL: "ordinal",
    Level.INTERVAL: "interval",
}


# -- One by one --------------------------------------------------------------------------------------------


def _list_persons(names: Sequence[str], labels: HumanLabels, measuring: Measuring) -> tuple[PersonRow, ...]:
    """Return a row for each person, those with most labels first; at most `MOST_PERSONS`."""
    given = np.bincount(labels.person, minlength=len(names))
    order = sorted(range(len(names)), key=lambda place: (-given[place], names[place]))
    return tuple(
        PersonRow(
            annotator=names[place],
            labels=int(given[place]),
            with_others=_share(
                labels,
                labels.label == labels.others,
                (labels.person == place) & labels.comparable,
                measuring,
            ),
            seconds=_median(labels.seconds[labels.person == place]),
        )
        for place in order[:MOST_PERSONS]
    )


def _median(seconds: Floats) -> float | None:
    known = seconds[np.isfinite(seconds)]
    return float(np.median(known)) if known.size else None
