"""Recorded judges and people: the calibration says of them what is known of them."""

import csv
import gzip
from pathlib import Path

import numpy as np
import pytest

from evenhand.calibration.results import PANEL, AdviceKind, Calibration, Trust
from evenhand.calibration.table import NONE, PeopleLabels, Reference
from evenhand.records.scale import Reading
from evenhand.stats.estimate import Estimate, Measured

from .tables import draw_splits, principle_of, table_of
from .test_calibrate import run


def read(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["label"]]


def calibrate_recorded(folder: Path, passing: str, *, share: float = 0.5) -> Calibration:
    """Calibrate the judges of a data set; the label most people gave is the reference, ties have none."""
    humans, verdicts = read(folder / "humans.csv.gz"), read(folder / "verdicts.csv.gz")
    items = {name: place for place, name in enumerate(dict.fromkeys(row["item_id"] for row in humans))}
    labels = {name: place for place, name in enumerate(sorted({row["label"] for row in humans}))}
    judges = {name: place for place, name in enumerate(sorted({row["judge"] for row in verdicts}))}
    people = {name: place for place, name in enumerate(sorted({row["annotator"] for row in humans}))}
    answers = np.full((len(items), len(judges)), NONE, dtype=np.int16)
    for row in verdicts:
        if row["item_id"] in items and row["label"] in labels:
            answers[items[row["item_id"]], judges[row["judge"]]] = labels[row["label"]]
    item = np.array([items[row["item_id"]] for row in humans])
    label = np.array([labels[row["label"]] for row in humans], dtype=np.int16)
    given = PeopleLabels(
        annotators=tuple(people),
        item=item,
        annotator=np.array([people[row["annotator"]] for row in humans], dtype=np.int16),
        label=label,
        blind=np.ones(len(item), dtype=np.int16),
        several_defensible=np.full(len(item), NONE, dtype=np.int16),
        seconds=np.full(len(item), np.nan),
    )
    counts = np.zeros((len(items), len(labels)), dtype=np.int64)
    np.add.at(counts, (item, label), 1)
    most = counts.max(axis=1, keepdims=True)
    truth = np.where((counts == most).sum(axis=1) == 1, counts.argmax(axis=1), NONE).astype(np.int16)
    known = truth != NONE
    principle = principle_of(
        folder.name,
        answers=answers,
        reference=Reference(
            label=truth,
            basis=known.astype(np.int8),
            inclusion=np.ones(len(items)),
            blind=np.where(known, 1, NONE).astype(np.int16),
        ),
        split=draw_splits(np.random.default_rng(0), np.arange(len(items)), (1 - share, share, 0.0)),
        people=given,
        categories=tuple(labels),
        readings=tuple(Reading.PASS if name == passing else Reading.FAIL for name in labels),
    )
    return run(table_of(principle))


def value(measured: Measured) -> float:
    assert isinstance(measured, Estimate), measured
    return measured.value


@pytest.mark.shared
def test_a_panel_of_question_answering_judges_does_not_beat_its_best(shared_data: Path) -> None:
    record = calibrate_recorded(shared_data / "openqa_eval", "yes")
    assert 1.2 < value(record.panel.n_eff) < 1.7  # three judges
    assert record.panel.recommended.startswith("best single judge")
    assert any(advice.kind is AdviceKind.USE_SINGLE for advice in record.advice)
    assert {cell.trust for cell in record.trust} == {Trust.WITH_SPOT_CHECKS}


@pytest.mark.shared
def test_the_rate_is_corrected_where_judges_are_too_lenient(shared_data: Path) -> None:
    record = calibrate_recorded(shared_data / "safety_judges", "SAFE")
    rate = record.panel.rate
    assert value(rate.judges_alone) - value(rate.rate) > 0.03
    assert isinstance(rate.rate, Estimate)
    whole = calibrate_recorded(shared_data / "safety_judges", "SAFE", share=1.0).panel.rate.humans_only
    assert rate.rate.interval.low <= value(whole) <= rate.rate.interval.high
    assert rate.width_ratio is not None
    assert rate.width_ratio < 0.9


@pytest.mark.shared
def test_judges_that_call_nearly_everything_safe_are_not_trusted(shared_data: Path) -> None:
    record = calibrate_recorded(shared_data / "safety_judges", "SAFE")
    trust = {cell.rater: cell.trust for cell in record.trust}
    assert list(trust.values()).count(Trust.NO) >= 2
    assert trust[PANEL] is Trust.WITH_SPOT_CHECKS
    wrong = [value(row.wrong) for row in record.panel.disagreement if isinstance(row.wrong, Estimate)]
    assert wrong == sorted(wrong)


@pytest.mark.shared
def test_people_who_disagree_on_faithfulness_are_heard_first(shared_data: Path) -> None:
    record = calibrate_recorded(shared_data / "faithbench", "Consistent")
    alpha = record.people.overall.alpha
    disagree = isinstance(alpha, Estimate) and alpha.value < 0.4
    assert disagree is (record.trust[0].trust is Trust.PEOPLE_DISAGREE)
    assert disagree is (record.advice[0].kind is AdviceKind.REWRITE)
