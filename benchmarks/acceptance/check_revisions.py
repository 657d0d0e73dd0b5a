"""Revisions by a server nobody here wrote, judged offline before and after.

The generator's weights are random: what it writes means nothing, is often cut off, and is full of bytes that act on
terminals. So nothing is said of how well it revises; the road is what is looked at, from prompt to report.
"""

import json
import re
from pathlib import Path
from typing import Final

from benchmarks.acceptance.check import Checklist
from benchmarks.acceptance.processes import Served, posts_in_log
from benchmarks.acceptance.workspace import CASES, MARKER, Road, write_workspace

from evenhand.cli.output import one_line
from evenhand.store.generations import generation_account, read_steps
from evenhand.store.ledger import open_ledger
from evenhand.workflows.feedback.plan_revisions import plan_revisions
from evenhand.workflows.feedback.revise import RevisionOptions, RevisionResult, Watches, revise
from evenhand.workflows.feedback.show_revisions import show_revisions

_SHOWN: Final = (
    '{{ principle.text }}\n{{ data("prompt", case.prompt) }}\n{{ data("reply", case.response) }}\n'
)
_UNWATCHED: Final = Watches(generation=lambda _run, _progress: None, judging=lambda _run, _progress: None)
_ACTS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029]")
"""Characters that a terminal acts on, or that forge a line."""
_PATTERNS: Final = f"""schema: judge/v1
id: patterns
version: 1.0.0
kind: pattern
principles:
  "*":
    prior: {{complies: 1, violates: 0}}
    patterns: [{{pattern: "{MARKER}", label: violates, weight: 4, why: tells a password}}]
"""


def check_revisions(checks: Checklist, served: Served, road: Road, folder: Path) -> None:
    """Revise the cases of the acceptance workspace once, and once more."""
    _write(folder, road)
    before = posts_in_log(served)
    first = _revise(folder)
    asked = posts_in_log(served) - before
    account = first.generation.account
    checks.expect(
        "revise: the ledger holds every call that reached the server",
        holds=account.calls == asked,
        seen=f"{account.calls} in the ledger, {asked} in the server's log",
    )
    assert first.report is not None, "no reply was judged"
    chains, overall = first.report.effects.chains, first.report.effects.overall
    checks.expect(
        "revise: every reply is revised to its end or failed with its reason",
        holds=chains.complete + sum(chains.failed.values()) == chains.planned == CASES and not chains.open,
        seen=f"{chains.complete} revised, failed {dict(chains.failed)}",
    )
    checks.expect(
        "revise: first replies and revisions are judged, and none that failed",
        holds=chains.complete > 0 and overall.n == chains.complete,
        seen=f"{overall.n} pairs; passed before {overall.before}, after {overall.after}",
    )
    _expect_texts(checks, folder, first)
    before = posts_in_log(served)
    second = _revise(folder)
    checks.expect(
        "revise: a second time asks nobody and says the same",
        holds=posts_in_log(served) == before and second.report == first.report,
        seen=f"{posts_in_log(served) - before} calls",
    )


def _expect_texts(checks: Checklist, folder: Path, result: RevisionResult) -> None:
    ledger = open_ledger(result.planned.workspace.ledger_path)
    steps = list(read_steps(ledger, result.generation.run.id))
    texts = [step.outcome for step in steps if isinstance(step.outcome, str)]
    shown = show_revisions(folder, result.generation.run.id)
    acting = sum(bool(_ACTS.search(text)) for text in texts)
    drawn = sum(bool(_ACTS.search(one_line(text))) for text in texts)
    checks.expect(
        "revise: what was written is drawn, not acted on, where it is shown",
        holds=bool(texts) and not drawn and len(shown.chains) == CASES,
        seen=f"{len(texts)} texts, {acting} of them with characters that act on a terminal, {drawn} as shown",
    )
    written = sum(generation_account(ledger, result.generation.run).steps.values())
    checks.expect("revise: every step has a state", holds=written == len(steps), seen=f"{written} steps")


def _revise(folder: Path) -> RevisionResult:
    return revise(plan_revisions(folder, folder / "mend.feedback.yaml"), RevisionOptions(), _UNWATCHED)


def _write(folder: Path, road: Road) -> None:
    write_workspace(folder, [road])
    free = {"input": 0, "output": 0}
    generator = {
        "schema": "generator/v1",
        "id": "writer",
        "version": "1.0.0",
        "model": f"{road.judge}/{road.model}",
        "allow_alias": True,
        "params": {"max_tokens": 1400, "temperature": 2.0},
        "price": free,
        "prompts": {"critique": "critique.j2", "revise": "revise.j2"},
    }
    feedback = {
        "schema": "feedback/v1",
        "id": "mend",
        "revise": {"suite": "suite.yaml", "generator": "writer.generator.yaml"},
    }
    files = {
        "one.panel.yaml": "schema: panel/v1\nid: one\njudges: [patterns]\n",
        "patterns.yaml": _PATTERNS,
        "writer.generator.yaml": json.dumps(generator),
        "critique.j2": f"{_SHOWN}Write the critique and nothing else.\n",
        "revise.j2": _SHOWN
        + '{{ data("critique", case.critique) }}\nWrite the new reply and nothing else.\n',
        "mend.feedback.yaml": json.dumps(feedback),
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
