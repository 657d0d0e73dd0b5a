"""`evenhand quarantine list`: what is held back from a gate, by whom, why and until when."""

from datetime import UTC, datetime

import typer

from evenhand.cli.baseline_options import SuiteName
from evenhand.cli.findings import show_findings
from evenhand.cli.quarantine_lines import show_entries
from evenhand.cli.session import session_of
from evenhand.workflows.quarantine import list_quarantine


def quarantine_list(context: typer.Context, suite: SuiteName = "") -> int:
    """List what is in quarantine: such cells are shown in reports and decide nothing until their last day.

    An entry that has ended covers nothing; `evenhand lint` refuses it, and its cells decide the gate again.
    """
    session = session_of(context)
    found = list_quarantine(session.workspace, suite, datetime.now(UTC).date())
    session.screen.document("quarantine-list/v1", found)
    if found.entries:
        show_entries(session.screen, found.entries)
    show_findings(found.findings, session.screen.say)
    session.screen.say(f"{len(found.entries):,} in quarantine ({found.path})")
    return 0
