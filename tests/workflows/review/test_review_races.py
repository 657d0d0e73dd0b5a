import subprocess
import sys
from pathlib import Path


def test_nothing_is_given_twice_or_lost_by_processes_side_by_side_and_by_kills(project_root: Path) -> None:
    command = [sys.executable, "-m", "benchmarks.review_races", "--quick"]
    ended = subprocess.run(command, cwd=project_root, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "WRONG" not in ended.stdout
