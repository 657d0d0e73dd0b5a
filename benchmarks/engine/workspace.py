"""A workspace whose suite has so many cases, one principle, and so many model judges on one account."""

import json
from dataclasses import dataclass
from pathlib import Path

RESPONSE = "The reply under judgement is a paragraph of ordinary length. " * 8
TEMPLATE = (
    'Rule: {{ principle.text }}\n{{ data("prompt", case.prompt) }}\n{{ data("reply", case.response) }}\n'
)


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What a run is made of."""

    base_url: str
    cases: int
    judges: int = 1
    concurrency: int = 64
    protocol: str = "openai-chat"
    transport: str = "sdk"
    slow_start: int = 20
    """How many calls at once the account is asked at first."""


def write_workspace(folder: Path, setting: Setting) -> Path:
    """Write the files and return the suite's."""
    names = [f"reader-{n}" for n in range(setting.judges)]
    with (folder / "cases.jsonl").open("w", encoding="utf-8") as cases:
        for n in range(setting.cases):
            case = {"id": f"case-{n}", "prompt": f"Question {n}?", "response": f"{n}: {RESPONSE}"}
            cases.write(json.dumps(case) + "\n")
    files = {
        "evenhand.toml": f'[accounts.loop]\nprotocol = "{setting.protocol}"\nbase_url = "{setting.base_url}"\n'
        f'concurrency = {setting.concurrency}\ntransport = "{setting.transport}"\n'
        f"slow_start = {min(setting.slow_start, setting.concurrency)}\n",
        "constitution.yaml": "schema: constitution/v1\nid: road\nversion: 1.0.0\nprinciples:\n"
        "  - {id: plain.speech, text: The reply must be plain.}\n",
        "reader.j2": TEMPLATE,
        "all.panel.yaml": f"schema: panel/v1\nid: all\njudges: [{', '.join(names)}]\n",
        "suite.yaml": "schema: suite/v1\nid: road\nconstitution: constitution.yaml\npanel: all.panel.yaml\n"
        "cases: [{path: cases.jsonl}]\n",
        **{f"{name}.yaml": _judge(name) for name in names},
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder / "suite.yaml"


def _judge(name: str) -> str:
    return (
        f"schema: judge/v1\nid: {name}\nversion: 1.0.0\nkind: model\nmodel: loop/scripted-{name}\n"
        "template: reader.j2\nprice: {input: 0, output: 0}\nanswer: {probabilities: repeats}\n"
    )
