"""The two streams of a monitor with their evidence."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evenhand.gate.monitor.anchors import Round
from evenhand.gate.monitor.anchors import looks_of as anchor_looks
from evenhand.gate.monitor.history import Answer, History, LabelledItem, WatchedRun, Watching
from evenhand.gate.monitor.live import is_weighted
from evenhand.gate.monitor.live import looks_of as live_looks
from evenhand.gate.monitor.results import Look, Stream
from evenhand.stats.estimate import Measured, Undefined
from evenhand.stats.intervals import proportion
from evenhand.stats.monitoring.confidence_sequence import Limits
from evenhand.stats.monitoring.lasting_drop import DropPath, mean_limits, watch_drop
from evenhand.stats.shares import weighted_share

_NOTHING = -1e200
"""Logarithm below which there is no evidence but none to be had: nothing was staked yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What was seen at a look."""

    name: str
    day: str
    answers: Sequence[Answer]
    measured: bool = True
    weights: Sequence[float] = ()
    """One over the probability of each item; empty where all are equal."""


def anchor_stream(history: History, rounds: Sequence[Round], watching: Watching) -> Stream:
    """Return the stream of the anchors."""
    looks = anchor_looks(rounds)
    path = watch_drop(looks, tolerance=watching.tolerance, usual=watching.usual)
    limits = mean_limits(looks, alpha=watching.alpha)
    seen = [_seen_round(history.runs[each.at], each) for each in rounds]
    return _stream(seen, path, limits, watching, items=len(rounds[0].answers) if rounds else 0)


def live_stream(days: Sequence[tuple[str, Sequence[LabelledItem]]], watching: Watching) -> Stream:
    """Return the stream of live labels."""
    looks = live_looks(days)
    path = watch_drop(looks, tolerance=watching.tolerance)
    limits = mean_limits(looks, alpha=watching.alpha)
    weighted = is_weighted(looks)
    seen = [
        _Seen(
            name=day,
            day=day,
            answers=[each.answer for each in items],
            weights=[1 / each.inclusion for each in items] if weighted else (),
        )
        for day, items in days
    ]
    return _stream(seen, path, limits, watching, items=sum(len(items) for _, items in days))


def _seen_round(run: WatchedRun, each: Round) -> _Seen:
    return _Seen(name=run.run, day=run.day, answers=list(each.answers.values()), measured=each.measured)


def _stream(
    seen: Sequence[_Seen], path: DropPath, limits: Limits, watching: Watching, *, items: int
) -> Stream:
    alarmed = np.flatnonzero(path.log_e >= -math.log(watching.alpha))
    possible = bool((path.log_e_most[-1:] >= -math.log(watching.alpha)).any())
    places = [place for place, each in enumerate(seen) if each.measured]
    alarm = places[int(alarmed[0])] if alarmed.size else None
    changed = places[min(path.before, len(places) - 1)] if alarm is not None else None
    measured = [each for each in seen if each.measured]
    cut = len(measured) if alarm is None else path.before
    return Stream(
        looks=tuple(_looks(seen, path, limits)),
        items=items,
        alarm=alarm,
        possible=possible and alarm is None,
        changed=changed,
        before=_agreement(measured[:cut]),
        since=_agreement(measured[cut:]),
    )


def _looks(seen: Sequence[_Seen], path: DropPath, limits: Limits) -> list[Look]:
    looks: list[Look] = []
    at = -1
    for each in seen:
        at += each.measured
        looks.append(
            Look(
                name=each.name,
                day=each.day,
                n=len(each.answers),
                agreed=sum(answer is Answer.AGREES for answer in each.answers),
                missing=sum(answer is Answer.MISSING for answer in each.answers),
                agreement=_agreement([each]),
                low=float(limits.low[at]) if at >= 0 else 0.0,
                high=float(limits.high[at]) if at >= 0 else 1.0,
                log10_evidence=_log10(path.log_e[at]) if at >= 0 else None,
                log10_at_most=_log10(path.log_e_most[at]) if at >= 0 else None,
                measured=each.measured,
            )
        )
    return looks


def _log10(log_e: float) -> float | None:
    """Return evidence as a logarithm to the base of 10, rounded so that machines agree on it."""
    return round(float(log_e) / math.log(10), 6) if log_e > _NOTHING else None


def _agreement(seen: Sequence[_Seen]) -> Measured:
    answers = [answer for each in seen for answer in each.answers]
    there = [answer is not Answer.MISSING for answer in answers]
    agreed = [answer is Answer.AGREES for answer in answers if answer is not Answer.MISSING]
    weights = [weight for each in seen for weight in each.weights]
    if not agreed:
        return Undefined(n=0, reason="no verdict" if answers else "nothing was seen")
    if not weights:
        return proportion(sum(agreed), len(agreed))
    held = np.array(weights)[np.array(there)]
    return weighted_share(np.array(agreed), weights=held)
