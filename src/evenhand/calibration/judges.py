"""Each judge by itself."""

from collections.abc import Sequence

import numpy as np

from evenhand.calibration.human_labels import HumanLabels
from evenhand.calibration.measuring import Measuring
from evenhand.calibration.raters import RaterMeasures
from evenhand.calibration.reliability import judge_reliability
from evenhand.calibration.results import AlternativeAnnotator, JudgeCalibration
from evenhand.calibration.sample import Ints
from evenhand.calibration.study import Study
from evenhand.calibration.table import NONE, CalibrationTable, JudgeFacts
from evenhand.calibration.words import number
from evenhand.stats.alternative_annotator import alternative_annotator_test
from evenhand.stats.estimate import Estimate, Undefined

MOST_ANNOTATORS = 100
"""Annotators a judge is compared with: those with most labels."""
NO_PROBABILITIES = "The judge gives no probabilities."


def calibrate_judges(
    table: CalibrationTable,
    study: Study,
    raters: Sequence[RaterMeasures],
    labels: HumanLabels,
    measuring: Measuring,
) -> tuple[JudgeCalibration, ...]:
    """Return the section of each judge; `raters` are their measures in the order of the table."""
    annotators = label_matrix(labels)
    return tuple(
        _calibrate(judge, place, raters[place], study, annotators, measuring)
        for place, judge in enumerate(table.judges)
    )


def _calibrate(
    judge: JudgeFacts,
    place: int,
    measures: RaterMeasures,
    study: Study,
    annotators: tuple[Ints, Ints],
    measuring: Measuring,
) -> JudgeCalibration:
    found = judge_reliability(study, place, judge.id, measuring)
    return JudgeCalibration(
        judge=judge.id,
        version=judge.version,
        model=judge.model,
        overall=measures.quality,
        on_learning_labels=measures.tuned,
        principles=measures.principles,
        severities=measures.severities,
        confusions=measures.confusions,
        against_people=measures.against_people,
        reliability=found,
        no_probabilities="" if found else NO_PROBABILITIES,
        rate=measures.rate,
        alternative_annotator=alternative_annotator(annotators[1][:, place], annotators[0], measuring),
    )


# -- May it stand in for a person? -------------------------------------------------------------------------


def label_matrix(labels: HumanLabels) -> tuple[Ints, Ints]:
    """Return labels of persons on the items to certify with, shape (items, persons), and the answers of raters on them.

    -1 is no label. Persons beyond the `MOST_ANNOTATORS` with most labels are left out.
    """
    chosen = labels.certifies
    items, row = np.unique(labels.item[chosen], return_inverse=True)
    given = np.bincount(labels.person[chosen])
    shown = np.argsort(-given, kind="stable")[:MOST_ANNOTATORS]
    column = np.full(len(given), NONE, dtype=np.int64)
    column[shown] = np.arange(len(shown))
    matrix = np.full((len(items), len(shown)), NONE, dtype=np.int64)
    place = column[labels.person[chosen]]
    kept = place != NONE
    matrix[row[kept], place[kept]] = labels.label[chosen][kept]
    first = np.unique(row, return_index=True)[1]
    return matrix, labels.judged[chosen][first]


def alternative_annotator(judge: Ints, annotators: Ints, measuring: Measuring) -> AlternativeAnnotator | None:
    """Return the alternative-annotator test of a judge; None where no epsilon was chosen."""
    epsilon = measuring.choices.epsilon
    if epsilon is None:
        return None
    found = alternative_annotator_test(
        judge, annotators, epsilon=epsilon, confidence=measuring.choices.confidence
    )
    if isinstance(found, Undefined):
        return AlternativeAnnotator(
            epsilon=epsilon,
            winning_rate=None,
            advantage=None,
            annotators=annotators.shape[1],
            passed=False,
            words=f"It can not be tested: {found.reason}.",
        )
    compared = len(found.comparisons)
    wins = sum(comparison.judge_wins for comparison in found.comparisons)
    advantage = found.advantage_probability
    return AlternativeAnnotator(
        epsilon=epsilon,
        winning_rate=found.winning_rate,
        advantage=advantage.value if isinstance(advantage, Estimate) else None,
        annotators=compared,
        passed=found.passed,
        words=f"It wins against {wins} of {compared} annotators at an epsilon of {number(epsilon)}: it "
        f"{'may' if found.passed else 'may not'} stand in for one.",
    )
