"""What each judge costs beside what it is worth."""

from collections.abc import Sequence

from evenhand.calibration.measuring import Measuring
from evenhand.calibration.results import CostRow
from evenhand.calibration.table import JudgeFacts
from evenhand.stats.estimate import Measured

PER = 1000
"""Ratings a price is given for."""


def list_costs(
    judges: Sequence[JudgeFacts], agreements: Sequence[Measured], measuring: Measuring
) -> tuple[CostRow, ...]:
    """Return a row for each judge; `agreements` are those with people, in the same order."""
    return tuple(
        CostRow(
            judge=judge.id,
            calls=judge.calls,
            nanousd=judge.nanousd,
            per_thousand_nanousd=PER * judge.nanousd / judge.rated if judge.rated else None,
            failed_share=measuring.share(judge.failed, judge.rated + judge.failed),
            agreement=agreement,
        )
        for judge, agreement in zip(judges, agreements, strict=True)
    )
