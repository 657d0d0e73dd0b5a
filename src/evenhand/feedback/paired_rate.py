"""Verdicts before and after, pair by pair, as one rate with its change."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from evenhand.feedback.effect_results import ALPHA, PairedRate
from evenhand.records.scale import Reading
from evenhand.stats.arrays import Floats, Integers
from evenhand.stats.change.clustered import careful_lower_limit, clustered_mean, sign_flip_test
from evenhand.stats.change.multiplicity import holm
from evenhand.stats.change.paired import (
    Alternative,
    PairedCounts,
    mcnemar,
    paired_counts,
    paired_difference,
)
from evenhand.stats.change.power import smallest_detectable_difference, smallest_detectable_mean
from evenhand.stats.clusters import cluster_count
from evenhand.stats.estimate import CONFIDENCE, Measured, Undefined
from evenhand.stats.quantiles import normal_quantile

_SPAN: Final = 1.0
_COUNTED: Final = frozenset({Reading.PASS, Reading.FAIL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """What the panel says of one reply under one principle, before and after."""

    source: str
    before: Reading | None
    """None where there is no verdict: ratings failed, or the panel is undecided."""
    after: Reading | None


def paired_rate(
    pairs: Iterable[Pair], *, rng: np.random.Generator, confidence: float = CONFIDENCE
) -> PairedRate:
    """Return the change of the share that passes.

    Pairs of a source of their own: Tango's interval and McNemar's mid-p test. Where pairs share a source: a bootstrap
    of whole sources, whose limits are never nearer than `careful_lower_limit`, and the sign-flip test. Pairs of which a
    side has no verdict, or one that is outside of the rate or no opinion, are counted apart, by reason.

    Source: methods.md 6.1, 6.2, 6.4.
    """
    apart: Counter[str] = Counter()
    kept: list[Pair] = []
    for pair in pairs:
        if reason := _why_apart(pair):
            apart[reason] += 1
        else:
            kept.append(pair)
    before = np.array([pair.before is Reading.PASS for pair in kept], dtype=np.bool_)
    after = np.array([pair.after is Reading.PASS for pair in kept], dtype=np.bool_)
    clusters = number_sources([pair.source for pair in kept])
    counts = paired_counts(before, after)
    change = _change(counts, after.astype(np.float64) - before, clusters, rng, confidence)
    return PairedRate(
        n=counts.n,
        clusters=cluster_count(counts.n, clusters),
        before=float(before.mean()) if kept else None,
        after=float(after.mean()) if kept else None,
        won=counts.only_new,
        lost=counts.only_old,
        difference=change.difference,
        p_better=change.p_better,
        p_worse=change.p_worse,
        detectable=change.detectable,
        apart=dict(sorted(apart.items())),
    )


def number_sources(sources: Sequence[str]) -> Integers | None:
    """Return a number for the source of each; None where no two share one."""
    numbers: dict[str, int] = {}
    clusters = np.array([numbers.setdefault(source, len(numbers)) for source in sources], dtype=np.int64)
    return clusters if len(numbers) < len(sources) else None


def adjust(rates: Sequence[PairedRate]) -> tuple[PairedRate, ...]:
    """Return rates with their p-values adjusted for each other, by Holm."""
    better = holm(np.array([rate.p_better for rate in rates], dtype=np.float64))
    worse = holm(np.array([rate.p_worse for rate in rates], dtype=np.float64))
    return tuple(
        replace(rate, p_better=float(above), p_worse=float(below))
        for rate, above, below in zip(rates, better, worse, strict=True)
    )


def _why_apart(pair: Pair) -> str:
    """Return why a pair does not count; empty where it does."""
    for side, reading in (("before", pair.before), ("after", pair.after)):
        if reading is None:
            return f"no verdict {side}"
        if reading not in _COUNTED:
            return f"does not bear on the reply, or can not be told, {side}"
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    difference: Measured
    p_better: float
    p_worse: float
    detectable: float | None


def _change(
    counts: PairedCounts,
    steps: Floats,
    clusters: Integers | None,
    rng: np.random.Generator,
    confidence: float,
) -> _Change:
    if clusters is None:
        found = smallest_detectable_difference(
            counts.n, (counts.discordant + 1) / (counts.n + 2), alpha=ALPHA
        )
        return _Change(
            difference=paired_difference(counts, confidence=confidence),
            p_better=mcnemar(counts, alternative=Alternative.BETTER),
            p_worse=mcnemar(counts, alternative=Alternative.WORSE),
            detectable=None if isinstance(found, Undefined) else found,
        )
    difference = _clustered(steps, clusters, rng, confidence)
    p_worse = sign_flip_test(steps, clusters=clusters, rng=rng)
    return _Change(
        difference=difference,
        p_better=1 - p_worse if steps.any() else p_worse,
        p_worse=p_worse,
        detectable=_detectable(difference),
    )


def _clustered(steps: Floats, clusters: Integers, rng: np.random.Generator, confidence: float) -> Measured:
    found = clustered_mean(steps, clusters=clusters, span=_SPAN, rng=rng, confidence=confidence)
    if isinstance(found, Undefined):
        return found
    careful = careful_lower_limit(steps, clusters=clusters, span=_SPAN, confidence=confidence)
    mirrored = -careful_lower_limit(-steps, clusters=clusters, span=_SPAN, confidence=confidence)
    low, high = min(found.interval.low, careful), max(found.interval.high, mirrored)
    return replace(
        found, n=steps.size, interval=replace(found.interval, low=max(-_SPAN, low), high=min(_SPAN, high))
    )


def _detectable(difference: Measured) -> float | None:
    """Return the drop that is seen with the standard error that the lower limit speaks of."""
    if isinstance(difference, Undefined):
        return None
    error = (difference.value - difference.interval.low) / normal_quantile(difference.interval.confidence)
    drop = smallest_detectable_mean(error, alpha=ALPHA)
    return drop if drop <= _SPAN else None


__all__ = ["Pair", "adjust", "number_sources", "paired_rate"]
