"""The set-up script: what it refuses, what it skips and whom it advises. CI runs the whole of it."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

FINISH = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import environment
stamp = {"packages": environment.packages_wanted(sys.argv[3]), "project": environment.project_wanted()}
environment.write_stamp(Path(sys.argv[2]), stamp)
"""


@pytest.fixture
def folder(project_root: Path) -> Path:
    return project_root / "requirements"


def bootstrap(folder: Path, environment: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(folder / "bootstrap.py"), *arguments]
    settings = {**os.environ, "EVENHAND_VENV": str(environment), "PIP_NO_INDEX": "1"}
    return subprocess.run(command, env=settings, capture_output=True, text=True, check=False)


def finished_environment(folder: Path, environment: Path, lock: str) -> None:
    """Makes a folder that looks set up; its programs only say that they were called."""
    (environment / "bin").mkdir(parents=True)
    for name in ("evenhand", "python"):
        program = environment / "bin" / name
        program.write_text('#!/bin/sh\necho "$(basename "$0") $*"\n', encoding="utf-8")
        program.chmod(0o755)
    subprocess.run([sys.executable, "-c", FINISH, str(folder), str(environment), lock], check=True)


def test_an_environment_of_somebody_else_is_left_alone(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "pyvenv.cfg").write_text("theirs", encoding="utf-8")
    result = bootstrap(folder, tmp_path, "demo")
    assert result.returncode == 1
    assert "EVENHAND_VENV" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["pyvenv.cfg"]


@pytest.mark.parametrize("lock", ["core", "dev"])
def test_the_demo_starts_at_once_in_a_finished_environment(folder: Path, tmp_path: Path, lock: str) -> None:
    finished_environment(folder, tmp_path, lock)
    result = bootstrap(folder, tmp_path, "demo", "--json")
    assert result.stdout == "evenhand demo --json\n"


def test_the_tests_start_at_once_in_a_finished_environment(folder: Path, tmp_path: Path) -> None:
    finished_environment(folder, tmp_path, "dev")
    result = bootstrap(folder, tmp_path, "test", "-m", "not shared")
    assert result.stdout == "python -m pytest -n auto --dist worksteal -m not shared\n"


def test_the_second_sdk_set_is_an_environment_of_its_own(folder: Path, tmp_path: Path) -> None:
    finished_environment(folder, tmp_path, "dev-litellm")
    result = bootstrap(folder, tmp_path, "test", "--litellm", "tests/providers")
    assert result.stdout == "python -m pytest -n auto --dist worksteal tests/providers\n"


def test_an_older_environment_is_made_again_and_an_unfinished_one_never_taken_for_finished(
    folder: Path, tmp_path: Path
) -> None:
    environment = tmp_path / "venv"
    finished_environment(folder, environment, "core")
    (environment / "evenhand-environment.json").write_text(
        json.dumps({"packages": "older"}), encoding="utf-8"
    )
    (environment / "left over").touch()
    result = bootstrap(folder, environment, "demo")  # fails: the installation finds no index
    assert "making it again" in result.stderr
    assert "run the same command again" in result.stderr
    assert not (environment / "left over").exists()
    assert json.loads((environment / "evenhand-environment.json").read_text(encoding="utf-8")) == {}


def test_an_unknown_sub_command_is_answered_with_the_usage(folder: Path, tmp_path: Path) -> None:
    result = bootstrap(folder, tmp_path, "tests")
    assert result.returncode == 2
    assert "'tests'" in result.stderr
    assert "bootstrap.py demo" in result.stderr


def test_an_old_python_can_read_the_first_file(folder: Path) -> None:
    ast.parse((folder / "bootstrap.py").read_text(encoding="utf-8"), feature_version=(3, 6))
