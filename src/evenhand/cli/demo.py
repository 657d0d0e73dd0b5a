"""`evenhand demo`: all of it once, offline."""

import shlex
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from evenhand.cli.output import Column, Mark, Part, Screen, Style
from evenhand.cli.progress import RunWatch
from evenhand.cli.run_outcome import conservation_line, exit_code
from evenhand.cli.session import session_of
from evenhand.records.scale import Reading
from evenhand.reporting.display import percent_parts, plain_parts, sentence
from evenhand.reporting.summary import PrincipleResult
from evenhand.workflows.run_demo import DemoResult, run_demo

_COLUMNS = (
    Column(title="principle"),
    *(Column(title=title, right=True) for title in ("items", "pass", "fail", "neither", "undecided")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoDocument:
    """What the demo made."""

    workspace: str
    run: str
    report: str
    """The HTML report."""
    calibration: str
    """The HTML report of what the judges are worth."""
    exit_code: int
    next: tuple[str, ...]
    """Commands to go on with."""


def demo(
    context: typer.Context,
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="DIR", help="Where to make the workspace; by default a new temporary folder."),
    ] = None,
) -> int:
    """Judge the example suite with three offline judges and write its report: no key, no network, nothing paid."""
    session = session_of(context)
    screen = session.screen
    with RunWatch(screen) as watch:
        done = run_demo(folder, watch.watch, command=session.command_line)
    report = str(done.report.paths[0])
    calibration = str(done.calibration.reports[0])
    code = exit_code(done.result)
    screen.document(
        "demo/v1",
        DemoDocument(
            workspace=str(done.folder),
            run=done.result.run.id,
            report=report,
            calibration=calibration,
            exit_code=code,
            next=_next_commands(done),
        ),
    )
    _show(done, screen)
    _show_worth(done, screen)
    screen.result("report  ", Mark(report, Style.STRONG))
    screen.result("judges  ", Mark(calibration, Style.STRONG))
    screen.say("the cases, labels and recorded readings are the authors' own; quote no figure from them")
    for command in _next_commands(done):
        screen.say("next:   ", Mark(command, Style.NAME))
    return code


def _show(done: DemoResult, screen: Screen) -> None:
    screen.table(_COLUMNS, [_row(principle) for principle in done.report.summary.principles])
    screen.result()
    screen.result("ratings ", conservation_line(done.result.account))


def _show_worth(done: DemoResult, screen: Screen) -> None:
    """Say what the panel's verdicts are worth beside people's labels."""
    panel = done.calibration.calibration.panel
    screen.result(
        "people  ", f"the panel agrees with people on {sentence(percent_parts(panel.quality.agreement))}"
    )
    screen.result(
        "        ",
        f"its {panel.judges} judges are worth {sentence(plain_parts(panel.n_eff))} independent ones",
    )
    screen.result(
        "        ", f"{sentence(percent_parts(panel.rate.rate))} of the items pass, corrected by the labels"
    )


def _row(principle: PrincipleResult) -> tuple[Part, ...]:
    verdicts = principle.verdicts
    read = Counter[Reading]()
    for label in verdicts.labels:
        read[label.reading] += label.count
    undecided = sum(verdicts.undecided.values()) + verdicts.open
    counts = (
        verdicts.items,
        read[Reading.PASS],
        read[Reading.FAIL],
        read.total() - read[Reading.PASS] - read[Reading.FAIL],
    )
    return (principle.principle, *(f"{count:,}" for count in counts), Mark(f"{undecided:,}", Style.WARNING))


def _next_commands(done: DemoResult) -> tuple[str, ...]:
    here = f"cd {shlex.quote(str(done.folder))}"
    look = f"{here} && evenhand explain {shlex.quote(done.divided + '@latest')}" if done.divided else here
    return look, "evenhand init my-judging"
