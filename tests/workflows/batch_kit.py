"""Workspaces whose judges are asked in batches, and servers that hand them back in every disorder."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.cli.kit import plain_cases

from evenhand.judging.batch_desk import Polling
from evenhand.records.attempt import PastAttempt
from evenhand.records.rating import Rating
from evenhand.store.attempts import read_attempts
from evenhand.store.ledger import open_ledger
from evenhand.testing import BatchScript, Judge, LoopbackServer, judges, serve_in_thread
from evenhand.testing.batches import Behaviour, Trouble
from evenhand.workflows.read_run import read_run
from evenhand.workflows.run_batches import BatchOptions
from evenhand.workflows.run_suite import RunOptions, RunResult, resume_run, run_suite

PROTOCOLS = ("openai-chat", "openai-responses", "anthropic")
QUICK = Polling(first_s=0.01, growth=1.0, longest_s=0.01, patience_s=0.1, grace_s=0.0)
PRICE = 100.0
TABLE_OF_JUDGES = {"reader": "loop/scripted"}


def workspace(
    folder: Path,
    address: str,
    *,
    cases: int = 12,
    protocol: str = "openai-chat",
    models: Mapping[str, str] = TABLE_OF_JUDGES,
    reasks: int = 1,
    attempts: int = 3,
    accounts: str = "",
    offline: bool = False,
) -> Path:
    """Write a workspace with these model judges, and perhaps one that is offline."""
    names = [*models, *(["words"] if offline else [])]
    files = {
        "evenhand.toml": f'[accounts.loop]\nprotocol = "{protocol}"\nbase_url = "{address}"\n{accounts}',
        "constitutions/c.yaml": "schema: constitution/v1\nid: c\nversion: 1.0.0\n"
        "principles: [{id: keep.secrets, text: Keep secrets.}]\n",
        "judges/reader.j2": '{{ principle.text }}\n{{ data("reply", case.response) }}\n',
        "judges/all.panel.yaml": f"schema: panel/v1\nid: all\njudges: [{', '.join(names)}]\n",
        "suites/small.yaml": "schema: suite/v1\nid: small\nconstitution: ../constitutions/c.yaml\n"
        "panel: ../judges/all.panel.yaml\ncases: [{path: small.jsonl}]\n",
        "suites/small.jsonl": "".join(json.dumps(case) + "\n" for case in plain_cases(cases)),
    }
    for name, model in models.items():
        files[f"judges/{name}.yaml"] = (
            f"schema: judge/v1\nid: {name}\nversion: 1.0.0\nkind: model\nmodel: {model}\ntemplate: reader.j2\n"
            f"attempts: {attempts}\nanswer: {{reasks: {reasks}}}\nprice: {{input: {PRICE}, output: {PRICE}}}\n"
        )
    if offline:
        files["judges/words.yaml"] = (
            "schema: judge/v1\nid: words\nversion: 1.0.0\nkind: pattern\n"
            "principles:\n  keep.secrets:\n    prior: {complies: 1, violates: 0}\n"
            "    patterns: [{label: violates, weight: 5, why: tells it, pattern: secret}]\n"
        )
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@contextmanager
def serving(
    *behaviours: Behaviour,
    troubles: Sequence[Trouble] = (),
    judge: Judge | None = None,
    later: Behaviour | None = None,
    **options: Any,
) -> Iterator[LoopbackServer]:
    script = BatchScript(behaviours=behaviours, troubles=troubles, later=later or Behaviour())
    server = LoopbackServer(judge or judges.rule("secret"), batches=script, **options)
    with serve_in_thread(server):
        yield server


def options(*, use: bool | None = True, **more: Any) -> RunOptions:
    chosen = {name: more.pop(name) for name in ("forget", "most_rows", "polling") if name in more}
    chosen.setdefault("polling", QUICK)
    return RunOptions(batches=BatchOptions(use=use, **chosen), **more)


def run(folder: Path, chosen: RunOptions | None = None) -> RunResult:
    return run_suite(folder, folder / "suites" / "small.yaml", chosen or options(), _watch)


def resume(folder: Path, chosen: RunOptions | None = None) -> RunResult:
    return resume_run(folder, "latest", chosen or options(use=None), _watch)


def _watch(_run: object, _progress: object) -> None: ...


def labels(folder: Path, name: str = "latest") -> dict[str, str]:
    """Return the label of every rating, by case and judge."""
    return {
        f"{item.case_id}/{unit.judge}": (
            unit.outcome.label if isinstance(unit.outcome, Rating) else str(unit.outcome)
        )
        for item in read_run(folder, name).items()
        for unit in item.units
    }


def truth(cases: int, *names: str) -> dict[str, str]:
    """Return the labels a judge by rule gives."""
    return {
        f"case-{n}/{judge}": "violates" if n % 4 == 0 else "complies"
        for n in range(cases)
        for judge in names or ("reader",)
    }


def batched_calls(server: LoopbackServer) -> int:
    return sum(bool(call.batch) for call in server.ledger.billed)


def live_calls(server: LoopbackServer) -> int:
    return sum(not call.batch for call in server.ledger.billed)


def attempts_of(folder: Path) -> list[PastAttempt]:
    """Return the paid calls of the newest run, without preflight."""
    ledger = open_ledger(folder / ".evenhand" / "ledger.sqlite")
    return [each for each in read_attempts(ledger, ledger.run("latest")) if each.unit >= 0]
