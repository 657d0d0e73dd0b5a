"""The sections of a monitor's report on its two streams and the evidence they give."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from evenhand.calibration.results import ChartPoint
from evenhand.gate.monitor.results import Look, MonitorResult, Stream
from evenhand.reporting.calibration.figures.curves import ControlChart
from evenhand.reporting.calibration.figures.names import letter
from evenhand.reporting.calibration.plots import panel, plot
from evenhand.reporting.calibration.wording import plural, said
from evenhand.reporting.document import Block, Cell, Paragraph, Table, words
from evenhand.reporting.monitor.evidence_chart import EvidenceChart
from evenhand.reporting.sections.cells import columns, count_cell, foreign_cell, percent_cell, text_cell
from evenhand.stats.estimate import Estimate

SHOWN = 40
"""Looks and runs that are shown, the newest; the JSON report has all of them."""
CHARTED = 20
"""Looks in a control chart: so many fit a screen side by side."""


# -- Evidence --------------------------------------------------------------------------------------


def evidence_blocks(result: MonitorResult) -> Iterator[Block]:
    """Return the evidence of both streams over time."""
    anchors, live = result.anchors.looks[-SHOWN:], result.live.looks[-SHOWN:]
    table = Table(
        caption=words("Evidence at each look"),
        columns=(*columns("Stream", "Look", "Day"), *columns("Evidence", "At most", numbers=2)),
        rows=tuple(
            (
                text_cell(name),
                foreign_cell(look.name),
                text_cell(look.day),
                power_cell(look.log10_evidence),
                power_cell(look.log10_at_most),
            )
            for name, looks in (("anchors", anchors), ("live labels", live))
            for look in looks
        ),
    )
    yield plot(
        "evidence-chart",
        "Evidence for a lasting drop of agreement",
        (
            panel(
                "Evidence for a lasting drop of agreement, day by day",
                "Dots are the anchors, squares the live labels. The dashed line is the evidence that raises the alarm; "
                "an open mark measured nothing, because too many verdicts are missing.",
                EvidenceChart(anchors=anchors, live=live, alarm=result.log10_alarm),
            ),
        ),
        table,
        f"The alarm is raised at 1 / alpha = {1 / result.alpha:g}, which is 10 to the power of "
        f"{result.log10_alarm:.2f}, and stays raised. Evidence may be looked at as often as one likes.",
    )


def power_cell(log10: float | None) -> Cell:
    """Return a cell with evidence as a power of ten."""
    return text_cell("none" if log10 is None else f"{log10:+.2f}")


# -- The streams -----------------------------------------------------------------------------------


def anchor_blocks(result: MonitorResult) -> Iterator[Block]:
    """Return what was seen of the anchors."""
    stream = result.anchors
    if not stream.looks:
        yield Paragraph(words=words("No anchor was asked again."))
        return
    yield Paragraph(
        words=words(
            f"{plural(stream.items, 'item')} with a reference label that every run judges again, asked "
            f"{plural(len(stream.looks), 'time')}."
        )
    )
    changes = {line.run: line.changes for line in result.runs}
    yield from _chart("anchors-chart", "Agreement on the anchors, round by round", stream, changes)


def live_blocks(result: MonitorResult) -> Iterator[Block]:
    """Return what was seen of live labels."""
    stream = result.live
    if not stream.looks:
        yield Paragraph(words=words("No label on other items counts."))
        return
    yield Paragraph(
        words=words(
            f"{plural(stream.items, 'label')} on other items, each once, on {plural(len(stream.looks), 'day')}."
        )
    )
    yield from _chart("live-chart", "Agreement on live labels, day by day", stream, {})


def _chart(name: str, title: str, stream: Stream, changes: Mapping[str, tuple[str, ...]]) -> Iterator[Block]:
    first = max(0, len(stream.looks) - CHARTED)
    looks = stream.looks[first:]
    marked = _changes_before(stream.looks, changes)[first:]
    points = tuple(
        _point(look, marks, alarmed=stream.alarm is not None and first + place >= stream.alarm)
        for place, (look, marks) in enumerate(zip(looks, marked, strict=True))
    )
    table = _looks_table(looks, points)
    if not any(isinstance(look.agreement, Estimate) for look in looks):
        yield table
        return
    centre = stream.before.value if isinstance(stream.before, Estimate) else None
    yield plot(
        name,
        title,
        (
            panel(
                title,
                "A dot for each look with its own interval; a diamond from the alarm on. The band holds the mean of "
                "all looks so far, at all looks at once. Upright dotted lines with letters mark looks before which "
                "something was changed.",
                ControlChart(points=points, centre=centre),
            ),
        ),
        table,
        "The dashed line is agreement before the change, or over all looks without an alarm.",
    )


def _changes_before(looks: Sequence[Look], changes: Mapping[str, tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return what changed between a look and the one before it, in runs that had no look of their own too."""
    runs = list(changes)
    places = [runs.index(look.name) if look.name in changes else -1 for look in looks]
    spans = pairwise([-1, *places])
    return [tuple(each for run in runs[before + 1 : at + 1] for each in changes[run]) for before, at in spans]


def _point(look: Look, changes: tuple[str, ...], *, alarmed: bool) -> ChartPoint:
    return ChartPoint(
        run=look.name,
        finished=look.day,
        agreement=look.agreement,
        low=look.low,
        high=look.high,
        inside=not alarmed,
        changes=changes,
    )


def _looks_table(looks: Sequence[Look], points: Sequence[ChartPoint]) -> Table:
    changed = [place for place, point in enumerate(points) if point.changes]
    rows = []
    for place, (look, point) in enumerate(zip(looks, points, strict=True)):
        mark = letter(changed.index(place)) if place in changed else ""
        rows.append(
            (
                text_cell(str(place + 1)),
                foreign_cell(look.name),
                text_cell(look.day),
                percent_cell(look.agreement),
                count_cell(look.missing),
                text_cell(f"{100 * look.low:.1f} to {100 * look.high:.1f} %"),
                text_cell("yes" if look.measured else "no, too many missing"),
                text_cell(f"{mark}: ", said("; ".join(point.changes))) if mark else text_cell("nothing"),
            )
        )
    return Table(
        caption=words("Looks"),
        columns=(
            *columns("Look", "Name", "Day"),
            *columns("Agreement", "Missing", "Mean so far", numbers=3),
            *columns("Measured", "Changed before it"),
        ),
        rows=tuple(rows),
    )
