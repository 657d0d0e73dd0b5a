"""Agreement of the panel with people over time: a control chart of the runs of a suite."""

import math
from dataclasses import replace

from evenhand.calibration.measuring import Measuring
from evenhand.calibration.results import ChartPoint, History
from evenhand.calibration.table import EarlierRun
from evenhand.calibration.words import count, percent, share_with_limits
from evenhand.stats.estimate import Undefined

SIGMAS = 3
"""Distance of the control limits from the centre, in standard errors."""


def chart_history(runs: tuple[EarlierRun, ...], measuring: Measuring) -> History:
    """Return the p-chart of `runs`, oldest first, the present one last.

    The centre is the share of all runs together. The limits of a run with n labels among N are three standard errors
    of the difference between it and the centre, sqrt(c (1 - c) (1/n - 1/N)): the run is part of its own centre. Runs
    that share labelled items vary less than this says, so a run outside is news, and one inside may still have changed.

    Source: Shewhart (1931); Montgomery (2013), Introduction to Statistical Quality Control, section 7.2.
    """
    charted = [run for run in runs if run.labelled >= measuring.choices.too_few]
    total = sum(run.labelled for run in charted)
    centre = sum(run.agreed for run in charted) / total if len(charted) > 1 else None
    points = tuple(_limited(_point(run, measuring), run, centre, total) for run in runs)
    return History(centre=centre, points=points, words=_words(points, centre, measuring))


def tell_changes(history: History) -> tuple[str, ...]:
    """Return what changed since the run before the last one of a history, in words."""
    if len(history.points) < 2:
        return ()
    before, now = history.points[-2:]
    agreement = (
        f"Agreement of the panel with people was {share_with_limits(before.agreement)} in {before.run}, and is "
        f"{share_with_limits(now.agreement)}."
    )
    return (*now.changes, agreement)


def _point(run: EarlierRun, measuring: Measuring) -> ChartPoint:
    return ChartPoint(
        run=run.run,
        finished=run.finished,
        agreement=measuring.share(run.agreed, run.labelled),
        low=None,
        high=None,
        inside=True,
        changes=run.changes,
    )


def _limited(point: ChartPoint, run: EarlierRun, centre: float | None, total: int) -> ChartPoint:
    if centre is None or isinstance(point.agreement, Undefined):
        return point
    half = SIGMAS * math.sqrt(centre * (1 - centre) * (1 / run.labelled - 1 / total))
    distance = abs(run.agreed / run.labelled - centre)
    return replace(
        point, low=max(0.0, centre - half), high=min(1.0, centre + half), inside=distance <= half + 1e-12
    )


def _words(points: tuple[ChartPoint, ...], centre: float | None, measuring: Measuring) -> str:
    if centre is None:
        return (
            "There is nothing to compare with: fewer than two runs have "
            f"{measuring.choices.too_few} labels to certify with."
        )
    outside = sum(not point.inside for point in points)
    verb = "lies" if outside == 1 else "lie"
    return f"{outside} of {count(len(points), 'run')} {verb} outside the limits around {percent(centre)}."
