"""What the page on gates in CI shows is what the action, the hook and the hosts take."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.docs.reader import blocks

from evenhand.integrations.comments import CommentMode

INPUT_ROW = re.compile(r"^\| `([\w-]+)` \|(.*?)\|", re.MULTILINE)


@pytest.fixture(scope="module")
def page(project_root: Path) -> str:
    return (project_root / "docs/gate-in-ci.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def action(project_root: Path) -> Any:
    return yaml.safe_load((project_root / "action.yml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def shown(project_root: Path) -> dict[str, Any]:
    """Every YAML block by its file; `on` is read as the boolean it is in YAML 1.1."""
    found = [block for block in blocks(project_root / "docs/gate-in-ci.md") if block.kind == "yaml"]
    return {block.info.removeprefix("file="): yaml.safe_load(block.body) for block in found}


def gate_step(shown: dict[str, Any]) -> dict[str, Any]:
    steps = shown[".github/workflows/gate.yml"]["jobs"]["gate"]["steps"]
    (step,) = [each for each in steps if "evenhand" in each["uses"]]
    return dict(step)


def test_every_block_says_which_file_it_is(shown: dict[str, Any]) -> None:
    assert set(shown) == {
        ".github/workflows/gate.yml",
        "snippets/later-step.yml",
        "snippets/recordings.yml",
        ".gitlab-ci.yml",
        ".pre-commit-config.yaml",
    }


def test_the_workflow_gives_inputs_that_the_action_has(shown: dict[str, Any], action: Any) -> None:
    for given in (gate_step(shown)["with"], shown["snippets/recordings.yml"]["with"]):
        assert set(given) <= set(action["inputs"])
        assert {name for name, each in action["inputs"].items() if each.get("required")} <= set(given)


def test_the_workflow_asks_for_the_two_rights_it_needs_and_trusts_no_strangers_files(
    shown: dict[str, Any],
) -> None:
    workflow = shown[".github/workflows/gate.yml"]
    assert workflow["permissions"] == {"contents": "read", "pull-requests": "write"}
    assert set(workflow[True]) == {"pull_request"}
    assert "permissions" not in workflow["jobs"]["gate"]
    assert workflow["jobs"]["gate"]["steps"][0]["with"] == {"persist-credentials": False}


def test_the_table_of_inputs_is_that_of_the_action(page: str, action: Any) -> None:
    section = page.partition("| input | default | |")[2].partition("\n\n")[0]
    rows = {name: default.strip().strip("`") for name, default in INPUT_ROW.findall(section)}
    defaults = {name: str(each.get("default", "")) for name, each in action["inputs"].items()}
    assert rows == {**defaults, "github-token": "the job's own"}


def test_the_table_of_modes_names_every_mode(page: str) -> None:
    section = page.partition("| mode | a new comment is written |")[2].partition("\n\n")[0]
    assert [name for name, _ in INPUT_ROW.findall(section)] == [str(mode) for mode in CommentMode]


def test_outputs_are_named_as_the_action_names_them(page: str, action: Any, shown: dict[str, Any]) -> None:
    assert all(f"`{name}`" in page for name in action["outputs"])
    (later,) = shown["snippets/later-step.yml"]
    assert set(re.findall(r"steps\.gate\.outputs\.([\w-]+)", later["if"])) <= set(action["outputs"])
    assert gate_step(shown)["id"] == "gate"


def test_the_job_for_gitlab_keeps_its_report_when_it_fails(shown: dict[str, Any]) -> None:
    job = shown[".gitlab-ci.yml"]["gate"]
    assert job["artifacts"]["when"] == "always"
    assert job["artifacts"]["reports"]["junit"].startswith(job["artifacts"]["paths"][0])
    (gate,) = [line for line in job["script"] if line.startswith("evenhand gate")]
    assert "--comment-on gitlab" in gate
    assert f"--out {job['artifacts']['paths'][0]}" in gate


def test_the_hook_that_is_shown_exists(project_root: Path, shown: dict[str, Any]) -> None:
    hooks = yaml.safe_load((project_root / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    (repository,) = shown[".pre-commit-config.yaml"]["repos"]
    assert {hook["id"] for hook in repository["hooks"]} <= {hook["id"] for hook in hooks}
