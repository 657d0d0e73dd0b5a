"""What the labels of a review say so far, how wide the interval of it is, and what further labels would make of that.

This is to plan by, not to certify with: it is looked at again and again while people label, and who stops when it looks
good stops too early. The report of a calibration is the number.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from evenhand.calibration.choices import Choices
from evenhand.calibration.measuring import Measuring
from evenhand.calibration.rates import Population, empty_population, measure_rate, pool_populations
from evenhand.review.selection import weight_ratio
from evenhand.stats.arrays import Bools, Floats, Integers
from evenhand.stats.estimate import Interval, Measured, Undefined
from evenhand.stats.planning import LabelPrice, price_labels
from evenhand.stats.shares import weighted_share

LEAST_LABELS: Final = Choices().too_few
"""Fewer labels give no number."""
_TARGETS: Final = (0.05, 0.03)
"""Half widths that are planned for."""
_WORTH: Final = 0.1
"""A label is still worth it while as many again as there are would narrow the interval by so much of itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledPopulation:
    """The items of a run, and the labels on some of them that may be read."""

    principles: tuple[Population, ...]
    """All items of each principle, the panel as the one rater."""
    agreed: Bools
    """Of the m labelled items with a verdict: whether panel and people say the same, shape (m,)."""
    inclusion: Floats
    """Probability with which each of them has a label by now, shape (m,); not a number where it is not known."""
    clusters: Integers
    """Items with the same number share a source, shape (m,)."""
    labels: int
    """Items with a settled label that may be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """What the interval of the share that passes would be with so many labels."""

    why: str
    """Which number of labels it is, in words."""
    labels: int
    """In all."""
    more: int
    """Beyond those there are."""
    half_width: float
    minutes: float | None
    """Of people, for the further ones; None where their pace is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateSoFar:
    """What the labels say so far."""

    labels: int
    """Settled labels it rests on."""
    agreement: Measured
    """Share of the items with a verdict on which panel and people say the same."""
    passing: Measured
    """Share of passing items among those that pass or fail."""
    method: str
    humans_only: Measured
    """The same from the labels alone."""
    judges_alone: Measured
    """The same from the verdicts alone: nobody has checked it."""
    projections: tuple[Projection, ...]
    advice: str
    """How many labels are still worth it, in a sentence."""
    warnings: tuple[str, ...]


def estimate_so_far(
    population: LabelledPopulation, *, drawn: int, seconds: Sequence[float], repeats: float
) -> EstimateSoFar:
    """Return what the labels say so far.

    Args:
        population: Verdicts and labels.
        drawn: Items of the design that may be read once they are labelled.
        seconds: Active times of labels.
        repeats: Share of items that are shown to a person again.
    """
    measuring = Measuring(choices=Choices())
    pooled = pool_populations(population.principles) if population.principles else empty_population(0)
    found = measure_rate(pooled, 0, name="panel", principle="", measuring=measuring)
    passing = told_few(found.rate)
    projections = tuple(_project(passing, drawn, len(pooled.read_truth), seconds, repeats))
    return EstimateSoFar(
        labels=population.labels,
        agreement=told_few(_agreement(population, measuring)),
        passing=passing,
        method=found.method,
        humans_only=told_few(found.humans_only),
        judges_alone=found.judges_alone,
        projections=projections,
        advice=_advice(passing, projections),
        warnings=found.warnings,
    )


def told_few(measured: Measured) -> Measured:
    """Return a measure, or that the labels are insufficient where they are too few."""
    if isinstance(measured, Undefined) and measured.n < LEAST_LABELS:
        reason = f"insufficient: {measured.n} labels, and fewer than {LEAST_LABELS} give no number"
        return Undefined(n=measured.n, reason=reason)
    return measured


def _agreement(population: LabelledPopulation, measuring: Measuring) -> Measured:
    n, inclusion, clusters = len(population.agreed), population.inclusion, population.clusters
    if n < measuring.choices.too_few:
        return measuring.too_few(n)
    if not np.isfinite(inclusion).all():
        return Undefined(n=n, reason="how some labelled items came to be drawn is not known")
    return weighted_share(
        population.agreed,
        weights=None if weight_ratio(inclusion) == 1 else 1 / inclusion,
        clusters=clusters if len(np.unique(clusters)) < n else None,
        confidence=measuring.choices.confidence,
    )


# -- Further labels --------------------------------------------------------------------------------


def half_width_of(interval: Interval) -> float:
    """Return half the width of an interval."""
    return (interval.high - interval.low) / 2


def _project(
    passing: Measured, drawn: int, population: int, seconds: Sequence[float], repeats: float
) -> Iterator[Projection]:
    """Yield what further labels would make of an interval: its width goes with one over the root of their number.

    That is the law of labels drawn as those there are, while they are few among the items; the spread of the verdicts
    themselves does not shrink with labels, so it promises a little too much for very many.
    """
    if isinstance(passing, Undefined):
        return
    labels, now = passing.n, half_width_of(passing.interval)
    minutes = _minutes(seconds, repeats)
    more = math.ceil(1.5 * max(labels, drawn))
    wishes = [("once all are labelled and settled", drawn), ("with half as many again", more)]
    wishes += [
        (f"for {100 * target:g} points to either side", math.ceil(labels * (now / target) ** 2))
        for target in _TARGETS
    ]
    yield Projection(why="now", labels=labels, more=0, half_width=now, minutes=0.0)
    for why, wanted in wishes:
        if labels < wanted <= population:
            yield _projection(why, wanted, labels, now, minutes)


def _projection(
    why: str, wanted: int, labels: int, now: float, minutes: Callable[[int], float | None]
) -> Projection:
    more = wanted - labels
    return Projection(
        why=why, labels=wanted, more=more, half_width=now * math.sqrt(labels / wanted), minutes=minutes(more)
    )


def _minutes(seconds: Sequence[float], repeats: float) -> Callable[[int], float | None]:
    def minutes(more: int) -> float | None:
        price = price_labels(more, list(seconds))
        return price.likely_minutes * (1 + repeats) if isinstance(price, LabelPrice) else None

    return minutes


def _advice(passing: Measured, projections: Sequence[Projection]) -> str:
    if isinstance(passing, Undefined) or not projections:
        return f"label on: nothing can be said of the interval yet ({_reason(passing)})"
    now, done = projections[0], next((each for each in projections if each.why.startswith("once")), None)
    if done is None:
        gained = now.half_width * (1 - math.sqrt(0.5))
        return (
            f"the queue is done; as many labels again would narrow the interval from {_points(now.half_width)} to "
            f"{_points(now.half_width - gained)} to either side: top the design up if that matters"
        )
    left = "the item" if done.more == 1 else f"the {done.more:,} items"
    if done.half_width > (1 - _WORTH) * now.half_width:
        return (
            f"hardly worth it for this number: {left} left to label or to settle would narrow the interval from "
            f"{_points(now.half_width)} to {_points(done.half_width)} only"
        )
    return (
        f"worth it: {left} left to label or to settle would narrow the interval from "
        f"{_points(now.half_width)} to about {_points(done.half_width)} to either side"
    )


def _reason(measured: Measured) -> str:
    return measured.reason if isinstance(measured, Undefined) else ""


def _points(value: float) -> str:
    return f"{100 * value:.1f} points"
