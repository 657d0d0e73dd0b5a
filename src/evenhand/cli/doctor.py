"""`evenhand doctor`: is everything in place?"""

import os
from dataclasses import dataclass
from itertools import groupby

import typer

from evenhand.cli.output import Mark, Screen, Style
from evenhand.cli.session import session_of
from evenhand.workflows.doctor import Check, Diagnosis, State, diagnose

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


def doctor(context: typer.Context) -> int:
    """Show the settings in force with their sources, and whether everything a run needs is in place.

    No call is made, and of keys only the names of their variables are shown.
    """
    session = session_of(context)
    found = diagnose(session.workspace, os.environ)
    session.screen.document("doctor/v1", DoctorDocument(healthy=found.is_healthy, checks=found.checks))
    _show(found, session.screen)
    return 0 if found.is_healthy else _USAGE


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
