"""The whole road by commands: recorded judges imported, run, accepted as the baseline, swapped and gated."""

import json
from pathlib import Path

import pytest
from tests.cli.kit import Cli

GATE = """
splits: {optimise: 0, gate: 1, sealed: 0}
gate:
  compares: judges
  slices: [system]
  floors: {specificity: 0.8}
"""


@pytest.fixture
def workspace(tmp_path: Path, shared_data: Path, cli: Cli) -> Path:
    """The judges of nine systems' answers, with a gate."""
    (tmp_path / "evenhand.toml").write_text("", encoding="utf-8")
    cli("import", "tidy", str(shared_data / "judging_judges" / "v1"), "--name", "jj", "--workspace", tmp_path)
    constitution, suite = tmp_path / "constitutions" / "jj.yaml", tmp_path / "suites" / "jj.yaml"
    told = constitution.read_text(encoding="utf-8")
    assert "neutral: [correct, incorrect]" in told
    constitution.write_text(
        told.replace("neutral: [correct, incorrect]", "pass: [correct]"), encoding="utf-8"
    )
    suite.write_text(suite.read_text(encoding="utf-8") + GATE, encoding="utf-8")
    ask(tmp_path, "llama3-70b")
    return tmp_path


def ask(workspace: Path, judge: str) -> None:
    """Make one judge the panel."""
    (workspace / "judges" / "jj" / "all.panel.yaml").write_text(
        f"schema: panel/v1\nid: jj.all\njudges: [{judge}]\n", encoding="utf-8"
    )


@pytest.mark.shared
def test_a_judge_swapped_for_one_that_is_broken_on_a_system_fails_and_the_system_is_named(
    workspace: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("CI", "GITHUB_ACTIONS"):
        monkeypatch.delenv(name, raising=False)
    assert cli("run", "jj", "--workspace", workspace).code == 0
    accepted = cli(
        "baseline", "accept", "jj", "--reason", "the first", "--by", "Kim", "--workspace", workspace
    )
    assert accepted.code == 0, accepted.err
    unchanged = cli("gate", "jj", "--workspace", workspace, "--json").document
    assert {each["lost"] + each["won"] for each in unchanged["tests"]} == {0}
    assert not [each for each in unchanged["floors"] if each["outcome"] == "failed"]

    ask(workspace, "gpt-4")
    ended = cli("gate", "jj", "--workspace", workspace, "--json")
    assert ended.code == 1, ended.err
    told = ended.document
    assert told["status"] == "failed"
    assert "llama2-13b-chat" in told["headline"]
    worse = {
        (each["measure"], each["slice"]["value"])
        for each in told["tests"]
        if each["outcome"] == "failed" and each["slice"]
    }
    assert worse == {("sensitivity", "llama2-13b-chat"), ("specificity", "llama2-13b-chat")}
    below = [each["slice"]["value"] for each in told["floors"] if each["outcome"] == "failed"]
    assert below == ["llama2-13b-chat"]
    for name in told["files"]:
        assert (workspace / name).is_file()
    (report,) = [workspace / name for name in told["files"] if name.endswith(".json")]
    assert json.loads(report.read_text(encoding="utf-8"))["status"] == "failed"
