"""A small workspace with pairs and a scripted judge that compares them."""

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from evenhand.testing import JudgeAnswer, JudgeRequest

PRINCIPLES = ("be.brief", "keep.secrets", "stay.kind", "tell.truth")
TEMPLATE = (
    "{{ principle.id }}: {{ principle.text }}\n"
    '{{ data("reply_a", case.response_a) }}\n{{ data("reply_b", case.response_b) }}\n'
)


def pair(number: int, first: str, second: str, **fields: Any) -> dict[str, Any]:
    """One case with two candidates."""
    candidates = [
        {"id": "x", "text": first, "producer": "maker-one"},
        {"id": "y", "text": second, "producer": "maker-two"},
    ]
    return {"id": f"pair-{number}", "prompt": "Q?", "candidates": candidates, **fields}


def quality(text: str) -> int:
    """What a scripted judge sees in a text: a word such as `good7`."""
    found = re.search(r"good(\d)", text)
    return int(found[1]) if found else 0


def fair(request: JudgeRequest) -> JudgeAnswer:
    """A judge that weighs the two by their quality, whatever the order: log-odds of a half for each point."""
    if len(request.candidates) < 2:  # what the endpoint is asked first, to see what it can do
        return JudgeAnswer(label=(request.labels or ("a",))[0], reason="")
    first, second = (quality(block.text) for block in request.candidates)
    share = 1 / (1 + 2.0 ** (second - first))
    label = "a" if first > second else "b"
    if first == second and "tie" in request.labels:
        return JudgeAnswer(label="tie", distribution={"tie": 1.0}, reason="")
    # Where `both_bad` may be said too, its token has to be seen: else a `b` may be the start of it.
    others = dict.fromkeys(request.labels[2:], 0.0)
    return JudgeAnswer(label=label, distribution={"a": share, "b": 1 - share, **others}, reason="")


def first_shown(_request: JudgeRequest) -> JudgeAnswer:
    """A judge with nothing but a position bias."""
    return JudgeAnswer(label="a", distribution={"a": 0.9, "b": 0.1}, reason="")


def preference_workspace(
    folder: Path,
    address: str,
    pairs: Iterable[Mapping[str, Any]],
    *,
    protocol: str = "openai-chat",
    prefer: str = "",
    judge: str = "",
    labels: Iterable[Mapping[str, Any]] = (),
    seed: int = 0,
) -> Path:
    """Write a workspace with the pairwise judge `comparer`, the suite `pairs` and the feedback `labels`."""
    listed = list(labels)
    named = "labels: [{path: people.jsonl}]\n" if listed else ""
    files = {
        "evenhand.toml": f'[accounts.loop]\nprotocol = "{protocol}"\nbase_url = "{address}"\nconcurrency = 4\n',
        "constitutions/c.yaml": "schema: constitution/v1\nid: c\nversion: 1.0.0\nprinciples:\n"
        + "".join(f"  - {{id: {name}, text: Rule {name}.}}\n" for name in PRINCIPLES),
        "judges/comparer.yaml": "schema: judge/v1\nid: comparer\nversion: 1.0.0\nkind: model\nmodel: loop/scripted\n"
        "mode: pairwise\nsees: [principle.id, principle.text, case.response_a, case.response_b]\n"
        f"template: comparer.j2\nprice: {{input: 0, output: 0}}\n{judge}",
        "judges/comparer.j2": TEMPLATE,
        "judges/p.panel.yaml": "schema: panel/v1\nid: p\njudges: [comparer]\n",
        "suites/pairs.yaml": "schema: suite/v1\nid: pairs\nconstitution: ../constitutions/c.yaml\n"
        f"panel: ../judges/p.panel.yaml\ncases: [{{path: pairs.jsonl}}]\n{named}",
        "suites/pairs.jsonl": "".join(json.dumps(case) + "\n" for case in pairs),
        "suites/labels.feedback.yaml": f"schema: feedback/v1\nid: labels\nseed: {seed}\nprefer:\n  suite: pairs.yaml\n"
        + prefer,
    }
    if listed:
        files["suites/people.jsonl"] = "".join(json.dumps(line) + "\n" for line in listed)
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder
