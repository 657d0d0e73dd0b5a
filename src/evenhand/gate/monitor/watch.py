"""Watch a suite: from the history of its runs and labels to what changed, and why it is thought so."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from evenhand.errors import NothingSelectedError
from evenhand.gate.monitor.anchors import AnchorSet, Round, find_anchors, rounds_of
from evenhand.gate.monitor.history import Answer, History, Watching
from evenhand.gate.monitor.live import live_days
from evenhand.gate.monitor.results import Finding, MonitorResult, RunLine, Stream
from evenhand.gate.monitor.streams import anchor_stream, live_stream
from evenhand.gate.monitor.words import reason_of
from evenhand.stats.monitoring.attribution import Alarms, tell_cause

DEFAULT = Watching()
"""How a suite is watched unless told otherwise."""


def watch(history: History, watching: Watching = DEFAULT) -> MonitorResult:
    """Return what a monitor says of a suite: a pure function of its history.

    The anchors are the labelled items that every run judges again; a drop on them is the judge's, for nothing else
    changes on them. Live labels are those on all other items, each once. Each stream raises the alarm without a change
    with a chance of at most `watching.alpha`, however often it is looked at.

    Raises:
        NothingSelectedError: Neither stream was seen twice, so there is nothing to compare.
    """
    anchors = find_anchors(history.runs)
    rounds = rounds_of(history.runs, anchors)
    days = live_days([each for each in history.labelled if each.item not in anchors.items])
    streams = anchor_stream(history, rounds, watching), live_stream(days, watching)
    _refuse_nothing(history, anchors, streams, watching)
    found = MonitorResult(
        suite=history.suite,
        finding=Finding.NONE,
        reason="",
        alpha=watching.alpha,
        tolerance=watching.tolerance,
        guard_days=watching.guard_days,
        fewest_anchors=watching.fewest_anchors,
        log10_alarm=-math.log10(watching.alpha),
        anchors=streams[0],
        live=streams[1],
        runs=tuple(_lines(history, anchors, rounds, streams, watching)),
        notes=(*history.notes, *_notes(history, anchors, rounds)),
    )
    found = replace(found, finding=_finding(found, watching))
    return replace(found, reason=reason_of(found))


def _refuse_nothing(
    history: History, anchors: AnchorSet, streams: tuple[Stream, Stream], watching: Watching
) -> None:
    looks = [len(stream.looks) for stream in streams]
    if watching.usual is not None:
        looks[0] += bool(looks[0])
    if max(looks) >= 2:
        return
    if not anchors.items and not looks[1]:
        raise NothingSelectedError(
            f"suite {history.suite} has nothing to watch: no item with a reference label of the gate split",
            hint="label items with `evenhand review sample`, or name a file of labels in the suite",
        )
    raise NothingSelectedError(
        f"suite {history.suite} has nothing to compare yet: its {len(anchors.items):,} anchors were asked "
        f"{'once' if looks[0] else 'not once'} in {len(history.runs):,} finished "
        f"{'run' if len(history.runs) == 1 else 'runs'}, and answers taken from the ledger are no new evidence",
        hint=f"ask them again with `evenhand run {history.suite} --again`, say once a day",
    )


# -- What changed ----------------------------------------------------------------------------------


def _finding(found: MonitorResult, watching: Watching) -> Finding:
    """Return what is known now. An alarm that was raised outweighs what is missing today."""
    now = max([*(run.finished[:10] for run in found.runs), *(look.day for look in found.live.looks)])
    cause = _cause(now, found.anchors, found.live, watching)
    newest = found.anchors.looks[-1] if found.anchors.looks else None
    blind = newest is not None and not newest.measured
    if cause is Finding.NONE and (blind or found.anchors.possible or found.live.possible):
        return Finding.COULD_NOT_MEASURE
    return cause


def _cause(day: str, anchors: Stream, live: Stream, watching: Watching) -> Finding:
    """Return what the alarms of two streams say on a day.

    A stream with more labels raises its alarm sooner, so where both have, what counts is when each change began.
    """
    alarms = _alarm_day(anchors), _alarm_day(live)
    if None not in alarms:
        alarms = _change_day(anchors), _change_day(live)
    since = sum(
        look.n - look.missing
        for look in anchors.looks
        if look.measured and alarms[1] is not None and _ordinal(look.day) > alarms[1]
    )
    found = tell_cause(
        Alarms(
            anchors=alarms[0],
            live=alarms[1],
            tick=_ordinal(day),
            guard=watching.guard_days,
            anchors_since=since,
            fewest_anchors=watching.fewest_anchors,
        )
    )
    return Finding(found.cause.value)


def _alarm_day(stream: Stream) -> int | None:
    return None if stream.alarm is None else _ordinal(stream.looks[stream.alarm].day)


def _change_day(stream: Stream) -> int | None:
    return None if stream.changed is None else _ordinal(stream.looks[stream.changed].day)


def _ordinal(day: str) -> int:
    return date.fromisoformat(day).toordinal()


# -- Run by run ------------------------------------------------------------------------------------


def _lines(
    history: History,
    anchors: AnchorSet,
    rounds: Sequence[Round],
    streams: tuple[Stream, Stream],
    watching: Watching,
) -> Iterator[RunLine]:
    for place, run in enumerate(history.runs):
        looks = sum(each.at <= place for each in rounds)
        days = sum(look.day <= run.day for look in streams[1].looks)
        then = _as_of(streams[0], looks), _as_of(streams[1], days)
        held = anchors.items & run.answers.keys()
        asked = [run.answers[item] for item in held & run.again]
        yield RunLine(
            run=run.run,
            finished=run.finished,
            anchors=len(held),
            asked=len(asked),
            agreed=sum(answer is Answer.AGREES for answer in asked),
            missing=sum(answer is Answer.MISSING for answer in asked),
            log10_anchors=then[0].looks[-1].log10_evidence if looks else None,
            log10_live=then[1].looks[-1].log10_evidence if days else None,
            finding=_cause(run.day, *then, watching),
            changes=run.changes,
        )


def _as_of(stream: Stream, looks: int) -> Stream:
    """Return a stream as it was after so many looks."""
    alarm = stream.alarm if stream.alarm is not None and stream.alarm < looks else None
    return replace(stream, looks=stream.looks[:looks], alarm=alarm)


# -- What readers have to know ---------------------------------------------------------------------


def _notes(history: History, anchors: AnchorSet, rounds: Sequence[Round]) -> list[str]:
    others = [each for each in history.labelled if each.item not in anchors.items]
    unknown = sum(math.isnan(each.inclusion) for each in others)
    asked = sum(bool(anchors.items & run.again) for run in history.runs[anchors.since :])
    stored = len(history.runs) - anchors.since - asked
    unmeasured = sum(not each.measured for each in rounds)
    kept = {
        f"{anchors.since:,} older runs hold other items and are not compared.": anchors.since,
        f"{stored:,} of {asked + stored:,} runs took every anchor's answer from the ledger, which is no new evidence: "
        "`run --again` asks anew.": stored,
        f"{unmeasured:,} rounds of the anchors lack too many verdicts to measure anything.": unmeasured,
        f"{unknown:,} labels on other items are left out: the probability with which they were drawn is not "
        "known.": unknown,
        "There are no anchors: whether the judge or the system changed can not be told.": not anchors.items,
        "There are no live labels: a change of what is judged can not be seen.": len(others) == unknown,
    }
    return [words for words, counted in kept.items() if counted]
