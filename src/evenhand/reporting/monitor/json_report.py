"""The report of a monitor as JSON."""

import json
from dataclasses import asdict

from evenhand.gate.monitor.results import SCHEMA, MonitorResult


def render_json(result: MonitorResult) -> str:
    """Return what a monitor says as JSON text: keys sorted, plain ASCII, so that nothing in it controls a terminal."""
    record = {"schema": SCHEMA, **asdict(result)}
    return json.dumps(record, indent=1, sort_keys=True, ensure_ascii=True, allow_nan=False) + "\n"
