"""Fits on disk, and runs that use them."""

import json
from pathlib import Path

import pytest
from tests.calibration.tables import QUICK, PlantedJudge, plant_principle, table_of

from evenhand.errors import MeasureError, UsageError
from evenhand.records.calibration import CalibrationMap
from evenhand.records.panel_fit import PanelFit
from evenhand.workflows.calibration.write_fit import write_fit, write_maps

CONTRARY = PlantedJudge(sensitivity=0.05, specificity=0.05)
TABLE = table_of(plant_principle(judges=[PlantedJudge(), CONTRARY, CONTRARY], n=1200))


def test_a_fit_is_written_as_a_file_that_a_panel_can_name_and_each_fit_has_the_next_version(
    tmp_path: Path,
) -> None:
    path = tmp_path / "p.fit.json"
    for version in (1, 2):
        written = write_fit(TABLE, QUICK, rule="stack", path=path)
        read = PanelFit.model_validate_json(path.read_text())
        assert read == written.fit
        assert read.version == version
        assert json.loads(path.read_text())["schema"] == "panel-fit/v1"


@pytest.mark.parametrize("text", ["", "{", '{"schema": "calibration-map/v1"}', "not a fit"])
def test_a_file_that_is_no_fit_is_not_overwritten(tmp_path: Path, text: str) -> None:
    path = tmp_path / "notes.json"
    path.write_text(text)
    with pytest.raises(UsageError, match="is no panel fit"):
        write_fit(TABLE, QUICK, rule="weighted", path=path)
    assert path.read_text() == text


def test_labels_that_give_no_fit_write_nothing(tmp_path: Path) -> None:
    path = tmp_path / "p.fit.json"
    with pytest.raises(MeasureError, match="needs 200 labels") as caught:
        write_fit(table_of(plant_principle(n=100)), QUICK, rule="stack", path=path)
    assert caught.value.hint
    assert not path.exists()


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="can not be written"):
        write_fit(TABLE, QUICK, rule="weighted", path=tmp_path / "no" / "p.fit.json")


def test_maps_are_written_as_a_file_that_a_cascade_can_name_and_replaced_by_newer_ones(
    tmp_path: Path,
) -> None:
    path = tmp_path / "p.calibration.json"
    for _ in range(2):
        written = write_maps(TABLE, QUICK, path=path)
        assert CalibrationMap.model_validate_json(path.read_text()) == written.maps
    assert len(written.maps.maps) == 3


def test_a_fit_is_not_overwritten_by_maps(tmp_path: Path) -> None:
    path = tmp_path / "p.fit.json"
    write_fit(TABLE, QUICK, rule="weighted", path=path)
    with pytest.raises(UsageError, match="is no calibration map"):
        write_maps(TABLE, QUICK, path=path)
