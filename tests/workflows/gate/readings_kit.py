"""Judges that change their mind by a script, and small workspaces in which they are asked several times."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.cli.kit import model_workspace, plain_cases

from evenhand.records.narrow import Wishes
from evenhand.testing import JudgeAnswer, JudgeRequest
from evenhand.workflows.read_run import read_run
from evenhand.workflows.run_suite import RunOptions, RunResult, run_suite

YES, NO = "complies", "violates"
PATTERNS = (
    "schema: judge/v1\nid: words\nversion: 1.0.0\nkind: pattern\nprinciples:\n  '*':\n"
    "    prior: {complies: 1, violates: 0}\n"
    "    patterns: [{pattern: secret, label: violates, weight: 4, why: tells}]\n"
)
"""A judge that computes its answer, and is sure where the secret is told."""


class Fickle:
    """Answers the n-th question about a candidate with the n-th word of its script, and the others with `complies`."""

    def __init__(self, scripts: Mapping[str, Sequence[str]], *, second: str = "") -> None:
        """Hold the scripts by candidate, and what another model than `scripted` says of all; preflight is no matter."""
        self._scripts = scripts
        self._second = second
        self.asked: Counter[str] = Counter()

    def __call__(self, request: JudgeRequest) -> JudgeAnswer:
        """Answer."""
        if self._second and request.model != "scripted":
            return JudgeAnswer(label=self._second)
        name = request.candidate.strip()
        number = self.asked[name]
        self.asked[name] += 1
        script = self._scripts.get(name, ())
        word = script[number % len(script)] if script else YES
        labels = request.labels or (YES, NO)
        return JudgeAnswer(label=word if word in labels else labels[0])


def workspace(folder: Path, address: str, *, cases: int = 4, repeats: int = 1, key: str = "") -> Path:
    """Write a workspace whose one judge is asked one question after the other."""
    made = model_workspace(folder, address, cases=plain_cases(cases), concurrency=1, key_variable=key)
    change(made, "judges/reader.yaml", "attempts: 1\n", f"attempts: 1\nrepeats: {repeats}\n")
    return made


def change(folder: Path, name: str, before: str, after: str) -> None:
    """Write something else in a file."""
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


def run(folder: Path, wishes: Wishes | None = None, **options: object) -> RunResult:
    """Run the suite of a workspace."""
    chosen = RunOptions(**options)  # type: ignore[arg-type]  # the tests name options that there are
    return run_suite(folder, suite_of(folder), chosen, lambda _run, _progress: None, wishes or Wishes())


def suite_of(folder: Path) -> Path:
    """Return the suite of a workspace."""
    return folder / "suites" / "small.yaml"


def stored_manifest(folder: Path, name: str = "latest") -> str:
    """Return the manifest of a run as the ledger holds it."""
    return json.dumps(read_run(folder, name).manifest.canonical(), sort_keys=True)


def write_steps(folder: Path, first: str, second: str, *, confidence: float) -> None:
    """Make the panel a cascade of two judges, the first of which settles what it is sure of."""
    (folder / "judges" / "one.panel.yaml").write_text(
        f"schema: panel/v1\nid: one\njudges: [{first}, {second}]\ncascade:\n"
        f"  - {{judges: [{first}], settle: {{confidence: {confidence}}}}}\n  - {{judges: [{second}]}}\n",
        encoding="utf-8",
    )


def add_second(folder: Path) -> None:
    """Write a second judge, which asks another model."""
    text = (folder / "judges" / "reader.yaml").read_text(encoding="utf-8")
    text = text.replace("id: reader", "id: second").replace("loop/scripted", "loop/second")
    (folder / "judges" / "second.yaml").write_text(text, encoding="utf-8")
