"""Each principle by itself, as the panel judges it."""

from collections.abc import Sequence

from evenhand.calibration.errors import surest_mistakes
from evenhand.calibration.measuring import Measuring
from evenhand.calibration.raters import RaterMeasures
from evenhand.calibration.results import People, PrincipleCalibration
from evenhand.calibration.slices import GroupShare, compare_principles
from evenhand.calibration.study import Study
from evenhand.calibration.table import CalibrationTable, PrincipleAnswers

HARDEST = 5
"""Mistakes shown for each principle."""


def calibrate_principles(
    table: CalibrationTable, study: Study, panel: RaterMeasures, people: People, measuring: Measuring
) -> tuple[PrincipleCalibration, ...]:
    """Return the section of each principle."""
    shares: Sequence[GroupShare] = compare_principles(table, study.purpose.certify, measuring)
    return tuple(
        PrincipleCalibration(
            principle=each.principle,
            title=each.title,
            severity=each.severity,
            items=each.n,
            labelled=panel.principles[each.principle].labelled,
            quality=panel.principles[each.principle],
            shrunken=share.shrunken,
            rate=panel.rates[each.principle],
            ceiling=row.ceiling,
            hardest=_hardest(each),
        )
        for each, share, row in zip(table.principles, shares, people.principles, strict=True)
    )


def _hardest(answers: PrincipleAnswers) -> tuple[str, ...]:
    return tuple(str(int(answers.seq[row])) for row in surest_mistakes(answers)[:HARDEST])
