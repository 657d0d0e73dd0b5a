"""The live labels of a suite: human labels on items that are no anchors, a day at a time."""

import math
from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import attrgetter

import numpy as np

from evenhand.gate.monitor.history import Answer, LabelledItem
from evenhand.stats.arrays import Floats
from evenhand.stats.monitoring.lasting_drop import Look

_CLOSE = 1e-9


def live_days(labelled: Sequence[LabelledItem]) -> list[tuple[str, list[LabelledItem]]]:
    """Return the labels of each day, in order of time; an item without an inclusion probability has none."""
    usable = [each for each in labelled if not math.isnan(each.inclusion)]
    ordered = sorted(usable, key=attrgetter("day", "run", "item"))
    return [(day, list(each)) for day, each in groupby(ordered, key=attrgetter("day"))]


def looks_of(days: Sequence[tuple[str, Sequence[LabelledItem]]]) -> list[Look]:
    """Return the labels of each day as outcomes to bet on, each with weight in inverse proportion to its probability.

    Up to a constant the terms of the bets are those of `stats.monitoring.betting.unbiased_terms` with the null value as
    the guess: items that nobody looked at then add nothing, and so does a common factor of all probabilities of a
    design, such as the share of a queue that is done.
    """
    scales = _scales([each for _, items in days for each in items])
    return [_look(items, scales) for _, items in days]


def _look(items: Sequence[LabelledItem], scales: Mapping[str, float]) -> Look:
    answers = np.array([each.answer for each in items])
    weight: Floats = np.array([min(1.0, scales[each.design] / each.inclusion) for each in items])
    return Look(
        low=(answers == Answer.AGREES).astype(np.float64),
        high=(answers != Answer.DIFFERS).astype(np.float64),
        weight=weight,
    )


def _scales(items: Sequence[LabelledItem]) -> Mapping[str, float]:
    """Return for each design a probability that none of its items lies below.

    It is the largest one halved as often as it takes, so that it hardly depends on which of its labels came first.
    """
    found = {}
    for design in sorted({each.design for each in items}):
        chances = [each.inclusion for each in items if each.design == design]
        halvings = math.ceil(math.log2(max(chances) / min(chances)) - _CLOSE)
        found[design] = max(chances) / 2**halvings
    return found


def is_weighted(looks: Sequence[Look]) -> bool:
    """Tell whether items were drawn with unequal probabilities."""
    return any(look.weight.size and float(np.ptp(look.weight)) > _CLOSE for look in looks)
