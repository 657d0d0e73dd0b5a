"""What a gate says as JSON with a published schema."""

import json
from dataclasses import asdict
from importlib.resources import files
from typing import Any, Final

from pydantic import BaseModel, TypeAdapter

from evenhand.gate.results import GateResult

SCHEMA: Final = "gate-report/v1"
SCHEMA_FILE: Final = "gate-report.v1.schema.json"


def render_json(result: GateResult) -> str:
    """Return what a gate says as JSON text: keys sorted, plain ASCII, so that nothing in it controls a terminal."""
    record = {"schema": SCHEMA, **asdict(result)}
    return (
        json.dumps(record, indent=1, sort_keys=True, ensure_ascii=True, allow_nan=False, default=_plain)
        + "\n"
    )


def read_json(text: str) -> GateResult:
    """Return what a gate said, from its report.

    Raises:
        ValueError: The text is no report of a gate.
    """
    record = json.loads(text)
    if not isinstance(record, dict) or record.pop("schema", None) != SCHEMA:
        raise ValueError(f"it does not say that it is {SCHEMA}")
    return TypeAdapter(GateResult).validate_json(json.dumps(record))


def read_schema() -> str:
    """Return the published JSON Schema of the gate's report."""
    return (files("evenhand.reporting") / SCHEMA_FILE).read_text(encoding="utf-8")


def make_schema() -> dict[str, Any]:
    """Return the JSON Schema made from the records; a test keeps the published file equal to it."""
    schema = TypeAdapter(GateResult).json_schema(mode="serialization")
    schema["properties"]["schema"] = {"const": SCHEMA, "title": "Schema", "type": "string"}
    schema["required"] = ["schema", *schema["required"]]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": SCHEMA}


def _plain(value: object) -> object:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True)
    raise TypeError(f"{type(value).__name__} has no place in a report")
