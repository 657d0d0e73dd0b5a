"""Workspaces to test in, and sessions of pytest that have the plugin and nothing else."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from evenhand.catalog.baselines import write_baseline
from evenhand.records.baseline import Accepted
from evenhand.workflows.gate.summarise import summarise_run
from evenhand.workflows.init_workspace import init_workspace
from evenhand.workflows.read_run import read_run
from evenhand.workflows.run_suite import RunOptions, run_suite

PLUGIN = ("-p", "evenhand.pytest_plugin", "-p", "no:cacheprovider")
WITH_CACHE = ("-p", "evenhand.pytest_plugin")
XDIST = ("-p", "xdist.plugin")
GATE = "suites/demo.yaml::gate"


def demo_workspace(folder: Path, *, cases: int = 12) -> Path:
    """Write a workspace of the example files, whose suite `demo` has its first cases alone."""
    init_workspace(folder)
    file = folder / "suites/demo/cases.jsonl"
    kept = file.read_text(encoding="utf-8").splitlines()[:cases]
    file.write_text("\n".join(kept) + "\n", encoding="utf-8")
    names = {json.loads(line)["id"] for line in kept}
    labels = folder / "suites/demo/labels.jsonl"
    lines = [
        line for line in labels.read_text(encoding="utf-8").splitlines() if json.loads(line)["case"] in names
    ]
    labels.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def add_gate(
    folder: Path,
    gate: str = "{compares: candidates, margin: 0.9, undecided: {critical: warn, high: warn, "
    "medium: warn, low: warn}}",
    *,
    name: str = "demo",
) -> None:
    """Give a suite a gate, and what its panel says now as the baseline."""
    suite = folder / f"suites/{name}.yaml"
    suite.write_text(suite.read_text(encoding="utf-8") + f"gate: {gate}\n", encoding="utf-8")
    result = run_suite(folder, suite, RunOptions(), lambda _run, _progress: None)
    stored = read_run(folder, result.run.id)
    summed = summarise_run(stored, stored.account()).baseline
    accepted = Accepted(at="2026-11-20T00:00:00Z", by="tests", reason="to compare with", run=result.run.id)
    head = summed.head.model_copy(update={"accepted": accepted})
    (folder / "suites/baselines").mkdir(exist_ok=True)
    write_baseline(folder / f"suites/baselines/{name}.json", replace(summed, head=head))


def make_baseline_better(folder: Path) -> None:
    """Let the baseline say that every output passed, so that those that fail now are a regression."""
    file = folder / "suites/baselines/demo.json"
    head, cases, lines = file.read_text(encoding="utf-8").partition('"cases":')
    file.write_text(head + cases + lines.replace('"violates"', '"complies"'), encoding="utf-8")


def add_cases(folder: Path, *cases: Mapping[str, object]) -> None:
    """Add cases to the suite `demo`."""
    with (folder / "suites/demo/cases.jsonl").open("a", encoding="utf-8") as file:
        file.writelines(json.dumps(case) + "\n" for case in cases)
