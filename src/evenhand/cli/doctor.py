"""`evenhand doctor`: is everything in place?"""

import os
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Annotated

import typer

from evenhand.cli.output import Mark, Screen, Style
from evenhand.cli.session import Session, session_of
from evenhand.workflows.doctor import Check, Diagnosis, State, diagnose
from evenhand.workflows.salvage_ledger import salvage_ledger

_STYLES = {
    State.FINE: Style.GOOD,
    State.NOTE: Style.FAINT,
    State.WARNING: Style.WARNING,
    State.PROBLEM: Style.BAD,
}
_USAGE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class DoctorDocument:
    """What was looked at."""

    healthy: bool
    """Whether nothing stands in the way of a run."""
    checks: tuple[Check, ...]


def doctor(
    context: typer.Context,
    *,
    salvage: Annotated[
        Path | None,
        typer.Option(
            "--salvage",
            metavar="OUT",
            help="Save what can still be read of a damaged ledger into this new file, and leave the old one alone.",
        ),
    ] = None,
) -> int:
    """Show the settings in force with their sources, and whether everything a run needs is in place.

    No call is made, and of keys only the names of their variables are shown.
    """
    session = session_of(context)
    if salvage:
        return _salvage(session, salvage)
    found = diagnose(session.workspace, os.environ)
    session.screen.document("doctor/v1", DoctorDocument(healthy=found.is_healthy, checks=found.checks))
    _show(found, session.screen)
    return 0 if found.is_healthy else _USAGE


def _salvage(session: Session, target: Path) -> int:
    found = salvage_ledger(session.workspace, target)
    session.screen.document("salvage/v1", found)
    session.screen.result(
        f"{found.replies:,} replies, {found.attempts:,} paid calls and {found.labels:,} human labels saved to "
        f"{found.target}; {found.replies_lost:,} replies are lost"
    )
    if found.without_run:
        session.screen.result(
            f"{found.without_run:,} replies of lost runs: a new run of the same suite uses them"
        )
    session.screen.say(
        f"keep {found.damaged}, put {found.target} in its place, then: evenhand resume "
        f"{found.runs[-1] if found.runs else 'RUN'}"
    )
    return 0


def _show(found: Diagnosis, screen: Screen) -> None:
    for part, checks in groupby(found.checks, lambda check: check.part):
        screen.result(Mark(part, Style.STRONG))
        for check in checks:
            _show_check(check, screen)
    problems = sum(check.state is State.PROBLEM for check in found.checks)
    screen.say(f"{len(found.checks)} things looked at, {problems} in the way of a run")


def _show_check(check: Check, screen: Screen) -> None:
    source = f"  ({check.source})" if check.source else ""
    screen.result(
        "  ",
        Mark(f"{check.state.value:<8}", _STYLES[check.state]),
        f"{check.name}: {check.value}",
        Mark(source, Style.FAINT),
    )
    if check.hint:
        screen.result(" " * 10, Mark("help: ", Style.NAME), check.hint)
