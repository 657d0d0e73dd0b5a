"""Importing evenhand, or asking it for help, does next to nothing."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

# Runs in a fresh interpreter. The first argument names what to do, the rest is its command line. Prints the modules
# that were loaded and every file written, socket made or process started on the way.
PROGRAM = """
import json, os, sys

effects = []
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
EFFECTS = ("os.mkdir", "os.rename", "os.remove", "os.system", "sqlite3.connect")

def watch(event, arguments):
    if event == "open" and arguments[2] & WRITING and str(arguments[0]) != os.devnull:
        effects.append(f"open {arguments[0]}")
    elif event.startswith(("socket.", "subprocess.")) or event in EFFECTS:
        effects.append(event)

what, *sys.argv = sys.argv[1:]
sys.addaudithook(watch)
if what == "import":
    import evenhand
else:
    from evenhand.cli import main
    sys.stdout = sys.stderr
    try:
        main()
    except SystemExit as end:
        assert not end.code, end.code
    sys.stdout = sys.__stdout__
print(json.dumps({"modules": sorted(sys.modules), "effects": effects}))
"""
SDKS = {"openai", "anthropic", "litellm", "httpx", "httpx2", "aiohttp"}
HEAVY = {"pandas", "numpy", "scipy", "sqlalchemy", "pydantic", "jinja2", "yaml", "re2"}


@pytest.fixture(scope="module", params=["import", "help"])
def seen(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    folder = tmp_path_factory.mktemp(request.param)
    command = [sys.executable, "-B", "-c", PROGRAM, request.param, "evenhand", "--help"]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert not list(folder.iterdir())
    return json.loads(result.stdout)  # type: ignore[no-any-return]  # what PROGRAM prints


def test_no_sdk_and_nothing_heavy_is_loaded(seen: dict[str, list[str]]) -> None:
    assert not (SDKS | HEAVY) & set(seen["modules"])


def test_no_socket_is_opened_no_program_started_and_no_file_written(seen: dict[str, list[str]]) -> None:
    assert seen["effects"] == []


def test_the_import_layers_hold(project_root: Path) -> None:
    lint = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"]
    result = subprocess.run(lint, cwd=project_root, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout
