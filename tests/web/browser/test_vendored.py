import hashlib
import json
from pathlib import Path

import pytest

VENDOR = Path(__file__).parent.parent / "vendor"
VENDORED = json.loads((VENDOR / "VENDORED.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", VENDORED)
def test_a_vendored_file_is_the_one_that_was_published(name: str) -> None:
    entry = VENDORED[name]
    content = (VENDOR / name).read_bytes()
    assert hashlib.sha256(content).hexdigest() == entry["sha256"]
    assert f"v{entry['version']}".encode() in content[:200]
    assert all((VENDOR / licence).is_file() for licence in entry["licence_files"])


def test_every_vendored_file_is_in_the_manifest() -> None:
    known = {
        "VENDORED.json",
        *VENDORED,
        *(name for each in VENDORED.values() for name in each["licence_files"]),
    }
    assert {file.name for file in VENDOR.iterdir()} == known
