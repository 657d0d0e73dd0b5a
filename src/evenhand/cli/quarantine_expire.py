"""`evenhand quarantine expire`: take the entries out that have ended."""

from datetime import UTC, datetime

import typer

from evenhand.cli.baseline_options import SuiteName
from evenhand.cli.output import Mark, Style
from evenhand.cli.session import session_of
from evenhand.workflows.quarantine import expire_quarantine


def quarantine_expire(context: typer.Context, suite: SuiteName = "") -> int:
    """Take the entries out of a quarantine that have ended; the others, and their comments, stay as they are."""
    session = session_of(context)
    done = expire_quarantine(session.workspace, suite, datetime.now(UTC).date())
    session.screen.document("quarantine-expire/v1", done)
    for entry in done.entries:
        session.screen.result(
            Mark(entry.case, Style.STRONG), f" ended on {entry.until}; owner: {entry.owner}"
        )
    session.screen.say(f"{len(done.entries):,} taken out of {done.path}, {done.left:,} left")
    return 0
