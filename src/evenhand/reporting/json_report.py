"""The report as JSON with a published schema."""

import json
from dataclasses import asdict
from importlib.resources import files
from typing import Any

from pydantic import TypeAdapter

from evenhand.reporting.explain import Explanation
from evenhand.reporting.summary import SCHEMA, RunSummary

SCHEMA_FILE = "run-report.v1.schema.json"


def render_json(record: RunSummary | Explanation) -> str:
    """Return a record as JSON text: keys sorted, plain ASCII, so that nothing in it controls a terminal."""
    return json.dumps(asdict(record), indent=1, sort_keys=True, ensure_ascii=True, allow_nan=False) + "\n"


def read_schema() -> str:
    """Return the published JSON Schema of the run report."""
    return (files("evenhand.reporting") / SCHEMA_FILE).read_text(encoding="utf-8")


def make_schema() -> dict[str, Any]:
    """Return the JSON Schema made from the records; a test keeps the published file equal to it."""
    schema = TypeAdapter(RunSummary).json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": SCHEMA}
