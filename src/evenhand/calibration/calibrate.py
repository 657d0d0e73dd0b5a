"""From the arrays of a run to its calibration."""

from collections.abc import Mapping, Sequence

import numpy as np

from evenhand.calibration.advice import Findings, advise
from evenhand.calibration.automation import certify_automation, deciding_of
from evenhand.calibration.choices import Choices
from evenhand.calibration.cost import list_costs
from evenhand.calibration.data import gather_facts, list_people
from evenhand.calibration.errors import gather_errors
from evenhand.calibration.gate_sight import tell_sight
from evenhand.calibration.history import chart_history, tell_changes
from evenhand.calibration.human_labels import HumanLabels, gather_labels, no_labels, pool_labels
from evenhand.calibration.judges import calibrate_judges
from evenhand.calibration.measuring import Measuring
from evenhand.calibration.method import describe_method
from evenhand.calibration.panel import calibrate_panel
from evenhand.calibration.panel_confidence import PanelConfidence, find_confidence
from evenhand.calibration.people import measure_people
from evenhand.calibration.principles import calibrate_principles
from evenhand.calibration.raters import RaterMeasures, measure_raters
from evenhand.calibration.reliability import panel_reliability
from evenhand.calibration.results import (
    Calibration,
    CalibrationStamp,
    PanelCalibration,
    People,
    TrustCell,
)
from evenhand.calibration.slices import list_slices
from evenhand.calibration.study import Study, make_study
from evenhand.calibration.table import NONE, CalibrationTable, EarlierRun, PrincipleAnswers
from evenhand.calibration.trust import Evidence, decide_trust


def calibrate(
    table: CalibrationTable,
    choices: Choices,
    stamp: CalibrationStamp,
    *,
    versions: Mapping[str, str],
    command: str,
) -> Calibration:
    """Return how judges and panel of a run relate to its reference labels.

    The same table and choices give the same record. Nothing is too little: what can not be said is `Undefined` with
    the reason.
    """
    measuring = Measuring(choices=choices)
    study = make_study(table, measuring)
    names = list_people(table.principles)
    labels = _gather(table, study, names)
    everyone = pool_labels(labels) if labels else no_labels(len(table.judges))
    people = measure_people(
        [each.principle for each in table.principles], labels, everyone, names=names, measuring=measuring
    )
    raters = measure_raters(table, study, labels, everyone, measuring)
    sure = find_confidence(table, study, measuring)
    panel = _panel(table, study, raters[-1], sure, measuring)
    findings = Findings(
        trust=_trust(table, study, raters, people, choices),
        data=gather_facts(table),
        people=people,
        judges=calibrate_judges(table, study, raters, everyone, measuring),
        panel=panel,
        principles=calibrate_principles(
            table, study, raters[-1], people, best_single=panel.best_single, measuring=measuring
        ),
        gate=tell_sight(
            dict(zip((each.principle for each in table.principles), study.certify, strict=True)), choices
        ),
    )
    runs = (*table.earlier, _this_run(table, study, stamp))
    history = chart_history(runs, measuring)
    return Calibration(
        stamp=stamp,
        trust=findings.trust,
        advice=advise(findings, choices),
        since_last=tell_changes(history),
        data=findings.data,
        people=people,
        judges=findings.judges,
        panel=panel,
        principles=findings.principles,
        slices=list_slices(table, study.purpose.certify, measuring),
        automation=certify_automation(deciding_of(table, study, sure.threshold), measuring),
        history=history,
        errors=gather_errors(table, study.purpose),
        gate=findings.gate,
        cost=list_costs(table.judges, [rater.quality.agreement for rater in raters[:-1]], measuring),
        method=describe_method(study, choices, versions=versions, command=command),
    )


def _gather(table: CalibrationTable, study: Study, names: Sequence[str]) -> list[HumanLabels]:
    """Return the labels of persons by principle; items of different principles have different numbers."""
    starts = np.cumsum([0, *(each.n for each in table.principles)])
    return [
        gather_labels(each, names, certify=study.purpose.certify, first_item=int(start))
        for each, start in zip(table.principles, starts[:-1], strict=True)
    ]


def _panel(
    table: CalibrationTable,
    study: Study,
    measures: RaterMeasures,
    sure: PanelConfidence,
    measuring: Measuring,
) -> PanelCalibration:
    return calibrate_panel(
        table,
        study,
        quality=measures.quality,
        tuned=measures.tuned,
        principles=measures.principles,
        severities=measures.severities,
        confusions=measures.confusions,
        against_people=measures.against_people,
        reliability=panel_reliability(study, sure, measuring),
        rate=measures.rate,
        measuring=measuring,
    )


def _trust(
    table: CalibrationTable,
    study: Study,
    raters: Sequence[RaterMeasures],
    people: People,
    choices: Choices,
) -> tuple[TrustCell, ...]:
    return tuple(
        decide_trust(
            Evidence(
                rater=rater.name,
                principle=each.principle,
                quality=rater.principles[each.principle],
                people=row,
                beside_person=rater.beside_person[each.principle],
                rate=rater.rates[each.principle],
                has_rate=sample.has_rate,
                drawn_with_known_probability=sample.drawn_with_known_probability,
                not_blind=_count_not_blind(each, study),
            ),
            choices,
        )
        for rater in raters
        for each, row, sample in zip(table.principles, people.principles, study.certify, strict=True)
    )


def _count_not_blind(answers: PrincipleAnswers, study: Study) -> int:
    labelled = (answers.reference.label != NONE) & np.isin(answers.split, study.purpose.certify)
    return int((labelled & (answers.reference.blind == 0)).sum())


def _this_run(table: CalibrationTable, study: Study, stamp: CalibrationStamp) -> EarlierRun:
    decided = study.whole.answers[:, -1] != NONE
    return EarlierRun(
        run=table.run,
        finished=stamp.finished,
        labelled=int(decided.sum()),
        agreed=int((study.whole.right(-1) & decided).sum()),
    )
