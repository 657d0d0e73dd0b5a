"""`evenhand quarantine add`: hold a case back from a gate for a while."""

from datetime import UTC, date, datetime
from typing import Annotated

import typer

from evenhand.cli.output import Mark, Style
from evenhand.cli.session import session_of
from evenhand.errors import UsageError
from evenhand.workflows.quarantine import add_to_quarantine


def quarantine_add(
    context: typer.Context,
    case: Annotated[str, typer.Argument(metavar="CASE", help="The case, by id or pattern such as core-04*.")],
    *,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; reports show it.")],
    owner: Annotated[str, typer.Option("--owner", metavar="NAME", help="Who mends it.")],
    until: Annotated[
        str,
        typer.Option(
            "--until",
            metavar="DATE",
            help="Last day, YYYY-MM-DD, at most 90 days ahead; by default in two weeks.",
        ),
    ] = "",
    principle: Annotated[
        str, typer.Option("--principle", metavar="ID", help="Only under this principle, by id or pattern.")
    ] = "*",
    suite: Annotated[
        str, typer.Option("--suite", metavar="SUITE", help="The suite; by default the only one with a gate.")
    ] = "",
) -> int:
    """Hold a case back: it is judged and shown, and decides nothing until its last day. Comments of the file stay."""
    session = session_of(context)
    done = add_to_quarantine(
        session.workspace,
        suite,
        case=case,
        principle=principle,
        reason=reason,
        owner=owner,
        until=_day(until),
        today=datetime.now(UTC).date(),
    )
    session.screen.document("quarantine-add/v1", done)
    (entry,) = done.entries
    session.screen.result(
        Mark(entry.case, Style.STRONG), f" is in quarantine until {entry.until} ({done.path})"
    )
    return 0


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise UsageError(f"{text!r} is no day", hint="write it as 2026-12-15") from error
