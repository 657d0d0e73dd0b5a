"""Leave the numbers of a learned rule for later runs: a `panel-fit/v1` file beside the panel."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from evenhand.calibration.choices import Choices
from evenhand.calibration.learn import NotLearned, learn_rule
from evenhand.calibration.table import CalibrationTable
from evenhand.catalog.record_files import read_record
from evenhand.errors import FileError, MeasureError, UsageError
from evenhand.records.panel import Panel
from evenhand.records.panel_fit import LearnedRule, PanelFit
from evenhand.workflows.write_lines import write_lines


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenFit:
    """A fit on disk."""

    path: str
    fit: PanelFit
    left_out: tuple[str, ...]
    """Principles with too few labels: the rule counts votes there."""


def write_fit(
    table: CalibrationTable, panel: Panel, choices: Choices, *, rule: LearnedRule, path: Path
) -> WrittenFit:
    """Learn a rule from a run's labels and write its numbers; a fit that stands there is replaced by its next version.

    Raises:
        MeasureError: The labels do not give a fit, or a stack does not beat the best single judge.
        UsageError: Something else stands there, or the file can not be written.
    """
    learned = learn_rule(
        table,
        rule,
        choices,
        quorum=panel.quorum_needed,
        made=datetime.now(tz=UTC).date().isoformat(),
        version=_next_version(path),
    )
    if isinstance(learned, NotLearned):
        raise MeasureError(learned.reason, hint=learned.hint)
    text = json.dumps(learned.fit.model_dump(mode="json", by_alias=True, exclude_defaults=True), indent=1)
    write_lines(path, [text.encode() + b"\n"])
    return WrittenFit(path=str(path), fit=learned.fit, left_out=learned.left_out)


def _next_version(path: Path) -> int:
    if not path.exists():
        return 1
    try:
        found = read_record(path, PanelFit, "panel-fit/v1").record
    except FileError:
        found = None
    if found is None:
        raise UsageError(
            f"{path} is there and is no panel fit", hint="name another file, or move that one away"
        )
    return int(found.version) + 1
