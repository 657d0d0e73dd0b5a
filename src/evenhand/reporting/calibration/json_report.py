"""The report on a calibration as JSON with a published schema."""

import json
from dataclasses import asdict
from importlib.resources import files
from typing import Any

from pydantic import TypeAdapter

from evenhand.calibration.results import SCHEMA, Calibration

SCHEMA_FILE = "calibration-report.v1.schema.json"


def render_json(calibration: Calibration) -> str:
    """Return a calibration as JSON text: keys sorted, plain ASCII, so that nothing in it controls a terminal."""
    record = {"schema": SCHEMA, **asdict(calibration)}
    return json.dumps(record, indent=1, sort_keys=True, ensure_ascii=True, allow_nan=False) + "\n"


def read_schema() -> str:
    """Return the published JSON Schema of the calibration report."""
    return (files("evenhand.reporting") / SCHEMA_FILE).read_text(encoding="utf-8")


def make_schema() -> dict[str, Any]:
    """Return the JSON Schema made from the records; a test keeps the published file equal to it."""
    schema = TypeAdapter(Calibration).json_schema(mode="serialization")
    schema["properties"]["schema"] = {"const": SCHEMA, "title": "Schema", "type": "string"}
    schema["required"] = ["schema", *schema["required"]]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": SCHEMA}
