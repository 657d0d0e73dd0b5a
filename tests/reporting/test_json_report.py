import json
from typing import Any

import jsonschema
import pytest

from evenhand.reporting.json_report import make_schema, read_schema, render_json
from evenhand.reporting.summary import RunSummary


def test_the_report_fits_the_published_schema(summary: RunSummary) -> None:
    validator = jsonschema.Draft202012Validator(json.loads(read_schema()))
    validator.validate(json.loads(render_json(summary)))


def test_a_hostile_report_fits_the_schema_and_controls_no_terminal(hostile: RunSummary) -> None:
    text = render_json(hostile)
    jsonschema.Draft202012Validator(json.loads(read_schema())).validate(json.loads(text))
    assert text.isascii()
    assert not [char for char in text if ord(char) < 0x20 and char != "\n"]


def test_the_published_schema_is_the_one_of_the_records() -> None:
    assert json.loads(read_schema()) == make_schema(), "write it again: see tests/reporting/write_schema.py"


@pytest.mark.parametrize("missing", ["schema", "stamp", "conservation", "notes"])
def test_the_schema_refuses_a_report_with_a_gap(summary: RunSummary, missing: str) -> None:
    report: dict[str, Any] = json.loads(render_json(summary))
    del report[missing]
    errors = list(jsonschema.Draft202012Validator(json.loads(read_schema())).iter_errors(report))
    assert errors or missing == "schema"


def test_texts_in_the_json_are_the_texts_themselves(hostile: RunSummary) -> None:
    report = json.loads(render_json(hostile))
    judges = [judge for item in report["divided"] for judge in item["judges"]]
    reasons = [answer["detail"]["text"] for judge in judges for answer in judge["answers"]]
    assert any("<script>" in reason for reason in reasons)


def test_the_same_summary_gives_the_same_bytes(summary: RunSummary) -> None:
    assert render_json(summary) == render_json(summary)
