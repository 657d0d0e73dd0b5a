"""Runs the shell steps of `action.yml` as a runner of GitHub does: its `env`, its shell, its files, nothing more."""

import json
import os
import re
import stat
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
SHELL = ("bash", "--noprofile", "--norc", "-eo", "pipefail")
"""What `shell: bash` is, as the runner's documentation has it."""

STUB = """#!{python}
import json, os, sys
with open(os.environ["STUB_LEDGER"], "a", encoding="utf-8") as ledger:
    ledger.write(json.dumps(sys.argv[1:]) + "\\n")
if sys.argv[1] == "import":
    sys.exit(int(os.environ.get("STUB_IMPORT_CODE", "0")))
status = os.environ.get("STUB_STATUS", "")
if status:
    with open(os.environ["GITHUB_OUTPUT"], "a", encoding="utf-8") as output:
        output.write(f"outcome={{status}}\\n")
sys.exit(int(os.environ.get("STUB_CODE", "0")))
"""


def read_action(root: Path) -> dict[str, Any]:
    action = yaml.safe_load((root / "action.yml").read_text(encoding="utf-8"))
    assert isinstance(action, dict)
    return action


def step_of(action: Mapping[str, Any], name: str) -> dict[str, Any]:
    (step,) = [each for each in action["runs"]["steps"] if each.get("id") == name]
    return dict(step)


@dataclass
class Done:
    """What a step did."""

    code: int
    outputs: dict[str, str]
    out: str
    said: str
    """Both streams."""
    calls: list[list[str]]
    """Arguments of each call of evenhand."""


class Runner:
    """One job on a runner of its own."""

    def __init__(self, root: Path, folder: Path) -> None:
        self.action = read_action(root)
        self.folder = folder
        self.workspace = folder / "workspace"
        self.temp = folder / "temp"
        self.bin = folder / "bin"
        for each in (self.workspace, self.temp, self.bin):
            each.mkdir()
        self.ledger = folder / "calls"
        program = self.bin / "evenhand"
        program.write_text(STUB.format(python=sys.executable), encoding="utf-8")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)

    def use_real(self, program: Path) -> None:
        (self.bin / "evenhand").unlink()
        (self.bin / "evenhand").symlink_to(program)

    def gate(self, inputs: Mapping[str, str], *, is_fork: bool = False, **more: str) -> Done:
        """Runs the step `gate` with inputs as a workflow gives them."""
        step = step_of(self.action, "gate")
        given = {name: str(each.get("default", "")) for name, each in self.action["inputs"].items()} | dict(
            inputs
        )
        known = {f"inputs.{name}": value for name, value in given.items()}
        token = more.get("GITHUB_TOKEN", "ghs_job-token-0001")
        known |= {"steps.install.outputs.bin": str(self.bin), "inputs.github-token": token}

        def value_of(match: re.Match[str]) -> str:
            return str(is_fork).lower() if "head.repo.full_name" in match[1] else known[match[1]]

        values = {name: EXPRESSION.sub(value_of, value) for name, value in step["env"].items()}
        return self._run(step["run"], {**values, **more}, self.workspace / given["working-directory"])

    def _run(self, script: str, variables: Mapping[str, str], folder: Path) -> Done:
        path, output = self.folder / "script.sh", self.folder / "output"
        path.write_text(script, encoding="utf-8")
        output.write_text("", encoding="utf-8")
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "RUNNER_TEMP": str(self.temp),
            "GITHUB_OUTPUT": str(output),
            "STUB_LEDGER": str(self.ledger),
            **variables,
        }
        done = subprocess.run(
            [*SHELL, str(path)], cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        lines = output.read_text(encoding="utf-8").splitlines()
        calls = self.ledger.read_text(encoding="utf-8").splitlines() if self.ledger.exists() else []
        return Done(
            code=done.returncode,
            outputs=dict(line.split("=", 1) for line in lines),
            out=done.stdout,
            said=done.stdout + done.stderr,
            calls=[json.loads(line) for line in calls],
        )
