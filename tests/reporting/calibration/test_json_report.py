import json
from typing import Any

import jsonschema
import pytest

from evenhand.calibration.results import SCHEMA
from evenhand.reporting.calibration.json_report import make_schema, read_schema, render_json

from .cases import CASES, hostile_record


@pytest.mark.parametrize("name", [*CASES])
def test_the_report_fits_the_published_schema(name: str) -> None:
    validator = jsonschema.Draft202012Validator(json.loads(read_schema()))
    validator.validate(json.loads(render_json(CASES[name])))


def test_a_hostile_report_fits_the_schema_and_controls_no_terminal() -> None:
    text = render_json(hostile_record())
    jsonschema.Draft202012Validator(json.loads(read_schema())).validate(json.loads(text))
    assert text.isascii()
    assert not [char for char in text if ord(char) < 0x20 and char != "\n"]


def test_the_published_schema_is_the_one_of_the_records() -> None:
    assert json.loads(read_schema()) == make_schema(), (
        "write it again: see tests/reporting/calibration/write_schema.py"
    )


@pytest.mark.parametrize("missing", ["schema", "stamp", "trust", "method"])
def test_the_schema_refuses_a_report_with_a_gap(missing: str) -> None:
    report: dict[str, Any] = json.loads(render_json(CASES["small"]))
    del report[missing]
    assert list(jsonschema.Draft202012Validator(json.loads(read_schema())).iter_errors(report))


def test_the_report_names_its_schema_and_is_the_same_every_time() -> None:
    text = render_json(CASES["small"])
    assert json.loads(text)["schema"] == SCHEMA
    assert render_json(CASES["small"]) == text
