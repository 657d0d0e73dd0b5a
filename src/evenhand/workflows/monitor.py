"""Watch a suite for drift between its runs, and write the report of it. A pure function of what the ledgers hold."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from evenhand.catalog.settings import Workspace, find_workspace
from evenhand.catalog.suites import load_suite
from evenhand.errors import NothingSelectedError, UnknownNameError
from evenhand.gate.monitor.history import History, Watching
from evenhand.gate.monitor.results import MonitorResult
from evenhand.gate.monitor.watch import DEFAULT, watch
from evenhand.records.run import Run, RunState
from evenhand.reporting.monitor.html import render_html
from evenhand.reporting.monitor.json_report import render_json
from evenhand.reporting.monitor.markdown import render_markdown
from evenhand.store.ledger import LedgerFile, open_ledger
from evenhand.workflows.find_suite import find_suite
from evenhand.workflows.monitoring.answers import first_answers, watched_runs
from evenhand.workflows.monitoring.baseline import (
    accepted_baseline,
    as_first_run,
    runs_since,
    words_of,
)
from evenhand.workflows.monitoring.labels import reference_labels
from evenhand.workflows.read_run import StoredRun, decider_of
from evenhand.workflows.report_files import write_report
from evenhand.workflows.report_run import FORMATS

_RENDERERS: Final[Mapping[str, Callable[[MonitorResult, str], str]]] = {
    "html": lambda result, stem: render_html(result, stem=stem),
    "md": lambda result, _stem: render_markdown(result),
    "json": lambda result, _stem: render_json(result),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenMonitor:
    """What a monitor says, and its report on disk."""

    result: MonitorResult
    reports: tuple[Path, ...]
    """A file for each format."""


def monitor_suite(
    start: Path,
    suite: str,
    *,
    since: str = "",
    watching: Watching = DEFAULT,
    folder: Path | None = None,
    formats: Collection[str] = FORMATS,
) -> WrittenMonitor:
    """Say whether a suite drifts, and write the report. The ledger is only read, so looking again changes nothing.

    Args:
        start: Folder from which the workspace is looked for.
        suite: The suite: its id as runs have it, or its file or name in the workspace.
        since: The run to watch from, such as the first after a change that was meant; empty watches all.
        watching: How to watch.
        folder: Where to write; by default the reports folder of the workspace.
        formats: Which of `FORMATS` to write.

    Raises:
        UnknownNameError: There is no such suite or run.
        NothingSelectedError: There is nothing to watch, or nothing to compare yet.
        UsageError: The labels were divided in another way before, or the folder can not be written.
        LedgerError: A ledger can not be read.
    """
    workspace = find_workspace(start)
    result = watch(read_history(workspace, suite, since=since), watching)
    target = folder or workspace.reports_path
    reports = write_report(target, f"{result.suite}-monitor", _RENDERERS, result, formats)
    return WrittenMonitor(result=result, reports=reports)


def read_history(workspace: Workspace, suite: str, *, since: str = "") -> History:
    """Return the history of a suite: its finished runs, with labels as they are today. Nothing is written.

    It begins at `since`, or else at the accepted baseline where there is one: with that run, or with what its file says
    where another ledger holds the run.

    Raises:
        UnknownNameError: There is no such suite or run.
        NothingSelectedError: There is no finished run.
        UsageError: The labels were divided in another way when they were first used.
        LedgerError: A ledger can not be read.
    """
    ledger = open_ledger(workspace.ledger_path)
    name, runs = _runs_of(workspace, ledger, suite)
    _refuse_no_run(name, runs)
    newest = StoredRun(
        root=workspace.root, ledger=ledger, run=runs[-1], decider=decider_of(runs[-1].manifest)
    )
    baseline = None if since else accepted_baseline(newest)
    runs = runs_since(baseline, runs) if baseline else _from(runs, since)
    _refuse_no_run(name, runs)
    labels = reference_labels(newest, runs)
    watched = tuple(watched_runs(ledger, runs, labels))
    labelled = tuple(first_answers(watched, labels))
    if baseline and watched[0].run != baseline.head.run:
        watched = (as_first_run(baseline, newest, labels), *watched)
    notes = (words_of(baseline),) if baseline else ()
    return History(suite=name, runs=watched, labelled=labelled, notes=notes)


def _refuse_no_run(suite: str, runs: Sequence[Run]) -> None:
    if not runs:
        raise NothingSelectedError(
            f"suite {suite} has no finished run to watch",
            hint=f"start one with `evenhand run {suite} --again`",
        )


def _runs_of(workspace: Workspace, ledger: LedgerFile, suite: str) -> tuple[str, Sequence[Run]]:
    """Return the id of a suite and its finished runs, oldest first; one that read items several times is none."""
    runs = ledger.runs()
    if not any(run.manifest.suite.id == suite for run in runs):
        suite = load_suite(find_suite(workspace.root, suite), workspace.root).suite.id
    finished = [run for run in runs if _is_watched(run, suite)]
    return suite, sorted(finished, key=lambda run: run.finished)


def _is_watched(run: Run, suite: str) -> bool:
    manifest = run.manifest
    return run.state is RunState.FINISHED and manifest.suite.id == suite and manifest.readings == 1


def _from(runs: Sequence[Run], since: str) -> Sequence[Run]:
    if not since:
        return runs
    places = {run.id: place for place, run in enumerate(runs)}
    if since not in places:
        raise UnknownNameError("finished run of the suite", since, places)
    return runs[places[since] :]
