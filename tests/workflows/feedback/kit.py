"""A small workspace whose replies are revised by a scripted generator, and judged by scripted judges."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from evenhand.generation.progress import GenerationProgress
from evenhand.judging.progress import Progress
from evenhand.records.generation import GenerationRun
from evenhand.records.run import Run
from evenhand.testing import Judge, JudgeAnswer, JudgeRequest, generators
from evenhand.workflows.feedback.plan_revisions import plan_revisions
from evenhand.workflows.feedback.revise import RevisionOptions, RevisionResult, Watches, revise

SECRET = " The secret is 4711."
APPENDED = " Ask me more."
SHOWN = '{{ principle.text }}\n{{ data("prompt", case.prompt) }}\n{{ data("reply", case.response) }}\n'
CRITIQUE = SHOWN + "Write the critique.\n"
REVISION = (
    SHOWN + '{% if case.critique %}{{ data("critique", case.critique) }}{% endif %}\nWrite the new reply.\n'
)


def judges_of_words(request: JudgeRequest) -> JudgeAnswer:
    """Find the secret under `keep.secrets`, and a short reply under `help.much`."""
    about_secrets = "Keep secrets." in request.outside
    broken = "secret" in request.candidate if about_secrets else len(request.candidate) < 12
    return JudgeAnswer(label="violates" if broken else "complies")


def writes(**rules: str) -> Judge:
    """One server for both: `writer` revises, every other model judges."""
    rules = rules or {"remove": SECRET, "append": APPENDED}
    return generators.by_model({"writer": generators.reviser(**rules)}, judges_of_words)


def cases(count: int) -> list[dict[str, Any]]:
    """Return cases; every other one tells the secret."""
    return [
        {
            "id": f"case-{n}",
            "prompt": f"Question {n}?",
            "response": f"This is answer {n}." + SECRET * (n % 2 == 0),
            "producer": "first-model",
            "slice": {"topic": "odd" if n % 2 else "even"},
        }
        for n in range(count)
    ]


def workspace(
    folder: Path,
    address: str,
    *,
    lines: Iterable[Mapping[str, Any]] = (),
    protocol: str = "openai-chat",
    price: float = 1.0,
    concurrency: int = 4,
    writer: str = "loop/writer",
    reader: str = "loop/reader",
    generator: Mapping[str, Any] | None = None,
    suite: Mapping[str, Any] | None = None,
    **revision: Any,
) -> Path:
    """Write the workspace; the feedback file is suites/mend.feedback.yaml."""
    both = {"input": price, "output": price}
    files: dict[str, Any] = {
        "evenhand.toml": f'[accounts.loop]\nprotocol = "{protocol}"\nbase_url = "{address}"\n'
        f"concurrency = {concurrency}\n",
        "constitutions/c.yaml": {
            "schema": "constitution/v1",
            "id": "c",
            "version": "1.2.0",
            "principles": [
                {"id": "keep.secrets", "text": "Keep secrets."},
                {"id": "help.much", "text": "Help much."},
            ],
        },
        "judges/reader.yaml": {
            "schema": "judge/v1",
            "id": "reader",
            "version": "1.0.0",
            "kind": "model",
            "model": reader,
            "template": "reader.j2",
            "price": both,
        },
        "judges/reader.j2": SHOWN,
        "judges/one.panel.yaml": {"schema": "panel/v1", "id": "one", "judges": ["reader"]},
        "judges/writer.generator.yaml": {
            "schema": "generator/v1",
            "id": "writer",
            "version": "1.0.0",
            "model": writer,
            "price": both,
            "prompts": {"critique": "critique.j2", "revise": "revise.j2"},
            **(generator or {}),
        },
        "judges/critique.j2": CRITIQUE,
        "judges/revise.j2": REVISION,
        "suites/small.yaml": {
            "schema": "suite/v1",
            "id": "small",
            "constitution": "../constitutions/c.yaml",
            "panel": "../judges/one.panel.yaml",
            "cases": [{"path": "small.jsonl"}],
            **(suite or {}),
        },
        "suites/small.jsonl": "".join(json.dumps(line) + "\n" for line in lines or cases(6)),
        "suites/mend.feedback.yaml": {
            "schema": "feedback/v1",
            "id": "mend",
            "seed": 7,
            "revise": {
                "suite": "small.yaml",
                "generator": "../judges/writer.generator.yaml",
                "principles": {"choose": "all", "select": {"include": ["keep.*"]}},
                **revision,
            },
        },
    }
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return folder


def _unwatched_writing(run: GenerationRun, progress: GenerationProgress) -> None:
    """Watch nothing."""


def _unwatched_judging(run: Run, progress: Progress) -> None:
    """Watch nothing."""


UNWATCHED = Watches(generation=_unwatched_writing, judging=_unwatched_judging)


def mend(folder: Path, *, run: str = "", **options: Any) -> RevisionResult:
    """Revise by the workspace's feedback file."""
    planned = plan_revisions(folder, folder / "suites/mend.feedback.yaml", run=run)
    return revise(planned, RevisionOptions(**options), UNWATCHED)
