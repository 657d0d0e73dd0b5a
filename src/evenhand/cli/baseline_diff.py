"""`evenhand baseline diff`: what a run would change in the accepted baseline of its suite."""

from dataclasses import dataclass
from typing import Annotated

import typer

from evenhand.cli.baseline_lines import MOST_CELLS, show_accepted, show_diff
from evenhand.cli.baseline_options import RunName, SuiteName
from evenhand.cli.output import Mark, Style
from evenhand.cli.session import session_of
from evenhand.gate.baseline_diff import CellChange, PrincipleDiff
from evenhand.records.baseline import Accepted
from evenhand.workflows.baseline.compare import compare_run


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineDiffDocument:
    """What a run would change in the accepted baseline."""

    path: str
    """The baseline's file."""
    accepted: Accepted | None
    """Who accepted it, and why."""
    run: str
    instrument: tuple[str, ...]
    """What changed of constitution, judges and panel, in words."""
    principles: tuple[PrincipleDiff, ...]
    changed: tuple[CellChange, ...]
    """All changed cells, the worse ones first."""


def baseline_diff(
    context: typer.Context,
    suite: SuiteName = "",
    run: RunName = "",
    *,
    every: Annotated[
        bool, typer.Option("--all", help=f"List all changed cells, not the first {MOST_CELLS}.")
    ] = False,
) -> int:
    """Show what a run would change in the accepted baseline: verdicts by cell, and the instrument.

    All cells are compared, also those that the gate can not compare. Whether a change matters is what `evenhand gate`
    says. The exit code is 0 whatever changed.
    """
    session = session_of(context)
    screen = session.screen
    compared = compare_run(session.workspace, suite, run)
    diff = compared.diff
    screen.document(
        "baseline-diff/v1",
        BaselineDiffDocument(
            path=compared.place.shown_baseline,
            accepted=compared.old.head.accepted,
            run=compared.stored.run.id,
            instrument=diff.instrument,
            principles=diff.principles,
            changed=diff.changed,
        ),
    )
    screen.result(Mark(compared.place.shown_baseline, Style.STRONG), f" and run {compared.stored.run.id}")
    show_accepted(screen, compared.old.head.accepted)
    show_diff(screen, diff, most=len(diff.changed) if every else MOST_CELLS)
    if diff.changed:
        place = f"{compared.place.shown} {compared.stored.run.id}"
        screen.say(f"look at each with: evenhand baseline review {place}")
    return 0
