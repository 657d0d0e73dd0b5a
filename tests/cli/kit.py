"""Command lines run in a process of their own, and small workspaces for them."""

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests import forked


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a command line ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """The JSON document on stdout, which holds nothing else."""
        return json.loads(self.out)  # type: ignore[no-any-return]  # every document is an object


Cli = Callable[..., Ended]


def start_process(
    *arguments: str | Path, cwd: Path, environment: Mapping[str, str] | None = None, **options: Any
) -> subprocess.Popen[bytes]:
    """Start the program in a process of its own, with colours where its environment does not refuse them."""
    command = [sys.executable, "-m", "evenhand", *map(str, arguments)]
    return subprocess.Popen(command, cwd=cwd, env=_environment(environment), **options)


def run_process(*arguments: str | Path, cwd: Path, environment: Mapping[str, str] | None = None) -> Ended:
    """Run the program in a process of its own, without a terminal and without an input."""
    process = forked.start(*arguments, cwd=cwd, environment=_environment(environment))
    return Ended(code=process.wait(), out=process.out.decode(), err=process.err.decode())


def _environment(more: Mapping[str, str] | None) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    return {**inherited, **(more or {})}


def model_workspace(
    folder: Path,
    address: str,
    *,
    cases: Iterable[Mapping[str, Any]],
    price: float = 0.0,
    key_variable: str = "",
    concurrency: int = 4,
) -> Path:
    """Write a workspace with one model judge, `reader`, behind the account `loop`, and the suite `small`."""
    key = f'api_key_env = "{key_variable}"\n' if key_variable else ""
    files = {
        "evenhand.toml": f'[accounts.loop]\nprotocol = "openai-chat"\nbase_url = "{address}"\n'
        f"concurrency = {concurrency}\n{key}",
        "constitutions/c.yaml": "schema: constitution/v1\nid: c\nversion: 1.0.0\n"
        "principles: [{id: keep.secrets, text: Keep secrets.}]\n",
        "judges/reader.yaml": "schema: judge/v1\nid: reader\nversion: 1.0.0\nkind: model\nmodel: loop/scripted\n"
        f"template: reader.j2\nattempts: 1\nanswer: {{reasks: 0}}\nprice: {{input: {price}, output: {price}}}\n",
        "judges/reader.j2": '{{ principle.text }}\n{{ data("reply", case.response) }}\n',
        "judges/one.panel.yaml": "schema: panel/v1\nid: one\njudges: [reader]\n",
        "suites/small.yaml": "schema: suite/v1\nid: small\nconstitution: ../constitutions/c.yaml\n"
        "panel: ../judges/one.panel.yaml\ncases: [{path: small.jsonl}]\n",
        "suites/small.jsonl": "".join(json.dumps(case) + "\n" for case in cases),
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def plain_cases(count: int) -> list[dict[str, str]]:
    """Return cases of one reply each; every fourth one tells the secret."""
    return [
        {"id": f"case-{n}", "prompt": f"Question {n}?", "response": f"Answer {n}" + " secret" * (n % 4 == 0)}
        for n in range(count)
    ]


def tidy_folder(folder: Path, *, judge: str = "j", criterion: str = "harm", label: str = "yes") -> Path:
    """Write a folder of the tidy layout: one item, one verdict, one label."""
    made = folder / "tidy-set"
    made.mkdir()
    tables = {
        "items.jsonl.gz": json.dumps({"item_id": "a", "prompt": "p", "candidates": ["r"]}) + "\n",
        "verdicts.csv.gz": f"item_id,judge,criterion,label,score\na,{judge},{criterion},{label},\n",
        "humans.csv.gz": f"item_id,annotator,criterion,label,score\na,x,{criterion},no,\n",
    }
    for name, text in tables.items():
        (made / name).write_bytes(gzip.compress(text.encode()))
    return made
