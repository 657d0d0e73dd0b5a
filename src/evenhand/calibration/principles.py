"""Each principle by itself, as the panel judges it."""

from collections.abc import Sequence

import numpy as np

from evenhand.calibration.errors import surest_mistakes
from evenhand.calibration.gains import measure_gains
from evenhand.calibration.measuring import Measuring
from evenhand.calibration.panel_rules import held_out_single
from evenhand.calibration.raters import RaterMeasures
from evenhand.calibration.results import People, PrincipleCalibration
from evenhand.calibration.sample import Ints, Sample
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
    """Return the section of each principle; `best_single` is the judge chosen on labels for learning, or empty.

    The panel is compared with what that judge says on labels that did not choose it: in a cross-fit it is chosen anew
    in each fold, for on the labels that chose it the best of several equal judges seems better than they are.
    """
    nothing = [np.zeros(0, dtype=np.int64)] * len(study.certify)
    single = study.by_principle(held_out_single(study.folds, study.whole)) if best_single else nothing
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
            gain=_gain(sample, own if best_single else None, each.principle, measuring),
            rate=panel.rates[each.principle],
            ceiling=row.ceiling,
            hardest=_hardest(each),
        )
        for each, share, row, sample, own in zip(
            table.principles, shares, people.principles, study.certify, single, strict=True
        )
    )


def _hardest(answers: PrincipleAnswers) -> tuple[str, ...]:
    return tuple(str(int(answers.seq[row])) for row in surest_mistakes(answers)[:HARDEST])


def _gain(sample: Sample, single: Ints | None, principle: str, measuring: Measuring) -> Measured:
    """Return how much more often the panel is right than a single judge; an undecided item counts as wrong."""
    if single is None:
        return Undefined(n=sample.n, reason="there is no best single judge to compare with")
    gains = sample.right(-1).astype(np.float64) - (single == sample.truth)
    return measure_gains(sample, gains[:, np.newaxis], measuring, "principle", principle)[0]
