"""`evenhand runs`: the runs of a workspace."""

from dataclasses import dataclass

import typer

from evenhand.cli.output import Column, Mark, Part, Style
from evenhand.cli.session import session_of
from evenhand.records.run import RunState
from evenhand.workflows.list_runs import ListedGeneration, ListedRun, list_generations, list_runs

_COLUMNS = (
    Column(title="run"),
    Column(title="suite"),
    Column(title="state"),
    Column(title="started (UTC)"),
    Column(title="done", right=True),
    Column(title="failed", right=True),
    Column(title="USD", right=True),
    Column(title="why", gives_way=True),
)
_GENERATION_COLUMNS = (
    Column(title="generation run"),
    Column(title="for"),
    Column(title="state"),
    Column(title="started (UTC)"),
    Column(title="written", right=True),
    Column(title="failed", right=True),
    Column(title="USD", right=True),
    Column(title="why", gives_way=True),
)
_STYLES = {RunState.FINISHED: Style.GOOD, RunState.STOPPED: Style.WARNING, RunState.RUNNING: Style.NAME}
_INTERRUPTED = "interrupted"
"""How the reason begins of a run that a signal stopped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunsDocument:
    """The runs of a workspace."""

    runs: tuple[ListedRun, ...]
    """The newest last."""
    generations: tuple[ListedGeneration, ...] = ()
    """Runs in which a generator wrote, the newest last."""


def runs(context: typer.Context) -> int:
    """List the runs of the workspace, the newest last."""
    session = session_of(context)
    found = list_runs(session.workspace)
    written = list_generations(session.workspace)
    session.screen.document("runs/v1", RunsDocument(runs=found, generations=written))
    if found:
        session.screen.table(_COLUMNS, [_row(run) for run in found])
    else:
        session.screen.say("no run yet; start one with: evenhand run SUITE")
    if written:
        session.screen.table(_GENERATION_COLUMNS, [_generation_row(run) for run in written])
    return 0


def _generation_row(run: ListedGeneration) -> tuple[Part, ...]:
    return (
        Mark(run.id, Style.STRONG),
        f"{run.purpose}: {run.title}",
        Mark(_state(run), _STYLES[run.state]),
        run.created[:16].replace("T", " "),
        f"{run.written:,}",
        f"{run.failed:,}",
        f"{run.usd:.4f}",
        run.reason,
    )


def _row(run: ListedRun) -> tuple[Part, ...]:
    return (
        Mark(run.id, Style.STRONG),
        _suite(run),
        Mark(_state(run), _STYLES[run.state]),
        run.created[:16].replace("T", " "),
        f"{run.settled:,}/{run.planned:,}",
        f"{run.failed:,}",
        f"{run.usd:.4f}",
        run.reason,
    )


def _suite(run: ListedRun) -> str:
    notes = [*(["part"] if run.part else []), *([f"{run.readings} readings"] if run.readings > 1 else [])]
    return f"{run.suite} ({', '.join(notes)})" if notes else run.suite


def _state(run: ListedRun | ListedGeneration) -> str:
    """Return the state in the word that `evenhand run` ended with."""
    was_interrupted = any(reason.startswith(_INTERRUPTED) for reason in run.reason.split("; "))
    return _INTERRUPTED if run.state is RunState.STOPPED and was_interrupted else run.state.value
