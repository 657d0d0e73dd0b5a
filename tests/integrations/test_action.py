import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.integrations.action_runner import EXPRESSION, Runner, read_action

HOSTILE = [
    "$(touch pwned)",
    "`touch pwned`",
    "'; touch pwned; '",
    '"; touch pwned; "',
    "a b",
    "*",
    "${{ github.token }}",
    "$HOME",
    "--help",
    "\\",
    "é⟦",
]


@pytest.fixture
def action(project_root: Path) -> dict[str, Any]:
    return read_action(project_root)


@pytest.fixture
def runner(project_root: Path, tmp_path: Path) -> Runner:
    return Runner(project_root, tmp_path)


# -- What the file may say -------------------------------------------------------------------------


def test_nothing_from_outside_is_pasted_into_a_script(action: dict[str, Any]) -> None:
    scripts = [step["run"] for step in action["runs"]["steps"] if "run" in step]
    assert len(scripts) == 2
    assert not [script for script in scripts if "${{" in script]
    assert not [script for script in scripts if re.search(r"\beval\b|\bsource\b", script)]


def test_every_step_with_a_script_names_its_shell(action: dict[str, Any]) -> None:
    assert {step["shell"] for step in action["runs"]["steps"] if "run" in step} == {"bash"}


def test_every_input_is_used_and_described_and_every_used_one_is_there(action: dict[str, Any]) -> None:
    steps = yaml.safe_dump(action["runs"]["steps"])
    used = set(re.findall(r"inputs\.([\w-]+)", steps))
    assert used == set(action["inputs"])
    assert all(each["description"] for each in (*action["inputs"].values(), *action["outputs"].values()))


def test_every_output_is_written_by_the_step_that_gates(action: dict[str, Any], runner: Runner) -> None:
    values = {each["value"] for each in action["outputs"].values()}
    named = {
        match[1]
        for value in values
        if (match := re.fullmatch(r"\$\{\{ steps\.gate\.outputs\.([\w-]+) \}\}", value))
    }
    assert len(named) == len(values)
    assert named <= set(runner.gate({"suite": "pr-gate"}, STUB_STATUS="passed").outputs)


def test_only_actions_of_github_are_used_and_each_is_pinned(action: dict[str, Any]) -> None:
    uses = [step["uses"] for step in action["runs"]["steps"] if "uses" in step]
    assert uses
    assert all(re.fullmatch(r"actions/[\w/-]+@v\d+", each) for each in uses)


def test_the_report_is_kept_when_the_gate_failed_and_a_cache_decides_nothing(action: dict[str, Any]) -> None:
    steps = {step["uses"].partition("@")[0]: step for step in action["runs"]["steps"] if "uses" in step}
    assert steps["actions/upload-artifact"]["if"].startswith("always()")
    assert steps["actions/cache/save"]["if"].startswith("always()")
    assert steps["actions/cache/save"]["with"]["key"] == steps["actions/cache/restore"]["with"]["key"]
    assert steps["actions/cache/save"]["with"]["path"] == steps["actions/cache/restore"]["with"]["path"]
    assert all(steps[f"actions/cache/{each}"]["continue-on-error"] is True for each in ("save", "restore"))


def test_secrets_are_never_joined_with_code_of_a_fork(project_root: Path) -> None:
    files = [project_root / "action.yml", *(project_root / ".github").rglob("*.yml")]
    assert not [path for path in files if "pull_request_target" in path.read_text(encoding="utf-8")]


def test_expressions_read_inputs_steps_and_the_runner_alone(action: dict[str, Any]) -> None:
    found = EXPRESSION.findall(yaml.safe_dump(action["runs"]["steps"], width=10_000))
    assert found
    assert not [each for each in found if "secrets." in each or "env." in each]


# -- What the step does ----------------------------------------------------------------------------


def test_a_gate_is_one_command_with_what_the_inputs_say(runner: Runner) -> None:
    done = runner.gate(
        {
            "suite": "suites/pr-gate.yaml",
            "max-usd": "2.50",
            "undecided": "fail",
            "comment": "always",
            "baseline": "b.json",
            "args": "--format\nhtml,junit\n\n--exit-zero\n",
        },
        STUB_STATUS="passed",
    )
    (call,) = done.calls
    report = done.outputs["report"]
    assert call == [
        *("gate", "--comment-on", "github", "--comment", "always", "--undecided", "fail", "--out", report),
        *("--max-usd", "2.50", "--yes", "--baseline", "b.json", "--format", "html,junit", "--exit-zero"),
        *("--", "suites/pr-gate.yaml"),
    ]
    assert Path(report).is_dir()


