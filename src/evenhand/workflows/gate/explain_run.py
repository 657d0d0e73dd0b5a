"""Explain the outcome of a gate: every number of it, so that it can be derived again by hand."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from evenhand.catalog.settings import find_workspace
from evenhand.errors import UsageError
from evenhand.gate.results import GateResult
from evenhand.reporting.gate.explain import explain_gate
from evenhand.reporting.gate.json_report import read_json
from evenhand.workflows.gate.check_gate import GateWishes, check_gate
from evenhand.workflows.gate.write_gate import report_stem
from evenhand.workflows.read_run import StoredRun, read_run

WORD: Final = "gate"
"""What stands for the gate of a run where a case could stand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedGate:
    """The arithmetic of a gate."""

    run: str
    report: str
    """The report it was read from; empty where the gate was decided again."""
    lines: tuple[str, ...]


def names_a_gate(start: Path, reference: str) -> bool:
    """Tell whether `gate@RUN`, `gate/PRINCIPLE@RUN` or `gate` alone means a gate: no case of the run has that name."""
    name, _, run = reference.partition("@")
    if name != WORD and not name.startswith(f"{WORD}/"):
        return False
    return not any(read_run(start, run or "latest").items_of(WORD))


def explain_gate_of(start: Path, reference: str) -> ExplainedGate:
    """Explain the gate of a run, or one principle of it.

    What was decided is taken from the report that `evenhand gate` wrote for the run, where that lies in the reports
    folder; else the gate is decided again, against the baseline as it is now. No use of labels is counted.

    Args:
        start: Folder from which the workspace is looked for.
        reference: gate@RUN or gate/PRINCIPLE@RUN; without @RUN the newest run.

    Raises:
        UnknownNameError: There is no such run.
        UsageError: The gate has no such principle, its report is none, or it can not be decided.
    """
    name, _, run = reference.partition("@")
    stored = read_run(start, run or "latest")
    result, report = _decided(start, stored)
    principle = name.partition("/")[2] or None
    return ExplainedGate(run=stored.run.id, report=report, lines=explain_gate(result, principle))


def _decided(start: Path, stored: StoredRun) -> tuple[GateResult, str]:
    path = find_workspace(start).reports_path / f"{report_stem(stored)}.json"
    if not path.is_file():
        return check_gate(start, stored.run.id, GateWishes(keep_note=False)).result, ""
    try:
        return read_json(path.read_text(encoding="utf-8")), str(path)
    except (ValueError, RecursionError) as error:
        said = (
            "it is no JSON"
            if isinstance(error, json.JSONDecodeError)
            else "it is no report of a gate of this version"
        )
        raise UsageError(
            f"{path} can not be read: {said}",
            hint=f"write it again: evenhand gate {stored.run.id} --format json",
        ) from error
