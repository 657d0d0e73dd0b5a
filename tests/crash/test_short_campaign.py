"""The crash campaign in its short form: killed runs lose nothing, and pay twice only for what was in flight."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SEED = 20261127


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL and fork are of POSIX")
def test_killed_runs_lose_nothing_and_pay_twice_only_for_what_was_in_flight(
    tmp_path: Path, project_root: Path
) -> None:
    found = tmp_path / "found.json"
    command = [sys.executable, "-m", "benchmarks.crash", "--short", "--seed", str(SEED), "--json", str(found)]
    done = subprocess.run(command, cwd=project_root, capture_output=True, text=True, check=False, timeout=110)
    assert done.returncode == 0, done.stdout
    parts: dict[str, Any] = json.loads(found.read_text(encoding="utf-8"))
    assert parts.pop("seed") == SEED
    for totals in parts.values():
        assert totals["kills"] >= 4
        assert totals["fields"] > 200 * totals["runs"] > 0
        assert totals["lost"] == totals["paid_twice_unexplained"] == totals["bought_after_received"] == 0
        assert totals["differing"] == totals["failures"] == []
        assert totals["most_asked_again"] <= totals["most_in_flight"] <= 8
