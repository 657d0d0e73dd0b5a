"""Holds what CI hosts read from this repository against what they take, and runs it as they would.

    python benchmarks/acceptance/ci_hosts.py

`action.yml`, the workflows and the job for GitLab are held against the schemas that are published for them; the hook is
installed and run by pre-commit itself; the action's step that installs evenhand is run in its shell. What is installed
is the last commit. Needs git, bash and a package index. Exits with 1 when a check failed.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))  # started as a file, Python only knows this folder

from benchmarks.acceptance.check import Checklist, PeerReport  # noqa: E402
from benchmarks.acceptance.environments import Environment, environment  # noqa: E402
from benchmarks.acceptance.report import table  # noqa: E402
from tests.docs.reader import blocks  # noqa: E402 - all need the line above
from tests.integrations.action_runner import SHELL, read_action, step_of  # noqa: E402

NAMED: Final = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.org"} | {
    "GIT_COMMITTER_NAME": "a",
    "GIT_COMMITTER_EMAIL": "a@example.org",
}
_LAST_WORDS: Final = 300


def main() -> int:
    """Run every check and return the exit code."""
    started, checks = time.monotonic(), Checklist()
    tools = environment("ci-hosts")
    with tempfile.TemporaryDirectory(prefix="evenhand-ci-hosts-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        source = folder / "source"
        run(["git", "clone", "--quiet", str(ROOT), str(source)])
        check_files(checks, tools, folder / "shown")
        check_hook(checks, tools, source, folder / "workspace")
        check_install(checks, source, folder / "runner")
    report = PeerReport(
        peer="ci-hosts",
        title="",
        note="",
        versions={},
        checks=tuple(checks.checks),
        seconds={"all": round(time.monotonic() - started, 1)},
    )
    print(table([report]))
    return 1 if report.result == "failed" else 0


def check_files(checks: Checklist, tools: Environment, shown: Path) -> None:
    """Hold the files, and those that the page shows, against the published schemas."""
    for block in blocks(ROOT / "docs" / "gate-in-ci.md"):
        if block.info.startswith("file=."):
            path = shown / block.info.removeprefix("file=")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.body, encoding="utf-8")
    workflows = [
        *(ROOT / ".github" / "workflows").glob("*.yml"),
        *(shown / ".github" / "workflows").glob("*.yml"),
    ]
    validator = tools.program("check-jsonschema")
    for what, options, paths in (
        ("action.yml is an action", ["vendor.github-actions"], [ROOT / "action.yml"]),
        ("the workflows, and the one of the page, are workflows", ["vendor.github-workflows"], workflows),
        (
            "the job of the page is one of GitLab's",
            ["vendor.gitlab-ci", "--data-transform", "gitlab-ci"],
            [shown / ".gitlab-ci.yml"],
        ),
    ):
        expect(checks, what, run([validator, "--builtin-schema", *options, *map(str, paths)]))
    pre_commit = tools.program("pre-commit")
    expect(
        checks,
        "pre-commit takes the list of hooks",
        run([pre_commit, "validate-manifest", str(ROOT / ".pre-commit-hooks.yaml")]),
    )
    expect(
        checks,
        "pre-commit takes the configuration of the page",
        run([pre_commit, "validate-config", str(shown / ".pre-commit-config.yaml")]),
    )


def check_hook(checks: Checklist, tools: Environment, source: Path, workspace: Path) -> None:
    """Let pre-commit install the hook and look at a workspace that is in order, and at one that is not."""
    workspace.mkdir()
    run([sys.executable, "-m", "evenhand", "init"], folder=workspace)
    commit = run(["git", "-C", str(source), "rev-parse", "HEAD"]).stdout.strip()
    hooks = "[{id: evenhand-lint}, {id: evenhand-constitution-diff}]"
    config = f"repos:\n  - repo: {source}\n    rev: {commit}\n    hooks: {hooks}\n"
    (workspace / ".pre-commit-config.yaml").write_text(config, encoding="utf-8")
    for command in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message", "Begin"]):
        run(["git", *command], folder=workspace)
    hook = [tools.program("pre-commit"), "run", "--all-files", "--color", "never"]
    home = {"PRE_COMMIT_HOME": str(workspace.with_name("pre-commit"))}
    expect(checks, "the hooks are installed and pass a new workspace", run(hook, folder=workspace, more=home))
    constitution = workspace / "constitutions" / "assistant.md"
    written = constitution.read_text(encoding="utf-8")
    constitution.write_text(written.replace("The reply must", "The answer must"), encoding="utf-8")
    silent = run(hook, folder=workspace, more=home)
    checks.expect(
        "the hook refuses a text that changed under the same version",
        holds=silent.returncode == 1 and "the version does not say what changed" in silent.stdout,
        seen=words(silent),
    )
    constitution.write_text(written, encoding="utf-8")
    suite = next(iter(sorted((workspace / "suites").glob("*.yaml"))))
    suite.write_text(suite.read_text(encoding="utf-8") + "serverity: high\n", encoding="utf-8")
    refused = run(hook, folder=workspace, more=home)
    checks.expect(
        "the hook refuses a mistake, and names its file and line",
        holds=refused.returncode == 1
        and f"{suite.name}:" in refused.stdout
        and "serverity" in refused.stdout,
        seen=words(refused),
    )
    clean = run([tools.program("pre-commit"), "run", "--files", "README.md"], folder=workspace, more=home)
    checks.expect(
        "the hook is passed over when nothing of the workspace changed",
        holds=clean.returncode == 0 and "Skipped" in clean.stdout,
        seen=words(clean),
    )


def check_install(checks: Checklist, source: Path, folder: Path) -> None:
    """Run the action's step that installs evenhand, as a runner would, and ask what it installed."""
    folder.mkdir()
    output = folder / "output"
    script = folder / "install.sh"
    script.write_text(step_of(read_action(source), "install")["run"], encoding="utf-8")
    more = {
        "PYTHON": sys.executable,
        "RUNNER_TEMP": str(folder),
        "GITHUB_ACTION_PATH": str(source),
        "GITHUB_OUTPUT": str(output),
    }
    expect(
        checks, "the action installs evenhand from locked requirements", run([*SHELL, str(script)], more=more)
    )
    said = output.read_text(encoding="utf-8") if output.exists() else ""
    program = Path(said.strip().removeprefix("bin=")) / "evenhand"
    outside = {"PYTHONPATH": ""}
    expect(checks, "what it installed runs", run([str(program), "--version"], folder=folder, more=outside))
    expect(
        checks,
        "the installation is whole",
        run([str(program.with_name("python")), "-m", "pip", "check"], more=outside),
    )


def run(
    command: Sequence[str], *, folder: Path = ROOT, more: Mapping[str, str] | None = None
) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end; both its streams are read as one."""
    return subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **NAMED, **(more or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def expect(checks: Checklist, what: str, done: "subprocess.CompletedProcess[str]") -> None:
    """Expect that a command went well."""
    checks.expect(what, holds=done.returncode == 0, seen=words(done))


def words(done: "subprocess.CompletedProcess[str]") -> str:
    """Return the last words of a command."""
    return " ".join(done.stdout.split())[-_LAST_WORDS:] or f"exit code {done.returncode}"


if __name__ == "__main__":
    sys.exit(main())
