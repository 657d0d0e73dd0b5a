"""A workspace whose one judge, behind a scripted server, does what the rule says word for word."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.cli.kit import model_workspace

from evenhand.constitution.impact_results import Impact
from evenhand.testing.exchange import JudgeAnswer, JudgeRequest
from evenhand.workflows.constitution_diff.compare import compare
from evenhand.workflows.constitution_diff.impact import JudgedImpact, judge_impact, prepare_impact
from evenhand.workflows.run_suite import RunOptions, RunResult, run_suite

CASES = 24
WORDS = {"alpha": 2, "beta": 3, "gamma": 4}
"""A word stands in the reply of every so many-th case."""
RULES = {"word.first": "Never say alpha.", "word.second": "Never say beta."}


def by_the_rule(request: JudgeRequest) -> JudgeAnswer:
    """Find the word that the rule forbids in the candidate; preflight shows no rule."""
    word = re.search(r"Never say (\w+)", request.text)
    return JudgeAnswer(label="violates" if word and word[1] in request.candidate else "complies")


def says(number: int, word: str) -> bool:
    """Tell whether the reply of a case has a word."""
    return number % WORDS[word] == 0


def cases(*, sources: int = 0) -> list[dict[str, Any]]:
    """Return the cases; so many of them share a source."""
    return [
        {
            "id": f"c{number:02}",
            "prompt": "Speak.",
            "response": " ".join(["I say", *(word for word in WORDS if says(number, word))]),
            "scope": {"surface": "chat" if number < CASES // 2 else "mail"},
            **({"source": f"s{number // sources}"} if sources else {}),
        }
        for number in range(CASES)
    ]


def make(folder: Path, address: str, *, labelled: bool = True, sources: int = 0, price: float = 0.0) -> Path:
    """Write the workspace, with a label on every item that says what the first rules say."""
    model_workspace(folder, address, cases=cases(sources=sources), price=price)
    write_constitution(folder, "c", RULES)
    labels = [
        {"case": f"c{number:02}", "principle": name, "annotator": "gold", "label": _label(number, text)}
        for name, text in RULES.items()
        for number in range(CASES)
    ]
    if labelled:
        (folder / "suites/labels.jsonl").write_text(
            "".join(f"{json.dumps(each)}\n" for each in labels), "utf-8"
        )
        suite = folder / "suites/small.yaml"
        more = "labels: [{path: labels.jsonl, resolved: [gold], inclusion: 1}]\nsplits: {gate: 1}\n"
        suite.write_text(suite.read_text(encoding="utf-8") + more, encoding="utf-8")
    return folder


def _label(number: int, text: str) -> str:
    return "violates" if says(number, text.removeprefix("Never say ").strip(".")) else "complies"


def write_constitution(
    folder: Path, name: str, rules: Mapping[str, str], more: Mapping[str, Mapping[str, Any]] | None = None
) -> None:
    """Write a constitution of rules by id, with more fields of some."""
    principles = [{"id": rule, "text": text, **(more or {}).get(rule, {})} for rule, text in rules.items()]
    data = {"schema": "constitution/v1", "id": "c", "version": "1.0.0", "principles": principles}
    (folder / f"constitutions/{name}.yaml").write_text(json.dumps(data), encoding="utf-8")


def run(folder: Path, **options: Any) -> RunResult:
    """Judge the suite."""
    return run_suite(
        folder, folder / "suites/small.yaml", RunOptions(**options), lambda _run, _progress: None
    )


def judge(folder: Path, of: str = "latest", after: str = "next", **options: Any) -> JudgedImpact:
    """Judge again what changed of a run."""
    ready = prepare_impact(folder, compare(folder, "c", after), of)
    readings = ready.stored.manifest.readings
    return judge_impact(folder, ready, RunOptions(readings=readings, **options), lambda _run, _progress: None)


def impact(folder: Path, of: str = "latest", after: str = "next", **options: Any) -> Impact:
    """Return which verdicts of a run flip."""
    return judge(folder, of, after, **options).impact
