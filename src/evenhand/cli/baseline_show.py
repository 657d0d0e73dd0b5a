"""`evenhand baseline show`: what the accepted baseline of a suite is."""

from collections.abc import Mapping
from dataclasses import dataclass

import typer

from evenhand.cli.baseline_lines import show_accepted
from evenhand.cli.baseline_options import SuiteName
from evenhand.cli.output import Column, Mark, Style
from evenhand.cli.session import session_of
from evenhand.records.baseline import BaselineHead
from evenhand.workflows.baseline.show import ShownBaseline, show_baseline


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineShowDocument:
    """The accepted baseline of a suite."""

    path: str
    head: BaselineHead
    """Everything but its cases."""
    cases: int
    cells: int
    verdicts: Mapping[str, Mapping[str, int]]
    """How often the panel gave each verdict, by principle; "undecided" and "missing" are none."""
    labelled: Mapping[str, int]
    """Cells with a reference label, by principle."""
    again: int
    """Cells that were judged several times."""


def baseline_show(context: typer.Context, suite: SuiteName = "") -> int:
    """Show the accepted baseline of a suite: from which run, by whom and why, and what it holds."""
    session = session_of(context)
    screen = session.screen
    shown = show_baseline(session.workspace, suite)
    screen.document("baseline-show/v1", _document(shown))
    head = shown.head
    screen.result(Mark(shown.path, Style.STRONG), f"  suite {head.suite}")
    show_accepted(screen, head.accepted)
    screen.result(f"constitution {head.constitution}, panel {head.panel.id} ({head.panel.rule})")
    for judge in head.judges:
        served = f", answered by {', '.join(judge.served)}" if judge.served else ""
        screen.result(f"judge {judge.id} {judge.version}", f" {judge.model}" if judge.model else "", served)
    screen.table(
        (
            Column(title="principle"),
            Column(title="cells", right=True),
            Column(title="labelled", right=True),
            Column(title="verdicts", gives_way=True),
        ),
        [
            (
                Mark(name, Style.STRONG),
                f"{sum(counts.values()):,}",
                f"{shown.labelled.get(name, 0):,}",
                ", ".join(f"{count:,} {word}" for word, count in counts.items()),
            )
            for name, counts in shown.verdicts.items()
        ],
    )
    screen.say(f"{shown.cases:,} cases, {shown.cells:,} cells, {shown.again:,} of them judged several times")
    return 0


def _document(shown: ShownBaseline) -> BaselineShowDocument:
    return BaselineShowDocument(
        path=shown.path,
        head=shown.head,
        cases=shown.cases,
        cells=shown.cells,
        verdicts=shown.verdicts,
        labelled=shown.labelled,
        again=shown.again,
    )
