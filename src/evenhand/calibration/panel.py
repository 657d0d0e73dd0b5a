"""The judges together: what the panel is worth, beside its best single judge."""

from collections.abc import Mapping

import numpy as np

from evenhand.calibration.dependence import (
    bin_by_disagreement,
    errors_among_unanimous,
    list_pairs,
    measure_dependence,
)
from evenhand.calibration.gains import measure_gains
from evenhand.calibration.measuring import Measuring
from evenhand.calibration.panel_rules import compare_panel_rules
from evenhand.calibration.results import (
    Confusion,
    DropRow,
    PanelCalibration,
    Quality,
    RateResult,
    Reliability,
)
from evenhand.calibration.sample import Sample
from evenhand.calibration.study import Study
from evenhand.calibration.table import NONE, CalibrationTable, Floats
from evenhand.stats.aggregation.votes import vote_totals
from evenhand.stats.confidence.auroc import auroc
from evenhand.stats.estimate import Measured, Undefined


def calibrate_panel(
    table: CalibrationTable,
    study: Study,
    *,
    quality: Quality,
    tuned: Measured,
    principles: Mapping[str, Quality],
    severities: Mapping[str, Quality],
    confusions: Mapping[str, Confusion],
    against_people: Measured,
    reliability: tuple[Reliability, ...],
    rate: RateResult,
    measuring: Measuring,
) -> PanelCalibration:
    """Return the section of the panel; what was measured on every rater alike is handed in."""
    names = [judge.id for judge in table.judges]
    dependence = measure_dependence(study.whole, measuring)
    compared = compare_panel_rules(
        study.folds,
        study.certify_by_scale,
        judges=names,
        rule=table.rule,
        quorum=table.quorum,
        measuring=measuring,
    )
    return PanelCalibration(
        quality=quality,
        on_learning_labels=tuned,
        principles=principles,
        severities=severities,
        confusions=confusions,
        n_eff=dependence if isinstance(dependence, Undefined) else dependence.effective,
        judges=len(names),
        mean_error_correlation=dependence if isinstance(dependence, Undefined) else dependence.mean,
        best_single="" if compared.best_single is None else names[compared.best_single],
        rules=compared.rows,
        recommended=compared.recommended,
        pairs=list_pairs(table, dependence, measuring),
        drops=_list_drops(table, study, measuring),
        disagreement=bin_by_disagreement(study.whole, measuring),
        disagreement_auroc=_auroc_of_disagreement(study.whole, measuring),
        errors_among_unanimous=errors_among_unanimous(study.whole, measuring),
        against_people=against_people,
        reliability=reliability,
        rate=rate,
    )


def _auroc_of_disagreement(sample: Sample, measuring: Measuring) -> Measured:
    """Return how well disagreement tells wrong verdicts from right ones."""
    decided = sample.answers[:, -1] != NONE
    if decided.sum() < measuring.choices.too_few:
        return measuring.too_few(int(decided.sum()))
    weights, clusters = sample.weights, sample.shared_clusters
    return auroc(
        1 - np.clip(sample.disagreement[decided], 0, 1),
        sample.right(-1)[decided],
        weights=None if weights is None else weights[decided],
        clusters=None if clusters is None else clusters[decided],
        level=measuring.choices.confidence,
    )


def _list_drops(table: CalibrationTable, study: Study, measuring: Measuring) -> tuple[DropRow, ...]:
    """Return how the majority's agreement with people changes without each judge.

    Panels of different sizes tie at different rates, so a tie counts for its share: one half between two answers of
    which one is the reference label.
    """
    if len(table.judges) < 2:
        return ()
    with_all = _credits(study, None)
    without = [_credits(study, place) for place in range(len(table.judges))]
    changes = measure_gains(
        study.whole, np.stack(without, axis=1) - with_all[:, np.newaxis], measuring, "drops"
    )
    return tuple(
        DropRow(judge=judge.id, change=change, saves_nanousd=judge.nanousd)
        for judge, change in zip(table.judges, changes, strict=True)
    )


def _credits(study: Study, without: int | None) -> Floats:
    """Return how right the majority of the judges, or of all but one, is on each label to certify with."""
    found = [np.zeros(0)]
    for sample, scale in zip(study.certify_by_scale, study.scales, strict=True):
        answers = sample.answers[:, :-1]
        kept = answers if without is None else np.delete(answers, without, axis=1)
        totals = vote_totals(kept, np.ones(kept.shape[1]), categories=len(scale.categories))
        top = (totals == totals.max(axis=1, keepdims=True)) & (totals > 0)
        found.append(top[np.arange(sample.n), sample.truth] / np.maximum(top.sum(axis=1), 1))
    return np.concatenate(found)
