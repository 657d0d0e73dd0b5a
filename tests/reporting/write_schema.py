"""Write the published schema of the run report anew: `python -m tests.reporting.write_schema`."""

import json
from importlib.resources import files
from pathlib import Path

from evenhand.reporting.json_report import SCHEMA_FILE, make_schema

if __name__ == "__main__":
    target = Path(str(files("evenhand.reporting") / SCHEMA_FILE))
    target.write_text(json.dumps(make_schema(), indent=1, sort_keys=True) + "\n", encoding="utf-8")
