"""What is killed: a small suite with two judges, and the loopback server whose own ledger is the oracle."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MARKER = "secret"
JUDGES = ("first", "second")


@dataclass(frozen=True, kw_only=True)
class Size:
    """How large the suite is, and how many calls are in flight at once."""

    cases: int
    concurrency: int
    latency_ms: float

    @property
    def units(self) -> int:
        """Units of the plan."""
        return self.cases * len(JUDGES)


@dataclass(frozen=True)
class Server:
    """A loopback server in a process of its own: a killed client can not take it along."""

    base_url: str

    def billed(self) -> list[str]:
        """Return the hash of every question it has charged for, in the order of arrival."""
        with urllib.request.urlopen(f"{self.base_url}/_ledger") as reply:
            calls: list[dict[str, Any]] = json.load(reply)["ledger"]
        return [call["request_hash"] for call in calls if call["billed"]]

    def calls(self) -> int:
        """Return how many calls have reached it."""
        with urllib.request.urlopen(f"{self.base_url}/_ledger?calls=0") as reply:
            return int(json.load(reply)["calls"])

    def reset(self) -> None:
        """Forget all calls."""
        request = urllib.request.Request(f"{self.base_url}/_reset", data=b"", method="POST")
        urllib.request.urlopen(request).close()


@contextmanager
def serving(size: Size) -> Iterator[Server]:
    """Serve for as long as the body runs."""
    command = [sys.executable, "-m", "evenhand.testing", "--judge", "rule", "--marker", MARKER]
    command += ["--latency-ms", str(size.latency_ms)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield Server(base_url=str(json.loads(process.stdout.readline())["base_url"]))
        finally:
            process.terminate()


def write_workspace(folder: Path, base_url: str, size: Size) -> Path:
    """Write a workspace and return its folder."""
    folder.mkdir(parents=True)
    lines = [
        {
            "id": f"case-{n}",
            "prompt": f"Question {n}?",
            "response": f"Answer {n}" + f" {MARKER}" * (n % 4 == 0),
        }
        for n in range(size.cases)
    ]
    files = {
        "evenhand.toml": f'[accounts.loop]\nprotocol = "openai-chat"\nbase_url = "{base_url}"\n'
        f"concurrency = {size.concurrency}\n",
        "c.yaml": "schema: constitution/v1\nid: c\nversion: 1.0.0\n"
        "principles: [{id: keep.secrets, text: Keep secrets.}]\n",
        "all.panel.yaml": f"schema: panel/v1\nid: all\njudges: [{', '.join(JUDGES)}]\n",
        "suite.yaml": "schema: suite/v1\nid: s\nconstitution: c.yaml\npanel: all.panel.yaml\n"
        "cases: [{path: cases.jsonl}]\n",
        "cases.jsonl": "".join(json.dumps(line) + "\n" for line in lines),
        "reader.j2": '{{ principle.text }}\n{{ data("reply", case.response) }}\n',
        **{f"{name}.yaml": _judge(name) for name in JUDGES},
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def _judge(name: str) -> str:
    return (
        f"schema: judge/v1\nid: {name}\nversion: 1.0.0\nkind: model\nmodel: loop/scripted-{name}\n"
        "template: reader.j2\nprice: {input: 1, output: 1}\n"
    )
