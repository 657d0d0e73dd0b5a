"""Arguments of the commands of baselines that mean the same everywhere."""

from typing import Annotated

import typer

SuiteName = Annotated[
    str,
    typer.Argument(
        metavar="SUITE", help="A suite file, or its name in suites/; by default the only one with a gate."
    ),
]
RunName = Annotated[
    str,
    typer.Argument(
        metavar="RUN", help="The run, as `evenhand runs` shows it; by default the newest of the whole suite."
    ),
]
