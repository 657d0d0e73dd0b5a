"""Sessions of pytest inside a test: in this process where that does, with the plugin and nothing else."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest
from tests.pytest_plugin.kit import PLUGIN, demo_workspace

for _name in ("desk", "fixture", "marking", "selecting", "suite_file", "summary"):
    import_module(f"evenhand.pytest_plugin.{_name}")  # a session inside would load what judges anew each time
import_module("evenhand.workflows.gate.check_gate")
import_module("evenhand.workflows.gate.flakiness")

RunPytest = Callable[..., pytest.RunResult]


@pytest.fixture(autouse=True)
def plain_sessions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep other plugins, and what CI means to tests of this repository, out of the sessions inside."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.delenv("CI", raising=False)


@pytest.fixture
def workspace(pytester: pytest.Pytester) -> Path:
    """A workspace of the example files with twelve cases, where the sessions inside run."""
    return demo_workspace(pytester.path)


@pytest.fixture
def run(pytester: pytest.Pytester) -> RunPytest:
    """Run pytest with the plugin in this process."""

    def run(*arguments: str | Path) -> pytest.RunResult:
        return pytester.runpytest_inprocess(*PLUGIN, *arguments)

    return run
