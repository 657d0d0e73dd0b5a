"""Write the published schema of the gate's report anew: `python tests/reporting/gate/write_schema.py`."""

import json
from importlib.resources import files
from pathlib import Path

from evenhand.reporting.gate.json_report import SCHEMA_FILE, make_schema

if __name__ == "__main__":
    target = Path(str(files("evenhand.reporting") / SCHEMA_FILE))
    target.write_text(json.dumps(make_schema(), indent=1, sort_keys=True) + "\n", encoding="utf-8")
