"""Options about batches, the same for `run` and `resume`."""

from typing import Annotated

import typer

from evenhand.judging.batch_desk import Polling
from evenhand.workflows.run_batches import BatchOptions

BatchRows = Annotated[
    int | None,
    typer.Option(
        "--batch-rows",
        metavar="N",
        min=1,
        help="Most rows of a batch, where the account takes fewer than its vendor.",
    ),
]
PollSeconds = Annotated[
    float,
    typer.Option(
        "--poll-seconds",
        metavar="S",
        min=0.01,
        help="Wait before a batch is asked after again; it grows tenfold.",
    ),
]

_MOST_ROWS = BatchOptions().most_rows
_LONGER = 10
_PATIENCE = 60


def batch_options(
    *, use: bool | None, rows: int | None, poll_seconds: float, forget: bool = False
) -> BatchOptions:
    """Return what a user said about batches."""
    polling = Polling(
        first_s=poll_seconds,
        longest_s=poll_seconds * _LONGER,
        patience_s=poll_seconds * _PATIENCE,
    )
    return BatchOptions(use=use, forget=forget, most_rows=rows or _MOST_ROWS, polling=polling)
