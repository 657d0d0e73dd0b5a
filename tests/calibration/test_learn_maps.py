"""Maps of judges' probabilities, learned from labels for learning."""

from dataclasses import replace

import numpy as np
import pytest
from tests.calibration.tables import QUICK, PlantedJudge, plant_principle, table_of

from evenhand.calibration.learn import NotLearned
from evenhand.calibration.learn_maps import learn_maps
from evenhand.calibration.table import CalibrationTable
from evenhand.records.calibration import CalibrationMap

SURE, SILENT = PlantedJudge(), PlantedJudge(gives_confidence=False)


def maps_of(table: CalibrationTable) -> CalibrationMap:
    found = learn_maps(table, QUICK, made="2026-11-20")
    assert isinstance(found, CalibrationMap)
    return found


@pytest.mark.parametrize("n", [80, 800, 4000])
def test_a_map_of_any_shape_is_a_file_that_cascades_read(n: int) -> None:
    found = maps_of(table_of(plant_principle(judges=[SURE, SURE], n=n)))
    assert CalibrationMap.model_validate_json(found.model_dump_json(by_alias=True)) == found
    assert found.find("judge-0", "anything") is found.maps[0]


def test_a_probability_is_worth_how_often_it_was_right() -> None:
    principle = plant_principle(judges=[PlantedJudge(sensitivity=0.7, specificity=0.7)], n=4000)
    flat = replace(principle, confidence=np.full_like(principle.confidence, 0.99))
    (found,) = maps_of(table_of(flat)).maps
    assert found.calibrate(0.99) == pytest.approx(0.7, abs=0.03)


def test_a_judge_without_probabilities_has_no_map() -> None:
    found = maps_of(table_of(plant_principle(judges=[SILENT, SURE])))
    assert [each.judge for each in found.maps] == ["judge-1"]


def test_labels_to_certify_with_do_not_touch_a_map() -> None:
    principle = plant_principle(judges=[SURE], n=1000)
    gate = principle.split == 1
    label = np.where(gate, 1 - principle.reference.label, principle.reference.label).astype(np.int16)
    turned = replace(principle, reference=replace(principle.reference, label=label))
    assert maps_of(table_of(principle)).maps == maps_of(table_of(turned)).maps


def test_without_any_probability_it_is_said_what_to_do() -> None:
    found = learn_maps(table_of(plant_principle(judges=[SILENT])), QUICK, made="")
    assert isinstance(found, NotLearned)
    assert "logprobs" in found.hint
