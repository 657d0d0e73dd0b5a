"""Which changed, the system or its judge: a bet on live items beside one on anchors that do not change."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from evenhand.stats.arrays import Bools, Floats
from evenhand.stats.monitoring.betting import (
    ALPHA,
    RESTART_EVERY,
    TOLERANCE,
    Bet,
    Direction,
    begin,
    update,
)

FEWEST_ANCHORS = 60
"""Anchors after a live alarm that make their silence speak: a 13-point drop shows after about 55 (methods.md 6.6)."""


class Cause(StrEnum):
    """What changed."""

    NONE = "none"
    """Nothing, as far as is seen."""
    SYSTEM = "system"
    """What is judged."""
    JUDGE = "judge"
    """Who judges."""
    UNDECIDED = "undecided"
    """Something, but which can not be told, or not yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """A cause, and why."""

    cause: Cause
    """What changed."""
    reason: str
    """Why, in a sentence for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Monitor:
    """Two streams on one clock; `watch` makes one and `observe` a later one, none is ever changed."""

    live: tuple[Bet, ...]
    """Bets on the judge's verdicts of the live system: a drop and a rise."""
    anchors: tuple[Bet, ...]
    """Bets on the judge's agreement with people on the anchor set: a drop."""
    guard: int
    """Ticks within which two alarms are one change."""
    fewest_anchors: int
    """Anchors after the live alarm that make their silence speak."""
    tick: int
    """The clock now, in any unit that both streams share: labels, hours, releases."""
    live_alarm: int | None
    """When a live bet first raised the alarm."""
    anchor_alarm: int | None
    """When the bet on the anchors first raised the alarm."""
    anchors_since: int
    """Anchors seen since the live alarm."""


def watch(
    *,
    live_mean: float,
    anchor_mean: float,
    guard: int,
    tolerance: float = TOLERANCE,
    alpha: float = ALPHA,
    fewest_anchors: int = FEWEST_ANCHORS,
) -> Monitor:
    """Return the state before the first outcome of either stream.

    The live stream is what the judge says of the system (passed or not) with the usual mean `live_mean`, watched for a
    change of more than `tolerance` either way, each at half of `alpha`. The anchors are items with human labels that
    never change, judged again all the time between the live ones; their stream is whether the judge agrees with the
    people, watched for a drop of more than `tolerance` below `anchor_mean` at `alpha`. All bets start afresh now
    and then, for a change comes after a long good run.

    Source: arXiv 2606.15474; methods.md 6.6.

    Raises:
        ValueError: A mean less (or plus) the tolerance is not between 0 and 1, alpha is impossible, or a count is
            negative.
    """
    if guard < 0 or fewest_anchors < 0:
        raise ValueError(f"a guard window of {guard} ticks and {fewest_anchors} anchors are not negative")
    drop = begin(live_mean - tolerance, alpha=alpha / 2, restart_every=RESTART_EVERY)
    rise = begin(
        live_mean + tolerance, direction=Direction.RISE, alpha=alpha / 2, restart_every=RESTART_EVERY
    )
    return Monitor(
        live=(drop, rise),
        anchors=(begin(anchor_mean - tolerance, alpha=alpha, restart_every=RESTART_EVERY),),
        guard=guard,
        fewest_anchors=fewest_anchors,
        tick=0,
        live_alarm=None,
        anchor_alarm=None,
        anchors_since=0,
    )


def observe(
    monitor: Monitor,
    *,
    tick: int,
    live: Floats | Bools | None = None,
    anchors: Floats | Bools | None = None,
) -> Monitor:
    """Return the state after what came in at `tick`.

    Raises:
        ValueError: The clock runs backwards, or an outcome is not between 0 and 1.
    """
    if tick < monitor.tick:
        raise ValueError(f"tick {tick} is before {monitor.tick}")
    live_bets = monitor.live if live is None else tuple(update(bet, live) for bet in monitor.live)
    anchor_bets = (
        monitor.anchors if anchors is None else tuple(update(bet, anchors) for bet in monitor.anchors)
    )
    live_alarm = _first_alarm(monitor.live_alarm, live_bets, tick)
    since = 0 if anchors is None or live_alarm is None else anchors.size
    return replace(
        monitor,
        live=live_bets,
        anchors=anchor_bets,
        tick=tick,
        live_alarm=live_alarm,
        anchor_alarm=_first_alarm(monitor.anchor_alarm, anchor_bets, tick),
        anchors_since=monitor.anchors_since + since,
    )


def _first_alarm(before: int | None, bets: Sequence[Bet], tick: int) -> int | None:
    if before is not None or not any(bet.alarmed for bet in bets):
        return before
    return tick


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarms:
    """When which stream raised the alarm, on one clock."""

    live: int | None
    """When the live stream first did."""
    anchors: int | None
    """When the anchors first did."""
    tick: int
    """The clock now."""
    guard: int
    """Ticks within which two alarms are one change."""
    anchors_since: int
    """Anchors seen since the live alarm."""
    fewest_anchors: int
    """Anchors after the live alarm that make their silence speak."""


def attribute(monitor: Monitor) -> Attribution:
    """Say what changed, as `tell_cause` of the alarms of a monitor."""
    return tell_cause(
        Alarms(
            live=monitor.live_alarm,
            anchors=monitor.anchor_alarm,
            tick=monitor.tick,
            guard=monitor.guard,
            anchors_since=monitor.anchors_since,
            fewest_anchors=monitor.fewest_anchors,
        )
    )


def tell_cause(alarms: Alarms) -> Attribution:
    """Say what changed.

    The judge: the anchors raised the alarm, alone or within the guard window of the live alarm, for nothing but the
    judge can change on them. The system: the live stream raised it and the anchors, seen often enough, kept silent
    through the guard window. Undecided: the window is still open, too few anchors were seen, or the two alarms are too
    far apart to be one change.
    """
    live, anchors = alarms.live, alarms.anchors
    if live is None and anchors is None:
        return Attribution(cause=Cause.NONE, reason="neither stream raised an alarm")
    if live is None:
        return Attribution(
            cause=Cause.JUDGE, reason=f"the anchors raised the alarm at {anchors}, nothing else can"
        )
    if anchors is None:
        return _of_live_alarm(alarms, live)
    if abs(live - anchors) <= alarms.guard:
        reason = f"the anchors raised the alarm at {anchors}, within {alarms.guard} of the live one at {live}"
        return Attribution(cause=Cause.JUDGE, reason=reason)
    reason = (
        f"the alarms at {anchors} (anchors) and {live} (live) are more than {alarms.guard} apart: two changes"
    )
    return Attribution(cause=Cause.UNDECIDED, reason=reason)


def _of_live_alarm(alarms: Alarms, live: int) -> Attribution:
    if alarms.tick - live <= alarms.guard:
        reason = f"the live alarm was at {live}; the anchors may still answer until {live + alarms.guard}"
        return Attribution(cause=Cause.UNDECIDED, reason=reason)
    if alarms.anchors_since < alarms.fewest_anchors:
        reason = (
            f"{alarms.anchors_since} anchors were seen since the live alarm at {live}; their silence speaks from "
            f"{alarms.fewest_anchors} on"
        )
        return Attribution(cause=Cause.UNDECIDED, reason=reason)
    reason = f"the live alarm was at {live}, and the anchors kept silent for more than {alarms.guard}"
    return Attribution(cause=Cause.SYSTEM, reason=reason)
