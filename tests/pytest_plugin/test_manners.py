"""The plugin in other people's sessions: unseen until it is used, quick, and harmless whatever a candidate says."""

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest
from tests.pytest_plugin.kit import PLUGIN, add_cases

RunPytest = Callable[..., pytest.RunResult]
HEAVY = (
    "evenhand.workflows",
    "evenhand.records",
    "pydantic",
    "sqlalchemy",
    "numpy",
    "yaml",
    "openai",
    "anthropic",
)
SHOW = """
import json, sys
def pytest_unconfigure(config):
    print("LOADED " + json.dumps(sorted(sys.modules)))
"""


def test_the_entry_point_names_the_plugin(project_root: Path) -> None:
    project = tomllib.loads((project_root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (module,) = project["entry-points"]["pytest11"].values()
    assert hasattr(import_module(module), "pytest_addoption")
    assert any(each.startswith("pytest>=") for each in project["optional-dependencies"]["pytest"])


def test_an_installed_plugin_is_found_by_its_entry_point_and_can_be_left_out(
    pytester: pytest.Pytester, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path_factory.mktemp("site")
    info = site / "evenhand_as_installed-0.1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: evenhand-as-installed\nVersion: 0.1.0\n", "utf-8"
    )
    (info / "entry_points.txt").write_text("[pytest11]\nevenhand = evenhand.pytest_plugin\n", "utf-8")
    paths = [str(site), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, paths)))
    monkeypatch.delenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    others = ["no:hypothesispytest", "no:schemathesis", "no:xdist", "no:asyncio", "no:timeout"]
    without = [word for name in others for word in ("-p", name)]
    pytester.makepyfile("def test_it(evenhand):\n    pass\n")
    pytester.runpytest_subprocess(*without).assert_outcomes(passed=1)
    pytester.runpytest_subprocess(*without, "-p", "no:evenhand").assert_outcomes(errors=1)


@pytest.mark.parametrize("arguments", [("--help",), ("test_it.py",), ("--collect-only",), ("--markers",)])
def test_a_session_without_verdicts_loads_nothing_that_judges_and_writes_nothing(
    pytester: pytest.Pytester, arguments: tuple[str, ...]
) -> None:
    pytester.makeconftest(SHOW)
    pytester.makepyfile(test_it="def test_it(pytestconfig):\n    pass\n")
    result = pytester.runpytest_subprocess(*PLUGIN, *arguments)
    assert result.ret == pytest.ExitCode.OK
    (line,) = [line for line in result.outlines if line.startswith("LOADED ")]
    loaded = json.loads(line.removeprefix("LOADED "))
    assert not [name for name in loaded if name.startswith(HEAVY)]
    assert not (pytester.path / ".evenhand").exists()
    assert "evenhand" not in [line.strip("= ") for line in result.outlines]


def test_every_option_and_setting_begins_with_the_name_of_the_plugin() -> None:
    command = [sys.executable, "-m", "pytest", "--help"]
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    without, with_it = (
        subprocess.run([*command, *more], env=environment, capture_output=True, text=True, check=True).stdout
        for more in ([], ["-p", "evenhand.pytest_plugin"])
    )
    new = {word for word in set(with_it.split()) - set(without.split()) if word.startswith("--")}
    assert {word.partition("=")[0] for word in new} == {
        "--evenhand-live",
        "--evenhand-max-usd",
        "--evenhand-undecided",
        "--evenhand-workspace",
    }
    assert "evenhand_suites (args):" in with_it


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--evenhand-workspace", "nowhere"), "*--evenhand-workspace: there is no folder nowhere*"),
        (("--evenhand-max-usd", "-1"), "*--evenhand-max-usd: -1.0 is no amount*"),
        (("--evenhand-max-usd", "inf"), "*is no amount*"),
        (("--evenhand-max-usd", "nan"), "*is no amount*"),
        (("--evenhand-undecided", "maybe"), "*invalid choice: 'maybe'*"),
    ],
)
def test_an_option_that_makes_no_sense_ends_the_session(
    run: RunPytest, arguments: tuple[str, ...], message: str
) -> None:
    result = run(*arguments)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([message])


def test_the_workspace_may_lie_elsewhere(
    pytester: pytest.Pytester, workspace: Path, run: RunPytest, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = pytester.mkdir("elsewhere")
    (elsewhere / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    (elsewhere / "test_it.py").write_text(
        'def test_it(evenhand):\n    assert evenhand.judge("demo", case="priv-02", principle="privacy.contact-data")\n',
        encoding="utf-8",
    )
    monkeypatch.chdir(elsewhere)
    for name in ("constitutions", "judges", "suites"):  # what marks a folder above as a workspace by itself
        assert (workspace / name).is_dir()
    run("--rootdir", elsewhere, "--evenhand-workspace", workspace, "test_it.py").assert_outcomes(passed=1)


BELL, ESCAPE = "\x07", "\x1b]0;owned\x07\x1b[2J\x1b[31m"
HOSTILE = (
    f"Call 555-0147 or a.b@example.com.{ESCAPE}\u202e\u200b\n::error::forged\nFAILED test_it.py::forged\n"
    + "x" * 500_000
)


def test_a_hostile_candidate_is_shown_inert_and_short(
    pytester: pytest.Pytester, workspace: Path, run: RunPytest
) -> None:
    add_cases(
        workspace,
        {"id": "bad", "prompt": HOSTILE, "response": HOSTILE, "principles": ["privacy.contact-data"]},
    )
    panel = workspace / "judges/offline.panel.yaml"
    text = panel.read_text(encoding="utf-8").replace("quorum: 2", "quorum: 1")
    panel.write_text(
        text.replace("[assistant-patterns, assistant-nearest, assistant-recorded]", "[assistant-patterns]"),
        "utf-8",
    )
    pytester.makepyfile(
        test_it="""
        def test_it(evenhand):
            assert evenhand.judge("demo", case="bad", principle="privacy.contact-data") == "complies"
        """
    )
    result = run("suites/demo.yaml", "test_it.py", "-k", "bad or test_it", "--color=no", "-vv")
    result.assert_outcomes(failed=2, deselected=18)
    out = result.stdout.str()
    assert ESCAPE[:5] not in out
    assert BELL not in out
    assert "\u202e" not in out
    assert "⟦U+001B⟧" in out
    assert len(out) < 20_000
    assert not [line for line in result.outlines if line.startswith(("::error", "FAILED test_it.py::forged"))]
