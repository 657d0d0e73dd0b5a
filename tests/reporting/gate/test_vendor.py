import hashlib
import json
from pathlib import Path

VENDOR = Path(__file__).with_name("vendor")


def test_vendored_schemas_are_the_ones_their_record_names() -> None:
    record = json.loads((VENDOR / "VENDORED.json").read_text(encoding="utf-8"))
    files = {path.name for path in VENDOR.iterdir()} - {"VENDORED.json"}
    assert set(record) == files
    for name, each in record.items():
        assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == each["sha256"]
        assert each["licence"] == "MIT"
