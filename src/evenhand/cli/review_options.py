"""Options of the commands of review that mean the same everywhere."""

from typing import Annotated

import typer

DesignName = Annotated[
    str | None,
    typer.Option(
        "--design", metavar="NAME", help="A draw, or the run it was made of; by default the newest."
    ),
]
ReviewerName = Annotated[
    str, typer.Option("--as", metavar="NAME", help="Review as this person; by default your user name.")
]
