"""`evenhand lint`: what is wrong in the files people write."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from evenhand.cli.findings import count_findings, show_findings
from evenhand.cli.output import Mark, Style
from evenhand.cli.session import session_of
from evenhand.errors import Finding
from evenhand.workflows.lint_workspace import lint_workspace

_USAGE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class LintDocument:
    """What lint found."""

    findings: tuple[Finding, ...]
    files: int
    """Files looked at."""
    principles: int
    """Principles looked at."""
    errors: int
    """How many of the findings are errors."""


def lint(
    context: typer.Context,
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATH", help="Files or folders; by default the whole workspace."),
    ] = None,
) -> int:
    """Check constitutions, judges, panels, suites and settings.

    Every finding has its place, a code (see `evenhand explain CODE`) and, where it is known, what to write instead.
    The exit code is 2 when there is an error; warnings alone are no failure.
    """
    session = session_of(context)
    found = lint_workspace(session.workspace, paths or ())
    screen = session.screen
    screen.document(
        "lint/v1",
        LintDocument(
            findings=found.findings, files=found.files, principles=found.principles, errors=found.errors
        ),
    )
    show_findings(found.findings, screen.result)
    style = Style.BAD if found.errors else Style.GOOD
    screen.say(Mark(count_findings(found.findings, found.files, found.principles), style))
    return _USAGE if found.errors else 0
