"""`evenhand monitor`: whether the judge or what it judges drifted between the runs of a suite."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Final

import typer

from evenhand.cli.common_options import EVERY_FORMAT, ReportFolder, ReportFormats
from evenhand.cli.output import Column, Mark, Part, Screen, Style
from evenhand.cli.report import read_formats
from evenhand.cli.session import session_of
from evenhand.errors import UsageError
from evenhand.gate.monitor.results import Finding, MonitorResult, RunLine
from evenhand.gate.monitor.watch import DEFAULT
from evenhand.workflows.monitor import WrittenMonitor, monitor_suite

EXIT_CODES: Final[Mapping[Finding, int]] = {
    Finding.NONE: 0,
    Finding.SYSTEM: 1,
    Finding.JUDGE: 1,
    Finding.COULD_NOT_MEASURE: 3,
    Finding.UNDECIDED: 4,
}
"""What the command ends with; 5 where there is nothing to watch."""
_STYLES: Final[Mapping[Finding, Style]] = {
    Finding.NONE: Style.GOOD,
    Finding.SYSTEM: Style.BAD,
    Finding.JUDGE: Style.BAD,
    Finding.COULD_NOT_MEASURE: Style.WARNING,
    Finding.UNDECIDED: Style.WARNING,
}
_SHOWN: Final = 10
"""Runs in the table."""
_COLUMNS: Final = (
    Column(title="run"),
    Column(title="anchors asked", right=True),
    Column(title="agreed", right=True),
    Column(title="missing", right=True),
    Column(title="log10", right=True),
    Column(title="live", right=True),
    Column(title="found"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorDocument:
    """Whether a suite drifts, in short; the JSON report has every look."""

    suite: str
    finding: Finding
    reason: str
    """Why, for people."""
    exit_code: int
    files: tuple[str, ...]
    """Files of the report."""
    log10_alarm: float
    """Evidence at which the alarm is raised, as logarithm to the base of 10."""
    runs: tuple[RunLine, ...]
    """The last runs, oldest first."""
    notes: tuple[str, ...]
    """What readers of the numbers have to know about the data."""


def monitor(
    context: typer.Context,
    suite: Annotated[str, typer.Argument(metavar="SUITE", help="The suite: its id, its file or its name.")],
    *,
    since: Annotated[
        str,
        typer.Option(
            "--since",
            metavar="RUN",
            help="Watch from this run on, such as the first after a change you meant.",
        ),
    ] = "",
    alpha: Annotated[
        float | None,
        typer.Option(
            "--alpha",
            metavar="A",
            help="Chance that a stream without a change ever raises the alarm (0.05).",
        ),
    ] = None,
    tolerance: Annotated[
        float | None,
        typer.Option("--tolerance", metavar="T", help="How far agreement may fall without an alarm (0.03)."),
    ] = None,
    out: ReportFolder = None,
    formats: ReportFormats = EVERY_FORMAT,
) -> int:
    """Say whether the judge or what it judges drifted between the runs of a suite. Look as often as you like.

    Two streams are watched: the anchors, labelled items of the gate split that every run asks again (`run --again`),
    and labels that people give on other items. Ends with 0 if nothing changed, 1 if judge or system did, 3 if too many
    verdicts are missing to tell, 4 if it is not clear what changed, 5 if there is nothing to watch.
    """
    session = session_of(context)
    watching = replace(
        DEFAULT,
        alpha=_share("--alpha", DEFAULT.alpha if alpha is None else alpha),
        tolerance=_share("--tolerance", DEFAULT.tolerance if tolerance is None else tolerance),
    )
    written = monitor_suite(
        session.workspace,
        suite,
        since=since,
        watching=watching,
        folder=out,
        formats=read_formats(formats),
    )
    session.screen.document("monitor/v1", _document(written))
    _show(written, session.screen)
    return EXIT_CODES[written.result.finding]


def _share(name: str, value: float) -> float:
    if not 1e-6 <= value <= 0.5:
        raise UsageError(f"{name} is {value:g}; it should be between 0.000001 and 0.5")
    return value


def _document(written: WrittenMonitor) -> MonitorDocument:
    result = written.result
    return MonitorDocument(
        suite=result.suite,
        finding=result.finding,
        reason=result.reason,
        exit_code=EXIT_CODES[result.finding],
        files=tuple(str(path) for path in written.reports),
        log10_alarm=result.log10_alarm,
        runs=result.runs[-_SHOWN:],
        notes=result.notes,
    )


def _show(written: WrittenMonitor, screen: Screen) -> None:
    result = written.result
    screen.result(Mark(result.finding.value, _STYLES[result.finding]), "  ", result.reason)
    screen.table(_COLUMNS, [row for line in result.runs[-_SHOWN:] for row in _rows(line)])
    _show_alarm(result, screen)
    for path in written.reports:
        screen.result(str(path))
    for note in result.notes:
        screen.say(Mark("note:  ", Style.WARNING), note)


def _show_alarm(result: MonitorResult, screen: Screen) -> None:
    screen.result(
        f"the alarm is raised where log10 reaches {result.log10_alarm:.2f} (1 / alpha = {1 / result.alpha:g})"
    )


def _rows(line: RunLine) -> Iterator[tuple[Part, ...]]:
    """Yield what changed before a run, each on a line of its own, and then the run."""
    for change in line.changes:
        yield (f"  changed: {change}",)
    yield (
        line.run,
        f"{line.asked:,} of {line.anchors:,}",
        f"{line.agreed:,}",
        f"{line.missing:,}",
        _log10(line.log10_anchors),
        _log10(line.log10_live),
        Mark(line.finding.value, _STYLES[line.finding]),
    )


def _log10(value: float | None) -> str:
    return "" if value is None else f"{value:+.2f}"
