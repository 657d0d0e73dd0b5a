"""Each principle by itself, as the panel judges it."""

from collections.abc import Sequence

import numpy as np

from evenhand.calibration.errors import surest_mistakes
from evenhand.calibration.gains import measure_gains
from evenhand.calibration.measuring import Measuring
from evenhand.calibration.raters import RaterMeasures
from evenhand.calibration.results import People, PrincipleCalibration
from evenhand.calibration.sample import Sample
from evenhand.calibration.slices import GroupShare, compare_principles
from evenhand.calibration.study import Study
from evenhand.calibration.table import CalibrationTable, PrincipleAnswers
from evenhand.stats.estimate import Measured, Undefined

HARDEST = 5
"""Mistakes shown for each principle."""


def calibrate_principles(
    table: CalibrationTable,
    study: Study,
    panel: RaterMeasures,
    people: People,
    *,
    best_single: str,
    measuring: Measuring,
) -> tuple[PrincipleCalibration, ...]:
    """Return the section of each principle; `best_single` is the judge chosen on labels for learning, or empty."""
    judges = [judge.id for judge in table.judges]
    single = judges.index(best_single) if best_single else None
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
            gain=_gain(sample, single, each.principle, measuring),
            rate=panel.rates[each.principle],
            ceiling=row.ceiling,
            hardest=_hardest(each),
        )
        for each, share, row, sample in zip(
            table.principles, shares, people.principles, study.certify, strict=True
        )
    )


def _hardest(answers: PrincipleAnswers) -> tuple[str, ...]:
    return tuple(str(int(answers.seq[row])) for row in surest_mistakes(answers)[:HARDEST])


def _gain(sample: Sample, single: int | None, principle: str, measuring: Measuring) -> Measured:
    """Return how much more often the panel is right than a single judge; an undecided item counts as wrong."""
    if single is None:
        return Undefined(n=sample.n, reason="there is no best single judge to compare with")
    gains = sample.right(-1).astype(np.float64) - sample.right(single)
    return measure_gains(sample, gains[:, np.newaxis], measuring, "principle", principle)[0]
