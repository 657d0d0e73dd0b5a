"""`evenhand quarantine suggest`: the cells on which an unchanged panel contradicts itself."""

from typing import Annotated

import typer

from evenhand.cli.output import Column, Mark, Part, Style
from evenhand.cli.session import session_of
from evenhand.workflows.gate.flaky import FlakyCell, find_flaky
from evenhand.workflows.gate.history import RUNS_LOOKED_AT

_COLUMNS = (
    Column(title="case", gives_way=True),
    Column(title="principle"),
    Column(title="readings", right=True),
    Column(title="runs", right=True),
    Column(title="flips", right=True),
)


def quarantine_suggest(
    context: typer.Context,
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="The run, as `evenhand runs` shows it.")
    ] = "latest",
    *,
    runs: Annotated[
        int, typer.Option("--runs", metavar="N", min=1, help="How many of the newest runs are looked at.")
    ] = RUNS_LOOKED_AT,
) -> int:
    """Name the cells that flip most, out of everything the judges of a run were ever asked about them.

    A flip is two readings of one cell that differ. Only readings that were asked for count, in any run of the same
    judges: `--readings`, `--again`, and the share that each gate reads several times. Nothing is put into quarantine.
    """
    session = session_of(context)
    found = find_flaky(session.workspace, run, most_runs=runs)
    screen = session.screen
    screen.document("quarantine-suggest/v1", found)
    if found.worst:
        screen.table(_COLUMNS, [_row(each) for each in found.worst])
    screen.say(f"{found.flaky:,} of {found.cells:,} cells that were read twice or more flipped")
    if not found.cells:
        screen.say(f"read some again first: evenhand run SUITE --readings 5 --sample 50 (run {found.run})")
    for each in found.worst[:1]:
        screen.say("next:  ", Mark(f"{each.command} --reason TEXT --owner NAME", Style.NAME))
    return 0


def _row(each: FlakyCell) -> tuple[Part, ...]:
    return (
        Mark(each.case, Style.STRONG),
        each.principle,
        f"{each.readings:,}",
        f"{each.runs:,}",
        f"{each.flip_rate:.0%}",
    )