@pytest.mark.parametrize(
    ("replay", "is_fork", "replays"),
    [
        ("auto", False, False),
        ("auto", True, True),
        ("true", False, True),
        ("false", True, False),
    ],
)
def test_forks_are_judged_from_recordings(
    runner: Runner, replay: str, *, is_fork: bool, replays: bool
) -> None:
    done = runner.gate({"suite": "pr-gate", "replay": replay}, is_fork=is_fork)
    assert ("--replay" in done.calls[0]) is replays
    assert done.outputs["replay"] == str(replays).lower()


def test_a_replay_that_is_neither_is_refused_before_anything_runs(runner: Runner) -> None:
    done = runner.gate({"suite": "pr-gate", "replay": "yes; touch pwned"})
    assert done.code == 2
    assert "::error::" in done.said
    assert not done.calls
    assert not list(runner.workspace.iterdir())


@pytest.mark.parametrize(
    ("code", "status", "outcome"),
    [
        (0, "passed", "passed"),
        (1, "failed", "failed"),
        (4, "undecided", "undecided"),
        (0, "failed", "failed"),
        (0, "undecided", "undecided"),
        (3, "could not measure", "could not measure"),
        (2, "", "could not measure"),
        (5, "", "could not measure"),
    ],
)
def test_the_job_ends_as_the_gate_did_and_says_what_it_came_to(
    runner: Runner, code: int, status: str, outcome: str
) -> None:
    done = runner.gate({"suite": "pr-gate"}, STUB_CODE=str(code), STUB_STATUS=status)
    assert done.code == code
    assert done.outputs["exit-code"] == str(code)
    assert done.outputs["outcome"] == outcome


def test_recordings_are_taken_in_first(runner: Runner) -> None:
    done = runner.gate({"suite": "pr-gate", "recordings": "recordings.jsonl.gz"})
    assert done.calls[0] == ["import", "recordings", "--", "recordings.jsonl.gz"]
    assert done.calls[1][0] == "gate"


def test_recordings_that_can_not_be_read_end_the_job_before_the_gate(runner: Runner) -> None:
    done = runner.gate({"suite": "pr-gate", "recordings": "none.gz"}, STUB_IMPORT_CODE="2")
    assert done.code == 2
    assert len(done.calls) == 1
    assert (done.outputs["outcome"], done.outputs["exit-code"]) == ("could not measure", "2")


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize(
    "name", ["suite", "max-usd", "undecided", "comment", "baseline", "recordings", "args"]
)
def test_whatever_an_input_holds_it_stays_one_argument(runner: Runner, name: str, text: str) -> None:
    done = runner.gate({"suite": "pr-gate", name: text})
    assert [call for call in done.calls if text in call]
    assert not list(runner.workspace.iterdir())
    if name in ("suite", "recordings"):
        (call,) = [call for call in done.calls if text in call]
        assert call[call.index(text) - 1] == "--"


def test_each_use_in_a_job_has_a_report_of_its_own(runner: Runner) -> None:
    reports = {runner.gate({"suite": "pr-gate"}).outputs["report"] for _ in range(3)}
    assert len(reports) == 3


# -- pre-commit ------------------------------------------------------------------------------------


def test_the_hook_calls_a_command_that_exists(project_root: Path) -> None:
    hooks = yaml.safe_load((project_root / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert [(hook["id"], hook["entry"], hook["language"]) for hook in hooks] == [
        ("evenhand-lint", "evenhand lint", "python"),
        (
            "evenhand-constitution-diff",
            "evenhand constitution diff --since HEAD --no-stale --fail-on version",
            "python",
        ),
    ]


@pytest.mark.parametrize(
    ("path", "lints", "compares"),
    [
        ("constitutions/house.md", True, True),
        ("team/constitutions/house.yaml", True, True),
        ("judges/strict.j2", True, False),
        ("judges/house.panel.yaml", True, False),
        ("suites/pr-gate.yml", True, False),
        ("suites/cases/core.jsonl", True, False),
        ("evenhand.toml", True, False),
        ("README.md", False, False),
        ("src/judges.py", False, False),
        ("my-suites/a.yaml", False, False),
        ("my-constitutions/a.md", False, False),
    ],
)
def test_each_hook_runs_when_a_file_that_it_looks_at_changed(
    project_root: Path, path: str, *, lints: bool, compares: bool
) -> None:
    lint, diff = yaml.safe_load((project_root / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert bool(re.search(lint["files"], path)) is lints
    assert bool(re.search(diff["files"], path)) is compares
