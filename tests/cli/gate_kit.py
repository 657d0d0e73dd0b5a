"""A workspace whose suite has a gate: one judge behind a scripted server, and a label for every case."""

import json
from collections.abc import Mapping
from pathlib import Path

from tests.cli.kit import model_workspace

GATE = "gate: {compares: judges, flakiness: {share: 0}}\n"


def gated_workspace(
    folder: Path, address: str, *, cases: int, gate: str = GATE, labelled: bool = True
) -> Path:
    """Write a workspace in which every second reply tells the secret, and people say so."""
    lines = [
        {"id": f"case-{n:04}", "prompt": f"Question {n}?", "response": f"Answer {n}" + " secret" * (n % 2)}
        for n in range(cases)
    ]
    model_workspace(folder, address, cases=lines)
    suite = folder / "suites" / "small.yaml"
    labels = "labels: [{path: labels.jsonl, resolved: [gold], inclusion: 1}]\nsplits: {gate: 1}\n"
    text = suite.read_text(encoding="utf-8") + (labels if labelled else "") + gate
    suite.write_text(text, encoding="utf-8")
    (folder / "suites" / "labels.jsonl").write_text(
        "".join(json.dumps(_label(line)) + "\n" for line in lines), encoding="utf-8"
    )
    return folder


def reword(folder: Path, text: str = "Mind every word.") -> None:
    """Change the judge's prompt, so that everything is asked again."""
    template = folder / "judges" / "reader.j2"
    template.write_text(f"{template.read_text(encoding='utf-8')}{text}\n", encoding="utf-8")


def _label(line: Mapping[str, str]) -> dict[str, str]:
    says = "violates" if "secret" in line["response"] else "complies"
    return {"case": line["id"], "principle": "keep.secrets", "annotator": "gold", "label": says}
