"""The options that say which part of a suite is wanted; `run` and `plan` have the same."""

from collections.abc import Sequence
from typing import Annotated, Final

import typer

from evenhand.errors import UnknownNameError, UsageError
from evenhand.records.narrow import Wishes
from evenhand.records.run import MOST_READINGS

Only = Annotated[
    list[str] | None,
    typer.Option(
        "--only",
        metavar="KIND=PATTERN",
        help="Judge only principle=PATTERN, case=PATTERN or judge=NAME; may be repeated.",
    ),
]
Sample = Annotated[
    int | None,
    typer.Option(
        "--sample", metavar="N", min=1, help="Judge so many items, drawn by their names and the seed."
    ),
]
Seed = Annotated[
    int | None, typer.Option("--seed", metavar="S", help="Seed of --sample; by default the suite's.")
]
Failed = Annotated[
    bool, typer.Option("--failed", help="Judge items with a failed or open rating in the latest run.")
]
Disagreed = Annotated[
    bool,
    typer.Option(
        "--disagreed", help="Judge items whose judges differed in the latest run, or left undecided."
    ),
]
Of = Annotated[
    str,
    typer.Option(
        "--of", metavar="RUN", help="The run that --failed and --disagreed look at, if not the latest."
    ),
]

Times = Annotated[
    int,
    typer.Option(
        "--readings",
        metavar="N",
        min=1,
        max=MOST_READINGS,
        help="Ask every judge N times over, to see how often it changes its mind.",
    ),
]

_KINDS: Final = ("principle", "case", "judge")


def read_wishes(
    only: Sequence[str] | None,
    *,
    sample: int | None,
    seed: int | None,
    failed: bool,
    disagreed: bool,
    of: str,
) -> Wishes:
    """Return what the options ask for.

    Raises:
        UsageError: An option says nothing that can be meant.
    """
    named: dict[str, list[str]] = {kind: [] for kind in _KINDS}
    for each in only or ():
        kind, sign, pattern = each.partition("=")
        if not (sign and pattern):
            raise UsageError(
                f"--only {each!r} names nothing",
                hint="write --only principle=PATTERN, case=PATTERN or judge=NAME",
            )
        if kind not in named:
            raise UnknownNameError("kind of --only", kind, _KINDS)
        named[kind].append(pattern)
    if seed is not None and sample is None:
        raise UsageError("--seed draws nothing by itself", hint="add --sample N")
    return Wishes(
        principles=tuple(named["principle"]),
        cases=tuple(named["case"]),
        judges=tuple(named["judge"]),
        sample=sample,
        seed=seed,
        failed=failed,
        disagreed=disagreed,
        of=of,
    )
