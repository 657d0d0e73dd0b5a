"""Options that mean the same in every command that has them."""

from pathlib import Path
from typing import Annotated, Final

import typer

Yes = Annotated[
    bool, typer.Option("--yes", "-y", help="Do not ask before work that may cost more than 1 USD.")
]
Replay = Annotated[
    bool,
    typer.Option(
        "--replay",
        help="Use only replies that are in the ledger; ask nobody, and leave open what is not recorded.",
    ),
]
AllowAlias = Annotated[
    bool,
    typer.Option(
        "--allow-alias",
        help="Let judges ask for a model by a name that its vendor moves, such as latest.",
    ),
]
PlanOnly = Annotated[bool, typer.Option("--plan-only", help="Say what it would take, and ask nobody.")]
ReportFolder = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="Folder to write to; by default the workspace's reports."),
]
ReportFormats = Annotated[
    str, typer.Option("--format", metavar="LIST", help="Which of html, md and json to write.")
]
EVERY_FORMAT: Final = "html,md,json"
"""What reports are written in where nobody says otherwise."""
