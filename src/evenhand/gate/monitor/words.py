"""Why a monitor says what it says, in sentences."""

from collections.abc import Iterator

from evenhand.calibration.words import percent
from evenhand.gate.monitor.results import Finding, Look, MonitorResult, Stream
from evenhand.stats.estimate import Estimate, Measured

_ANCHORS, _LIVE = "the anchors", "the live labels"


def reason_of(found: MonitorResult) -> str:
    """Return why, for people; it names runs and days, and what was changed on purpose where the change is put."""
    match found.finding:
        case Finding.NONE:
            words = _nothing(found)
        case Finding.JUDGE:
            words = _judge(found)
        case Finding.SYSTEM:
            words = _system(found)
        case Finding.UNDECIDED:
            words = _undecided(found)
        case Finding.COULD_NOT_MEASURE:
            words = _unmeasured(found)
    return " ".join(words)


def _nothing(found: MonitorResult) -> Iterator[str]:
    watched = [
        f"{name} ({_looks(stream)}, {_share(stream.before)})"
        for name, stream in ((_ANCHORS, found.anchors), (_LIVE, found.live))
        if stream.looks
    ]
    yield (
        f"No lasting drop of agreement by more than {_points(found)} was seen on {' or '.join(watched)}. Without a "
        f"change each would raise the alarm with a chance of at most {percent(found.alpha)}, ever."
    )


def _judge(found: MonitorResult) -> Iterator[str]:
    yield f"{_dropped(_ANCHORS, found.anchors)} They do not change, so it is the judge."
    if found.live.alarm is not None:
        yield f"{_dropped(_LIVE, found.live)} Within {found.guard_days} days of each other, they are one change."
    yield from _changes(found)


def _system(found: MonitorResult) -> Iterator[str]:
    yield (
        f"{_dropped(_LIVE, found.live)} On the anchors, asked again {_looks(found.anchors)}, agreement kept to "
        f"{_share(found.anchors.before)}: the panel judges as before, and what is judged changed."
    )


def _undecided(found: MonitorResult) -> Iterator[str]:
    yield _dropped(_LIVE, found.live)
    if found.anchors.alarm is not None:
        yield (
            f"{_dropped(_ANCHORS, found.anchors)} They began more than {found.guard_days} days apart, so they may "
            "be two changes: look at the judge first."
        )
        yield from _changes(found)
    else:
        yield (
            f"Whether judge or system changed is known when {found.guard_days} days and {found.fewest_anchors} "
            "answers on anchors have passed since."
        )


def _unmeasured(found: MonitorResult) -> Iterator[str]:
    newest = found.anchors.looks[-1] if found.anchors.looks else None
    if newest is not None and not newest.measured:
        yield (
            f"{newest.missing:,} of {newest.n:,} anchors have no verdict in run {newest.name}: that says nothing about "
            "judge or system."
        )
    for name, stream in ((_ANCHORS, found.anchors), (_LIVE, found.live)):
        if stream.possible:
            missing = sum(look.missing for look in stream.looks if look.measured)
            yield (
                f"{missing:,} verdicts are missing on {name}, which is enough to hide a drop: counted against the "
                "panel they would raise the alarm, counted for it they do not."
            )


def _dropped(name: str, stream: Stream) -> str:
    alarm = _at(stream, stream.alarm)
    changed = _at(stream, stream.changed)
    raised = "where" if alarm is changed else f"and at {alarm.name}"
    return (
        f"Agreement on {name} fell from {_share(stream.before)} to {_share(stream.since)}, it seems from "
        f"{changed.name} on, {raised} the alarm was raised."
    )


def _changes(found: MonitorResult) -> Iterator[str]:
    changed = _at(found.anchors, found.anchors.changed).name
    line = next((each for each in found.runs if each.run == changed), None)
    if line is not None and line.changes:
        yield f"Changed before {changed}: {'; '.join(line.changes)}."


def _at(stream: Stream, place: int | None) -> Look:
    assert place is not None
    return stream.looks[place]


def _looks(stream: Stream) -> str:
    looks = len(stream.looks)
    return f"{looks:,} {'time' if looks == 1 else 'times'}"


def _share(measured: Measured) -> str:
    return percent(measured.value) if isinstance(measured, Estimate) else "an unknown share"


def _points(found: MonitorResult) -> str:
    return f"{100 * found.tolerance:g} points"
